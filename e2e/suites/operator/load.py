"""Writes numbers to a topic at a steady rate with acks=all, reads them back all the while, and judges at the end.

Usage: load.py BOOTSTRAP TOPIC RATE RESULT ; ends at SIGTERM. RESULT is written once a second and at the end. Exit code 0 only if
no send failed, and everything that was acknowledged was read once and in the order of its partition.
"""

import json
import os
import signal
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

KEYS = 32
SEND_TIMEOUT_S = 60
READ_TIMEOUT_S = 120


class Ledger:
    """What was sent, acknowledged and read."""

    def __init__(self):
        self.sent = 0
        self.began = {}
        self.acknowledged = set()
        self.failures = []
        self.slowest_ms = 0
        self.read = set()
        self.last = {}
        self.anomalies = []

    def delivered(self, number, error):
        took = (time.monotonic() - self.began.pop(number)) * 1000
        self.slowest_ms = max(self.slowest_ms, took)
        if error is None:
            self.acknowledged.add(number)
        else:
            self.failures.append(f"{number}: {error}")

    def seen(self, partition, number):
        if number in self.read:
            self.anomalies.append(f"{number} was read twice")
        elif number < self.last.get(partition, -1):
            self.anomalies.append(f"{number} was read after {self.last[partition]} of partition {partition}")
        self.read.add(number)
        self.last[partition] = number

    def result(self, state):
        missing = self.acknowledged - self.read
        return {
            "state": state,
            "sent": self.sent,
            "acknowledged": len(self.acknowledged),
            "failed": len(self.failures),
            "slowest_ms": round(self.slowest_ms),
            "read": len(self.read),
            "missing": len(missing),
            "anomalies": self.anomalies[:5],
            "failures": self.failures[:5],
        }


def write(path, result):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)


def follow(bootstrap, topic, ledger, done):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "load", "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    partitions = consumer.list_topics(topic, 60).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
    while not done.is_set():
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            if message.error().code() not in (KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN):
                print("consumer:", message.error(), file=sys.stderr)
            continue
        ledger.seen(message.partition(), int(message.value()))
    consumer.close()


def main(bootstrap, topic, rate, path):
    ledger, done, told = Ledger(), threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "message.timeout.ms": SEND_TIMEOUT_S * 1000,
            "linger.ms": 5,
        }
    )
    reader = threading.Thread(target=follow, args=(bootstrap, topic, ledger, done))
    reader.start()
    begin = reported = time.monotonic()
    while not told.is_set():
        number, ledger.sent = ledger.sent, ledger.sent + 1
        ledger.began[number] = time.monotonic()
        producer.produce(topic, key=str(number % KEYS), value=str(number), on_delivery=lambda error, _, number=number: ledger.delivered(number, error))
        producer.poll(max(0, begin + ledger.sent / rate - time.monotonic()))
        if time.monotonic() - reported > 1:
            reported = time.monotonic()
            write(path, ledger.result("running"))
    producer.flush(SEND_TIMEOUT_S * 2)
    end = time.monotonic() + READ_TIMEOUT_S
    while ledger.acknowledged - ledger.read and time.monotonic() < end:
        time.sleep(0.2)
    done.set()
    reader.join()
    result = ledger.result("over")
    write(path, result)
    print(json.dumps(result))
    whole = result["acknowledged"] == result["sent"] and result["sent"] > 0
    return 0 if whole and not (result["failed"] or result["missing"] or ledger.anomalies) else 1


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))

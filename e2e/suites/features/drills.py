"""One drill a function: `drills.py HOST:PORT WORK NAME [ARGUMENT]`. A drill that fails ends with an assertion."""

import hashlib
import os
import random
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

BROKER, WORK, NAME = sys.argv[1:4]
ARGUMENT = sys.argv[4] if len(sys.argv) > 4 else ""


def create(topic, partitions=1, **configs):
    admin = KafkaAdminClient(bootstrap_servers=BROKER)
    settings = {name.replace("_", "."): str(value) for name, value in configs.items()}
    admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=settings)])
    admin.close()


def begun():
    """From now on the broker may be killed, or its requests counted."""
    open(f"{WORK}/begun-{NAME}", "w").close()


def producer(**options):
    return KafkaProducer(bootstrap_servers=BROKER, **options)


def consumer(*topics, **options):
    options = {"auto_offset_reset": "earliest", "enable_auto_commit": False, **options}
    return KafkaConsumer(*topics, bootstrap_servers=BROKER, **options)


def read(topic, partition=0, wait_ms=4000):
    """Every record of a partition up to where it ends now."""
    place = TopicPartition(topic, partition)
    reader = consumer()
    reader.assign([place])
    reader.seek_to_beginning(place)
    end = reader.end_offsets([place])[place]
    records = []
    until = time.time() + 30
    while reader.position(place) < end and time.time() < until:
        for batch in reader.poll(timeout_ms=500).values():
            records.extend(batch)
    assert reader.position(place) >= end, f"read to {reader.position(place)} of {end}"
    reader.close()
    return records


def record():
    """Key, value, headers and timestamp come back as they were; LogAppendTime is the broker's."""
    create("record")
    sender = producer()
    headers = [("a", b"1"), ("a", b""), ("b", b"\xff")]
    now = int(time.time() * 1000)
    rows = [(b"k", b"v", headers, now - 9), (b"", b"", [], now - 20), (None, b"x", [], now), (b"gone", None, [], now)]
    for key, value, heads, stamp in rows:
        sender.send("record", key=key, value=value, headers=heads, timestamp_ms=stamp, partition=0).get(10)
    found = [(r.key, r.value, list(r.headers), r.timestamp) for r in read("record")]
    assert found == rows, found
    create("stamped", message_timestamp_type="LogAppendTime")
    before = int(time.time() * 1000)
    sender.send("stamped", b"x", timestamp_ms=5, partition=0).get(10)
    stamped = read("stamped")[0]
    assert stamped.timestamp_type == 1 and before <= stamped.timestamp <= before + 10_000, stamped


def bytes():
    """Values are bytes: invalid UTF-8 and everything else come back the same."""
    create("bytes")
    sender = producer(compression_type="lz4", linger_ms=20)
    source, sent = random.Random(7), hashlib.sha256()
    for _ in range(50_000):
        value = source.randbytes(source.randrange(0, 120))
        sent.update(value)
        sender.send("bytes", value, partition=0)
    sender.flush()
    found = hashlib.sha256()
    for one in read("bytes"):
        found.update(one.value)
    assert found.digest() == sent.digest()


def order():
    """Offsets are dense from 0 and the order of one producer is kept, five requests in flight."""
    create("order", 3)
    sender = producer(enable_idempotence=True, batch_size=512, linger_ms=1)
    for number in range(9_000):
        sender.send("order", str(number).encode(), partition=number % 3)
    sender.flush()
    for partition in range(3):
        records = read("order", partition)
        assert [r.offset for r in records] == list(range(3_000))
        assert [int(r.value) for r in records] == list(range(partition, 9_000, 3))


def replay():
    """Two groups get everything, the second one later; a group that is reset gets it again."""
    create("replay")
    sender = producer()
    for number in range(500):
        sender.send("replay", str(number).encode(), partition=0)
    sender.flush()
    for group in ("first", "second", "first-again"):
        reader = consumer("replay", group_id=group.removesuffix("-again"))
        if group.endswith("-again"):
            while not reader.assignment():
                reader.poll(timeout_ms=200)
            reader.seek_to_beginning()
        got = set()
        until = time.time() + 20
        while len(got) < 500 and time.time() < until:
            for batch in reader.poll(timeout_ms=500).values():
                got.update(int(r.value) for r in batch)
        assert got == set(range(500)), f"{group}: {len(got)}"
        reader.commit()
        reader.close()


def retention():
    """Old segments go by time and by size, the log start follows, and nothing younger goes (I21)."""
    create("by-size", segment_bytes=1_048_576, retention_bytes=2_097_152)
    create("by-time", segment_bytes=1_048_576, retention_ms=60_000)
    sender = producer(batch_size=16_000)
    now = int(time.time() * 1000)
    for number in range(600):
        sender.send("by-size", b"x" * 10_000, partition=0)
        stamp = now - 3_600_000 if number < 300 else now
        sender.send("by-time", b"%d" % number + b" " * 10_000, partition=0, timestamp_ms=stamp)
    sender.flush()
    places = [TopicPartition(topic, 0) for topic in ("by-size", "by-time")]
    reader = consumer()
    until = time.time() + 20
    starts = reader.beginning_offsets(places)
    while min(starts.values()) == 0 and time.time() < until:
        time.sleep(0.5)
        starts = reader.beginning_offsets(places)
    assert 0 < starts[places[0]] <= 400, starts
    assert 200 < starts[places[1]] <= 300, f"nothing younger than the hour may go: {starts}"
    assert reader.end_offsets(places) == {place: 600 for place in places}


def compaction():
    """The last value of every key stays, in order, and tombstones take their keys away (I22)."""
    create("compacted", cleanup_policy="compact", segment_bytes=1_048_576, min_cleanable_dirty_ratio=0.01,
           delete_retention_ms=0, min_compaction_lag_ms=0)
    sender = producer(batch_size=16_000)
    source, last = random.Random(3), {}
    for number in range(40_000):
        key = b"k%d" % source.randrange(500)
        value = None if source.random() < 0.02 else b"%d" % number + b" " * 200
        last[key] = value
        sender.send("compacted", key=key, value=value, partition=0)
    sender.flush()
    until = time.time() + 60
    while time.time() < until:
        records = read("compacted")
        if len(records) < 12_000:
            break
        time.sleep(1)
    assert len(records) < 12_000, f"{len(records)} records stay of 40000"
    offsets = [r.offset for r in records]
    assert offsets == sorted(set(offsets)), "the order changed"
    state = {}
    for one in records:
        state[one.key] = one.value
    alive = {key: value for key, value in last.items() if value is not None}
    assert {key: value for key, value in state.items() if value is not None} == alive


class Member(threading.Thread):
    def __init__(self, name, topic):
        super().__init__(daemon=True)
        self.reader = consumer(topic, group_id="four", client_id=name, session_timeout_ms=6_000,
                               heartbeat_interval_ms=500)
        self.owned, self.stopping, self.dying = set(), False, False

    def run(self):
        while not self.stopping and not self.dying:
            self.reader.poll(timeout_ms=200)
            self.owned = {place.partition for place in self.reader.assignment()}
        if not self.dying:
            self.reader.close()


def four_consumers():
    """Four partitions, four consumers, one leaves: its partition goes to one of the others (row 49)."""
    create("four", 4)
    members = [Member(f"m{number}", "four") for number in range(4)]
    for member in members:
        member.start()
    wait_until(lambda: sorted(len(member.owned) for member in members) == [1, 1, 1, 1], 40)
    gone, stay = members[0], members[1:]
    began = time.time()
    gone.stopping = True
    gone.join(20)
    wait_until(lambda: sorted(len(member.owned) for member in stay) == [1, 1, 2], 30)
    assert set().union(*(member.owned for member in stay)) == {0, 1, 2, 3}
    print(f"taken over after {time.time() - began:.1f} s")
    for member in stay:
        member.stopping = True
    for member in stay:
        member.join(20)


def wait_until(holds, seconds):
    until = time.time() + seconds
    while not holds():
        assert time.time() < until, "it did not come to that in time"
        time.sleep(0.1)


def idle():
    create("idle-topic")
    reader = consumer("idle-topic", fetch_max_wait_ms=500)
    reader.poll(timeout_ms=1_000)
    begun()
    while True:
        reader.poll(timeout_ms=1_000)


def fsync():
    create(f"fsync-{ARGUMENT}", **({"flush_messages": 1} if ARGUMENT == "flush" else {}))
    sender = producer(acks="all")
    time.sleep(1)
    for number in range(100):
        sender.send(f"fsync-{ARGUMENT}", b"x", partition=0).get(10)
        time.sleep(0.01)


def offsets():
    """An offset is never used again, neither after DeleteRecords nor after a restart (row 12)."""
    place = TopicPartition("offsets", 0)
    if ARGUMENT == "before":
        create("offsets")
        sender = producer()
        for number in range(50):
            sender.send("offsets", b"x", partition=0)
        sender.flush()
        admin = KafkaAdminClient(bootstrap_servers=BROKER)
        admin.delete_records({place: 50})
        reader = consumer()
        assert reader.beginning_offsets([place]) == {place: 50}
        assert producer().send("offsets", b"y", partition=0).get(10).offset == 50
        admin.delete_records({place: 51})
        time.sleep(1)
    else:
        assert producer().send("offsets", b"z", partition=0).get(10).offset == 51


def steadily(topic, **options):
    """Sends numbers until the broker was killed often enough; answers offset by number of those acknowledged."""
    create(topic)
    begun()
    sender = producer(acks="all", retries=1_000, request_timeout_ms=5_000, reconnect_backoff_max_ms=200, **options)
    acknowledged, number, until = {}, 0, time.time() + 120
    while not os.path.exists(f"{WORK}/enough-{NAME}") or len(acknowledged) <= 1_000 and time.time() < until:
        def note(metadata, number=number):
            acknowledged[number] = metadata.offset
        sender.send(topic, b"%d" % number, partition=0).add_callback(note)
        number += 1
        time.sleep(0.0005)
    sender.flush(60)
    sender.close()
    print(f"{len(acknowledged)} of {number} acknowledged")
    assert len(acknowledged) > 1_000
    return acknowledged, number


def acknowledged():
    """What was acknowledged is there at its offset, whatever happened to the broker (I1, I5)."""
    told, _ = steadily("acknowledged")
    found = {r.offset: int(r.value) for r in read("acknowledged")}
    missing = [number for number, offset in told.items() if found.get(offset) != number]
    assert not missing, f"{len(missing)} acknowledged records are gone, the first is {missing[0]}"


def exactly_once():
    """An idempotent producer writes every number once and in order through kills (I3, I4, row 56)."""
    _, count = steadily("exactly-once", enable_idempotence=True)
    values = [int(r.value) for r in read("exactly-once")]
    assert values == list(range(count)), f"{len(values)} records for {count} sends"


def deliver(topic, commit_first):
    """A consumer that starts anew again and again while the broker is killed; answers what it processed."""
    create(topic)
    begun()
    sender = producer(acks="all", enable_idempotence=True, retries=1_000, request_timeout_ms=5_000)
    for number in range(3_000):
        sender.send(topic, b"%d" % number, partition=0)
    sender.flush(60)
    processed, until = [], time.time() + 120
    while time.time() < until:
        reader = consumer(topic, group_id=topic, session_timeout_ms=6_000, heartbeat_interval_ms=500, max_poll_records=50)
        try:
            for _ in range(25):
                batches = reader.poll(timeout_ms=300)
                if commit_first and batches:
                    reader.commit()
                for batch in batches.values():
                    processed.extend(int(r.value) for r in batch)
                if not commit_first and batches and random.random() < 0.7:
                    reader.commit()
        except Exception as error:  # the broker was killed: the consumer starts anew
            print(type(error).__name__)
        finally:
            reader.close(autocommit=False)
        if os.path.exists(f"{WORK}/enough-{NAME}") and processed and max(processed) == 2_999:
            break
    return processed


def at_least_once():
    processed = deliver("at-least-once", commit_first=False)
    assert set(processed) == set(range(3_000)), f"{3_000 - len(set(processed))} were never processed"


def at_most_once():
    processed = deliver("at-most-once", commit_first=True)
    assert len(processed) == len(set(processed)), "some were processed twice"
    assert max(processed) == 2_999


globals()[NAME]()

"""How much a cluster forgets whose every process and disk goes at a random moment: three brokers, killed with -9 and restored from the bucket.

Meanwhile one client commits offsets of four groups and another changes a topic's configuration, as fast as they are
answered, each value one larger than the last. What counts is the age, at the moment of the kill, of the oldest
acknowledged value that did not come back.
"""
import random
import shutil
import subprocess
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.structs import OffsetAndMetadata, TopicPartition

from lab import Process, free_port, listens, until

NODES = (1, 2, 3)
GROUPS = [f"group-{index}" for index in range(4)]
MARKS = TopicPartition("marks", 0)
FIRST = 1_000_000_000  # of retention.ms: never short


class Cluster:
    def __init__(self, lab):
        self.lab = lab
        self.ports = {node: (free_port(), free_port()) for node in NODES}
        self.servers = [f"127.0.0.1:{client}" for client, _ in self.ports.values()]
        self.processes = {}
        voters = ",".join(f"{node}@127.0.0.1:{quorum}" for node, (_, quorum) in self.ports.items())
        for node, (client, quorum) in self.ports.items():
            lines = {
                "process.roles": "broker,controller",
                "node.id": node,
                "listeners": f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{quorum}",
                "controller.listener.names": "CONTROLLER",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.quorum.voters": voters,
                "log.dirs": self.data(node),
                "offsets.topic.num.partitions": 4,
                "group.initial.rebalance.delay.ms": 0,
                "eddyline.http.listener": "",
                "remote.log.storage.system.enable": "true",
                "eddyline.remote.store": "s3://bench/rpo",
                "eddyline.remote.s3.endpoint": lab.store.url,
            }
            self.config(node).write_text("".join(f"{key}={value}\n" for key, value in lines.items()))

    def data(self, node):
        return self.lab.scratch / f"rpo-{node}"

    def config(self, node):
        return self.lab.scratch / f"rpo-{node}.properties"

    def on_every_node(self, *words):
        for node in NODES:
            run = subprocess.run([self.lab.eddyline, *words, "--config", self.config(node)], capture_output=True, text=True)
            if run.returncode:
                raise RuntimeError(f"{words} of node {node}: {run.stdout}{run.stderr}")

    def start(self):
        for node in NODES:
            self.processes[node] = Process([self.lab.eddyline, "broker", "--config", self.config(node)], self.lab.scratch / f"rpo-{node}.log")
        until(lambda: all(listens(client) for client, _ in self.ports.values()), 60, "the brokers do not start")
        until(self.serves, 120, "the cluster does not serve")

    def serves(self):
        run = subprocess.run([self.lab.eddyline, "topic", "list", "--timeout", "5s", "--bootstrap", ",".join(self.servers)], capture_output=True)
        return run.returncode == 0

    def lose_everything(self):
        for process in self.processes.values():
            process.popen.kill()
        moment = time.monotonic()
        for node, process in self.processes.items():
            process.popen.wait()
            shutil.rmtree(self.data(node))
        return moment


class Writer(threading.Thread):
    """Writes 1, 2, 3, … until it fails, and notes when each was acknowledged."""

    def __init__(self, first, write):
        super().__init__(daemon=True)
        self.next, self.write, self.acknowledged = first, write, {}

    def run(self):
        while True:
            try:
                self.write(self.next)
            except Exception:
                return
            self.acknowledged[self.next] = time.monotonic()
            self.next += 1
            time.sleep(0.02)

    def lost_ms(self, restored, killed):
        """Age at the kill of the oldest acknowledged value that is not there."""
        gone = [at for value, at in self.acknowledged.items() if value > restored and at < killed]
        return max(0.0, killed - min(gone)) * 1000 if gone else 0.0


def committer(cluster, group, first):
    consumer = KafkaConsumer(bootstrap_servers=cluster.servers, group_id=group, enable_auto_commit=False)
    consumer.assign([MARKS])
    return Writer(first, lambda value: consumer.commit({MARKS: OffsetAndMetadata(value, "", -1)}))


def changer(cluster, first):
    admin = KafkaAdminClient(bootstrap_servers=cluster.servers)
    topic = lambda value: ConfigResource(ConfigResourceType.TOPIC, MARKS.topic, {"retention.ms": str(FIRST + value)})
    return Writer(first, lambda value: admin.alter_configs([topic(value)]))


def committed(cluster, group):
    consumer = KafkaConsumer(bootstrap_servers=cluster.servers, group_id=group, enable_auto_commit=False)
    offset = consumer.committed(MARKS)
    consumer.close()
    return offset or 0


def configured(cluster):
    admin = KafkaAdminClient(bootstrap_servers=cluster.servers)
    told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, MARKS.topic, None)])
    admin.close()
    return int(told["topic"][MARKS.topic]["retention.ms"]["value"]) - FIRST


def measure(lab, rounds, seed):
    chance = random.Random(seed)
    cluster = Cluster(lab)
    cluster.on_every_node("format", "-t", "AAAAAAAAAAAAAAAAAAAAKg")
    cluster.start()
    words = ["topic", "create", MARKS.topic, "--partitions", "1", "--replicas", "3", "--config", f"retention.ms={FIRST}"]
    subprocess.run([lab.eddyline, *words, "--bootstrap", cluster.servers[0]], check=True, capture_output=True)
    values = {name: 0 for name in [*GROUPS, "metadata"]}
    worst = {"offsets": [], "metadata": []}
    for count in range(1, rounds + 1):
        writers = {group: committer(cluster, group, values[group] + 1) for group in GROUPS}
        writers["metadata"] = changer(cluster, values["metadata"] + 1)
        for writer in writers.values():
            writer.start()
        until(lambda: all(writer.acknowledged for writer in writers.values()), 120, "nothing is acknowledged")
        time.sleep(chance.uniform(3, 15))
        killed = cluster.lose_everything()
        for writer in writers.values():
            writer.join(60)
        cluster.on_every_node("restore", "--cluster-is-gone")
        cluster.start()
        found = {group: committed(cluster, group) for group in GROUPS} | {"metadata": configured(cluster)}
        lost = {name: writer.lost_ms(found[name], killed) for name, writer in writers.items()}
        worst["offsets"].append(max(lost[group] for group in GROUPS))
        worst["metadata"].append(lost["metadata"])
        acknowledged = sum(len(writer.acknowledged) for writer in writers.values())
        print(f"<!-- round {count}: {acknowledged} acknowledged, offsets {worst['offsets'][-1]:.0f} ms, metadata {worst['metadata'][-1]:.0f} ms -->", flush=True)
        # What was lost may be acknowledged again with other values: numbers go on behind everything that was ever written.
        values = {name: max(writer.next, found[name]) for name, writer in writers.items()}
    cluster.lose_everything()
    return worst

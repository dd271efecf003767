"""A store, a broker and clients as processes, and what is seen of them. Owns what it started; knows nothing of goals."""
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

MIB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    """Below the ports that the system gives to clients."""
    for _ in range(1000):
        port = 20000 + secrets.randbelow(11000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no port is free")


def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(what)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    def __init__(self, words, log, env=None):
        self.log = open(log, "ab")
        self.popen = subprocess.Popen(words, stdout=self.log, stderr=self.log, env=env)

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mib(self, which="VmRSS"):
        text = Path(f"/proc/{self.popen.pid}/status").read_text()
        return int(re.search(rf"{which}:\s+(\d+)", text).group(1)) / 1024

    def stop(self):
        self.popen.terminate()
        self.popen.wait(60)

    def kill(self):
        self.popen.kill()
        self.popen.wait()


class Store(Process):
    """MinIO with one bucket."""

    def __init__(self, lab):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = dict(os.environ, MINIO_ROOT_USER="bench", MINIO_ROOT_PASSWORD=secrets.token_hex(12), MINIO_BROWSER="off", MINIO_UPDATE="off")
        words = [lab.minio, "server", "--quiet", "--address", f"127.0.0.1:{self.port}", "--console-address", "127.0.0.1:0", f"{lab.scratch}/store"]
        super().__init__(words, lab.scratch / "store.log", env)
        self.env = {
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": env["MINIO_ROOT_PASSWORD"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT": self.url,
        }
        os.environ.update(self.env)
        until(lambda: listens(self.port), 60, "the store does not start")
        until(self.make, 60, "the store makes no bucket")

    def s3(self):
        import boto3

        return boto3.client("s3", endpoint_url=self.url)

    def make(self):
        try:
            self.s3().create_bucket(Bucket="bench")
            return True
        except Exception:
            return False

    def objects(self, prefix):
        pages = self.s3().get_paginator("list_objects_v2").paginate(Bucket="bench", Prefix=prefix)
        return [entry for page in pages for entry in page.get("Contents", [])]


class Broker(Process):
    """One node; `restart` starts it again on its directory."""

    def __init__(self, lab, name, properties, endpoint=None):
        self.lab, self.name = lab, name
        self.port, self.http = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.folder = lab.scratch / name
        (self.folder / "data").mkdir(parents=True)
        self.config = self.folder / "server.properties"
        lines = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "listeners": f"PLAINTEXT://{self.address}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "log.dirs": self.folder / "data",
            "eddyline.http.listener": f"127.0.0.1:{self.http}",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
        }
        if endpoint:
            lines |= {
                "remote.log.storage.system.enable": "true",
                "eddyline.remote.store": f"s3://bench/{name}",
                "eddyline.remote.s3.endpoint": endpoint,
                "remote.log.manager.task.interval.ms": 5000,
                "log.retention.check.interval.ms": 2000,
                "log.flush.start.offset.checkpoint.interval.ms": 2000,
            }
        lines |= properties
        self.config.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
        subprocess.run([lab.eddyline, "format", "--config", self.config], check=True, stdout=subprocess.DEVNULL)
        self.start()

    def start(self):
        super().__init__([self.lab.eddyline, "broker", "--config", self.config], self.folder / "log")
        until(lambda: listens(self.port), 60, "the broker does not start")

    def restart(self):
        self.stop()
        self.start()

    def metric(self, name):
        """The sum over all labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics", timeout=20) as answer:
            text = answer.read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def eddyline(self, *words):
        run = subprocess.run([self.lab.eddyline, *map(str, words), "--bootstrap", self.address], capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"{words}: {run.stdout}{run.stderr}")
        return run.stdout

    def topic(self, name, partitions, **configs):
        words = ["topic", "create", name, "--partitions", partitions]
        for key, value in configs.items():
            words += ["--config", f"{key.replace('_', '.')}={value}"]
        self.eddyline(*words)

    def produce(self, topic, *words):
        return json.loads(self.eddyline("perf", "produce", topic, "-o", "json", *words))

    def consume(self, topic, *words):
        return json.loads(self.eddyline("perf", "consume", topic, "-o", "json", *words))

    def begin(self, *words):
        """A client beside others; `ended` gives its report."""
        words = [self.lab.eddyline, *map(str, words), "-o", "json", "--bootstrap", self.address]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def is_copied(self):
        return self.metric("kafka_server_brokertopicmetrics_remotecopylagsegments") == 0

    def local_logs(self, topic):
        return len(list(self.folder.glob(f"data/{topic}-*/*.log")))


def ended(client):
    out, _ = client.communicate(timeout=600)
    return json.loads(out)


class Lab:
    def __init__(self, arguments):
        self.eddyline, self.minio, self.reader = arguments.eddyline, arguments.minio, arguments.reader
        self.scratch = Path(arguments.scratch)
        self.proxy_program = Path(__file__).parents[2] / "suites/tiering-faults/fault_proxy.py"
        self.store = Store(self)

    def raw_read(self, prefix, range_bytes, in_flight):
        """Bytes a second that the store gives to object_store alone."""
        words = [self.reader, "bench", prefix, str(range_bytes), str(in_flight)]
        run = subprocess.run(words, check=True, capture_output=True, text=True)
        size, seconds = run.stdout.split()
        return int(size) / float(seconds)

    def drop(self, broker):
        broker.kill()
        shutil.rmtree(broker.folder)
        client = self.store.s3()
        for entry in self.store.objects(f"{broker.name}/"):
            client.delete_object(Bucket="bench", Key=entry["Key"])

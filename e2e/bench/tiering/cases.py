"""What is measured of the remote tier, and the goals. A case prints its rows as soon as it has them; what it started it ends."""
import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

import manifests
from lab import MIB, Broker, Lab, Process, ended, free_port, listens, until

GIB = 1 << 30
CHUNK = MIB  # eddyline.remote.chunk.bytes as it is by default
TIERED = {"remote_storage_enable": "true", "local_retention_bytes": 1, "retention_ms": -1}


def row(what, unit, value, goal="", runs=()):
    many = f" ({', '.join(f'{run:.3g}' for run in runs)})" if runs else ""
    print(f"| {what} | {unit} | **{value:.3g}**{many} | {goal} |", flush=True)


def at_most(value, limit, name):
    return f"≤ {name} {'reached' if value <= limit else '**missed**'}"


def at_least(value, limit, name):
    return f"≥ {name} {'reached' if value >= limit else '**missed**'}"


def copy(lab, arguments):
    """How far copies lag while 50 MB/s come in; then what producing and copying cost, one after the other."""
    broker = Broker(lab, "copy", {}, lab.store.url)
    broker.topic("events", 4, segment_bytes=64 * MIB, **TIERED)
    seconds = arguments.seconds
    load = broker.begin("perf", "produce", "events", "--rate", 50_000_000 // 1024, "--record-size", "1KiB", "--duration", f"{seconds}s")
    lags = []
    while load.poll() is None:
        lags.append(broker.metric("eddyline_remote_copy_lag_ms") / 1000)
        time.sleep(0.2)
    rate = ended(load)["bytes_per_second"] / 1e6
    until(broker.is_copied, 120, "the last segments are not copied")
    copied = broker.metric("kafka_server_brokertopicmetrics_remotecopyrequests_total")
    worst = max(lags)
    row(f"copy lag of a sealed segment, largest of {len(lags)} looks, {rate:.0f} MB/s in, {copied:.0f} segments of 64 MiB", "s", worst, at_most(worst, 10, "10 s"))
    row("the same, median look", "s", statistics.median(lags))
    cost(broker)
    lab.drop(broker)


def cost(broker):
    broker.eddyline("tier", "pause")
    broker.topic("priced", 4, segment_bytes=64 * MIB, **TIERED)
    begun, before = broker.cpu_seconds(), broker.metric("kafka_server_brokertopicmetrics_remotecopybytes_total")
    report = broker.produce("priced", "--records", 2 * GIB // 1024, "--record-size", "1KiB")
    produced = (broker.cpu_seconds() - begun) / (report["records"] * 1024 / GIB)
    time.sleep(3)
    begun = broker.cpu_seconds()
    broker.eddyline("tier", "resume")
    until(broker.is_copied, 120, "what was produced is not copied")
    spent = broker.cpu_seconds() - begun
    copied = (broker.metric("kafka_server_brokertopicmetrics_remotecopybytes_total") - before) / GIB
    row("CPU of the broker, copying", "s/GiB", spent / copied)
    row("CPU of the broker, producing (1 KiB, acks=all, copying paused)", "s/GiB", produced)


def rate(report):
    return report["fetched_bytes"] / report["seconds"] / 1e6


def given_up(broker, topic, partitions):
    until(lambda: broker.is_copied() and broker.local_logs(topic) <= partitions, 300, "local segments stay")


def read(lab, arguments):
    """One cold reader against object_store alone, in turn."""
    broker = Broker(lab, "read", {}, lab.store.url)
    broker.topic("events", 1, segment_bytes=64 * MIB, **TIERED)
    records = arguments.gib * GIB // 1024
    broker.produce("events", "--records", records, "--record-size", "1KiB")
    given_up(broker, "events", 1)
    wanted = int(records * 0.9)
    ours, one, four = [], [], []
    for _ in range(arguments.runs):
        one.append(lab.raw_read("read/", CHUNK, 1) / 1e6)
        broker.restart()
        ours.append(rate(broker.consume("events", "--records", wanted)))
        four.append(lab.raw_read("read/", CHUNK, 4) / 1e6)
    best, raw, raw_four = map(statistics.median, (ours, one, four))
    row(f"sequential cold read, one consumer, {wanted / (1 << 20):.1f} GiB", "MB/s", best, runs=ours)
    row("object_store alone, ranges of 1 MiB, one at a time", "MB/s", raw, runs=one)
    row("object_store alone, ranges of 1 MiB, four at a time", "MB/s", raw_four, runs=four)
    row("cold read against one at a time", "×", best / raw, at_least(best / raw, 0.8, "0.8×"))
    row("cold read against four at a time", "×", best / raw_four)
    lab.drop(broker)


def tail(lab, arguments):
    """Producers and consumers of the log's end, without and with four readers of remote segments, in turn."""
    broker = Broker(lab, "tail", {}, lab.store.url)
    broker.topic("end", 4, segment_bytes=GIB)
    cold = [f"cold-{index}" for index in range(4)]
    for name in cold:
        broker.topic(name, 1, segment_bytes=16 * MIB, **TIERED)
        broker.produce(name, "--records", 512 * MIB // 1024, "--record-size", "1KiB")
    for name in cold:
        given_up(broker, name, 1)
    figures = {False: [], True: []}
    read_rates = []
    for _ in range(arguments.runs):
        for with_readers in (False, True):
            figures[with_readers].append(at_the_end(broker, arguments, cold if with_readers else [], read_rates))
    for index, what in enumerate(("acknowledgement", "consumer at the end")):
        alone = [figure[index] for figure in figures[False]]
        beside = [figure[index] for figure in figures[True]]
        ratio = statistics.median(beside) / statistics.median(alone)
        row(f"p99, {what}, {arguments.rate} records/s of 1 KiB, nobody else reads", "ms", statistics.median(alone), runs=alone)
        row(f"p99, {what}, beside four cold readers", "ms", statistics.median(beside), runs=beside)
        row(f"p99, {what}, with against without", "×", ratio, at_most(ratio, 1.5, "1.5×"))
    row("what the four cold readers got together", "MB/s", statistics.median(read_rates), runs=read_rates)
    lab.drop(broker)


def at_the_end(broker, arguments, cold, read_rates):
    seconds = arguments.seconds // 2
    stop = time.monotonic() + seconds + 4
    readers = [broker.begin("perf", "consume", name, "--duration", f"{seconds + 3}s", "--idle", f"{seconds + 3}s") for name in cold]
    follower = broker.begin("perf", "consume", "end", "--from-end", "--latency", "--duration", f"{seconds + 2}s", "--idle", f"{seconds + 2}s")
    time.sleep(1)
    load = broker.begin("perf", "produce", "end", "--rate", arguments.rate, "--record-size", "1KiB", "--duration", f"{seconds}s", "--warm-up", "3s")
    reports = []
    while time.monotonic() < stop:
        for index, reader in enumerate(readers):
            # Who has read all begins again: the load does not end before the figures.
            if reader.poll() is not None:
                reports.append(ended(reader))
                readers[index] = broker.begin("perf", "consume", cold[index], "--duration", f"{max(1, int(stop - time.monotonic()))}s", "--idle", "3s")
        time.sleep(0.2)
    produced, followed = ended(load), ended(follower)
    reports += [ended(reader) for reader in readers]
    if cold:
        read_rates.append(sum(report["fetched_bytes"] for report in reports) / (seconds + 4) / 1e6)
    return produced["latency_ms"]["p99"], followed["latency_ms"]["p99"]


def puts(lab, arguments):
    """Requests that write, counted between broker and store."""
    for size, name, limit in ((64 * MIB, "64 MiB", 48), (GIB, "1 GiB", 24)):
        port, control = free_port(), free_port()
        proxy = Process([sys.executable, lab.proxy_program, str(port), str(lab.store.port), str(control)], lab.scratch / "proxy.log")
        until(lambda: listens(port) and listens(control), 60, "the proxy does not start")
        broker = Broker(lab, f"puts-{size}", {"eddyline.remote.backup.interval.ms": 10_000}, f"http://127.0.0.1:{port}")
        broker.topic("events", 1, segment_bytes=size, **TIERED)
        broker.produce("events", "--records", int(2.1 * GIB) // 1024, "--record-size", "1KiB", "--rate", 60_000)
        until(broker.is_copied, 300, "segments are not copied")
        copied = broker.metric("kafka_server_brokertopicmetrics_remotecopybytes_total") / GIB
        counts = proxied(control)
        written = {kind: count for kind, count in counts.items() if kind.split()[0] in ("PUT", "POST")}
        about = {kind: count for kind, count in written.items() if not kind.endswith("other")}
        each = sum(about.values()) / copied
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(written.items()))
        row(f"requests that write per GiB, segments of {name} ({copied:.1f} GiB: {told})", "", each, at_most(each, limit, str(limit)))
        lab.drop(broker)
        proxy.kill()


def proxied(control):
    with socket.create_connection(("127.0.0.1", control)) as line:
        line.sendall(b"counts\n")
        return json.loads(line.makefile().readline())


def many(lab, arguments):
    """A thousand partitions with a hundred remote segments each: memory, and the way back from the bucket."""
    sides = {}
    for name, endpoint in (("plain", None), ("many", lab.store.url)):
        broker = Broker(lab, name, {"eddyline.remote.backup.interval.ms": 1000} if endpoint else {}, endpoint)
        configs = dict(TIERED, segment_ms=1000) if endpoint else {"segment_ms": 1000}
        for index in range(10):
            broker.topic(f"t{index}", 100, **configs)
        for index in range(10):
            broker.produce(f"t{index}", "--records", 3000, "--keys", 3000, "--record-size", 100)
        time.sleep(1.5)
        for index in range(10):
            broker.produce(f"t{index}", "--records", 3000, "--keys", 3000, "--record-size", 100)
        sides[name] = broker
        if not endpoint:
            broker.restart()
            touch(broker)
            without = settled(broker)
            lab.drop(broker)
    until(broker.is_copied, 300, "segments are not copied")
    time.sleep(5)
    broker.kill()
    count = manifests.lengthen(lab.store, "many/", 100)
    shutil.rmtree(broker.folder / "data")
    (broker.folder / "data").mkdir()
    restore(lab, broker, count, without)
    lab.drop(broker)


def touch(broker):
    for index in range(10):
        broker.consume(f"t{index}", "--records", 500, "--idle", "20s")


def settled(broker):
    """Resident memory when it moves no more."""
    seen = [broker.memory_mib()]
    for _ in range(60):
        time.sleep(1)
        seen.append(broker.memory_mib())
        if len(seen) > 8 and max(seen[-8:]) - min(seen[-8:]) < 0.5:
            break
    return seen[-1]


def restore(lab, broker, count, without):
    begun = time.monotonic()
    run = subprocess.run([lab.eddyline, "restore", "--config", broker.config, "--cluster-is-gone"], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stdout[-2000:] + run.stderr[-2000:])
    restored = time.monotonic() - begun
    broker.start()
    broker.consume("t0", "--records", 1, "--idle", "60s")
    first = time.monotonic() - begun
    every = 0
    for index in range(10):
        every += broker.consume(f"t{index}", "--records", 500, "--idle", "60s")["records"]
    row(f"restore of {count[0]} partitions with {count[1]} remote segments to the first fetch (`restore` itself: {restored:.1f} s)", "s", first, at_most(first, 10, "10 s"))
    row(f"the same until {every} records of all topics were fetched", "s", time.monotonic() - begun)
    with_tier = settled(broker)
    added = with_tier - without
    row("resident memory of the broker with them, after these fetches", "MiB", with_tier)
    row("the same partitions without a remote tier", "MiB", without)
    row("memory added by tiering", "MiB", added, at_most(added, 64, "64 MiB"))


def forgotten(lab, arguments):
    """What a restore brings back of metadata and committed offsets after everything was killed at random moments."""
    import rpo

    worst = rpo.measure(lab, arguments.rounds, arguments.seed)
    for name, seen in worst.items():
        most = max(seen) / 1000
        row(f"RPO of {name}, largest of {len(seen)} kills (median {statistics.median(seen) / 1000:.2f} s)", "s", most, at_most(most, 10, "10 s"))


CASES = {"copy": copy, "read": read, "tail": tail, "puts": puts, "many": many, "rpo": forgotten}


def machine():
    with open("/proc/cpuinfo") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return f"{os.cpu_count()} cores ({model}), load {', '.join(f'{load:.1f}' for load in os.getloadavg())}"


def main():
    parser = argparse.ArgumentParser()
    for name in ("eddyline", "minio", "reader", "scratch"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gib", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("cases", nargs="*", choices=list(CASES))
    arguments = parser.parse_args()
    version = subprocess.run([arguments.eddyline, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {version}, MinIO on loopback, {machine()}\n")
    print("| what | unit | seen | goal |\n|---|---|---|---|", flush=True)
    lab = Lab(arguments)
    for name in arguments.cases or CASES:
        CASES[name](lab, arguments)
    print(f"\nload at the end {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    lab.store.kill()


main()

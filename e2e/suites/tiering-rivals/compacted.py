"""A compacted topic of which the record at each offset is known.

compacted.py write FIRST COUNT PER_SECOND   prints records for kcat -P -K '\\t' -Z, at that pace, in bursts
compacted.py seen FILE                      takes what kcat -f '%o %k %S %s\\n' prints; each record has to be the one of its offset; keeps the offsets
compacted.py judge START COUNT FINAL FILE…  START is where the log starts, FINAL what was seen when everything is over: who read up to an offset saw the
                                            latest record below it of every key, and with it every record whose key is written once

(What the log has in the end is no measure: each replica cleans for itself, and a copy may hold what was superseded when its segment was read.)
"""
import sys
import time

KEYS = 41


def key(n):
    # Some are written once, so that something is left everywhere.
    return f"only-{n}" if n % 20 == 7 else f"key-{n * 7919 % KEYS:02}"


def value(n):
    return "" if n % 10 == 9 else f"{n:08}-" + "abcdefgh" * 120


def write(first, count, per_second):
    begun = time.monotonic()
    for done, n in enumerate(range(first, first + count)):
        sys.stdout.write(f"{key(n)}\t{value(n)}\n")
        # In bursts: who reads comes to an end between them.
        if done % 1500 == 1499:
            sys.stdout.flush()
            time.sleep(max(0, begun + done / per_second - time.monotonic()))


def seen(path):
    last = -1
    with open(path, "w") as file:
        for line in sys.stdin:
            offset, found, size, text = line.rstrip("\n").split(" ", 3)
            n = int(offset)
            assert n > last, f"offset {n} behind {last}"
            assert (found, text) == (key(n), value(n)), f"at {n}: {found} {text[:20]}"
            assert (int(size) < 0) == (value(n) == ""), f"at {n}: {size} bytes"
            last = n
            print(n, file=file)
    assert last >= 0, "nothing was read"


def judge(start, count, final_path, paths):
    def offsets(path):
        return [int(line) for line in open(path)]

    final = offsets(final_path)
    assert final[-1] == count - 1, f"the log ends with {final[-1]}"
    assert len(final) < (count - start) // 2 or start > count // 2, f"{len(final)} of {count} records are left: nothing was compacted"
    assert paths, "nobody read"
    left, removed = set(final), 0
    for path in paths + [final_path]:
        read = offsets(path)
        known, end = set(read), read[-1]
        latest = {key(n): n for n in range(end + 1)}
        lost = [n for n in latest.values() if n >= start and n not in known]
        assert not lost, f"{path}: not the latest {lost[:5]} below {end + 1}"
        removed += any(n not in left for n in read)
    print(f"{len(paths)} readings, {removed} of them with records that were removed later; {len(final)} of {count} records are left, from {start} on")
    assert removed, "nothing was removed behind a reader"


command, *rest = sys.argv[1:]
if command == "judge":
    judge(int(rest[0]), int(rest[1]), rest[2], rest[3:])
else:
    {"write": lambda: write(*map(int, rest)), "seen": lambda: seen(*rest)}[command]()

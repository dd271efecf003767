"""Stands between a broker and its store and does to requests what networks and stores do: fault_proxy.py PORT STORE_PORT CONTROL_PORT [ADDRESS]

A line to the control port, one answer: `rule METHOD SUFFIX EVERY FAULT [NUMBER]` (every so many-th request of that method whose key ends so;
`=2` only the second; `*` matches all), `clear` (ends all rules, and lets go what is held), `held` (how many requests are held), `hits` (how many
met a fault), `counts` (requests by method and what they were for, and answers by status), `late` (how many of those faults are under way), `who` (whose request met the last fault: an address).

| fault | what happens | number |
|---|---|---|
| error | that status, and the store hears nothing | status |
| lose | the store does it, and the answer is lost | |
| hold-before, hold-after | nothing more happens: before the store heard of it, or after | |
| reset | the connection is reset within the answer's body | bytes that come |
| short | the body lacks bytes, and the header knows of it | bytes that lack |
| corrupt | one bit of the body is flipped | |
| late | the store hears of it, whoever waits for it, when all rules are cleared | |
| slow | it waits before the store hears of it | ms |
| forget | the store does not hear of the condition, and does it (a store that checks signatures notices) | |
"""
import asyncio
import collections
import json
import socket
import struct
import sys

PORT, STORE, CONTROL = map(int, sys.argv[1:4])
ADDRESS = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"
rules, held, counts = [], set(), collections.Counter()
hits, late, last_peer, released = 0, 0, "nobody", asyncio.Event()


class Rule:
    def __init__(self, method, suffix, every, fault, number="0"):
        self.method, self.suffix, self.every, self.is_once = method, suffix, int(every.lstrip("=")), every.startswith("=")
        self.fault, self.number, self.seen = fault, int(number), 0

    def meets(self, method, path):
        if self.method not in ("*", method) or not (self.suffix == "*" or path.endswith(self.suffix)):
            return False
        self.seen += 1
        return self.seen == self.every if self.is_once else self.seen % self.every == 0


async def read_message(reader, until_close):
    """Head and body of a request, or of an answer that ends with its connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    if until_close:
        return head, await reader.read()
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"expect":
            raise ValueError("nobody here says 100-continue")
    return head, await reader.readexactly(length)


async def ask_store(head, body):
    reader, writer = await asyncio.open_connection("127.0.0.1", STORE)
    lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"connection:")]
    writer.write(b"\r\n".join(lines + [b"Connection: close", b"", b""]) + body)
    await writer.drain()
    answer = await read_message(reader, True)
    writer.close()
    return answer


def with_length(head, length):
    lines = head.split(b"\r\n")
    kept = [l for l in lines if l and not l.lower().startswith((b"content-length:", b"connection:", b"transfer-encoding:"))]
    return b"\r\n".join(kept + [b"Content-Length: %d" % length, b"", b""])


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hold(writer):
    held.add(writer)
    await released.wait()
    held.discard(writer)
    reset(writer)


async def one_request(reader, writer):
    """Answers one request; false when its connection is over."""
    global hits, late, last_peer
    head, body = await read_message(reader, False)
    method, target = head.split(b" ", 2)[:2]
    method, path = method.decode(), target.decode().split("?")[0]
    kind = "segment" if path.endswith(".segment") else "manifest" if path.endswith("manifest") else "other"
    counts[f"{method} {kind}"] += 1
    rule = next((rule for rule in rules if rule.meets(method, path)), None)
    fault = rule.fault if rule else None
    if rule:
        hits, last_peer = hits + 1, writer.get_extra_info("peername")[0]
    if fault == "error":
        writer.write(b"HTTP/1.1 %d Fault\r\nContent-Length: 0\r\n\r\n" % rule.number)
        await writer.drain()
        return True
    if fault == "hold-before":
        await hold(writer)
        return False
    if fault == "late":
        late += 1
        await released.wait()
    if fault == "slow":
        await asyncio.sleep(rule.number / 1000)
    if fault == "forget":
        head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"if-"))
    head, body = await ask_store(head, body)
    counts[f"{method} {kind} {head.split(b' ', 2)[1].decode()}"] += 1
    late -= fault == "late"
    if fault == "hold-after":
        await hold(writer)
        return False
    if fault == "lose":
        reset(writer)
        return False
    if fault == "corrupt" and body:
        body = bytearray(body)
        body[len(body) // 2] ^= 1
    if fault == "reset":
        writer.write(with_length(head, len(body)) + body[: rule.number])
        await writer.drain()
        await asyncio.sleep(0.05)
        reset(writer)
        return False
    if fault == "short":
        body = body[: -rule.number]
    length = len(body)
    if method == "HEAD":
        writer.write(head)
    else:
        writer.write(with_length(head, length) + body)
    await writer.drain()
    return method != "HEAD"


async def serve(reader, writer):
    try:
        while await one_request(reader, writer):
            pass
        writer.close()
    except (asyncio.IncompleteReadError, ConnectionError, OSError):
        writer.close()


async def control(reader, writer):
    global hits
    words = (await reader.readline()).decode().split() or ["nothing"]
    answer = "done"
    if words[0] == "rule":
        rules.append(Rule(*words[1:]))
        hits = 0
        released.clear()
    elif words[0] == "clear":
        rules.clear()
        released.set()
    elif words[0] == "held":
        answer = len(held)
    elif words[0] == "late":
        answer = late
    elif words[0] == "hits":
        answer = hits
    elif words[0] == "who":
        answer = last_peer
    elif words[0] == "counts":
        answer = json.dumps(counts)
    else:
        answer = "what?"
    writer.write(f"{answer}\n".encode())
    await writer.drain()
    writer.close()


async def main():
    await asyncio.start_server(control, "127.0.0.1", CONTROL)
    server = await asyncio.start_server(serve, ADDRESS, PORT, limit=1 << 20)
    await server.serve_forever()


asyncio.run(main())

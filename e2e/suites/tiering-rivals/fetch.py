"""Fetches from an offset as a consumer does: fetch.py HOST:PORT TOPIC OFFSET FILE

Asks again while the answer is empty, for a minute at most; prints the error code and how many bytes came, which are put into FILE.
"""
import socket
import struct
import sys
import time


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def whole(connection, size):
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            raise ConnectionError("it ended")
        got += part
    return got


def fetch(connection, topic, offset):
    body = struct.pack(">iiiib", -1, 500, 1, 1 << 20, 0)
    body += struct.pack(">i", 1) + text(topic) + struct.pack(">iiqi", 1, 0, offset, 1 << 19)
    request = struct.pack(">hhi", 1, 4, 7) + text("fetch.py") + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    answer = whole(connection, struct.unpack(">i", whole(connection, 4))[0])
    # Correlation id, throttle time, one topic, its name, one partition.
    at = 4 + 4 + 4
    at += 2 + struct.unpack_from(">h", answer, at)[0] + 4
    _, error, _, _, aborted = struct.unpack_from(">ihqqi", answer, at)
    at += 4 + 2 + 8 + 8 + 4 + 16 * max(aborted, 0)
    size = struct.unpack_from(">i", answer, at)[0]
    return error, answer[at + 4 : at + 4 + max(size, 0)]


host, port = sys.argv[1].split(":")
error, records, end = 0, b"", time.monotonic() + 60
with socket.create_connection((host, int(port)), 60) as connection:
    connection.settimeout(60)
    while not records and error == 0 and time.monotonic() < end:
        error, records = fetch(connection, sys.argv[2], int(sys.argv[3]))
with open(sys.argv[4], "wb") as file:
    file.write(records)
print(error, len(records))

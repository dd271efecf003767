"""Makes manifests long: the broker loads them as if so many segments had been copied.

What is added behind a real segment names objects that do not exist; only the real ones can be read. The format is that of
`broker/tiered/src/manifest/format.rs`.
"""
import copy
import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
import base64


def table():
    rows = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return rows


TABLE = table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def lengthened(content, wanted):
    head, body = content.split(b"\n", 1)
    head, manifest = json.loads(head), json.loads(body)
    segments = manifest["segments"]
    if not segments:
        return None
    while len(segments) < wanted:
        last = segments[-1]
        added = copy.deepcopy(last)
        size = last["next"] - last["base"]
        added["id"] = base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
        added["base"] = added["start"] = last["next"]
        added["next"] = last["next"] + size
        segments.append(added)
    body = json.dumps(manifest, separators=(",", ":")).encode()
    head["crc32c"] = crc32c(body)
    return json.dumps(head).encode() + b"\n" + body


def lengthen(store, prefix, wanted):
    """Every manifest below the prefix; how many there are, and how many segments they name."""
    client = store.s3()
    keys = [entry["Key"] for entry in store.objects(prefix) if entry["Key"].endswith("/manifest")]

    def one(key):
        longer = lengthened(client.get_object(Bucket="bench", Key=key)["Body"].read(), wanted)
        if longer is None:
            return 0
        client.put_object(Bucket="bench", Key=key, Body=longer)
        return 1

    with ThreadPoolExecutor(8) as pool:
        written = sum(pool.map(one, keys))
    return written, written * wanted

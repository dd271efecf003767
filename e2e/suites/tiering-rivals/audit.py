"""Looks at what a topic's partition 0 has in the bucket: audit.py ENDPOINT TOPIC_ID [swept]

Its manifest has no gap and no overlap, every object that it names is there with the size it tells; with `swept`, nothing else is.
"""
import json
import sys
import boto3

s3 = boto3.client("s3", endpoint_url=sys.argv[1])
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="tiered")
listed = {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", []) if f"/{sys.argv[2]}/0/" in entry["Key"]}
key = next(key for key in listed if key.endswith("manifest"))
manifest = json.loads(s3.get_object(Bucket="tiered", Key=key)["Body"].read().split(b"\n", 1)[1])
end, named = 0, set()
for segment in manifest["segments"]:
    assert segment["start"] == end and segment["next"] > end, f"a gap or an overlap at {end}: {segment}"
    end = segment["next"]
    found = [key for key in listed if segment["id"] in key]
    assert len(found) == 1, f"{len(found)} objects of {segment['id']}"
    assert listed[found[0]] > segment["log_size"], f"{found[0]} is short"
    assert found[0] not in named, f"{found[0]} is named twice"
    named.add(found[0])
others = [key for key in listed if key.endswith(".segment") and key not in named]
print(f"{len(named)} segments up to {end}, {len(others)} that nothing names, written by {manifest['broker']} in epoch {manifest['leader_epoch']}")
assert end > 0 and (len(sys.argv) < 4 or not others), others

"""Looks at the bucket from outside: bucket.py ENDPOINT make|list|count|sums; damage flips a bit of the first segment, mend does it again

conditions shows what the store does with a PUT that it must refuse, and says `refused`, `overwritten`, or `mixed` of all of them together.
"""
import hashlib
import sys
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3", endpoint_url=sys.argv[1])
if sys.argv[2] == "make":
    try:
        s3.create_bucket(Bucket="tiered")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise
    sys.exit()


def put(key, **condition):
    """The status of a conditional PUT."""
    try:
        return s3.put_object(Bucket="tiered", Key=key, Body=b"later", **condition)["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


if sys.argv[2] == "conditions":
    key, other = "conditions", "no-conditions"
    s3.put_object(Bucket="tiered", Key=key, Body=b"first")
    statuses = {
        "If-None-Match: * where an object is": put(key, IfNoneMatch="*"),
        "If-Match of another ETag": put(key, IfMatch='"00000000000000000000000000000000"'),
        "If-Match where nothing is": put(other, IfMatch='"00000000000000000000000000000000"'),
    }
    for what, status in statuses.items():
        print(f"{what}: {status}")
    content = s3.get_object(Bucket="tiered", Key=key)["Body"].read()
    for each in (key, other):
        s3.delete_object(Bucket="tiered", Key=each)
    if content == b"first" and all(status in (404, 412) for status in statuses.values()):
        print("refused")
    elif content == b"later" and all(status == 200 for status in statuses.values()):
        print("overwritten")
    else:
        print("mixed")
    sys.exit()
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="tiered")
keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
if sys.argv[2] in ("damage", "mend"):
    key = next(key for key in keys if key.endswith(".segment"))
    content = bytearray(s3.get_object(Bucket="tiered", Key=key)["Body"].read())
    content[len(content) // 2] ^= 1
    s3.put_object(Bucket="tiered", Key=key, Body=bytes(content))
elif sys.argv[2] == "sums":
    for key in keys:
        print(key, hashlib.sha256(s3.get_object(Bucket="tiered", Key=key)["Body"].read()).hexdigest())
elif sys.argv[2] == "list":
    print("\n".join(keys))
else:
    print(sum(key.endswith(".segment") for key in keys))

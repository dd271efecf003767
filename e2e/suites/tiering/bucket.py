"""Looks at the bucket from outside: bucket.py ENDPOINT make|list|count|sums; damage flips a bit of the first segment, mend does it again"""
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

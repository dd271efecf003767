"""Looks at the S3 endpoint of `eddyline dev`: look.py ENDPOINT COUNT; so many segments at least, and their bytes by range and whole"""
import sys
import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3", endpoint_url=sys.argv[1])
assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["eddyline"]
s3.head_bucket(Bucket="eddyline")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="eddyline", PaginationConfig={"PageSize": 2})
found = [entry for page in pages for entry in page.get("Contents", [])]
segments = [entry for entry in found if entry["Key"].endswith(".segment")]
assert len(segments) >= int(sys.argv[2]), found
folders = s3.list_objects_v2(Bucket="eddyline", Delimiter="/")["CommonPrefixes"]
assert all(any(entry["Key"].startswith(folder["Prefix"]) for entry in found) for folder in folders), folders
for entry in segments:
    name = {"Bucket": "eddyline", "Key": entry["Key"]}
    whole = s3.get_object(**name)["Body"].read()
    head = s3.head_object(**name)
    assert len(whole) == entry["Size"] == head["ContentLength"] and head["ETag"] == entry["ETag"]
    part = s3.get_object(**name, Range="bytes=100-299")
    assert part["Body"].read() == whole[100:300] and part["ContentRange"] == f"bytes 100-299/{len(whole)}"
    assert s3.get_object(**name, Range="bytes=-50")["Body"].read() == whole[-50:]
for refused in (lambda: s3.put_object(Bucket="eddyline", Key="new", Body=b"x"), lambda: s3.delete_object(Bucket="eddyline", Key=found[0]["Key"])):
    try:
        refused()
        sys.exit("it lets itself be changed")
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 405, error
# As the command of the banner asks, for people who have no keys.
unsigned = boto3.client("s3", endpoint_url=sys.argv[1], config=Config(signature_version=UNSIGNED))
assert unsigned.list_objects_v2(Bucket="eddyline", MaxKeys=1)["KeyCount"] == 1
print(len(segments), "segments")

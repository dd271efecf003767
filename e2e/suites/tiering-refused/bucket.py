"""What an administrator does to a bucket: bucket.py ENDPOINT COMMAND …

session POLICY    prints a key, its secret and its token, which may do what the policy says
state PREFIX      every object's key, size and ETag below the prefix, but for backups, which are written anew all the time
keys PREFIX       only the keys
take KEY FILE     moves an object into a file
put KEY FILE      and back
edit KEY          changes a byte in the middle of an object
"""
import sys
import boto3

endpoint, command, *words = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint)


def listed(prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="tiered", Prefix=prefix)
    found = [entry for page in pages for entry in page.get("Contents", [])]
    return [entry for entry in found if "/backup/" not in entry["Key"] and "/probe-" not in entry["Key"]]


if command == "session":
    sts = boto3.client("sts", endpoint_url=endpoint)
    given = sts.assume_role(RoleArn="arn:aws:iam::any:role/any", RoleSessionName="e2e", Policy=words[0], DurationSeconds=3600)["Credentials"]
    print(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
elif command == "state":
    for entry in listed(words[0]):
        print(entry["Key"], entry["Size"], entry["ETag"])
elif command == "keys":
    for entry in listed(words[0]):
        print(entry["Key"])
elif command == "take":
    with open(words[1], "wb") as file:
        file.write(s3.get_object(Bucket="tiered", Key=words[0])["Body"].read())
    s3.delete_object(Bucket="tiered", Key=words[0])
elif command == "put":
    with open(words[1], "rb") as file:
        s3.put_object(Bucket="tiered", Key=words[0], Body=file.read())
elif command == "edit":
    content = bytearray(s3.get_object(Bucket="tiered", Key=words[0])["Body"].read())
    content[len(content) // 2] ^= 1
    s3.put_object(Bucket="tiered", Key=words[0], Body=bytes(content))
else:
    sys.exit("what?")

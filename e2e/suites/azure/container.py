"""Looks at the container from outside: container.py CONNECTION make|list"""
import sys
from azure.storage.blob import BlobServiceClient

container = BlobServiceClient.from_connection_string(sys.argv[1]).get_container_client("tiered")
if sys.argv[2] == "make":
    container.create_container()
else:
    print("\n".join(blob.name for blob in container.list_blobs()))

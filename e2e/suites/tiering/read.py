"""Reads a topic from its beginning: read.py BROKER TOPIC COUNT"""
import sys
from kafka import KafkaConsumer

consumer = KafkaConsumer(sys.argv[2], bootstrap_servers=sys.argv[1], auto_offset_reset="earliest", consumer_timeout_ms=30000)
for count, record in enumerate(consumer, 1):
    print(record.value.decode())
    if count == int(sys.argv[3]):
        break

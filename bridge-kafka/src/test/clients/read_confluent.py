"""usage: read_confluent.py SERVERS TOPIC COUNT   prints each record as a line of JSON"""

import json
import sys
import uuid

from confluent_kafka import Consumer

servers, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
consumer = Consumer({
    "bootstrap.servers": servers,
    "group.id": str(uuid.uuid4()),
    "auto.offset.reset": "earliest",
})
consumer.subscribe([topic])
seen = 0
while seen < count:
    record = consumer.poll(1)
    if record is None or record.error():
        continue
    headers = {name: value.decode() for name, value in record.headers()}
    value = json.loads(record.value())
    if headers["content-type"].startswith("application/cloudevents+json"):
        event = value
    else:
        event = {name[3:]: text for name, text in headers.items() if name.startswith("ce_")}
        event["datacontenttype"] = headers["content-type"]
        event["data"] = value
    event["partitionkey"] = record.key().decode()
    names = ("id", "subject", "partitionkey", "sequence", "datacontenttype", "data")
    print(json.dumps({name: event[name] for name in names}), flush=True)
    seen += 1

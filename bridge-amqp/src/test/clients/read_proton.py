"""usage: python3 read_proton.py HOST:PORT QUEUE   prints one message of a queue, read over AMQP 1.0, as JSON"""

import json
import sys
from urllib.parse import quote

from proton.utils import BlockingConnection

server, queue = sys.argv[1:]
connection = BlockingConnection(
    "amqp://" + server, user="guest", password="guest", allowed_mechs="PLAIN", sasl_enabled=True, timeout=60
)
receiver = connection.create_receiver("/queues/" + quote(queue, safe=""))
message = receiver.receive(timeout=60)
receiver.accept()
print(
    json.dumps(
        {
            "content-type": message.content_type,
            "properties": message.properties,
            "body": bytes(message.body).decode(),
        }
    )
)
connection.close()

#!/usr/bin/python3
"""A daemon on a Unix socket for the benchmark: libvirtd.py SOCKET EVENTS MILLISECONDS

It lets one client open and register, and lists no guest. Then it reports the start of guests fired-0, fired-1, ... and
prints when, as "ns-since-1970 name". It ends with the last one.
"""
import os
import socket
import struct
import sys
import time
import uuid

REMOTE = 0x20008086
CALL_REPLIES = {66: struct.pack(">II", 1, 0), 273: struct.pack(">II", 0, 0)}  # no authentication; no guests
LIST, LIFECYCLE = 273, 318


def read(client, size):
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            sys.exit("libvirtd.py: the agent has gone")
        data += part
    return data


def send(client, procedure, kind, serial, body):
    client.sendall(struct.pack(">7I", 28 + len(body), REMOTE, 1, procedure, kind, serial, 0) + body)


def started(name, number):
    text = name.encode()
    padded = struct.pack(">I", len(text)) + text + b"\0" * (-len(text) % 4)
    identity = uuid.uuid5(uuid.NAMESPACE_DNS, name).bytes
    return struct.pack(">I", 0) + padded + identity + struct.pack(">iII", number, 2, 0)


def main():
    path, events, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)
    client, _ = server.accept()
    lists = 0
    while lists < 3:  # all guests, the persistent ones, those with autostart
        length, program, _, procedure, _, serial, _ = struct.unpack(">7I", read(client, 28))
        read(client, length - 28)
        if program == REMOTE:
            send(client, procedure, 1, serial, CALL_REPLIES.get(procedure, struct.pack(">I", 1)))
            lists += procedure == LIST
    time.sleep(1)
    for number in range(events):
        name = "fired-%d" % number
        print(time.time_ns(), name)
        send(client, LIFECYCLE, 2, 0, started(name, number))
        time.sleep(pause)
    sys.stdout.flush()
    os.unlink(path)
    time.sleep(5)


main()

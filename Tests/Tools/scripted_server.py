#!/usr/bin/env python3
"""scripted_server.py PORT WHEN END HEX...: says the same to everybody.

WHEN is `first` (speaks as soon as somebody connects) or `answer` (after the first bytes came). Each HEX
is sent by itself, with a pause in between. END is `close`, `reset` or `hold` (stays silent).
"""
import socket
import struct
import sys
import threading
import time

port, when, end = int(sys.argv[1]), sys.argv[2], sys.argv[3]
parts = [bytes.fromhex(part) for part in sys.argv[4:]]


def serve(peer):
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if when == "answer" and not peer.recv(65536):
            return
        for part in parts:
            peer.sendall(part)
            time.sleep(0.02)
        if end == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif end == "hold":
            time.sleep(60)
        elif when == "first":
            # Closing with unread bytes would be a reset.
            peer.recv(65536)
    except OSError:
        pass
    finally:
        peer.close()


listener = socket.create_server(("127.0.0.1", port), backlog=64)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()

"""Runs a scan of a port whose queue of connections is full: full_queue.py PROGRAM ARGUMENT…

The kernel drops what arrives then, so that every try to connect runs into its time limit.
"""

import socket
import subprocess
import sys

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
address = listener.getsockname()
waiting = []
for _ in range(4):
    peer = socket.socket()
    peer.setblocking(False)
    peer.connect_ex(address)
    waiting.append(peer)
sys.exit(subprocess.run(sys.argv[1:] + [f"127.0.0.1:{address[1]}"]).returncode)

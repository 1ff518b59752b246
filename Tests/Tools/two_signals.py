"""Interrupts a scan of a silent server once, then again: two_signals.py PROGRAM ARGUMENT…

The server accepts and says nothing, so that only limits or a second signal end the scan.
Prints how the scan stood after the first signal, and its exit code after the second.
"""

import signal
import socket
import subprocess
import sys

listener = socket.create_server(("127.0.0.1", 0))
target = f"127.0.0.1:{listener.getsockname()[1]}"
scan = subprocess.Popen(sys.argv[1:] + [target])
try:
    peer, _ = listener.accept()
    peer.recv(1)
    scan.send_signal(signal.SIGINT)
    try:
        print("ended", scan.wait(1.5))
    except subprocess.TimeoutExpired:
        scan.send_signal(signal.SIGINT)
        print("draining", scan.wait(60))
finally:
    scan.kill()

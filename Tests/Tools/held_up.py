"""Sends signals to a scan that is held up, and prints its exit code: held_up.py HOLD SIGNALS PROGRAM ARGUMENT…

HOLD is `reader` (nobody reads standard output), `dns` (the name server never answers), or `rate` (nothing but the
scan's own limit). SIGNALS are names with commas between them; each but the first is sent when the one before has not
ended the scan within a second.
"""

import array
import fcntl
import signal
import socket
import subprocess
import sys
import termios
import time


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end or scan.poll() is not None:
            sys.exit(f"not held up: {scan.poll()}")
        time.sleep(0.05)


def waiting(pipe):
    """The bytes that lie in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def catches(number):
    """Whether the scan has its own handler of a signal."""
    for line in open(f"/proc/{scan.pid}/status"):
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16) >> (number - 1) & 1
    return False


hold, names, command = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
signals = [signal.Signals["SIG" + name] for name in names]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
if hold == "dns":
    command += ["--resolver", f"127.0.0.1:{server.getsockname()[1]}"]
scan = subprocess.Popen(command, stdout=subprocess.PIPE)
try:
    until(lambda: all(catches(number) for number in signals))
    if hold == "reader":
        until(lambda: waiting(scan.stdout) > 60_000)
    if hold == "dns":
        server.settimeout(60)
        server.recv(1)
    for number in signals:
        scan.send_signal(number)
        try:
            scan.wait(1)
            break
        except subprocess.TimeoutExpired:
            pass
    # Nothing is read, so that only the signals can have ended it.
    print(scan.wait(30))
finally:
    scan.kill()

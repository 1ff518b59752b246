"""Scans while the only interface is away: route_away.py SECONDS PROGRAM ARGUMENT…

To be run in a network namespace of its own. Twelve addresses, 10.77.0.2 to .13, lie in a second one and refuse every
connection; the interface to them goes down for SECONDS (0: for good) when the first record has come. Prints the exit
code, and the codes of the records with their numbers.
"""

import collections
import json
import subprocess
import sys
import time


def ip(*words):
    subprocess.run(["ip", *words], check=True)


peer = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 300"], stdout=subprocess.PIPE)
scan = None
try:
    peer.stdout.readline()
    ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(peer.pid))
    inside = ["nsenter", "-t", str(peer.pid), "-n", "ip"]
    for number in range(2, 14):
        subprocess.run(inside + ["addr", "add", f"10.77.0.{number}/24", "dev", "far"], check=True)
    subprocess.run(inside + ["link", "set", "far", "up"], check=True)
    ip("addr", "add", "10.77.0.1/24", "dev", "near")
    ip("link", "set", "near", "up")
    seconds = float(sys.argv[1])
    targets = [f"10.77.0.{number}:9" for number in range(2, 14)]
    scan = subprocess.Popen(sys.argv[2:] + targets, stdout=subprocess.PIPE, text=True)
    codes = collections.Counter()
    for line in scan.stdout:
        codes[json.loads(line).get("error", {}).get("code")] += 1
        if sum(codes.values()) == 1:
            ip("link", "set", "near", "down")
            if seconds:
                time.sleep(seconds)
                ip("link", "set", "near", "up")
    print(scan.wait(60), *(f"{code}={count}" for code, count in sorted(codes.items())))
finally:
    peer.kill()
    if scan:
        scan.kill()

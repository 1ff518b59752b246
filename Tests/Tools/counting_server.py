"""Holds every connection for a moment: counting_server.py PORT FILE

FILE holds the most connections that were open at once to addresses of one /24, and to all. Those to 127.0.0.0/24 do not
count: whoever starts the server looks there whether it listens.
"""

import collections
import selectors
import socket
import sys
import time

HOLD = 0.003
listener = socket.create_server(("0.0.0.0", int(sys.argv[1])), backlog=4096)
listener.setblocking(False)
waits = selectors.DefaultSelector()
waits.register(listener, selectors.EVENT_READ)
open_now = collections.deque()
networks = collections.Counter()
most, most_in_all = 0, 0
while True:
    if waits.select(0.005):
        try:
            while True:
                peer, _ = listener.accept()
                network = peer.getsockname()[0].rsplit(".", 1)[0]
                if network == "127.0.0":
                    peer.close()
                    continue
                networks[network] += 1
                open_now.append((time.monotonic() + HOLD, network, peer))
                if networks[network] > most or len(open_now) > most_in_all:
                    most = max(most, networks[network])
                    most_in_all = max(most_in_all, len(open_now))
                    with open(sys.argv[2], "w") as out:
                        out.write(f"{most} {most_in_all}")
        except BlockingIOError:
            pass
    while open_now and open_now[0][0] <= time.monotonic():
        _, network, peer = open_now.popleft()
        networks[network] -= 1
        peer.close()

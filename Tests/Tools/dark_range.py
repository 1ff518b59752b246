"""Scans a range in which few answer: dark_range.py ANSWERS PROGRAM ARGUMENT…

To be run as root in a network namespace of its own. Behind a second one lie 10.99.0.0/16 and fd99::/64, of which
10.99.1.0/28 and fd99::1:0/124 have TLS on port 443 and refuse other ports, 10.99.3.0/28 and fd99::3:0/124 can't be
reached, and the rest is silent. ANSWERS says what is answered by hand at 10.99.5.0/28 and fd99::5:0/124: "none",
"forged" (SYN-ACKs that acknowledge another sequence number), or "genuine". An ARGUMENT @KILL is left out: the scan gets
SIGTERM when ten SYNs were seen.

Prints one object of JSON: the exit code, the lines of both outputs, and of each SYN that was seen in the other namespace
the destination and its port.
"""

import errno
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading


DISCARD = 9


def run(*words):
    subprocess.run(words, check=True)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def answer(senders, family, source, destination, segment, is_genuine):
    """Sends a SYN-ACK in the name of whom a SYN went to."""
    port, theirs, sequence = struct.unpack("!HHI", segment[:8])
    acknowledged = (sequence + (1 if is_genuine else 2)) & 0xFFFFFFFF
    head = struct.pack("!HHIIBBHHH", theirs, port, 7, acknowledged, 5 << 4, 0x12, 1000, 0, 0)
    pseudo = destination + source + struct.pack("!II" if family == 6 else "!HH", 6, len(head))
    head = head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]
    if family == 4:
        packet = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0) + destination + source + head
        senders[4].sendto(packet, (socket.inet_ntoa(source), 0))
    else:
        packet = struct.pack("!IHBB", 6 << 28, len(head), 6, 64) + destination + source + head
        senders[6].sendto(packet, (socket.inet_ntop(socket.AF_INET6, source), 0))


def watch(sniffer, answers):
    """Tells of every SYN, and answers some."""
    senders = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
               6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
    while True:
        packet, place = sniffer.recvfrom(2048)
        if place[2] == socket.PACKET_OUTGOING:
            continue
        family = packet[0] >> 4
        if family == 4 and packet[9] == 6:
            source, destination, segment = packet[12:16], packet[16:20], packet[(packet[0] & 15) * 4:]
        elif family == 6 and packet[6] == 6:
            source, destination, segment = packet[8:24], packet[24:40], packet[40:]
        else:
            continue
        if segment[13] & 0x17 != 0x02:
            continue
        name = socket.inet_ntop(socket.AF_INET if family == 4 else socket.AF_INET6, destination)
        print(json.dumps([name, int.from_bytes(segment[2:4], "big")]), flush=True)
        if answers != "none" and (name.startswith("10.99.5.") or name.startswith("fd99::5:")):
            answer(senders, family, source, destination, segment, answers == "genuine")


def serve(context, listener):
    def handle(peer):
        try:
            with context.wrap_socket(peer, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            pass

    while True:
        threading.Thread(target=handle, args=(listener.accept()[0],), daemon=True).start()


def far_side(answers):
    """The other namespace, once its interface has come."""
    sys.stdin.readline()
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/key.pem", f"{folder}/cert.pem"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", files[0],
             "-out", files[1], "-subj", "/CN=far.example"], check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files[1], files[0])
    for name, value in [("ipv4/ip_forward", 1), ("ipv4/icmp_ratelimit", 0), ("ipv6/conf/all/forwarding", 1),
                        ("ipv6/icmp/ratelimit", 0)]:
        with open(f"/proc/sys/net/{name}", "w") as file:
            file.write(str(value))
    run("ip", "link", "set", "lo", "up")
    run("ip", "addr", "add", "10.77.0.2/24", "dev", "far")
    run("ip", "link", "set", "far", "up")
    run("ip", "addr", "add", "fd77::2/64", "dev", "far", "nodad")
    for kind, four, six in [("blackhole", "10.99.0.0/16", "fd99::/64"), ("unreachable", "10.99.3.0/28", "fd99::3:0/124")]:
        run("ip", "route", "add", kind, four)
        run("ip", "-6", "route", "add", kind, six)
    run("ip", "route", "add", "local", "10.99.1.0/28", "dev", "lo")
    run("ip", "-6", "route", "add", "local", "fd99::1:0/124", "dev", "lo")
    listener = socket.create_server(("::", 443), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1000)
    threading.Thread(target=serve, args=(context, listener), daemon=True).start()
    every_protocol = 3
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(every_protocol))
    sniffer.bind(("far", every_protocol))
    print("ready", flush=True)
    watch(sniffer, answers)


def wait_for_messages(address):
    """Both sides have to know each other's hardware address before what a router says arrives at once."""
    is_ipv6 = ":" in address
    with socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        # IPV6_RECVERR and IP_RECVERR, which Python does not name.
        datagrams.setsockopt(socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP, 25 if is_ipv6 else 11, 1)
        datagrams.settimeout(0.2)
        datagrams.connect((address, DISCARD))
        while True:
            try:
                datagrams.send(b"")
                datagrams.recv(1)
            except OSError as error:
                if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
                    return


def main():
    if sys.argv[1] == "far":
        return far_side(sys.argv[2])
    far = subprocess.Popen(["unshare", "-n", sys.executable, __file__, "far", sys.argv[1]], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, text=True)
    scan = None
    try:
        run("ip", "link", "set", "lo", "up")
        # The process is in its namespace when it has said so; a link can't be moved there before.
        while os.readlink(f"/proc/{far.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            pass
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(far.pid))
        run("ip", "addr", "add", "10.77.0.1/24", "dev", "near")
        run("ip", "link", "set", "near", "up")
        run("ip", "addr", "add", "fd77::1/64", "dev", "near", "nodad")
        far.stdin.write("\n")
        far.stdin.flush()
        assert far.stdout.readline() == "ready\n"
        run("ip", "route", "add", "10.99.0.0/16", "via", "10.77.0.2")
        run("ip", "-6", "route", "add", "fd99::/64", "via", "fd77::2")
        for address in ["10.99.3.15", "fd99::3:f"]:
            wait_for_messages(address)
        arguments = [argument for argument in sys.argv[2:] if argument != "@KILL"]
        scan = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        seen = []

        def read():
            for line in far.stdout:
                seen.append(json.loads(line))
                if "@KILL" in sys.argv and len(seen) == 10:
                    scan.send_signal(signal.SIGTERM)

        reader = threading.Thread(target=read)
        reader.start()
        lines, errors = scan.communicate(timeout=120)
        far.kill()
        reader.join()
        print(json.dumps({"exit": scan.returncode, "lines": lines, "errors": errors, "syns": seen}))
    finally:
        far.kill()
        if scan:
            scan.kill()


main()

#!/usr/bin/env python3
"""A /16 with 1 % alive: by default, with --discover syn, and with ZMap or masscan, where they are installed.

    dark.py [--hallmark FILE] [--rounds N] [--live N] [--rates R,R] [--only NAME]

Makes two network namespaces (as root), with nginx on 655 of 65,536 addresses and silence on the others; the programs take
turns. Prints wall time, CPU and what was found, as medians, and at which rate SYNs left (packets that the interface
counted). Ends with 1 when a live address was missed.
"""
import argparse
import collections
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NETWORK = "10.99.0.0/16"


def ip(*words, inside=()):
    subprocess.run([*inside, "ip", *words], check=True)


def far_side(folder, live):
    """The other namespace: its process, its nginx."""
    far = subprocess.Popen(["unshare", "-n", "sleep", "36000"])
    while os.readlink(f"/proc/{far.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    inside = ["nsenter", "-t", str(far.pid), "-n"]
    ip("link", "set", "lo", "up")
    ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(far.pid))
    ip("addr", "add", "10.77.0.1/24", "dev", "near")
    ip("link", "set", "near", "up")
    ip("link", "set", "lo", "up", inside=inside)
    ip("addr", "add", "10.77.0.2/24", "dev", "far", inside=inside)
    ip("link", "set", "far", "up", inside=inside)
    ip("route", "add", NETWORK, "via", "10.77.0.2")
    ip("route", "add", "blackhole", NETWORK, inside=inside)
    routes = "".join(f"route add local {address} dev lo\n" for address in live)
    subprocess.run([*inside, "ip", "-batch", "-"], input=routes, text=True, check=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    f"{folder}/key", "-out", f"{folder}/cert", "-subj", "/CN=far.example"], check=True, capture_output=True)
    with open(f"{folder}/nginx", "w") as file:
        file.write(f"daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null; worker_rlimit_nofile 60000; "
                   "events { worker_connections 20000; } http { access_log off; server { listen 443 ssl backlog=8192; "
                   f"ssl_certificate {folder}/cert; ssl_certificate_key {folder}/key; "
                   "location / { return 200 hi; } } }")
    nginx = subprocess.Popen([*inside, shutil.which("nginx") or "/usr/sbin/nginx", "-c", f"{folder}/nginx"])
    time.sleep(1)
    return far, nginx


def hardware_address(pid):
    text = subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", "-j", "link", "show", "far"], check=True,
                          capture_output=True, text=True).stdout
    return json.loads(text)[0]["address"]


def records(path):
    """Addresses that showed a certificate."""
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    return {line["server"]["ip"] for line in lines if line.get("event", {}).get("outcome") == "success"}


def listed(path):
    with open(path) as file:
        return {line.split()[3] if line.startswith("open") else line.strip() for line in file if line[0] in "o1"}


def run(command, read, output):
    before = os.times()
    start = time.monotonic()
    subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, read(output)


def sent():
    """Packets that have left by the interface: the tenth number of its line."""
    with open("/proc/net/dev") as file:
        return next(int(line.split()[10]) for line in file if line.strip().startswith("near:"))


def measured_rate(hallmark, rate, seconds=5):
    """Packets a second while a scan sends to addresses that are silent."""
    command = [hallmark, "scan", "10.99.0.0/16:1000-1099", "--exclude", "10.99.0.0/24", "--discover", "syn", "--rate", str(rate),
               "--no-signatures", "--omit-failures", "-q"]
    scan = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    first, start = sent(), time.monotonic()
    time.sleep(seconds)
    last, end = sent(), time.monotonic()
    scan.terminate()
    scan.wait()
    return (last - first) / (end - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hallmark", default=os.path.join(ROOT, ".build/release/hallmark"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--live", type=int, default=655)
    parser.add_argument("--rates", default="10000,100000")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if os.environ.get("HALLMARK_DARK") != "inside":
        os.environ["HALLMARK_DARK"] = "inside"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    numbers = random.Random(1).sample(range(65536), arguments.live)
    live = {f"10.99.{number >> 8}.{number & 255}" for number in numbers}
    with tempfile.TemporaryDirectory() as folder:
        far, nginx = far_side(folder, live)
        try:
            missed = measure(arguments, folder, live, hardware_address(far.pid))
        finally:
            nginx.terminate()
            nginx.wait()
            far.kill()
    return 1 if missed else 0


def measure(arguments, folder, live, gateway):
    hallmark = os.path.abspath(arguments.hallmark)
    scan = f"{hallmark} scan --no-signatures --probe certificate --omit-failures -q -o {folder}/out"
    programs = {"scan": (f"{scan} {NETWORK}", records)}
    for rate in arguments.rates.split(","):
        programs[f"scan --discover syn --rate {rate}"] = (f"{scan} {NETWORK} --discover syn --rate {rate}", records)
        if shutil.which("zmap"):
            programs[f"zmap -r {rate} | scan -"] = (
                f"zmap -q -i near -G {gateway} -p 443 -r {rate} -b /dev/null -o - {NETWORK} | {scan} -", records)
        if shutil.which("masscan"):
            programs[f"masscan --rate {rate} (finds, does not look)"] = (
                f"masscan {NETWORK} -p 443 --rate {rate} -e near --router-mac {gateway.replace(':', '-')} "
                f"-oL {folder}/out", listed)
    programs = {name: program for name, program in programs.items() if arguments.only in name}
    times, missed = collections.defaultdict(list), collections.Counter()
    for _ in range(arguments.rounds):
        for name, (command, read) in programs.items():
            open(f"{folder}/out", "w").close()
            wall, cpu, found = run(command, read, f"{folder}/out")
            times[name].append((wall, cpu))
            missed[name] += len(live - found)
    print("| program | wall s | CPU s | live addresses missed, all rounds |\n| --- | --- | --- | --- |")
    for name, results in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*results))
        print(f"| `{name}` | {wall:.1f} | {cpu:.2f} | {missed[name]} of {len(live) * arguments.rounds} |")
    print("\n| `--rate` | SYNs a second |\n| --- | --- |")
    for rate in (100, 1000, 10000, 50000, 100000):
        if not arguments.only or arguments.only == "rates":
            print(f"| {rate:,} | {measured_rate(hallmark, rate):,.1f} |", flush=True)
    return sum(count for name, count in missed.items() if "scan" in name and "zmap" not in name)


if __name__ == "__main__":
    sys.exit(main())

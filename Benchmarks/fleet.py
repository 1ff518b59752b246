#!/usr/bin/env python3
"""What a fleet costs beside `hallmark scan`, how it grows with its workers, and what a collector takes.

    Benchmarks/fleet.py [--hallmark PATH] [--only work|scale|collect] [--rounds N] [--records N]

work     a worker over NATS and a scan that writes a file look at the same endpoints, one after the other in each round: the CPU of
         both with all of their processes, for each endpoint, and their ratio.
scale    one worker and three, each held to the same rate, over endpoints that refuse: endpoints a second of each, and their ratio.
collect  --records records wait in the queue, one in four of an endpoint with a certificate; they are stored in files and a corpus, then
         in files and ClickHouse (chdb, which is ClickHouse in a process, behind its HTTP interface): records a second, CPU and memory.

Everything happens in a network namespace of its own, which takes root. Needs nats-server, nginx and openssl.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from clickhouse_store import install_clickhouse, start_clickhouse
from connections import ROOT, free_ports, raise_limit, start_nginx, wait_for


class Fleet:
    def __init__(self, options, folder):
        self.hallmark = options.hallmark
        self.folder = folder
        self.started = []
        self.open_port, self.closed_port, self.broker_port = free_ports(3)
        # No connection of a scan may take the port that a broker will listen on.
        pathlib.Path("/proc/sys/net/ipv4/ip_local_reserved_ports").write_text(str(self.broker_port))
        self.nginx = start_nginx(folder, self.open_port, errors="/dev/null")
        wait_for(self.open_port)
        key = folder / "job.key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", folder / "job.pub"], check=True)
        self.place = ["--server", f"nats://127.0.0.1:{self.broker_port}"]

    def broker(self, name):
        """Starts a broker with queues of its own, and stops the one before."""
        self.stop_broker()
        self.nats = subprocess.Popen(
            ["nats-server", "-a", "127.0.0.1", "-p", str(self.broker_port), "-js", "-sd", str(self.folder / name)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.started.append(self.nats)
        wait_for(self.broker_port)

    def stop_broker(self):
        if getattr(self, "nats", None):
            self.nats.terminate()
            self.nats.wait()

    def submit(self, scan, *options):
        subprocess.run(
            [self.hallmark, "fleet", "submit", *self.place, "--key", self.folder / "job.key", *options, "--", *scan],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def worker(self, *scan):
        return [self.hallmark, "fleet", "work", *self.place, "--trusted-key", self.folder / "job.pub", "--allow-special",
                "--until-idle", "3", "--", *scan]

    def collector(self, folder, *options):
        return [self.hallmark, "fleet", "collect", *self.place, "--into", self.folder / folder, "--until-done", *options]

    def status(self):
        text = subprocess.run([self.hallmark, "fleet", "status", *self.place, "--format", "ndjson"], capture_output=True, text=True)
        return [json.loads(line) for line in text.stdout.splitlines()]

    def stop(self):
        for process in [*self.started, self.nginx]:
            process.kill()
            process.wait()


def used(command):
    """Seconds of CPU of a program and all that it started, seconds by the clock, the most memory of one of them in MiB."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, own = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode:
        sys.exit(f"{command[1]}: ended with {child.returncode}: {errors.decode()[-800:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - begin, own.ru_maxrss // 1024


def work(fleet, rounds):
    endpoints = 1 << 16
    scan = ["127.9.0.0/16", "-p", str(fleet.open_port), "--include-special", "--probe", "certificate"]
    own, theirs = [], []
    for number in range(rounds):
        own.append(used([fleet.hallmark, "scan", *scan, "-q", "-o", fleet.folder / "scan.ndjson"])[0])
        fleet.broker(f"work{number}")
        fleet.submit(scan)
        theirs.append(used(fleet.worker())[0])
    ratios = [one / other for one, other in zip(theirs, own)]
    microseconds = 1e6 / endpoints
    print(f"scan to a file: {statistics.median(own) * microseconds:.1f} us of CPU an endpoint; a worker: "
          f"{statistics.median(theirs) * microseconds:.1f}; ratio {statistics.median(ratios):.3f} "
          f"({', '.join(f'{ratio:.3f}' for ratio in sorted(ratios))})", flush=True)


def scale(fleet):
    """Of what a shard costs beside its endpoints, the seconds in which a worker waits for the next one count, too."""
    endpoints, rate = 3 << 15, 3000
    seconds = {}
    for workers in [1, 3]:
        fleet.broker(f"scale{workers}")
        fleet.submit(["127.10.0.0/16", "127.9.0.0/17", "-p", str(fleet.closed_port), "--include-special", "--rate", str(rate), "--no-signatures"],
                     "--slices", "3", "--shard-size", "4096")
        begin = time.monotonic()
        running = [subprocess.Popen(list(map(str, fleet.worker())), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                   for _ in range(workers)]
        collector = subprocess.Popen(list(map(str, fleet.collector(f"scaled{workers}"))), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if collector.wait():
            sys.exit("collect failed")
        seconds[workers] = time.monotonic() - begin
        for process in running:
            process.wait()
    one, three = (endpoints / seconds[workers] for workers in [1, 3])
    print(f"one worker: {one:.0f} endpoints a second of {rate // 3} allowed; three: {three:.0f} of {rate}; {three / one:.2f} times", flush=True)


def collect(fleet, records, clickhouse):
    bits = (records - 1).bit_length()
    scan = [f"127.{64}.0.0/{32 - bits + 2}", "-p", str(fleet.open_port)]
    closed = [f"127.{128}.0.0/{32 - bits}", "--exclude", f"127.{128}.0.0/{32 - bits + 2}", "-p", str(fleet.closed_port)]
    fleet.broker("collect")
    for arguments in [scan, closed]:
        fleet.submit([*arguments, "--include-special", "--short-failures", "--probe", "certificate"])
    cpu, seconds, memory = used(fleet.worker())
    waiting = 1 << bits
    print(f"{waiting} records by a worker: {waiting / seconds:.0f} a second, {cpu * 1e6 / waiting:.1f} us of CPU each, {memory} MiB", flush=True)
    fleet.stop_broker()
    subprocess.run(["cp", "-r", fleet.folder / "collect", fleet.folder / "again"], check=True)
    for queue, name, options in [
            ("collect", "files and corpus", ["--corpus", fleet.folder / "c.sqlite"]),
            ("again", "files and ClickHouse", ["--clickhouse", f"http://127.0.0.1:{clickhouse}", "--clickhouse-login", fleet.folder / "login"])]:
        if clickhouse is None and queue == "again":
            continue
        fleet.broker(queue)
        cpu, seconds, memory = used(fleet.collector(f"into-{queue}", *options))
        stored = sum(1 for file in (fleet.folder / f"into-{queue}").glob("**/*.ndjson") for _ in open(file, "rb"))
        size = sum(file.stat().st_size for file in (fleet.folder / f"into-{queue}").glob("**/*.ndjson"))
        print(f"{name}: {stored} of {waiting} records, {size / 1e6:.0f} MB: {stored / seconds:.0f} a second, "
              f"{cpu * 1e6 / stored:.1f} us of CPU each, {memory} MiB", flush=True)
        if stored != waiting:
            sys.exit("records are missing")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--records", type=int, default=1 << 20)
    parser.add_argument("--only", choices=["work", "scale", "collect"])
    parser.add_argument("--hallmark", default=str(ROOT / ".build/release/hallmark"))
    options = parser.parse_args()
    if "HALLMARK_FLEET_INSIDE" not in os.environ:
        os.environ["HALLMARK_FLEET_INSIDE"] = "1"
        if options.only in [None, "collect"]:
            install_clickhouse()
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    raise_limit()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        fleet = Fleet(options, folder)
        try:
            if options.only in [None, "work"]:
                work(fleet, options.rounds)
            if options.only in [None, "scale"]:
                scale(fleet)
            if options.only in [None, "collect"]:
                store, port = start_clickhouse(fleet.hallmark, fleet.folder)
                fleet.started.append(store)
                collect(fleet, options.records, port)
                store.kill()
                store.wait()
        finally:
            fleet.stop()


if __name__ == "__main__":
    main()

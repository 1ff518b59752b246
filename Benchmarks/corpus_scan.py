#!/usr/bin/env python3
"""What `scan --corpus` costs a scan: the same sweep with and without a corpus, in turn.

One loop scans endpoints of the replay server, which answers at next to no cost and shows each connection a certificate of
its own; so the loop is the bottleneck, and every record brings the corpus a new certificate. The writer has a
thread of its own, whose CPU is counted apart. Medians of the rounds, and the ratio of each round's pair.

    Benchmarks/corpus_scan.py [--rounds 5] [--targets 40000] [--in-flight 200] [--hallmark PATH]
"""
import argparse
import json
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import connections

HERE = pathlib.Path(__file__).resolve().parent


def watch(process):
    """CPU and wall seconds of the threads of a process until it ends: the loop's and the corpus writer's."""
    threads = {}  # by id: name, first and last time seen, CPU seconds
    while process.poll() is None:
        now = time.monotonic()
        try:
            for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
                cpu = int((task / "schedstat").read_text().split()[0]) / 1e9
                first = threads[task.name][1] if task.name in threads else now
                threads[task.name] = (task / "comm").read_text().strip(), first, now, cpu
        except (OSError, ValueError, IndexError):
            pass  # the thread has just ended
        time.sleep(0.01)
    writer = sum(cpu for name, _, _, cpu in threads.values() if name == "corpus")
    loops = [thread for thread in threads.values() if thread[0] != "corpus"]
    _, first, last, loop = max(loops, key=lambda thread: thread[3])
    return last - first, loop, writer


def scan(options, port, folder, corpus):
    """Endpoints a second, and CPU us an endpoint of the loop and of the corpus's writer."""
    last = 0x7F010001 + options.targets - 1
    end = ".".join(str(last >> shift & 255) for shift in (24, 16, 8, 0))
    output, summary = folder / "records.ndjson", folder / "summary.json"
    command = [options.hallmark, "scan", f"127.1.0.1-{end}", "-p", port, "--include-special", "--in-order", "-c", options.in_flight,
               "--threads", "1", "--retries", "0", "--probe", "certificate", "--no-signatures", "-q", "-o", output, "--summary", summary]
    if corpus:
        for old in folder.glob("corpus.sqlite*"):
            old.unlink()
        command += ["--corpus", folder / "corpus.sqlite"]
    with open(folder / "errors", "w+") as errors:
        process = subprocess.Popen(list(map(str, command)), stderr=errors)
        wall, loop, writer = watch(process)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit(f"hallmark ended with {process.returncode}\n{errors.read()[-2000:]}")
    told = json.loads(summary.read_text())
    if told["outcomes"].get("success") != options.targets:
        sys.exit(f"hallmark got {told['outcomes']} of {options.targets}")
    if corpus:
        count = subprocess.run([str(options.hallmark), "corpus", "stats", "--json", "--corpus", str(folder / "corpus.sqlite")],
                               capture_output=True, text=True, check=True)
        if json.loads(count.stdout)["certificates"] < options.targets * 0.99:
            sys.exit(f"the corpus lacks certificates: {count.stdout}")
    return options.targets / wall, loop / options.targets * 1e6, writer / options.targets * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--targets", type=int, default=40000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--hallmark", default=HERE.parent / ".build/release/hallmark")
    options = parser.parse_args()
    connections.raise_limit()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-bench."))
    server = None
    try:
        flight = HERE / "Baselines/flight_ecdsa.bin"
        subprocess.run(["cc", "-O2", "-o", folder / "replay_server", HERE / "Baselines/replay_server.c"], check=True)
        port = connections.free_ports(1)[0]
        server = subprocess.Popen(connections.pin(connections.last_core(), [folder / "replay_server", port, flight, connections.serial_offset(flight.read_bytes())]))
        connections.wait_for(port)
        without, with_corpus = [], []
        for number in range(options.rounds):
            without.append(scan(options, port, folder, corpus=False))
            with_corpus.append(scan(options, port, folder, corpus=True))
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        print(f"{options.targets} endpoints, each with a certificate of its own, {options.in_flight} in flight, median of {options.rounds}\n")
        print(f"{'':16} {'endpoints/s':>12} {'loop CPU us':>12} {'writer CPU us':>14}")
        for name, runs in [("without a corpus", without), ("with a corpus", with_corpus)]:
            rate, loop, writer = (statistics.median(column) for column in zip(*runs))
            print(f"{name:16} {rate:12.0f} {loop:12.1f} {writer:14.1f}")
        pairs = list(zip(with_corpus, without))
        for title, column in [("endpoints/s", 0), ("loop CPU", 1)]:
            ratios = [ours[column] / theirs[column] for ours, theirs in pairs]
            print(f"{title}, with / without: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    finally:
        if server:
            server.send_signal(signal.SIGTERM)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Counts instructions and allocations of the paths that a large sweep repeats, and compares them with `budgets.json`.

Each figure is the difference of two runs of different lengths, divided by the difference of their lengths: what happens
once, at the start and at the end, does not count. Instructions are those outside of the kernel, counted by callgrind.
Allocations are calls that give a block of memory.

A figure more than 3 % above its budget fails. One more than 3 % below asks for a smaller budget, and passes.

The counts depend on the compiler and the libraries (Swift 6.3, Debian 12), not on the processor: callgrind shows every
program the same processor (one with AVX2, which the machine needs to have), and OpenSSL and simdjson are told which of
their variants to take. Counts of the same program differ by less than 1 % from run to run.

    HALLMARK_WITH=benchmarks swift build -c release     # hallmark, bench-grab and bench-signatures
    Benchmarks/budgets.py [--record] [--programs .build/release]
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import connections

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUDGETS = HERE / "budgets.json"
ROOM = 0.03

# One variant of every algorithm, whatever the processor offers: OpenSSL without ADX, SHA, AVX-512 and vector AES
# instructions, simdjson for AVX2. Dictionaries are laid out alike in every run.
VARIANTS = {
    "OPENSSL_ia32cap": ":~0x600e02b0000",
    "SIMDJSON_FORCE_IMPLEMENTATION": "haswell",
    "SWIFT_DETERMINISTIC_HASHING": "1",
}


class Counter:
    """Runs programs and counts what they do."""

    def __init__(self, programs, folder):
        self.folder = folder
        for name in ["hallmark", "bench-grab", "bench-signatures"]:
            # Valgrind can't read the debug information of Swift programs.
            subprocess.run(["strip", "--strip-debug", "-o", folder / name, programs / name], check=True)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", folder / "count_allocations.so",
                        HERE / "Baselines/count_allocations.c"], check=True)
        self.environment = os.environ | VARIANTS | {
            "HALLMARK_SIGNATURES": str(ROOT / "signatures"), "XDG_CACHE_HOME": str(folder / "cache"), "LC_ALL": "C", "TZ": "UTC"}

    def run(self, command, **environment):
        # The last run's output goes first: emptying it is no part of the work.
        (self.folder / "records.ndjson").unlink(missing_ok=True)
        process = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                                 env=self.environment | environment)
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}\n{process.stderr[-2000:]}")
        return process

    def instructions(self, command):
        text = self.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]).stderr
        found = re.search(r"Collected : (\d+)", text)
        if not found:
            sys.exit(f"callgrind counted nothing\n{text[-2000:]}")
        return int(found[1])

    def allocations(self, command):
        counted = self.folder / "allocations"
        self.run(command, LD_PRELOAD=str(self.folder / "count_allocations.so"), ALLOCATIONS=str(counted))
        return int(counted.read_text())

    def each(self, command, counts):
        """Instructions and allocations for each of what `command(count)` does `count` times."""
        few, many = counts
        # Rules are kept on disk for each program, and callgrind is one; compiled patterns for each kind of processor.
        # All are there before anything is counted.
        self.run(command(few))
        self.instructions(command(few))
        return {
            kind: (count(command(many)) - count(command(few))) / (many - few)
            for kind, count in [("instructions", self.instructions), ("allocations", self.allocations)]
        }


@contextlib.contextmanager
def replay(folder, *flight):
    """A server that answers with a recorded flight; gives its port."""
    port, = connections.free_ports(1)
    server = subprocess.Popen(list(map(str, [folder / "replay_server", port, *flight])))
    try:
        connections.wait_for(port)
        yield port
    finally:
        server.kill()
        server.wait()


def measure(counter, folder):
    """Every figure, by name."""
    records = folder / "records.ndjson"

    def scan(port):
        return lambda count: [folder / "hallmark", *connections.scan_arguments(port, count, 200), "-o", records,
                              "--probe", "certificate", "--no-signatures"]

    def match(count):
        lines = folder / f"sample-{count}.ndjson"
        if not lines.exists():
            sample = counter.run([folder / "bench-signatures", ROOT / "signatures", "--write", count]).stdout
            lines.write_text(sample)
        return [folder / "hallmark", "match", "-q", "--threads", "1", lines]

    connections.build(folder)
    flight = HERE / "Baselines/flight_ecdsa.bin"
    figures = {"match, a record": counter.each(match, (1000, 5000))}
    with replay(folder, flight) as port:
        figures["scan, an endpoint"] = counter.each(scan(port), (2048, 4096))
        figures["grab, a flight"] = counter.each(lambda count: [folder / "bench-grab", port, count], (500, 1500))
    with replay(folder, *connections.issued_flight(folder, flight.read_bytes())) as port:
        figures["scan, an endpoint with a certificate of its own"] = counter.each(scan(port), (2048, 4096))
    return figures


def compare(figures, budgets):
    """Prints each figure beside its budget; whether all stay within."""
    within = figures.keys() == budgets.keys()
    if not within:
        print(f"budgets.json and the figures differ: {sorted(figures.keys() ^ budgets.keys())}")
    for name, kinds in figures.items():
        for kind, figure in kinds.items():
            budget = budgets.get(name, {}).get(kind)
            if budget is None:
                within = False
                verdict = "no budget"
            elif figure > budget * (1 + ROOM) + 0.05:  # a few allocations in a thousand times are no change
                within = False
                verdict = "TOO MUCH"
            elif figure < budget * (1 - ROOM) - 0.05:
                verdict = "less than its budget: lower it with --record"
            else:
                verdict = "within"
            print(f"{name:50} {kind:13} {figure:10.1f} of {budget or 0:10.1f}  {verdict}")
    return within


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build/release", help="folder of the built programs")
    parser.add_argument("--record", action="store_true", help="write the figures to budgets.json")
    options = parser.parse_args()
    if "avx2" not in pathlib.Path("/proc/cpuinfo").read_text():
        sys.exit("the budgets are counted on processors with AVX2")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-budgets."))
    try:
        figures = measure(Counter(options.programs, folder), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.record:
        rounded = {name: {kind: round(figure, 1) + 0.0 for kind, figure in kinds.items()} for name, kinds in figures.items()}
        BUDGETS.write_text(json.dumps(rounded, indent=2) + "\n")
    if not compare(figures, json.loads(BUDGETS.read_text())):
        sys.exit(1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How long a scan of one endpoint takes to its first record and to its end, and `match` of nothing.

The endpoint is an `openssl s_server` on loopback. CPU is that of the whole process, which other work on the machine makes
longer, too, but by far less than it does the clock's time. Medians of the runs are printed; a run before them fills the cache of
compiled rules and is not counted.

    Benchmarks/start.py [--rounds 20] [--hallmark PATH] [--signatures FOLDER]
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from connections import ROOT, free_ports, wait_for


def run(command, environment):
    """Milliseconds until the first line is read and until the process is over, and those of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        line = process.stdout.readline()
        first = time.monotonic()
        process.stdout.read()
    end = time.monotonic()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return line, (first - begin) * 1000, (end - begin) * 1000, cpu * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--hallmark", default=ROOT / ".build/release/hallmark")
    parser.add_argument("--signatures", default=ROOT / "signatures")
    options = parser.parse_args()
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="hallmark-bench.") as folder:
        folder = pathlib.Path(folder)
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "30", "-subj",
             "/CN=start.example.com", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
        server = subprocess.Popen(
            ["openssl", "s_server", "-quiet", "-accept", str(port), "-key", folder / "key.pem", "-cert", folder / "certificate.pem"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            environment = {**os.environ, "HALLMARK_SIGNATURES": str(options.signatures)}
            scan = [options.hallmark, "scan", f"127.0.0.1:{port}", "--include-special", "-q", "--probe", "certificate"]
            programs = {
                "scan, all signatures": scan,
                "scan, no signatures": [*scan, "--no-signatures"],
                "match of nothing": [options.hallmark, "match", "-q", "/dev/null"],
            }
            print(f"{'program':22} {'first record ms':>16} {'process over ms':>16} {'CPU ms':>8}")
            for name, command in programs.items():
                is_scan = command[1] == "scan"
                line = run(command, environment)[0]
                if is_scan and b'"outcome":"success"' not in line:
                    sys.exit(f"no record of success: {line[:300]}")
                runs = [run(command, environment)[1:] for _ in range(options.rounds)]
                first, end, cpu = (statistics.median(column) for column in zip(*runs))
                print(f"{name:22} {f'{first:.1f}' if is_scan else '-':>16} {end:16.1f} {cpu:8.1f}")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()

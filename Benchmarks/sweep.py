#!/usr/bin/env python3
"""Large sweeps of loopback, checked record by record: all there, none twice, memory flat.

    Benchmarks/sweep.py [--hallmark PATH]

1. 127.20.0.0/16 on one port, answered by one nginx: 65,536 records.
2. The same, killed with SIGKILL in the middle and resumed.
3. 20,000 endpoints with 5,000 in flight, grabbed and with complete handshakes.
4. 10,000 endpoints, all in flight at once against a server that answers late: peak memory.
"""
import argparse
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import connections

HERE = pathlib.Path(__file__).resolve().parent


def records(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def check(path, expected, name):
    seen = {}
    failed = {}
    with open(path) as lines:
        for line in lines:
            record = json.loads(line)
            key = record["server"]["ip"], record["server"]["port"]
            seen[key] = seen.get(key, 0) + 1
            if record["event"]["outcome"] != "success":
                code = record["error"]["code"]
                failed[code] = failed.get(code, 0) + 1
    twice = sum(count > 1 for count in seen.values())
    print(f"{name}: {len(seen)} distinct endpoints of {expected}, {twice} twice, failures: {failed or 'none'}")
    return len(seen) == expected


def scan(options, arguments, output, summary, extra=()):
    command = [str(options.hallmark), "scan", *map(str, arguments), "--include-special", "--no-signatures", "--probe", "certificate",
               "-q", "-o", str(output), "--summary", str(summary), *map(str, extra)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{process.stderr[-2000:]}")
    told = json.loads(pathlib.Path(summary).read_text())
    return told


def tell(told):
    print(f"  {told['cpu_seconds'] / max(1, told['records']) * 1e6:.1f} us CPU an endpoint, peak RSS {told['peak_rss_kib'] / 1024:.1f} MB")


def late_server(port, hold):
    """Accepts at once, answers nothing for a while, and then closes."""
    listener = socket.create_server(("0.0.0.0", port), backlog=16384)

    def accept():
        kept = []
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            kept.append((time.monotonic(), peer))
            while kept and time.monotonic() - kept[0][0] > hold:
                kept.pop(0)[1].close()

    threading.Thread(target=accept, daemon=True).start()
    return listener


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hallmark", default=HERE.parent / ".build/release/hallmark")
    options = parser.parse_args()
    connections.raise_limit()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-sweep."))
    server = None
    good = True
    try:
        port = connections.free_ports(1)[0]
        server = connections.start_nginx(folder, port)
        connections.wait_for(port)
        output, summary, state = folder / "out.ndjson", folder / "summary.json", folder / "state"
        whole = ["127.20.0.0/16", "-p", port]
        begin = time.monotonic()
        told = scan(options, whole, output, summary)
        print(f"{told['records'] / (time.monotonic() - begin):.0f} endpoints a second")
        tell(told)
        good &= check(output, 65536, "whole sweep")

        pace = ["--seed", "7", "-c", "500", "--rate", "12000"]
        killed = subprocess.Popen([str(options.hallmark), "scan", *map(str, whole), *pace, "--include-special", "--no-signatures", "--probe",
                                   "certificate", "-q", "-o", str(output), "--checkpoint", str(state)])
        time.sleep(4)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        with open(output) as lines:
            print(f"killed after about {sum(1 for _ in lines)} records")
        tell(scan(options, whole, output, summary, [*pace, "--resume", state]))
        good &= check(output, 65536, "killed and resumed")

        for name, extra in [("grab", []), ("complete handshake", ["--prove"])]:
            told = scan(options, ["127.1.0.1-127.1.78.32", "-p", port, "-c", "5000"], output, summary, extra)
            tell(told)
            good &= check(output, 20000, f"20,000 endpoints, 5,000 in flight, {name}")

        late = connections.free_ports(1)[0]
        listener = late_server(late, 3)
        told = scan(options, ["127.1.0.1-127.1.39.16", "-p", late, "-c", "10000", "--threads", "1"], output, summary,
                    ["--handshake-timeout", "20", "--retries", "0"])
        listener.close()
        print(f"10,000 in flight: {told['errors']}")
        tell(told)
    finally:
        if server:
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Kills `hallmark ct watch` with SIGKILL again and again while logs grow, and counts what was lost or came twice.

Four logs on loopback, two of each interface, with requests that fail and answers that are cut. At the end the watch runs to the heads, and
each certificate has to stand in the output once. Needs the Python packages of the tests.

    Benchmarks/log_kills.py [--kills 100] [--hallmark PATH]
"""
import argparse
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = [
    {"name": "a", "kind": "rfc6962", "entries": 1200, "faults": {"most": 8, "grow": 1, "every": 9, "status": 429}},
    {"name": "b", "kind": "static", "entries": 1200, "faults": {"grow": 1, "every": 11, "status": 503}},
    {"name": "c", "kind": "rfc6962", "entries": 1200, "faults": {"most": 16, "every": 13, "cut": True}},
    {"name": "d", "kind": "static", "entries": 1200, "faults": {"grow": 1, "vanish": True, "packed": True}},
]
PORT = 18600


def control(log, change=""):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/control/{log}?{change}") as answer:
        return json.load(answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--hallmark", default=str(ROOT / ".build/release/hallmark"))
    options = parser.parse_args()
    random.seed(11)
    with tempfile.TemporaryDirectory() as folder:
        logs = subprocess.Popen([sys.executable, "-B", ROOT / "Tests/Tools/ct_log.py", str(PORT), folder, json.dumps(LOGS)],
                                stderr=subprocess.DEVNULL)
        try:
            listing = pathlib.Path(folder, "list.json")
            while True:
                try:
                    control("d")
                    break
                except OSError:
                    time.sleep(0.2)
            out, state = pathlib.Path(folder, "out"), pathlib.Path(folder, "state")
            common = [options.hallmark, "ct", "watch", "--log-list", str(listing), "--no-signatures", "--from-start", "--all", "-q", "-o", str(out),
                      "--state", str(state), "--interval", "0.1", "--partial-after", "0.05", "--rate"]
            useful = 0
            for number in range(options.kills):
                before = out.stat().st_size if out.exists() else 0
                watch = subprocess.Popen(common + ["6"], stderr=subprocess.DEVNULL)
                time.sleep(0.3 + random.random())
                watch.send_signal(signal.SIGKILL)
                watch.wait()
                useful += out.exists() and out.stat().st_size > before
            final = subprocess.run(common + ["500", "--until-head"], stderr=subprocess.PIPE, text=True, timeout=600)
            records = [json.loads(line) for line in open(out)]
            places = [(one["hallmark"]["ct"]["log"], one["hallmark"]["ct"]["index"]) for one in records]
            lost = 0
            for log in LOGS:
                had = {index for name, index in places if name == log["name"]}
                last = max(had, default=-1)
                # Of the two entries of a certificate one is written.
                lost += len(set(range(0, last + 1, 2)) - had)
                lost += max(0, log["entries"] - len(had))
            print(f"{options.kills} kills, {useful} of them after something was written; {len(places)} records, "
                  f"{len(places) - len(set(places))} twice, {lost} lost; the last run ended with {final.returncode} {final.stderr.strip()}")
            return 0 if not lost and len(places) == len(set(places)) and final.returncode == 0 else 1
        finally:
            logs.terminate()
            logs.wait()


if __name__ == "__main__":
    sys.exit(main())

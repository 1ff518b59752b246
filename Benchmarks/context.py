#!/usr/bin/env python3
"""What `--context` costs a sweep: CPU and time for each endpoint, as ratios within one run.

In a network namespace of its own nginx listens at many ports of a few addresses, and unbound answers for their names. Each round scans
them without context, with it, and with it where no name server answers. After the first few hundred answers all names are known: most of
a round runs with a warm cache. Medians of the rounds are printed, with the most questions that the name server was asked in one second.

    Benchmarks/context.py [--rounds 5] [--addresses 128] [--ports 64] [--rate 100] [--hallmark PATH]
"""
import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import connections

ADDRESS, NAME_SERVER, NOBODY = "198.18.0.", "127.0.0.1", "198.19.0.1"


def start_nginx(folder, ports):
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "365",
         "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test,DNS:www.bench.test",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
    listen = "\n".join(f"listen 0.0.0.0:{port} ssl backlog=4096;" for port in ports)
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null crit;
events {{ worker_connections 32768; }}
http {{
    access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        {listen}
        ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        location / {{ return 200 "ok"; }}
    }}
}}
""")
    return subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])


def start_unbound(folder):
    (folder / "unbound.conf").write_text(f"""
server:
  interface: {NAME_SERVER}@53
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  logfile: "{folder}/questions.log"
  log-queries: yes
  module-config: "iterator"
  local-zone: "test." static
  local-data: "bench.test. A {ADDRESS}1"
  local-data: "www.bench.test. A {ADDRESS}2"
  local-zone: "18.198.in-addr.arpa." static
remote-control:
  control-enable: no
""")
    return subprocess.Popen(["unbound", "-d", "-c", str(folder / "unbound.conf")])


def scan(hallmark, folder, targets, *words):
    """Seconds of processor and of clock for one scan of everything."""
    with open(folder / "records", "wb") as records, open(folder / "errors", "wb") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(
            [hallmark, "scan", *targets, "--include-special", "--probe", "certificate", "--progress", "never", *words],
            stdin=subprocess.DEVNULL, stdout=records, stderr=errors)
        _, _, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
    with open(folder / "records", "rb") as records:
        count = sum(1 for _ in records)
    return {"cpu": usage.ru_utime + usage.ru_stime, "clock": seconds, "records": count}


def busiest_second(log):
    counts = collections.Counter(match.group(1) for match in re.finditer(r"^\[(\d+)\].* info: 127", log, re.M))
    return max(counts.values(), default=0), sum(counts.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--addresses", type=int, default=128)
    parser.add_argument("--ports", type=int, default=64)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--hallmark", default=str(connections.ROOT / ".build/release/hallmark"))
    arguments = parser.parse_args()
    if not os.environ.get("HALLMARK_BENCHMARK_NAMESPACE"):
        os.environ["HALLMARK_BENCHMARK_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    for words in (["link", "set", "lo", "up"], ["route", "add", "local", "198.18.0.0/24", "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)
    connections.raise_limit()
    ports = range(20000, 20000 + arguments.ports)
    targets = [f"{ADDRESS}0-{ADDRESS}{arguments.addresses - 1}", "--ports", f"{ports[0]}-{ports[-1]}"]
    around = ["--context", "--dns-rate", str(arguments.rate), "--resolver"]
    runs = {"plain": [], "context": [*around, NAME_SERVER], "dead": [*around, NOBODY]}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        servers = [start_nginx(folder, ports), start_unbound(folder)]
        try:
            connections.wait_for(ports[-1])
            time.sleep(1)
            found = {run: [] for run in runs}
            for _ in range(arguments.rounds):
                for run, words in runs.items():
                    found[run].append(scan(arguments.hallmark, folder, targets, *words))
        finally:
            for server in servers:
                server.terminate()
                server.wait()
        most, asked = busiest_second((folder / "questions.log").read_text())
    middle = {run: {key: statistics.median(one[key] for one in found[run]) for key in ("cpu", "clock", "records")} for run in runs}
    endpoints = arguments.addresses * arguments.ports
    print(json.dumps({
        "endpoints": endpoints, "records": {run: int(middle[run]["records"]) for run in runs},
        "cpu_us": {run: round(middle[run]["cpu"] / endpoints * 1e6, 1) for run in runs},
        "cpu_ratio": round(middle["context"]["cpu"] / middle["plain"]["cpu"], 3),
        "seconds": {run: round(middle[run]["clock"], 2) for run in runs},
        "dead_seconds_more": round(middle["dead"]["clock"] - middle["plain"]["clock"], 2),
        "questions": asked, "most_questions_in_a_second": most}, indent=2))


if __name__ == "__main__":
    main()

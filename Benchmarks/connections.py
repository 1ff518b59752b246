#!/usr/bin/env python3
"""CPU of a whole `hallmark scan` for each endpoint, as a ratio to C programs that do the bare minimum.

Each round runs every program once, one after the other, against the same server on loopback: nginx for
TLS 1.3 with an ECDSA P-256 certificate, and the replay server, which answers at next to no cost, once with one certificate
and once with a new one for each answer, none of which Hallmark has met before. The client has one core, the server the
other. Medians of the rounds are printed; the figures are ratios within one run, since machines are shared and noisy.

    Benchmarks/connections.py [--rounds 5] [--targets 20000] [--in-flight 200] [--hallmark PATH]
"""
import argparse
import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def build(folder):
    """Compiles the C baselines."""
    for name, libraries in [("certificate_grab", "-luv -lcrypto"), ("full_handshake", "-luv -lssl -lcrypto"), ("replay_server", "")]:
        source = HERE / "Baselines" / f"{name}.c"
        subprocess.run(["cc", "-O2", "-o", folder / name, source, *libraries.split()], check=True)


def raise_limit():
    """Many open files, for the servers and clients that are started."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY and hard < 65536 else 65536, hard))


def free_ports(count):
    """Ports that nobody listens on; held together, so that all differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_for(port):
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"nothing listens on {port}")


def start_nginx(folder, port, errors="stderr"):
    """nginx with one worker, bound to the last core."""
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "365",
         "-subj", "/C=DE/O=Example GmbH/CN=bench.example.com", "-addext", "subjectAltName=DNS:bench.example.com,DNS:www.bench.example.com",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {errors} crit;
events {{ worker_connections 32768; }}
http {{
    access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 0.0.0.0:{port} ssl backlog=16384;
        ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
        location / {{ return 200 "ok"; }}
    }}
}}
""")
    return subprocess.Popen(pin(last_core(), ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]))


def issued_flight(folder, flight):
    """The flight as if another authority had issued its certificate, as most are: a self-signed one that was not met
    before has its signature tested, which alone costs more than a grab. Also the place of eight bytes of the serial number."""
    flight = flight.replace(b"farm-ec.test", b"farm-ca.test", 1)  # the issuer's name comes first
    identifier = flight.index(bytes.fromhex("0603551d23")) + 16  # in the authority's key identifier
    flight = flight[:identifier] + bytes([flight[identifier] ^ 1]) + flight[identifier + 1:]
    path = folder / "issued.bin"
    path.write_bytes(flight)
    return path, serial_offset(flight)


def serial_offset(flight):
    """Where the certificate's serial number can be counted up: behind its first byte, so that it stays positive."""
    start = flight.index(b"\xa0\x03\x02\x01\x02\x02") + 6
    if not 9 <= flight[start] <= 20:
        sys.exit("the flight's certificate has a short serial number")
    return start + 2


def last_core():
    return max(os.sched_getaffinity(0))


def pin(core, command):
    return ["taskset", "-c", str(core), *map(str, command)] if shutil.which("taskset") else list(map(str, command))


def measure(command):
    """Runs a program on the first core; its CPU seconds, wall seconds, peak memory in KiB and output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    process = subprocess.run(pin(min(os.sched_getaffinity(0)), command), capture_output=True, text=True)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}\n{process.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, process


def scan_arguments(port, targets, in_flight):
    """The same endpoints as those of the C programs: 127.1.0.1 and on, in order."""
    last = 0x7F010001 + targets - 1
    end = ".".join(str(last >> shift & 255) for shift in (24, 16, 8, 0))
    return ["scan", f"127.1.0.1-{end}", "-p", port, "--include-special", "--in-order", "-c", in_flight, "--threads", "1",
            "--retries", "0", "-q"]


def hallmark(options, port, folder, extra):
    output = folder / "records.ndjson"
    output.unlink(missing_ok=True)  # to empty the last run's file is no part of a scan
    cpu, wall, process = measure([
        options.hallmark, *scan_arguments(port, options.targets, options.in_flight), "-o", output,
        "--summary", folder / "summary.json", *extra])
    with output.open() as lines:
        good = sum('"outcome":"success"' in line for line in lines)
    if good != options.targets:
        sys.exit(f"hallmark got {good} of {options.targets} certificates")
    return cpu / options.targets * 1e6, options.targets / wall, json.loads((folder / "summary.json").read_text()).get("peak_rss_kib", 0)


def baseline(options, name, port, folder):
    cpu, wall, process = measure([folder / name, port, options.targets, options.in_flight])
    report = json.loads(process.stdout)
    if report["ok"] != options.targets:
        sys.exit(f"{name} got {report['ok']} of {options.targets}")
    return report["cpu_us_per_target"], report["targets_per_s"], report["peak_rss_kib"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--targets", type=int, default=20000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--hallmark", default=ROOT / ".build/release/hallmark")
    options = parser.parse_args()
    raise_limit()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-bench."))
    servers = []
    try:
        build(folder)
        tls, replay, fresh = free_ports(3)
        servers.append(start_nginx(folder, tls))
        wait_for(tls)
        flight = HERE / "Baselines/flight_ecdsa.bin"
        servers.append(subprocess.Popen(pin(last_core(), [folder / "replay_server", replay, flight])))
        wait_for(replay)
        fresh_flight, serial = issued_flight(folder, flight.read_bytes())
        servers.append(subprocess.Popen(pin(last_core(), [folder / "replay_server", fresh, fresh_flight, serial])))
        wait_for(fresh)
        signed = ["--probe", "certificate"]
        grab = [*signed, "--no-signatures"]
        programs = {
            "C grab, nginx": lambda: baseline(options, "certificate_grab", tls, folder),
            "hallmark grab, nginx": lambda: hallmark(options, tls, folder, grab),
            "C handshake, nginx": lambda: baseline(options, "full_handshake", tls, folder),
            "hallmark --prove, nginx": lambda: hallmark(options, tls, folder, grab + ["--prove"]),
            "C grab, replay": lambda: baseline(options, "certificate_grab", replay, folder),
            "hallmark grab, replay": lambda: hallmark(options, replay, folder, grab),
            "hallmark grab, all new": lambda: hallmark(options, fresh, folder, grab),
            "with signatures, nginx": lambda: hallmark(options, tls, folder, signed),
            "with signatures, replay": lambda: hallmark(options, replay, folder, signed),
            "with signatures, all new": lambda: hallmark(options, fresh, folder, signed),
        }
        results = {name: [] for name in programs}
        for number in range(options.rounds):
            for name, run in programs.items():
                results[name].append(run())
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        print(f"{options.targets} endpoints, {options.in_flight} in flight, median of {options.rounds}\n")
        print(f"{'program':26} {'CPU us/endpoint':>16} {'endpoints/s':>12} {'peak RSS MB':>12}")
        median = {}
        for name, runs in results.items():
            median[name] = [statistics.median(column) for column in zip(*runs)]
            cpu, rate, memory = median[name]
            print(f"{name:26} {cpu:16.1f} {rate:12.0f} {memory / 1024:12.1f}")
        print()
        for ours, theirs in [("hallmark grab, nginx", "C grab, nginx"), ("hallmark grab, replay", "C grab, replay"),
                             ("hallmark grab, all new", "C grab, replay"),
                             ("hallmark --prove, nginx", "C handshake, nginx"), ("hallmark grab, nginx", "C handshake, nginx")]:
            print(f"{ours} / {theirs}: {median[ours][0] / median[theirs][0]:.2f}")
        for server in ["nginx", "replay", "all new"]:
            added = [signed - bare for (signed, *_), (bare, *_) in
                     zip(results[f"with signatures, {server}"], results[f"hallmark grab, {server}"])]
            print(f"all signatures add, {server}: {statistics.median(added):.1f} us")
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

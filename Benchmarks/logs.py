#!/usr/bin/env python3
"""Bytes a second and memory of `hallmark import` over Zeek's ssl.log and x509.log as JSON, with jq's time beside it in the same run.

The logs are made up: connections of a day to servers of which few are met often and most seldom, each with a certificate that x509.log
has. jq is asked for address and fingerprint of each connection, and joins nothing. Medians of the rounds; figures are ratios within one run, and
bytes a second are those of processor time, one core.

    Benchmarks/logs.py [--rounds 3] [--lines 1000000] [--servers 20000] [--hallmark PATH] [--no-jq] [--keep FOLDER]
"""
import argparse
import hashlib
import os
import pathlib
import random
import resource
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DAY = 1795910400
# Clients' programs are few, whoever runs them.
FINGERPRINTS = [hashlib.md5(str(number).encode()).hexdigest() for number in range(60)]


def certificate(number):
    """A line of x509.log."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    name = f"host{number}.example.com"
    return (
        f'{{"ts":{DAY + number % 86400}.123456,"fingerprint":"{digest}","certificate.version":3,"certificate.serial":"{digest[:32].upper()}",'
        f'"certificate.subject":"CN={name},O=Example Organisation {number % 997},L=Sampletown,ST=Somewhere,C=US",'
        '"certificate.issuer":"CN=Example Issuing CA G2,O=Example Trust Services,C=US",'
        f'"certificate.not_valid_before":{DAY - 2592000}.0,"certificate.not_valid_after":{DAY + 5184000}.0,'
        '"certificate.key_alg":"rsaEncryption","certificate.sig_alg":"sha256WithRSAEncryption","certificate.key_type":"rsa",'
        f'"certificate.key_length":2048,"certificate.exponent":"65537","san.dns":["{name}","www.{name}"],'
        '"basic_constraints.ca":false,"host_cert":true,"client_cert":false}\n')


def connection(number, server, client):
    """A line of ssl.log."""
    digest = hashlib.sha256(str(server).encode()).hexdigest()
    address = f"203.{server >> 16 & 255}.{server >> 8 & 255}.{server & 255}"
    return (
        f'{{"ts":{DAY + number % 86400}.{number % 1000000:06d},"uid":"C{digest[:10]}{number:08d}","id.orig_h":"10.0.{client >> 8}.{client & 255}",'
        f'"id.orig_p":{1024 + number % 60000},"id.resp_h":"{address}","id.resp_p":443,"version":"TLSv12",'
        '"cipher":"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256","curve":"x25519",'
        f'"server_name":"host{server}.example.com","resumed":false,"next_protocol":"h2","established":true,"ssl_history":"CsxknGIi",'
        f'"cert_chain_fps":["{digest}"],"client_cert_chain_fps":[],"sni_matches_cert":true,"ja3":"{FINGERPRINTS[client % len(FINGERPRINTS)]}","ja3s":"{digest[32:]}"}}\n')


def make(folder, lines, servers):
    """Writes both logs; returns their paths."""
    random.seed(7)
    paths = [folder / "ssl.log", folder / "x509.log"]
    with open(paths[1], "w") as log:
        for number in range(servers):
            log.write(certificate(number))
    with open(paths[0], "w") as log:
        for number in range(lines):
            # Each once, then by a Pareto distribution: some are met all day.
            server = number if number < servers else (int(random.paretovariate(0.5)) - 1) % servers
            log.write(connection(number, server, random.randrange(5000)))
    return paths


def measure(command):
    """Seconds of processor time, and the most memory in KiB."""
    with open(os.devnull, "wb") as nothing:
        child = subprocess.Popen(command, stdout=nothing, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command[0]}: status {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--servers", type=int, default=20_000)
    parser.add_argument("--hallmark", default=str(ROOT / ".build/release/hallmark"))
    parser.add_argument("--no-jq", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or pathlib.Path(scratch)
        paths = [folder / "ssl.log", folder / "x509.log"]
        if not all(path.exists() for path in paths):
            folder.mkdir(exist_ok=True)
            make(folder, options.lines, options.servers)
        size = sum(path.stat().st_size for path in paths)
        programs = {"hallmark": [options.hallmark, "import", "--quiet", *map(str, paths)]}
        if not options.no_jq:
            programs["jq"] = ["jq", "-r", '[."id.resp_h", .cert_chain_fps[0]?, .fingerprint] | @tsv', *map(str, paths)]
        times = {name: [] for name in programs}
        memory = {}
        for _ in range(options.rounds):
            for name, command in programs.items():
                seconds, most = measure(command)
                times[name].append(seconds)
                memory[name] = max(memory.get(name, 0), most)
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            print(f"{name}: {size / middle / 1e6:.0f} MB/s of processor time, {memory[name] // 1024} MiB, {middle:.2f} s for {size / 1e6:.0f} MB")
        if "jq" in times:
            print(f"jq takes {statistics.median(times['jq']) / statistics.median(times['hallmark']):.1f} times as long")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()

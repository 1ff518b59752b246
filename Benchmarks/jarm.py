#!/usr/bin/env python3
"""What ten JARM hellos cost a scan, as a ratio to a C program that replays the same ten and hashes nothing.

The hellos are those that Hallmark sends, recorded by a server of ours. A rule that asks for a JARM beside a name makes an adaptive
scan send the hellos and nothing else; what the same scan costs without them is taken off. Each round runs the programs one
after the other against one nginx; medians of the rounds are printed.

    Benchmarks/jarm.py [--rounds 5] [--targets 2000] [--in-flight 200] [--hallmark PATH]
"""
import argparse
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading

from connections import HERE, ROOT, free_ports, measure, raise_limit, scan_arguments, start_nginx, wait_for

RULE = """title: A name and a JARM
id: 6b1e5a0c-8a34-4a55-9f0e-2c2d8d6f3c11
status: experimental
description: Asks for the JARM of every endpoint of the benchmark, and matches none.
references: [https://github.com/salesforce/jarm]
author: Hallmark
date: 2026-11-27
tags: [attack.command-and-control]
logsource: {product: hallmark, category: tls_observation}
detection:
  name: {tls.server.x509.subject.common_name: bench.example.com}
  fingerprint: {tls.server.jarm: "00000000000000000041d41d0000001798d6156df422564fb9b667b7418e4c"}
  condition: name and fingerprint
falsepositives: [None.]
level: low
hallmark:
  software: {name: Benchmark}
  specificity: strong
  examples:
    match:
      - tls.server.x509.subject.common_name: bench.example.com
        tls.server.jarm: "00000000000000000041d41d0000001798d6156df422564fb9b667b7418e4c"
    no_match:
      - tls.server.x509.subject.common_name: bench.example.com
"""


def record_hellos(hallmark, folder):
    """The ten hellos, each a whole record, as a server that closes every connection gets them."""
    hellos = []
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5)
                        data = b""
                        with contextlib.suppress(OSError):
                            while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
                                more = connection.recv(4096)
                                if not more:
                                    break
                                data += more
                            hellos.append(data)
                            # An alert that says that this is TLS, so that what follows the certificate is tried, too.
                            connection.sendall(bytes.fromhex("15030300020228"))
        threading.Thread(target=serve, daemon=True).start()
        subprocess.run(
            [hallmark, "scan", f"127.0.0.1:{server.getsockname()[1]}", "--include-special", "--probe", "full", "--no-signatures",
             "--retries", "0", "-q", "-o", folder / "hellos.ndjson"], capture_output=True)
    starts = [place for place in range(len(hellos) - 9) if is_jarm(hellos[place:place + 10])]
    if not starts:
        sys.exit(f"no ten hellos of JARM among {len(hellos)} connections")
    return b"".join(hellos[starts[0]:starts[0] + 10])


def is_jarm(ten):
    """Whether the record versions are those of JARM's ten probes (1.2 five times, 1.1, then 1.0 four times)."""
    return [hello[1:3].hex() for hello in ten] == ["0303"] * 5 + ["0302"] + ["0301"] * 4


def hallmark(options, port, folder, level):
    output = folder / "records.ndjson"
    output.unlink(missing_ok=True)
    cpu, _, _ = measure([options.hallmark, *scan_arguments(port, options.targets, options.in_flight), "-o", output, "--probe", level,
                         "--no-default-signatures", "--signatures", folder / "rules"])
    with output.open() as lines:
        jarms = sum('"jarm":"' in line for line in lines)
    if jarms != (options.targets if level == "adaptive" else 0):
        sys.exit(f"{jarms} of {options.targets} endpoints have a JARM with --probe {level}")
    return cpu / options.targets * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--targets", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--hallmark", default=ROOT / ".build/release/hallmark")
    options = parser.parse_args()
    raise_limit()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-bench."))
    server = None
    try:
        subprocess.run(["cc", "-O2", "-o", folder / "jarm_replay", HERE / "Baselines/jarm_replay.c", "-luv"], check=True)
        (folder / "rules").mkdir()
        (folder / "rules/jarm.yml").write_text(RULE)
        (folder / "hellos").write_bytes(record_hellos(options.hallmark, folder))
        [port] = free_ports(1)
        # nginx complains of the key shares without a group that JARM sends on purpose.
        server = start_nginx(folder, port, errors="/dev/null")
        wait_for(port)

        def replay():
            command = ["sh", "-c", f"exec {folder}/jarm_replay {port} {options.targets} {options.in_flight} < {folder}/hellos"]
            report = json.loads(measure(command)[2].stdout)
            if report["ok"] != options.targets or report["failed"]:
                sys.exit(f"the replay got {report['ok']} of {options.targets}, {report['failed']} failures")
            return report["cpu_us_per_target"]

        names = ("C replay of ten hellos", "certificate alone", "certificate and JARM")
        rows = [(replay(), hallmark(options, port, folder, "certificate"), hallmark(options, port, folder, "adaptive"))
                for _ in range(options.rounds)]
        for name, column in zip(names, zip(*rows)):
            print(f"{name:24} {statistics.median(column):8.1f} us of CPU an endpoint")
        ratio = statistics.median((both - certificate) / least for least, certificate, both in rows)
        print(f"JARM alone / C replay: {ratio:.2f}")
    finally:
        if server:
            server.send_signal(signal.SIGTERM)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Bytes a second and memory of `hallmark import` over captures, with tshark's time beside it in the same run.

Two captures are made of one TLS 1.2 handshake that Python's ssl speaks with itself: many short connections (handshake
and a few records), and few long ones (handshake and megabytes of records). Both programs are asked for the servers'
certificates; tshark reassembles by default, too. Medians of the rounds; figures are ratios within one run.

    Benchmarks/captures.py [--rounds 3] [--megabytes 300] [--hallmark PATH] [--no-tshark]
"""
import argparse
import os
import pathlib
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def transcript(folder):
    """The flights of one connection: whose, and its bytes."""
    certificate, key = folder / "certificate", folder / "key"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=bench.test", "-days", "30",
         "-keyout", key, "-out", certificate], check=True, capture_output=True)
    lines = subprocess.run(
        [ROOT / "Tests/Tools/tls_transcript.py", certificate, key, "--name", "bench.test"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return [(line[0] == "c", bytes.fromhex(line[2:])) for line in lines]


class Capture:
    """Writes a pcap file of Ethernet frames."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        self.time = 0
        self.frames = 0

    def packet(self, client, is_client, sequence, flags, payload=b""):
        """A segment of one side of the connection of a client's number."""
        ends = [struct.pack(">BBH", 10, client >> 16 & 255, client & 0xffff), bytes([10, 255, 0, 1])]
        ports = [50000, 443]
        if not is_client:
            ends.reverse()
            ports.reverse()
        tcp = struct.pack(">HHIIBBHHH", *ports, sequence & 0xffffffff, 0, 0x50, flags, 65535, 0, 0)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 1, 0, 64, 6, 0) + ends[0] + ends[1]
        frame = bytes(12) + b"\x08\x00" + ip + tcp + payload
        self.time += 10
        self.file.write(struct.pack("<IIII", 1700000000 + self.time // 1000000, self.time % 1000000, len(frame), len(frame)))
        self.file.write(frame)
        self.frames += 1

    def connection(self, client, flights, bulk):
        """A whole connection with `bulk` bytes of records behind its handshake; a generator, so that many interleave."""
        numbers = {True: 1000, False: 5000}
        self.packet(client, True, 999, 2)
        self.packet(client, False, 4999, 0x12)
        record = b"\x17\x03\x03\x40\x00" + bytes(16384)
        for is_client, flight in [*flights, *[(False, record)] * (bulk // len(record))]:
            for start in range(0, len(flight), 1460):
                part = flight[start:start + 1460]
                self.packet(client, is_client, numbers[is_client], 0x10, part)
                numbers[is_client] += len(part)
            yield
        self.packet(client, True, numbers[True], 0x11)
        self.packet(client, False, numbers[False], 0x11)


def write(path, flights, megabytes, bulk):
    """A capture of about so many megabytes: two hundred connections at a time, or of long ones four."""
    together = 4 if bulk else 200
    capture = Capture(path)
    count, running = 0, []
    while capture.file.tell() < megabytes << 20 or running:
        while len(running) < together and capture.file.tell() < megabytes << 20:
            running.append(capture.connection(count, flights, bulk))
            count += 1
        running = [one for one in running if next(one, True) is None]
    capture.file.close()
    return count, capture.frames


def timed(command, output):
    """Seconds of CPU, seconds, and the peak of memory in MiB."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(output, "wb") as out:
        process = subprocess.Popen(["/usr/bin/env", "bash", "-c", 'exec "$@"', "bash", *map(str, command)], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {status >> 8}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--hallmark", default=ROOT / ".build/release/hallmark")
    parser.add_argument("--no-tshark", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        flights = transcript(folder)
        for title, bulk in [("short connections", 0), ("long connections", 20 << 20)]:
            path = folder / "capture"
            count, frames = write(path, flights, options.megabytes, bulk)
            size = path.stat().st_size / 1e6
            programs = {"hallmark": [options.hallmark, "import", "--quiet", "--every", path]}
            if not options.no_tshark:
                programs["tshark"] = ["tshark", "-r", path, "-Y", "tls.handshake.certificate", "-T", "fields", "-e", "tls.handshake.certificate"]
            figures = {program: [] for program in programs}
            for _ in range(options.rounds):
                for program, command in programs.items():
                    figures[program].append(timed(command, folder / program))
            print(f"{title}: {size:.0f} MB, {count} connections, {frames} frames")
            for program, runs in figures.items():
                cpu, wall, memory = (statistics.median(run[place] for run in runs) for place in range(3))
                lines = (folder / program).read_bytes().count(b"\n")
                print(f"  {program}: {size / cpu:.0f} MB/s of CPU, {size / wall:.0f} MB/s, {memory:.0f} MiB, {lines} certificates")
                assert lines == count, f"{program} missed some"


if __name__ == "__main__":
    main()

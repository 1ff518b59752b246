#!/usr/bin/env python3
"""stacks.py PROGRAM: how well hallmark.stack tells real servers apart, beside JARM and JA3S, as Markdown.

PROGRAM is a built hallmark. The servers are farm.py's. Each is scanned three times by name and once by address, then
once more with another certificate: of the other kind of key where the server has an RSA or ECDSA one, else a new one.
"""
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
marks = {
    "hallmark.stack": lambda record: record["hallmark"].get("stack"),
    "JARM": lambda record: record.get("tls", {}).get("server", {}).get("jarm"),
    "JA3S": lambda record: record.get("tls", {}).get("server", {}).get("ja3s"),
}


class Farm:
    def __init__(self, folder, **environment):
        self.process = subprocess.Popen(
            [sys.executable, here / "farm.py", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        lines = iter(self.process.stdout.readline, "ready\n")
        self.servers = {server["name"]: server for server in map(json.loads, lines)}

    def scan(self, host):
        """The marks of each server."""
        targets = [f"{host}:{server['port']}" for server in self.servers.values()]
        options = ["--no-signatures", "-q", "--probe", "full", "--include-special", "--no-ipv6"]
        output = subprocess.run([sys.argv[1], "scan", *options, *targets], capture_output=True, check=True).stdout
        records = {record["server"]["port"]: record for record in map(json.loads, output.splitlines())}
        return {
            name: {mark: read(records[server["port"]]) for mark, read in marks.items()}
            for name, server in self.servers.items()
        }

    def end(self):
        self.process.stdin.close()
        self.process.wait()


with tempfile.TemporaryDirectory() as folder:
    first = Farm(folder)
    rounds = [first.scan("localhost") for _ in range(3)]
    by_address = first.scan("127.0.0.1")
    first.end()
    second = Farm(folder, FARM_SWAP="1")
    other = second.scan("localhost")
    second.end()

base = rounds[0]
print("| server | TLS library | `hallmark.stack` | JARM |\n| --- | --- | --- | --- |")
for name in sorted(base, key=lambda name: (base[name]["hallmark.stack"] or "", name)):
    values = base[name]
    print(f"| {name} | {first.servers[name]['tls_library']} | `{values['hallmark.stack']}` | `{values['JARM']}` |")
print(
    f"\n{len(base)} servers:\n\n| | distinct | bits | largest class | pairs that collide | same in three runs"
    " | same by address | same with another certificate |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def row(title, value):
    classes = collections.Counter(value(values) for values in base.values())
    bits = -sum(count / len(base) * math.log2(count / len(base)) for count in classes.values())
    pairs = sum(count * (count - 1) // 2 for count in classes.values())
    runs = sum(all(value(scan[name]) == value(base[name]) for scan in rounds) for name in base)
    address = sum(value(by_address[name]) == value(base[name]) for name in base)
    swapped = sum(value(other[name]) == value(base[name]) for name in base if name in other)
    known = sum(name in base for name in other)
    print(
        f"| {title} | {len(classes)} | {bits:.2f} | {max(classes.values())} | {pairs} | {runs} | {address} "
        f"| {swapped} of {known} |"
    )


for mark in marks:
    row(mark, lambda values, mark=mark: values[mark])
row("hallmark.stack and JARM", lambda values: (values["hallmark.stack"], values["JARM"]))
for mark in marks:
    changed = [name for name in other if name in base and other[name][mark] != base[name][mark]]
    print(f"\n{mark} changed with the certificate: {', '.join(changed) or 'none'}")

#!/usr/bin/env python3
"""What questions to a corpus cost: `hallmark search` over whatever corpus it is given, best the one of `run.sh --large`.

Each question is asked several times in turn; what is printed is the median of the whole program's time, and that less
the time of the program that only opens the corpus and shows its newest sighting.

    Benchmarks/corpus_search.py CORPUS [--rounds 7] [--hallmark PATH]
"""
import argparse
import pathlib
import sqlite3
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent


def questions(corpus):
    """Questions with an index, made of values that the corpus has: rare ones and common ones."""
    database = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)

    def one(sql):
        return database.execute(sql).fetchone()[0]

    middle = one("SELECT max(id) / 2 FROM endpoints")
    address = one(f"SELECT ip FROM endpoints WHERE id = {middle}")
    certificate = one("SELECT max(id) / 2 FROM certificates")
    digest, key, subject, serial = database.execute(
        f"SELECT hex(sha256), hex(spki), subject, serial FROM certificates WHERE id = {certificate}").fetchone()
    rare, common = (one(f"SELECT value FROM marks WHERE kind = 60 ORDER BY count {order} LIMIT 1") for order in ("ASC", "DESC"))
    name = subject.split("CN=")[-1]
    network = ".".join(address.split(".")[:3]) + ".0/24"
    day = 86_400_000
    newest = one("SELECT max(last_seen) FROM sightings")
    since = time.strftime("%Y-%m-%d", time.gmtime((newest - day) / 1000))
    return {
        "address": f"server.ip: {address}",
        "network": f'server.ip: "{network}"',
        "port": "server.port: 993",
        "certificate": f"tls.server.hash.sha256: {digest}",
        "key": f"hallmark.certificate.spki_sha256: {key}",
        "serial number": f"tls.server.x509.serial_number: {serial}",
        "common name": f"tls.server.x509.subject.common_name: {name}",
        "below a name": f"tls.server.x509.alternative_names: *.{name}",
        "organization": 'tls.server.x509.subject.organization: "Maker 3"',
        "organization begins": "tls.server.x509.subject.organization: Maker*",
        "issuer": 'tls.server.x509.issuer.common_name: "Authority CA 3"',
        "rare JARM": f"tls.server.jarm: {rare}",
        "common JARM": f"tls.server.jarm: {common}",
        "JARM and port": f"tls.server.jarm: {common} and server.port: 8443",
        "JARM and not port": f"tls.server.jarm: {common} and not server.port: 443",
        "server header": "http.response.header.server: server-7",
        "bare word": name.split(".")[0],
        "common bare word": "authority",
        "phrase": '"Maker 7"',
        "since": f'@timestamp >= "{since}"',
        "software": "hallmark.leads.software.name: *",
        "several": f'server.port: (8443 or 993) and tls.server.x509.issuer.organization: "Authority 3" and not tls.server.jarm: {rare}',
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--hallmark", default=str(HERE.parent / ".build/release/hallmark"))
    options = parser.parse_args()

    def ask(query, limit="100"):
        start = time.perf_counter()
        result = subprocess.run(
            [options.hallmark, "search", query, "--corpus", options.corpus, "--limit", limit], capture_output=True)
        if result.returncode not in (0, 2):
            raise SystemExit(f"{query}: {result.stderr.decode()}")
        return 1000 * (time.perf_counter() - start), max(0, len(result.stdout.splitlines()) - 1)

    # The first brings an older corpus up to date.
    ask("*", "1")
    asked = {"(open)": "*", **questions(options.corpus)}
    times = {name: [] for name in asked}
    rows = {}
    for _ in range(options.rounds):
        for name, query in asked.items():
            took, rows[name] = ask(query, "1" if name == "(open)" else "100")
            times[name].append(took)
    opened = statistics.median(times["(open)"])
    print(f"{'question':22}{'rows':>6}{'ms':>9}{'less opening':>14}")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:22}{rows[name]:6}{median:9.1f}{max(0, median - opened):14.1f}")
    rest = [statistics.median(taken) - opened for name, taken in times.items() if name != "(open)"]
    print(f"median of the questions: {statistics.median(rest):.1f} ms; slowest {max(rest):.1f} ms")


main()

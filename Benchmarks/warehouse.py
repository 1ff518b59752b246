#!/usr/bin/env python3
"""What pivots over ClickHouse cost: a hundred questions of every kind over the observations of a synthetic Internet.

Makes a corpus (`bench-corpus`), writes its observations as records, inserts them into the table of `hallmark warehouse schema`
(chdb, which is ClickHouse in a process, behind its HTTP interface), and asks both the same. Told are the rate and the price of the insert,
what a record takes on the disk, for each kind of question the median of the whole program's time over each store, and the rows that ClickHouse
read. It ends with 1 when an answer differs.

    Benchmarks/warehouse.py [--records 1000000] [--certificates 200000] [--questions 100] [--hallmark PATH]
"""
import argparse
import http.client
import itertools
import json
import pathlib
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from clickhouse_store import install_clickhouse, start_clickhouse
from connections import ROOT

LOGIN = {"X-ClickHouse-User": "me", "X-ClickHouse-Key": "a secret"}
BLOCK = 50_000


def questions(corpus, count):
    """Kinds and queries in turn, made of values that the corpus has, by a fixed seed."""
    database = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
    chance = random.Random(7)

    def row(table, columns):
        most = database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        return database.execute(f"SELECT {columns} FROM {table} WHERE id >= ? LIMIT 1", [chance.randint(1, most)]).fetchone()

    def certificate():
        return row("certificates", "lower(hex(sha256)), lower(hex(spki)), subject, serial")

    kinds = {
        "endpoint": lambda: "{}:{}".format(*row("endpoints", "ip, port")),
        "certificate": lambda: certificate()[0],
        "key": lambda: "key=" + certificate()[1],
        "serial": lambda: "serial=" + certificate()[3],
        "name": lambda: certificate()[2].split("CN=")[-1],
    }
    for number in range(count):
        kind = list(kinds)[number % len(kinds)]
        yield kind, kinds[kind]()


class Store:
    """The table, behind ClickHouse's HTTP interface."""

    def __init__(self, hallmark, folder):
        install_clickhouse()
        self.process, self.port = start_clickhouse(hallmark, folder)

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, LOGIN)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return text.decode()

    def insert(self, lines, number):
        self.ask("POST", "/?query=INSERT%20INTO%20hallmark.hallmark%20(record)%20FORMAT%20LineAsString"
                 f"&insert_deduplicate=1&insert_deduplication_token=block-{number}", b"".join(lines))

    def sql(self, text):
        return self.ask("GET", "/?query=" + text.replace(" ", "%20")).split()

    def rows_read(self):
        return int(self.ask("GET", "/rows-read"))

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def fill(store, hallmark, corpus):
    """Inserts what the corpus has; tells how long it took."""
    records, size, waited = 0, 0, 0.0
    began, before = time.monotonic(), store.cpu()
    reading = subprocess.Popen([hallmark, "corpus", "export", "--corpus", corpus], stdout=subprocess.PIPE)
    for number in itertools.count():
        block = list(itertools.islice(reading.stdout, BLOCK))
        if not block:
            break
        start = time.monotonic()
        store.insert(block, number)
        waited += time.monotonic() - start
        records, size = records + len(block), size + sum(map(len, block))
    assert reading.wait() == 0
    cpu = store.cpu() - before
    print(f"insert: {records:,} records of {size / records:.0f} bytes, {cpu / records * 1e6:.0f} us of CPU each, "
          f"{records / waited:,.0f} a second; {time.monotonic() - began:.0f} s in all")
    stored = [int(value) for value in store.sql(
        "SELECT sum(rows), sum(data_compressed_bytes), sum(secondary_indices_compressed_bytes) FROM system.parts "
        "WHERE active AND table = 'hallmark'")]
    assert stored[0] == records, stored
    print(f"stored: {stored[1] / records:.0f} bytes a record, {stored[2] / records:.1f} of indexes besides")
    return records


def answer(command):
    """How long a command takes, its exit code and what its lines tell.

    Numbers of certificates and endpoints are the store's own: in their place stands what they are.
    """
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 2, 4):
        sys.exit(f"{command}: {done.stderr.decode()}")
    took = time.monotonic() - began
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    names = {line["id"]: [line["kind"], line.get("sha256"), line.get("endpoints")] for line in lines if "id" in line}
    for line in lines:
        line.pop("id", None)
        if "via" in line:
            line["via"] = names.get(line["via"], line["via"])
    return took, done.returncode, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--certificates", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--hallmark", default=str(ROOT / ".build/release/hallmark"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        corpus = folder / "corpus.sqlite"
        subprocess.run([pathlib.Path(options.hallmark).parent / "bench-corpus", "corpus", corpus, str(options.records),
                        str(options.certificates)], check=True, stdout=subprocess.DEVNULL)
        store = Store(options.hallmark, folder)
        try:
            records = fill(store, options.hallmark, corpus)
            sys.exit(compare(store, options, corpus, records))
        finally:
            store.process.kill()
            store.process.wait()


def compare(store, options, corpus, records):
    """Asks both stores; 1 when an answer differs."""
    times, read, differing = {}, {}, 0
    for kind, query in questions(corpus, options.questions):
        command = [options.hallmark, "pivot", query, "--format", "ndjson"]
        small, *expected = answer([*command, "--corpus", corpus])
        before = store.rows_read()
        large, *found = answer([*command, "--warehouse", f"http://127.0.0.1:{store.port}", "--clickhouse-login", folder_of(corpus) / "login"])
        times.setdefault(kind, []).append((small, large))
        read.setdefault(kind, []).append(store.rows_read() - before)
        if expected != found:
            differing += 1
            print(f"differs: {query}")
    whole = [pair for pairs in times.values() for pair in pairs]
    times["all"], read["all"] = whole, [rows for part in read.values() for rows in part]
    for kind, pairs in times.items():
        corpus_time, store_time = ([round(pair[side] * 1000) for pair in pairs] for side in (0, 1))
        print(f"{kind}: {len(pairs)} questions; corpus {statistics.median(corpus_time):.0f} ms; ClickHouse {statistics.median(store_time):.0f} ms, "
              f"longest {max(store_time)}; rows read {statistics.median(read[kind]):,.0f} of {records:,}, most {max(read[kind]):,}")
    print(json.dumps({"peak_memory_MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "differing": differing}))
    return 1 if differing else 0


def folder_of(path):
    return pathlib.Path(path).parent


if __name__ == "__main__":
    main()

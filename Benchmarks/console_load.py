#!/usr/bin/env python3
"""The console under load: 50 requests at once over a large corpus, and a program that adds to the corpus meanwhile.

Serves a corpus, best the one of `bench-corpus corpus FILE` with five million sightings, and asks for pages as people do: many clients,
each with a connection of its own, ask one page after the other without a pause. What is asked follows from values that the
corpus holds, picked by a fixed seed. Told are the times of each kind of page and of all, in milliseconds; it ends with 1
when more than 5 % of all took longer than --limit, or when an answer was not 200.

Then it adds new sightings to the corpus, in turn with and without readers who ask --pace pages a second, and
tells what that costs the writer and whether the corpus has all that was added. With --no-writer the corpus is not changed, but
for --leads: a share of its sightings that are given a lead first, if it has none.

    Benchmarks/console_load.py CORPUS [--at-once 50] [--requests 3000] [--limit 200] [--hallmark PATH] [--no-writer]
"""
import argparse
import collections
import contextlib
import http.client
import json
import pathlib
import random
import selectors
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "a-token-of-the-load-0123456789-abcdefgh"
# How often each kind of page is asked for, in a hundred.
SHARES = {"overview": 8, "triage": 15, "search": 30, "endpoint": 25, "certificate": 10, "sweeps": 4, "signatures": 5, "graph": 3}


def add_leads(corpus, share):
    """Gives a share of the sightings a lead: a corpus of plain servers would have an empty triage."""
    database = sqlite3.connect(corpus)
    if database.execute("SELECT 1 FROM leads LIMIT 1").fetchone():
        return
    newest = database.execute("SELECT max(id) FROM sightings").fetchone()[0]
    names = [("Cobalt Strike", "S0154"), ("Sliver", "S0633"), ("Havoc", None), ("Mythic", None), ("AsyncRAT", "S1087")]
    step = max(1, int(1 / share))
    rows = ((n, *names[n // step % 5], 20 + n // step % 80, 1_790_000_000_000 + n) for n in range(1, newest, step))
    database.executemany("INSERT OR IGNORE INTO leads (sighting, software, software_id, confidence, time) VALUES (?, ?, ?, ?, ?)", rows)
    database.commit()
    database.close()


def paths(corpus, count, seed):
    """Kinds and paths of pages, made of values that the corpus has."""
    database = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
    chance = random.Random(seed)

    def most(table):
        return database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]

    def row(columns, table):
        found = None
        while not found:
            found = database.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (chance.randint(1, most(table)),)).fetchone()
        return found

    jarms = [value for (value,) in database.execute("SELECT value FROM marks WHERE kind = 60 ORDER BY count LIMIT 2000")]

    def search():
        ip, port = row("ip, port", "endpoints")
        digest, subject, serial = row("hex(sha256), subject, serial", "certificates")
        name = subject.split("CN=")[-1]
        query, unit = chance.choice([
            (f"server.ip: {ip}", "sightings"), (f'server.ip: "{ip.rsplit(".", 1)[0]}.0/24"', "endpoints"),
            (f"tls.server.hash.sha256: {digest}", "sightings"), (f"tls.server.x509.serial_number: {serial}", "certificates"),
            (f"tls.server.x509.subject.common_name: {name}", "certificates"), (f"tls.server.jarm: {chance.choice(jarms)}", "sightings"),
            (name.split(".")[0], "sightings"), (f"server.port: {port}", "sightings"),
            ("hallmark.leads.label: high", "endpoints"),
        ])
        return "/search?" + urllib.parse.urlencode({"q": query, "of": unit})

    def endpoint():
        ip, port = row("ip, port", "endpoints")
        return f"/endpoint?ip={ip}&port={port}"

    kinds = {
        "overview": lambda: "/", "triage": lambda: "/triage", "search": search, "endpoint": endpoint,
        "certificate": lambda: "/certificate?sha256=" + row("hex(sha256)", "certificates")[0],
        "sweeps": lambda: "/sweeps", "signatures": lambda: "/signatures",
        "graph": lambda: "/graph?q=" + row("hex(sha256)", "certificates")[0],
    }
    names = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    return [(name, kinds[name]()) for name in names]


@contextlib.contextmanager
def served(hallmark, corpus):
    with tempfile.TemporaryDirectory() as folder:
        token = pathlib.Path(folder, "token")
        token.write_text(TOKEN + "\n")
        token.chmod(0o600)
        server = subprocess.Popen([hallmark, "serve", "--corpus", corpus, "--listen", "127.0.0.1:0", "--token-file", token],
                                  stdout=subprocess.PIPE, text=True)
        try:
            yield int(server.stdout.readline().split(":")[2].split("/")[0])
        finally:
            server.terminate()
            server.wait()


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path):
        """Milliseconds and status."""
        start = time.perf_counter()
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        answer = self.connection.getresponse()
        answer.read()
        return 1000 * (time.perf_counter() - start), answer.status


class Connection:
    """A client that asks one page after the other: a socket without a thread, which would cost the server's cores more than an answer does."""

    def __init__(self, port):
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setblocking(False)

    def ask(self, name, path):
        self.name, self.path, self.answer, self.length = name, path, bytearray(), None
        self.begun = time.perf_counter()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())

    def read(self):
        """Whether the answer is there, as a whole."""
        got = self.socket.recv(1 << 20)
        if not got:
            sys.exit(f"the server ended a connection: {self.path}")
        self.answer += got
        if self.length is None and (end := self.answer.find(b"\r\n\r\n")) >= 0:
            head = self.answer[:end].decode().lower().split("\r\n")
            self.length = end + 4 + int(next(line for line in head if line.startswith("content-length:")).split(":")[1])
        return self.length is not None and len(self.answer) >= self.length


def load(port, asked, at_once):
    """Each kind's times, and answers that were none."""
    times, wrong, todo = collections.defaultdict(list), [], iter(asked)
    slowest = (0, "")
    ready = selectors.DefaultSelector()
    for _ in range(min(at_once, len(asked))):
        connection = Connection(port)
        ready.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(*next(todo))
    while ready.get_map():
        for key, _ in ready.select():
            connection = key.data
            if not connection.read():
                continue
            took = 1000 * (time.perf_counter() - connection.begun)
            times[connection.name].append(took)
            slowest = max(slowest, (took, connection.path))
            if not connection.answer.startswith(b"HTTP/1.1 200 "):
                wrong.append(f"{connection.answer[9:12].decode()}: {connection.path}")
            following = next(todo, None)
            if following:
                connection.ask(*following)
            else:
                ready.unregister(connection.socket)
                connection.socket.close()
    print(f"slowest: {slowest[1]}")
    return times, wrong


def tell(times):
    print(f"{'page':14}{'number':>8}{'median':>9}{'95 %':>9}{'longest':>9}  ms")
    everything = sorted(took for found in times.values() for took in found)
    for name, found in [*sorted(times.items()), ("all", everything)]:
        found = sorted(found)
        print(f"{name:14}{len(found):8}{statistics.median(found):9.1f}{found[int(0.95 * (len(found) - 1))]:9.1f}{found[-1]:9.1f}")
    return everything[int(0.95 * (len(everything) - 1))]


def records(path, number, start):
    """New sightings of endpoints that the corpus does not have, without a certificate."""
    with open(path, "w") as out:
        for n in range(number):
            address = f"10.{start}.{n >> 8 & 255}.{n & 255}"
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_800_000_000 + start * 100_000 + n))
            out.write(json.dumps({
                "@timestamp": f"{stamp}.000Z", "event": {"kind": "event", "dataset": "hallmark.observation", "outcome": "success"},
                "server": {"address": address, "ip": address, "port": 443 + (n >> 16)},
                "http": {"response": {"status_code": 200, "title": f"page {n % 1000}"}},
                "hallmark": {"scan": {"id": f"load-{start}"}, "stack": f"13_{n % 3000:016x}"}}) + "\n")


def write(hallmark, corpus, path):
    start = time.perf_counter()
    subprocess.run([hallmark, "corpus", "add", "--corpus", corpus, path], check=True, capture_output=True)
    return time.perf_counter() - start


def writer(options, port, asked):
    alone, beside = [], []
    first = int(time.time()) % 100
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(f"file:{options.corpus}?mode=ro", uri=True) as database:
        before = database.execute("SELECT count(*) FROM moments").fetchone()[0]
        for number in range(2 * options.rounds):
            path = pathlib.Path(folder, f"{number}.ndjson")
            records(path, options.records, first + number)
            stop = threading.Event()

            def read():
                client, own = Client(port), iter(asked * 100)
                while not stop.wait(1 / options.pace):
                    client.get(next(own)[1])

            reader = threading.Thread(target=read)
            if number % 2:
                reader.start()
            (beside if number % 2 else alone).append(write(options.hallmark, options.corpus, path))
            stop.set()
            if number % 2:
                reader.join()
        added = database.execute("SELECT count(*) FROM moments").fetchone()[0] - before
    ratio = statistics.median(two / one for one, two in zip(alone, beside))
    lost = 2 * options.rounds * options.records - added
    print(f"writer: {options.records} records in {statistics.median(alone):.2f} s alone, {statistics.median(beside):.2f} s beside "
          f"{options.pace} pages a second: {100 * (ratio - 1):+.1f} %; {lost} of {added + lost} lost")
    return lost == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--limit", type=float, default=200)
    parser.add_argument("--leads", type=float, default=0.001)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--pace", type=float, default=5)
    parser.add_argument("--no-writer", action="store_true")
    parser.add_argument("--hallmark", default=str(ROOT / ".build/release/hallmark"))
    options = parser.parse_args()
    add_leads(options.corpus, options.leads)
    asked = paths(options.corpus, options.requests, 42)
    with served(options.hallmark, options.corpus) as port:
        # What is kept once it was made is made here: how long the first of each kind takes is told by itself.
        client = Client(port)
        for name, path in {name: path for name, path in asked}.items():
            print(f"first {name}: {client.get(path)[0]:.0f} ms", file=sys.stderr)
        times, wrong = load(port, asked, options.at_once)
        worst = tell(times)
        for line in wrong[:20]:
            print(line)
        whole = options.no_writer or writer(options, port, asked)
    return 0 if worst < options.limit and not wrong and whole else 1


if __name__ == "__main__":
    sys.exit(main())

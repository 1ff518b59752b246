#!/usr/bin/env python3
"""How many of 20 planted oddities stand among the first 100 that `hallmark hunt` tells.

    Benchmarks/hunt.py [--hallmark PROGRAM] [--endpoints 100000] [--seed 1] [--corpus]

Makes a synthetic Internet: few issuers have most certificates, few stacks most endpoints; appliances with certificates of
their own in a long tail of makers, home-made certificates, shared keys, ports of all kinds, and noise, so that much of it is
unusual without being planted. The plants are odd in two ways or three, as what somebody made in a hurry is:

    imitation   names a well-known issuer and looks like none of its certificates
    stack       a TLS stack that nobody else has, on a port of its own
    forge       a subject, an extension list and a lifetime of its own, with a short key
    shared key  one key on several unlike certificates
    disguise    the stack of one server and the header of another, in an order of its own

Ends with 1 when fewer than 18 were found.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PORTS = [443] * 160 + [8443] * 14 + [993] * 8 + [995] * 4 + [465] * 4 + [4443] * 3 + [10443] * 3 + [2083] * 2 + [9443] * 2
EXTENSIONS = ["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37",
              "1.3.6.1.5.5.7.1.1", "1.3.6.1.4.1.11129.2.4.2"]
SERVERS = ["nginx", "Apache", "cloudflare", "Microsoft-IIS/10.0", "LiteSpeed", "openresty", "AkamaiGHost", "Caddy"]


def skewed(rng, count):
    """A number below `count`, small ones far more often: each doubling is as likely as the one before."""
    return min(count - 1, int(count ** rng.random()) - 1)


def hexadecimal(rng, count):
    return "%0*X" % (2 * count, rng.getrandbits(8 * count))


def some(rng, count):
    """So many extensions, in an order of their own."""
    return ",".join(rng.sample(EXTENSIONS, count))


class World:
    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        self.issuers = []
        for number in range(60):
            self.issuers.append({
                "name": f"C=US, O=Authority {number // 2}, CN=Authority CA {number}",
                "extensions": [some(rng, 8)] + [some(rng, 9)] * (number % 3 == 0),
                "days": rng.choice([[89], [89, 364], [364, 396], [89, 199]]),
                "serial": rng.choice([16, 17, 18]),
                "signature": rng.choice(["sha256WithRSAEncryption", "sha256WithRSAEncryption", "ecdsa-with-SHA384"]),
                "subject": rng.choice(["CN", "CN", "C,ST,L,O,CN"]),
            })
        self.makers = []
        shapes = [some(rng, rng.randrange(0, 5)) for _ in range(25)]
        for number in range(400):
            self.makers.append({
                "extensions": rng.choice(shapes), "days": rng.choice([365, 730, 3650, 3650, 7300, 9125]),
                "serial": rng.choice([1, 8, 9, 20]), "subject": rng.choice(["CN", "O,CN", "C,ST,L,O,OU,CN", "C,O,CN"]),
                "size": rng.choice([2048, 2048, 2048, 1024]), "key": hexadecimal(rng, 32) if number % 5 == 0 else None,
                "signature": rng.choice(["sha256WithRSAEncryption"] * 4 + ["sha1WithRSAEncryption"]),
            })
        self.stacks = [self.stack(number) for number in range(500)]

    def stack(self, number):
        rng = self.rng
        return {"jarm": hexadecimal(rng, 31).lower(), "ja3s": hexadecimal(rng, 16).lower(),
                "stack": "13_" + hexadecimal(rng, 8).lower(), "server": SERVERS[skewed(rng, len(SERVERS))],
                "order": [hexadecimal(rng, 16) for _ in range(2)], "version": "1.2" if number % 6 == 5 else "1.3"}

    def address(self, number):
        return f"{100 + number // 65536}.{number // 256 % 256}.{number % 256}.{7}"

    def record(self, number):
        rng = self.rng
        stack = self.stacks[skewed(rng, len(self.stacks))]
        port = rng.choice(PORTS) if rng.random() > 0.01 else rng.randrange(1024, 65536)
        record = self.base(number, port, stack)
        kind = rng.random()
        if kind < 0.83:
            issuer = self.issuers[skewed(rng, len(self.issuers))]
            name = f"host{number}.example"
            self.certificate(record, issuer["name"], f"CN={name}", issuer["subject"], rng.choice(issuer["extensions"]),
                             rng.choice(issuer["days"]), issuer["serial"], issuer["signature"],
                             rng.choice([("RSA", 2048), ("RSA", 2048), ("ECDSA", 256), ("RSA", 4096)]))
        elif kind < 0.98:
            place = skewed(rng, len(self.makers))
            maker = self.makers[place]
            subject = f"O=Maker {place}, CN=device"
            self.certificate(record, subject, subject, maker["subject"], maker["extensions"], maker["days"], maker["serial"],
                             maker["signature"], ("RSA", maker["size"]), maker["key"])
        else:
            # Made at home with openssl: a name of its own, and the shape of all the others.
            subject = f"C=AU, ST=Some-State, O=Internet Widgits Pty Ltd, CN=box{number}"
            self.certificate(record, subject, subject, "C,ST,O,CN", "2.5.29.14,2.5.29.35,2.5.29.19",
                             rng.choice([30, 365, 365, 3650]), 20, "sha256WithRSAEncryption", ("RSA", 2048))
        return record

    def base(self, number, port, stack):
        rng = self.rng
        ip = self.address(number)
        record = {
            "@timestamp": "2026-06-01T01:00:00.000Z", "event": {"outcome": "success", "dataset": "hallmark.observation"},
            "server": {"address": ip, "ip": ip, "port": port},
            "tls": {"version": stack["version"], "server": {"jarm": stack["jarm"], "ja3s": stack["ja3s"]}},
        }
        if rng.random() < 0.5:
            server = stack["server"] if rng.random() < 0.97 else rng.choice(SERVERS)
            record["http"] = {"response": {
                "status_code": rng.choice([200, 200, 200, 301, 302, 403, 404]), "header": {"server": [server]},
                "header_order_hash": rng.choice(stack["order"])}}
        record["hallmark"] = {"stack": stack["stack"]}
        return record

    def certificate(self, record, issuer, subject, attributes, extensions, days, serial, signature, key, digest=None):
        rng = self.rng
        seconds = days * 86400 + (86399 if days in (89, 199, 364, 396) else 0)
        begin = 1_760_000_000 + rng.randrange(10_000_000)
        stamp = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        record["tls"]["server"].update({
            "hash": {"sha256": hexadecimal(rng, 32)},
            "x509": {"serial_number": hexadecimal(rng, serial), "subject": {"distinguished_name": subject},
                     "issuer": {"distinguished_name": issuer}, "not_before": stamp(begin), "not_after": stamp(begin + seconds),
                     "signature_algorithm": signature, "public_key_algorithm": key[0], "public_key_size": key[1]}})
        record["hallmark"]["certificate"] = {
            "spki_sha256": digest or hexadecimal(rng, 32), "validity_days": days, "validity_seconds": seconds,
            "self_issued": issuer == subject, "subject_attributes": attributes, "issuer_attributes": attributes,
            "extension_oids": extensions}

    def plants(self, first):
        """Twenty endpoints from number `first` on, four of each kind."""
        rng = self.rng
        shared = hexadecimal(rng, 32)
        for number in range(first, first + 20):
            kind = (number - first) % 5
            stack = self.stacks[skewed(rng, 50)]
            issuer = self.issuers[kind % 3]
            honest = (issuer["name"], f"CN=host{number}.example", issuer["subject"], issuer["extensions"][0],
                      issuer["days"][0], issuer["serial"], issuer["signature"], ("RSA", 2048))
            if kind == 0:
                record = self.base(number, 443, stack)
                self.certificate(record, issuer["name"], "CN=update", "CN", "2.5.29.14,2.5.29.35", 1825, 8,
                                 "sha256WithRSAEncryption", ("RSA", 2048))
            elif kind == 1:
                record = self.base(number, rng.randrange(20000, 60000), self.stack(0))
                self.certificate(record, *honest)
            elif kind == 2:
                record = self.base(number, 443, stack)
                name = f"O={hexadecimal(rng, 4)}, CN={hexadecimal(rng, 4)}"
                self.certificate(record, name, name, rng.choice(["O,L,CN", "CN,C", "OU,O", "L,CN,ST"]), some(rng, 6),
                                 rng.randrange(1, 2000), 4, "sha256WithRSAEncryption", ("RSA", 1536))
            elif kind == 3:
                record = self.base(number, 8443, stack)
                name = f"CN={hexadecimal(rng, 6)}"
                self.certificate(record, name, name, "CN", some(rng, 5), 366, 16, "sha256WithRSAEncryption", ("RSA", 2048),
                                 shared)
            else:
                record = self.base(number, 443, stack)
                record["http"] = {"response": {"status_code": 418, "header": {"server": ["Apache/2.2.3 (CentOS)"]},
                                               "header_order_hash": hexadecimal(rng, 16)}}
                self.certificate(record, *honest)
            yield record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hallmark", default=os.path.join(HERE, "..", ".build", "release", "hallmark"))
    parser.add_argument("--endpoints", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", action="store_true", help="by way of a corpus")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sweep = os.path.join(folder, "sweep.ndjson")
        world = World(options.seed)
        with open(sweep, "w", encoding="utf-8") as file:
            for number in range(options.endpoints - 20):
                file.write(json.dumps(world.record(number), separators=(",", ":")) + "\n")
            planted = list(world.plants(options.endpoints))
            for record in planted:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
        source = [sweep]
        if options.corpus:
            corpus = os.path.join(folder, "corpus.sqlite")
            subprocess.run([options.hallmark, "corpus", "add", sweep, "--corpus", corpus], check=True)
            source = ["--corpus", corpus]
        start = time.monotonic()
        result = subprocess.run([options.hallmark, "hunt", "--format", "ndjson", "--limit", "100", *source],
                                capture_output=True, check=True, text=True)
        seconds = time.monotonic() - start
    found = {(line["server"]["ip"], line["server"]["port"]): line for line in map(json.loads, result.stdout.splitlines())}
    kinds = ["imitation", "stack", "forge", "shared key", "disguise"]
    hits = 0
    for place, record in enumerate(planted):
        line = found.get((record["server"]["ip"], record["server"]["port"]))
        hits += line is not None
        print(f"{kinds[place % 5]:10}", f"rank {line['rank']}, {line['bits']} bits" if line else "not among the first 100")
    print(f"{hits} of 20 among the first 100 of {options.endpoints}, in {seconds:.1f} s")
    sys.exit(0 if hits >= 18 else 1)


main()

#!/usr/bin/env python3
"""Logs of Certificate Transparency on loopback, with faults: ct_log.py PORT FOLDER SPECIFICATION

SPECIFICATION is JSON: a list of logs, each {"name", "kind": "rfc6962" or "static", "entries", "faults"}. Each entry is a
certificate, logged twice: as a precertificate, and as the certificate itself. The list of logs (version 3) is written to
FOLDER/list.json, the certificates with their issuer to FOLDER/NAME-NUMBER.pem, an SCT of each to FOLDER/NAME-NUMBER.sct, those of the other logs
to FOLDER/NAME-NUMBER.OTHER.sct, and the key to FOLDER/NAME.key.pem.

/busy-list gives the list of logs, but the first time it says to come in a second. A log's "raw" says the content of the
subjectAltName of certificates by their number, in hexadecimal.

Faults, each a number or true; /control/NAME?FAULT=VALUE changes them while the log is read, issue=NUMBER logs certificates, and rewrite=NUMBER
puts another entry into the tree in that one's place:
  every, with one of status, cut, slow   each so manieth request fails so
  most        entries of an answer at most
  grow        so many certificates are logged with each look at the head
  vanish      partial tiles are gone when the log has grown beyond them
  packed      whatever is sent is packed, asked or not
  swapped, junk, signing   beside the leaf of so manieth certificate stands another's precertificate, none, or one that a
              signing certificate has signed
  far         so manieth certificate is logged in the year 2262, where nanoseconds since 1970 end
  altered     in place of so manieth entry another is sent; altered_times so often
  bad_heads   so manieth head is a page
  long_head   so many bytes are sent for a head
  drip        heads come byte by byte, with so many seconds between
  drip_entries  entries come byte by byte, with so many seconds between
  pages, empty_tiles, cut_tiles   so many data tiles are a page, or empty, or end half-way (static)
  broken_once so manieth entry's length is wrong in the next so many tiles: [entry, tiles] (static)
  proof_pages, false_proofs   so many answers that prove entries are a page, or those of another tree
  no_consistency   so many proofs of consistency are empty (rfc6962)
  refuse      what proves entries is refused with this status
  forget      no entry but the last is known by its hash (rfc6962)
  no_proofs   no entry is
  late        so manieth certificate is logged before its precertificate (rfc6962)
  bare        no issuer stands beside certificates (rfc6962)
  no_issuers  certificates of issuers are answered with this status (static)
  false_root, bad_signature, shrink, absurd, fork, future_type, torn_entry
"""
import base64
import datetime
import gzip
import hashlib
import json
import os
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlparse

import packages

packages.use()

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402
from cryptography.x509.oid import NameOID, ObjectIdentifier  # noqa: E402

PORT, FOLDER, SPECIFICATION = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
SCTS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
CURVE = ec.SECP256R1()


def digest(data):
    return hashlib.sha256(data).digest()


def text(data):
    return base64.b64encode(data).decode()


def behind(size, data):
    return len(data).to_bytes(size, "big") + data


def split(count):
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    left = split(len(leaves))
    return digest(b"\x01" + root(leaves[:left]) + root(leaves[left:]))


def path(place, leaves):
    if len(leaves) == 1:
        return []
    left = split(len(leaves))
    if place < left:
        return path(place, leaves[:left]) + [root(leaves[left:])]
    return path(place - left, leaves[left:]) + [root(leaves[:left])]


def consistency(first, leaves, whole=True):
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    left = split(len(leaves))
    if first <= left:
        return consistency(first, leaves[:left], whole) + [root(leaves[left:])]
    return consistency(first - left, leaves[left:], False) + [root(leaves[:left])]


class Authority:
    def __init__(self):
        self.key = ec.generate_private_key(CURVE)
        self.name = x509.Name([
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Test Issuer 1")])
        day = datetime.timedelta(days=1)
        self.start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - day
        self.certificate = (
            x509.CertificateBuilder().subject_name(self.name).issuer_name(self.name).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(self.start).not_valid_after(self.start + 3650 * day)
            .add_extension(x509.BasicConstraints(True, None), True).sign(self.key, hashes.SHA256()))
        self.der = self.certificate.public_bytes(Encoding.DER)
        self.key_hash = digest(self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        self.subject_key = ec.generate_private_key(CURVE).public_key()

    def builder(self, names, serial, days, issuer=None, raw=None):
        # Names of deceivers are none that the library takes.
        alternative = x509.SubjectAlternativeName([x509.DNSName._init_without_validation(name) for name in names])
        if raw is not None:
            alternative = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.17"), bytes.fromhex(raw))
        return (
            x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
            .issuer_name(issuer or self.name).public_key(self.subject_key).serial_number(serial).not_valid_before(self.start)
            .not_valid_after(self.start + datetime.timedelta(days=days) - datetime.timedelta(seconds=1))
            .add_extension(alternative, False))


class Log:
    def __init__(self, specification, authority):
        self.name, self.kind = specification["name"], specification["kind"]
        self.faults = specification.get("faults", {})
        self.authority = authority
        self.lock = threading.RLock()
        self.key = ec.generate_private_key(CURVE)
        public = self.key.public_key()
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        with open(f"{FOLDER}/{self.name}.key.pem", "wb") as file:
            file.write(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        self.id = digest(self.spki)
        self.origin = f"log.test/{self.name}"
        self.entries, self.leaves, self.finals, self.requests, self.issued = [], [], [], 0, 0
        self.operator = specification.get("operator", "Test")
        self.extra_names = {int(number): names for number, names in specification.get("names", {}).items()}
        self.days = specification.get("days", 90)
        self.raw = {int(number): value for number, value in specification.get("raw", {}).items()}
        for _ in range(specification["entries"]):
            self.issue()

    def sign(self, data):
        return b"\x04\x03" + behind(2, self.key.sign(data, ec.ECDSA(hashes.SHA256())))

    def extensions(self):
        return behind(2, b"\x00" + behind(2, len(self.entries).to_bytes(5, "big")) if self.kind == "static" else b"")

    def add(self, stamp, kind, body, precertificate):
        entry = struct.pack(">QH", stamp, kind) + body + self.extensions()
        self.entries.append((entry, kind, precertificate))
        self.leaves.append(digest(b"\x00" + b"\x00\x00" + entry))

    def issue(self):
        names = self.extra_names.get(self.issued, [f"host{self.issued}.{self.name}.test"])
        serial = x509.random_serial_number()
        stamp = int(time.time() * 1000) - 60000
        authority = self.authority
        if self.faults.get("far") == self.issued:
            stamp = 9223372036855
        if self.faults.get("future_type") and self.issued == 3:
            self.add(stamp, 9, b"something new", b"")
        if self.faults.get("torn_entry") and self.issued == 5:
            self.add(stamp, 0, b"\xff\xff\xff", b"")
        plain = authority.builder(names, serial, self.days, raw=self.raw.get(self.issued))
        body = authority.key_hash + behind(3, plain.sign(authority.key, hashes.SHA256()).tbs_certificate_bytes)
        poisoned = plain.add_extension(x509.PrecertPoison(), True).sign(authority.key, hashes.SHA256())
        beside = poisoned.public_bytes(Encoding.DER)
        if self.faults.get("swapped") == self.issued:
            other = authority.builder(["innocent.test"], serial, self.days)
            beside = other.add_extension(x509.PrecertPoison(), True).sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
        if self.faults.get("junk") == self.issued:
            beside = b"\x30\x03abc"
        if self.faults.get("signing") == self.issued:
            signer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Signing Certificate 1")])
            other = authority.builder(names, serial, self.days, signer)
            beside = other.add_extension(x509.PrecertPoison(), True).sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
        extensions = self.extensions()
        signature = self.sign(b"\x00\x00" + struct.pack(">QH", stamp, 1) + body + extensions)
        sct = b"\x00" + self.id + struct.pack(">Q", stamp) + extensions + signature
        late = self.faults.get("late") == self.issued
        if not late:
            self.add(stamp, 1, body, beside)
        listed = behind(2, behind(2, sct))
        length = bytes([len(listed)]) if len(listed) < 128 else b"\x81" + bytes([len(listed)])
        final = plain.add_extension(x509.UnrecognizedExtension(SCTS, b"\x04" + length + listed), False).sign(
            authority.key, hashes.SHA256())
        self.add(stamp + 1, 0, behind(3, final.public_bytes(Encoding.DER)), b"")
        if late:
            self.add(stamp, 1, body, beside)
        if self.issued < 20:
            with open(f"{FOLDER}/{self.name}-{self.issued}.pem", "wb") as file:
                file.write(final.public_bytes(Encoding.PEM) + authority.certificate.public_bytes(Encoding.PEM))
            # What the server gets from the log for the certificate itself, to be sent beside it.
            self.finals.append(final.public_bytes(Encoding.DER))
            self.promise(self.finals[-1], f"{self.name}-{self.issued}.sct")
        self.issued += 1

    def promise(self, encoded, name):
        """Writes an SCT for a certificate that is not embedded in it."""
        stamp = int(time.time() * 1000) - 60000
        signature = self.sign(b"\x00\x00" + struct.pack(">QH", stamp, 0) + behind(3, encoded) + behind(2, b""))
        with open(f"{FOLDER}/{name}", "wb") as file:
            file.write(b"\x00" + self.id + struct.pack(">Q", stamp) + behind(2, b"") + signature)

    def head(self):
        for _ in range(int(self.faults.get("grow", 0))):
            self.issue()
        count = len(self.leaves) // 2 if self.faults.get("shrink") else len(self.leaves)
        value = root(self.leaves[:count])
        if self.faults.get("absurd"):
            count = 1 << 60
        if self.faults.get("false_root") or self.faults.get("fork"):
            value = digest(value)
        stamp = int(time.time() * 1000) + int(self.faults.get("ahead", 0))
        signature = self.sign(b"\x00\x01" + struct.pack(">QQ", stamp, count) + value)
        if self.faults.get("bad_signature"):
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return count, stamp, value, signature

    def chain(self, entry):
        certificates = behind(3, behind(3, self.authority.der))
        if entry[1] == 0 and self.faults.get("bare"):
            return behind(3, b"")
        return behind(3, entry[2]) + certificates if entry[1] == 1 else certificates if entry[1] == 0 else b""

    def json_entry(self, entry):
        return {"leaf_input": text(b"\x00\x00" + entry[0]), "extra_data": text(self.chain(entry))}

    def tile_entry(self, entry):
        between = behind(3, entry[2]) if entry[1] == 1 else b""
        return entry[0] + between + behind(2, digest(self.authority.der))

    def sent(self, first, end):
        """The entries as they are sent."""
        entries = self.entries[first:end]
        if first <= self.faults.get("altered", -1) < end and self.faults.get("altered_times", 1) > 0:
            if "altered_times" in self.faults:
                self.faults["altered_times"] -= 1
            entries[self.faults["altered"] - first] = self.entries[0]
        return entries

    def answer(self, where, query):
        """Status, body."""
        if self.faults.get("refuse") and (where.startswith("ct/v1/get-e") or where.startswith("ct/v1/get-p") or where.startswith("tile/")):
            return int(self.faults["refuse"]), b"not today"
        proves = where.startswith(("ct/v1/get-entry-and", "ct/v1/get-p")) or where.startswith("tile/") and "/data/" not in where
        if proves and self.faults.get("proof_pages", 0) > 0:
            self.faults["proof_pages"] -= 1
            return 200, b"<html>back soon</html>"
        if proves and self.faults.get("false_proofs", 0) > 0:
            self.faults["false_proofs"] -= 1
            true, self.leaves = self.leaves, [digest(leaf) for leaf in self.leaves]
            try:
                return self.reply(where, query)
            finally:
                self.leaves = true
        return self.reply(where, query)

    def reply(self, where, query):
        if where in ("ct/v1/get-sth", "checkpoint") and self.faults.get("long_head"):
            return 200, b" " * int(self.faults["long_head"])
        if where in ("ct/v1/get-sth", "checkpoint") and self.faults.get("bad_heads"):
            self.looks = getattr(self, "looks", 0) + 1
            if self.looks % self.faults["bad_heads"] == 0:
                return 200, b"<html>back soon</html>"
        if where == "ct/v1/get-sth":
            count, stamp, value, signature = self.head()
            return 200, json.dumps({
                "tree_size": count, "timestamp": stamp, "sha256_root_hash": text(value),
                "tree_head_signature": text(signature)}).encode()
        if where == "ct/v1/get-entries":
            first, last = int(query["start"]), int(query["end"])
            last = min(last, first + int(self.faults.get("most", 64)) - 1, len(self.entries) - 1)
            if first > last:
                return 400, b"no such entries"
            return 200, json.dumps({"entries": [self.json_entry(e) for e in self.sent(first, last + 1)]}).encode()
        if where == "ct/v1/get-sth-consistency":
            first, second = int(query["first"]), int(query["second"])
            if self.faults.get("no_consistency", 0) > 0:
                self.faults["no_consistency"] -= 1
                return 200, b'{"consistency": []}'
            proof = consistency(first, self.leaves[:second])
            return 200, json.dumps({"consistency": [text(node) for node in proof]}).encode()
        if where == "ct/v1/get-entry-and-proof" and not self.faults.get("no_entry_proof"):
            place, size = int(query["leaf_index"]), int(query["tree_size"])
            proof = [text(node) for node in path(place, self.leaves[:size])]
            return 200, json.dumps(self.json_entry(self.entries[place]) | {"audit_path": proof}).encode()
        if where == "ct/v1/get-proof-by-hash":
            wanted, size = base64.b64decode(query["hash"]), int(query["tree_size"])
            is_last = wanted == self.leaves[size - 1]
            if wanted not in self.leaves[:size] or self.faults.get("forget") and not is_last or self.faults.get("no_proofs"):
                return 404, b"no such leaf"
            place = self.leaves.index(wanted)
            proof = [text(node) for node in path(place, self.leaves[:size])]
            return 200, json.dumps({"leaf_index": place, "audit_path": proof}).encode()
        if where == "checkpoint":
            count, stamp, value, signature = self.head()
            name = digest(self.origin.encode() + b"\n\x05" + self.id)[:4]
            note = f"{self.origin}\n{count}\n{text(value)}\n\n"
            other = f"\u2014 witness.test {text(os.urandom(68))}\n"
            return 200, (note + other + f"\u2014 {self.origin} {text(name + struct.pack('>Q', stamp) + signature)}\n").encode()
        if where.startswith("issuer/") and self.faults.get("no_issuers"):
            return int(self.faults["no_issuers"]), b"not today"
        if where == "issuer/" + digest(self.authority.der).hex():
            return 200, self.authority.der
        if where.startswith("tile/"):
            return self.tile(where[5:])
        return 404, b""

    def tile(self, where):
        level, rest = where.split("/", 1)
        width = 256
        if ".p/" in rest:
            rest, digits = rest.split(".p/")
            width = int(digits)
        first = 256 * int(rest.replace("x", "").replace("/", ""))
        span = 1 if level == "data" else 256 ** int(level)
        have = len(self.leaves) // span
        if first + width > have or width < 256 and self.faults.get("vanish") and have >= first + 256:
            return 404, b""
        if level == "data":
            entries = [self.tile_entry(entry) for entry in self.sent(first, first + width)]
            broken = self.faults.get("broken_once")
            if broken and broken[1] > 0:
                broken[1] -= 1
                entries[broken[0]] = entries[broken[0]][:8] + b"\x00\x00\xff\xff\xff" + entries[broken[0]][13:]
            body = b"".join(entries)
            for fault, sent in (("pages", b"<html>back soon</html>"), ("empty_tiles", b""), ("cut_tiles", body[:len(body) // 2])):
                if self.faults.get(fault, 0) > 0:
                    self.faults[fault] -= 1
                    return 200, sent
            return 200, body
        return 200, b"".join(
            root(self.leaves[(first + i) * span:(first + i + 1) * span]) for i in range(width))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def send(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        parts = unquote(url.path).lstrip("/").split("/", 1)
        if parts[0] == "control":
            log = LOGS[parts[1]]
            with log.lock:
                for key, value in query.items():
                    if key == "issue":
                        for _ in range(int(value)):
                            log.issue()
                    elif key == "rewrite":
                        log.leaves[int(value)] = digest(b"another")
                    else:
                        log.faults[key] = json.loads(value)
                return self.send(200, json.dumps({"entries": len(log.entries), "requests": log.requests}).encode())
        if parts[0] == "busy-list":
            if not BUSY:
                BUSY.append(True)
                return self.send(429, b"", [("Retry-After", "1")])
            return self.send(200, json.dumps(listed()).encode())
        log = LOGS.get(parts[0])
        if log is None or len(parts) < 2:
            return self.send(404, b"")
        with log.lock:
            log.requests += 1
            faults = log.faults
            is_due = faults.get("every") and log.requests % faults["every"] == 0
            kind = log.requests // faults["every"] if is_due else 0
            status, body = log.answer(parts[1], query)
        if is_due:
            kinds = [key for key in ("status", "cut", "slow") if faults.get(key)]
            kind = kinds[kind % len(kinds)]
            if kind == "status":
                return self.send(faults["status"], b"", [("Retry-After", str(int(faults["retry_after"])))] if faults.get("retry_after") else [])
            if kind == "cut":
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) + 100))
                self.end_headers()
                self.wfile.write(body[:len(body) // 2])
                self.close_connection = True
                return None
            time.sleep(0.3)
        pause = faults.get("drip") if parts[1] in ("ct/v1/get-sth", "checkpoint") else None
        if parts[1].startswith(("ct/v1/get-entries", "tile/data/")):
            pause = faults.get("drip_entries")
        if pause:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(pause)
            return None
        if faults.get("packed") and status == 200:
            return self.send(status, gzip.compress(body), [("Content-Encoding", "gzip")])
        return self.send(status, body)


def listed():
    states = {"usable": {"timestamp": "2026-01-01T00:00:00Z"}}
    operators = {}
    for log in LOGS.values():
        logs, tiled = operators.setdefault(log.operator, ([], []))
        address = f"http://127.0.0.1:{PORT}/{log.name}/"
        entry = {"description": log.name, "log_id": text(log.id), "key": text(log.spki), "mmd": 86400, "state": states}
        if log.kind == "static":
            tiled.append(entry | {"submission_url": address, "monitoring_url": address})
            # As operators of static logs are listed.
            logs.append(entry | {"description": f"Bogus {log.name}", "url": "https://ct.example.com/bogus/"})
        else:
            logs.append(entry | {"url": address})
    return {"version": "89.17", "log_list_timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "operators": [{"name": name, "email": [], "logs": logs, "tiled_logs": tiled}
                          for name, (logs, tiled) in operators.items()]}


AUTHORITY = Authority()
BUSY = []
LOGS = {one["name"]: Log(one, AUTHORITY) for one in SPECIFICATION}
for one in LOGS.values():
    for other in LOGS.values():
        for number, encoded in enumerate(one.finals if one is not other else []):
            other.promise(encoded, f"{one.name}-{number}.{other.name}.sct")
with open(f"{FOLDER}/list.json", "w") as output:
    json.dump(listed(), output)
server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
server.serve_forever()

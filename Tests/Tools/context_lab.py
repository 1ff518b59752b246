"""A lab of names, addresses and certificates: context_lab.py HALLMARK FOLDER

To be run in a network namespace of its own (unshare -n). The loopback interface gets addresses of 203.0.113.0/24, unbound
answers for names below .test, and openssl's s_server shows a certificate at each address. Writes into FOLDER what the program
makes of them: sweep.ndjson, dead.ndjson, plain.ndjson, lists.ndjson, kept.ndjson, compare.ndjson, report.txt, and what it said as *.err; prints the seconds
that each scan took as JSON.
"""
import datetime
import ipaddress
import json
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import packages

packages.use()

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509 import ocsp  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

HALLMARK, FOLDER = sys.argv[1], sys.argv[2]
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
ENDED = []


def path(name):
    return os.path.join(FOLDER, name)


def name(text, organization="Lab"):
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization), x509.NameAttribute(NameOID.COMMON_NAME, text)])


CA_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


def authority(key):
    own = name("Lab CA", "Let's Encrypt")
    return (
        x509.CertificateBuilder().subject_name(own).issuer_name(own).public_key(key.public_key()).serial_number(1)
        .not_valid_before(NOW - 30 * DAY).not_valid_after(NOW + 900 * DAY).add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False).sign(key, hashes.SHA256()))


CA, IMPOSTOR = authority(CA_KEY), authority(OTHER_KEY)


def leaf(file, names, must_staple=False, lists=()):
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = []
    for one in names:
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(one)))
        except ValueError:
            alternatives.append(x509.DNSName(one))
    builder = (
        x509.CertificateBuilder().subject_name(name(names[0])).issuer_name(CA.subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW - 30 * DAY).not_valid_after(NOW + 60 * DAY)
        .add_extension(x509.SubjectAlternativeName(alternatives), False))
    if must_staple:
        builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
    if lists:
        points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in lists]
        builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
    certificate = builder.sign(CA_KEY, hashes.SHA256())
    pem = serialization.Encoding.PEM
    with open(path(file + ".pem"), "wb") as out:
        out.write(certificate.public_bytes(pem))
        out.write(key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate


def staple(file, certificate, status, begin, end, key=CA_KEY, signer=CA):
    revoked = status == ocsp.OCSPCertStatus.REVOKED
    answer = (
        ocsp.OCSPResponseBuilder().add_response(
            certificate, CA, hashes.SHA1(), status, begin, end, NOW - DAY / 2 if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None)
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer).sign(key, hashes.SHA256()))
    with open(path(file + ".ocsp"), "wb") as out:
        out.write(answer.public_bytes(serialization.Encoding.DER))


def revocations(revoked, key=CA_KEY, issued_for=None):
    """A list of the authority that names one certificate."""
    entry = (
        x509.RevokedCertificateBuilder().serial_number(revoked.serial_number).revocation_date(NOW - DAY / 2)
        .add_extension(x509.CRLReason(x509.ReasonFlags.superseded), False).build())
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(CA.subject).last_update(NOW - DAY).next_update(NOW + DAY)
        .add_revoked_certificate(entry))
    if issued_for:
        builder = builder.add_extension(
            x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(issued_for)], None, False, False, None, False, False), True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class ListServer(BaseHTTPRequestHandler):
    """Revocation lists, and what a stranger may give in place of one."""
    lists = {}

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1/list")
            self.end_headers()
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(bytes(1 << 20))
            except OSError:
                pass
        elif self.path in self.lists:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.lists[self.path])
        else:
            self.send_error(404)


def start(*words):
    ENDED.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=open(path("servers.log"), "ab"), stderr=subprocess.STDOUT))


def listening(address, port):
    for _ in range(600):
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {address}:{port}")


def serve(address, file, has_staple=False):
    start(
        "openssl", "s_server", "-accept", f"203.0.113.{address}:443", "-cert", path(file + ".pem"), "-cert_chain",
        path("ca.pem"), "-key", path(file + ".pem"), "-www", "-quiet",
        *(["-status_file", path(file + ".ocsp")] if has_staple else []))


def hallmark(out, *words):
    begin = time.monotonic()
    # What is kept between runs is the lab's own.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment["XDG_CACHE_HOME"] = path("cache")
    with open(path(out), "wb") as records, open(path(out + ".err"), "wb") as errors:
        code = subprocess.run([HALLMARK, *words], stdin=subprocess.DEVNULL, stdout=records, stderr=errors, env=environment).returncode
    return {"seconds": time.monotonic() - begin, "code": code}


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
ADDRESSES = [10, 20, 30, 31, 40, 50, 51, 52, 53, 60, 61, 66]
# What each host's certificate names as its list.
LISTS = {70: "list", 71: "list", 72: "forged", 73: "large", 74: "loop", 75: "inside", 76: "other", 77: "absent"}
for number in ADDRESSES + list(LISTS):
    subprocess.run(["ip", "addr", "add", f"203.0.113.{number}/32", "dev", "lo"], check=False, stderr=subprocess.DEVNULL)

with open(path("ca.pem"), "wb") as file:
    file.write(CA.public_bytes(serialization.Encoding.PEM))
shop = leaf("shop", ["shop.test", "www.shop.test"])
leaf("cdn", [f"n{i}.cdn.test" for i in range(40)])
leaf("wild", ["*.wild.test"])
leaf("moved", ["moved.test"])
web = "http://203.0.113.70/"
listed = {
    number: leaf(f"listed{number}", [f"listed{number}.test"], lists=[web + file]) for number, file in LISTS.items()}
ListServer.lists = {
    "/list": revocations(listed[70]), "/forged": revocations(listed[72], OTHER_KEY),
    # Signed by the authority, and meant for other certificates: its silence says nothing.
    "/other": revocations(listed[70], issued_for=web + "elsewhere")}
revoked = leaf("revoked", ["revoked.test"])
stale = leaf("stale", ["stale.test"])
leaf("must", ["must.test"], must_staple=True)
forged = leaf("forged", ["forged.test"])
leaf("nowhere", ["nowhere.test"])
leaf("unnamed", ["203.0.113.61"])
staple("revoked", revoked, ocsp.OCSPCertStatus.REVOKED, NOW - DAY / 4, NOW + DAY)
staple("stale", stale, ocsp.OCSPCertStatus.GOOD, NOW - 9 * DAY, NOW - 2 * DAY)
staple("forged", forged, ocsp.OCSPCertStatus.GOOD, NOW - DAY / 4, NOW + DAY, OTHER_KEY, IMPOSTOR)
staple("shop", shop, ocsp.OCSPCertStatus.GOOD, NOW - DAY / 4, NOW + DAY)

records = [
    ("shop.test", "A", "203.0.113.10"), ("www.shop.test", "A", "203.0.113.10"), ("moved.test", "A", "203.0.113.41"),
    ("wild.wild.test", "A", "203.0.113.99"), ("revoked.test", "A", "203.0.113.50"), ("stale.test", "A", "203.0.113.51"),
    ("must.test", "A", "203.0.113.52"), ("forged.test", "A", "203.0.113.53"), ("other.nowhere.test", "A", "203.0.113.98"),
] + [(f"n{i}.cdn.test", "A", "203.0.113.20" if i % 2 else "203.0.113.21") for i in range(40)]
with open(path("unbound.conf"), "w") as conf:
    conf.write(
        f"server:\n interface: 127.0.0.1@5300\n access-control: 0.0.0.0/0 allow\n do-daemonize: no\n username: \"\"\n chroot: \"\"\n"
        f" directory: \"{FOLDER}\"\n pidfile: \"{path('unbound.pid')}\"\n use-syslog: no\n module-config: \"iterator\"\n"
        " local-zone: \"test.\" static\n local-zone: \"113.0.203.in-addr.arpa.\" static\n")
    # A redirect answers for every name below it, as a wildcard does.
    conf.write(" local-zone: \"wild.test.\" redirect\n local-data: \"wild.test. A 203.0.113.30\"\n")
    for owner, kind, value in records:
        if owner != "wild.wild.test":
            conf.write(f" local-data: \"{owner}. {kind} {value}\"\n")
    conf.write(" local-data: 'shop.test. CAA 0 issue \"letsencrypt.org\"'\n")
    conf.write(" local-data: 'moved.test. CAA 0 issue \"digicert.com; account=1\"'\n")
    conf.write(" local-data-ptr: \"203.0.113.10 shop.test\"\n local-data-ptr: \"203.0.113.66 shop.test\"\n")
    conf.write("remote-control:\n control-enable: no\n")

with open(path("ranges.json"), "w") as out:
    json.dump({"addresses": ["203.0.113.20/32"], "ipv6_addresses": []}, out)
sha256 = shop.fingerprint(hashes.SHA256()).hex()
with open(path("assets.csv"), "w") as out:
    out.write(
        "kind,address,ports,certificates,names\n"
        f"asset,203.0.113.10,443,{sha256},shop.test\n"
        "asset,203.0.113.40,443,,moved.test\nasset,203.0.113.50,443,,revoked.test\n")

try:
    start("unbound", "-d", "-c", path("unbound.conf"))
    for address, file, has_staple in [
            (10, "shop", True), (66, "shop", True), (20, "cdn", False), (30, "wild", False), (31, "wild", False),
            (40, "moved", False), (50, "revoked", True), (51, "stale", True), (52, "must", False), (53, "forged", True),
            (60, "nowhere", False), (61, "unnamed", False)]:
        serve(address, file, has_staple)
    for number in ADDRESSES:
        listening(f"203.0.113.{number}", 443)
    for number in LISTS:
        serve(number, f"listed{number}")
        listening(f"203.0.113.{number}", 443)
    listening("127.0.0.1", 5300)
    server = ThreadingHTTPServer(("203.0.113.70", 80), ListServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    targets = [f"203.0.113.{number}" for number in ADDRESSES]
    around = ["--context", "--hosting", path("ranges.json"), "--dns-rate", "1000"]
    times = {
        "plain": hallmark("plain.ndjson", "scan", *targets, "--include-special"),
        "sweep": hallmark("sweep.ndjson", "scan", *targets, "--include-special", *around, "--resolver", "127.0.0.1:5300"),
        "dead": hallmark("dead.ndjson", "scan", *targets, "--include-special", *around, "--resolver", "203.0.113.10:9"),
        "enrich": hallmark(
            "enrich.ndjson", "enrich", path("plain.ndjson"), "--hosting", path("ranges.json"), "--resolver", "127.0.0.1:5300"),
        "compare": hallmark("compare.ndjson", "compare", path("sweep.ndjson"), "--inventory", path("assets.csv"), "--format", "ndjson"),
        "validate": hallmark(
            "report.txt", "validate", "203.0.113.66", "203.0.113.50", "--include-special", "--context", "--resolver", "127.0.0.1:5300"),
    }
    words = [
        "scan", *[f"203.0.113.{number}" for number in LISTS], "--include-special", "--no-signatures", "--crl", "--context",
        "--no-context-names"]
    times["lists"] = hallmark("lists.ndjson", *words)
    server.shutdown()
    server.server_close()
    times["kept"] = hallmark("kept.ndjson", *words)
    print(json.dumps(times))
finally:
    for process in ENDED:
        process.kill()
        process.wait()

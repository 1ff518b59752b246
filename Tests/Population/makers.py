"""What both populations make certificates with: names, extensions and keys over PyPI's cryptography.

Every choice is drawn from a seeded generator, so that a population is the same each time but for its keys.
"""

import base64
import datetime
import ipaddress
import os
import random
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "Tools"))
import packages  # noqa: E402

packages.use()
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: E402
from cryptography.x509.name import _ASN1Type  # noqa: E402
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier  # noqa: E402

# Countries of seven letters and the like are meant.
warnings.filterwarnings("ignore", module="makers")
DICE = random.Random(20261126)
NOW = datetime.datetime(2026, 11, 20, 9, 30, 15)
DAY = datetime.timedelta(days=1)
END_OF_TIME = datetime.datetime(9999, 12, 31, 23, 59, 59)
TYPES = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "email": NameOID.EMAIL_ADDRESS,
    "street": NameOID.STREET_ADDRESS,
    "postal": NameOID.POSTAL_CODE,
    "serial": NameOID.SERIAL_NUMBER,
    "DC": NameOID.DOMAIN_COMPONENT,
}
USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
    "key_cert_sign crl_sign encipher_only decipher_only"
).split()
PURPOSES = {
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
}
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
HOSTS = ["localhost", "cdn.example.net", "198.51.100.20", "updates.example.org", "mail.example.com"]
_keys = {}


def past(days=365):
    return NOW - DAY * DICE.randrange(days)


def word(count, among=LETTERS):
    return "".join(DICE.choice(among) for _ in range(count))


def key(kind, number=0):
    """One key of a kind: RSA by its bits, a curve by its name; `number` tells several of a kind apart."""
    if (kind, number) not in _keys:
        if isinstance(kind, int):
            made = rsa.generate_private_key(65537, kind)
        elif kind == "ed25519":
            made = ed25519.Ed25519PrivateKey.generate()
        else:
            curve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}[kind]
            made = ec.generate_private_key(curve())
        _keys[kind, number] = made
    return _keys[kind, number]


def name(*parts, **more):
    """A name with its attributes in the order given; values may be empty or too long."""
    pairs = [part.split("=", 1) for part in parts] + list(more.items())
    return x509.Name(
        [x509.NameAttribute(TYPES[k], v, _ASN1Type.UTF8String, _validate=False) for k, v in pairs]
    )


def usage(*wanted, critical=True):
    return x509.KeyUsage(**{flag: flag in wanted for flag in USAGES}), critical


def purposes(*wanted, critical=False):
    return x509.ExtendedKeyUsage([PURPOSES[one] for one in wanted]), critical


def constraints(ca, critical=True, length=None):
    return x509.BasicConstraints(ca, length), critical


def names(*hosts, critical=False):
    def general(text):
        try:
            return x509.IPAddress(ipaddress.ip_address(text))
        except ValueError:
            return x509.DNSName(text)

    return x509.SubjectAlternativeName([general(host) for host in hosts]), critical


SERVER = [usage("digital_signature", "key_encipherment"), purposes("server")]


def key_id(of):
    return x509.SubjectKeyIdentifier.from_public_key(of.public_key()), False


def authority(of):
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(of.public_key()), False


def other(oid, value):
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), value), False


def bits(count):
    """A positive number of exactly so many bits."""
    return DICE.getrandbits(count - 1) | 1 << (count - 1)


def random_serial(limit=128):
    """As most generators draw it: below 2 to the power of `limit`."""
    return DICE.getrandbits(limit) or 1


def prime(count):
    """A probable prime of exactly so many bits."""
    while True:
        candidate = bits(count) | 1
        if all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7, 11, 13)):
            return candidate


def issue(
    subject,
    extensions=(),
    kind=2048,
    signer=None,
    issuer=None,
    days=365,
    start=NOW,
    end=None,
    serial=None,
    digest=hashes.SHA256(),
):
    """The DER of a certificate; without a signer its own key signs."""
    own = key(kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer)
        .public_key(own.public_key())
        .serial_number(random_serial(127) if serial is None else serial)
        .not_valid_before(start)
        .not_valid_after(end or start + datetime.timedelta(days=days))
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    by = signer or own
    algorithm = None if isinstance(by, ed25519.Ed25519PrivateKey) else digest
    return builder.sign(by, algorithm).public_bytes(serialization.Encoding.DER)


def element(tag, *parts):
    """One DER element; what the library refuses to write is put together from these."""
    body = b"".join(parts)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255]) if size > 255 else bytes([0x81, size])
    return bytes([tag]) + length + body


def by_hand(subject, issuer, times, kind=2048, serial=1, version=2, extensions=(), signer=None, digest=hashes.SHA256()):
    """A certificate with a version, times or a serial number that the library refuses; signed by RSA."""
    algorithm = element(0x30, bytes.fromhex("06092a864886f70d0101%02x0500" % {20: 5, 32: 11, 64: 13}[digest.digest_size]))
    public = key(kind).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    listed = [
        element(
            0x30,
            element(0x06, _oid(value.oid.dotted_string)),
            b"\x01\x01\xff" if critical else b"",
            element(0x04, value.public_bytes()),
        )
        for value, critical in extensions
    ]
    body = element(
        0x30,
        element(0xA0, element(2, bytes([version]))) if version else b"",
        element(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big")),
        algorithm,
        issuer.public_bytes(),
        element(0x30, *[element(0x18 if len(time) == 15 else 0x17, time.encode()) for time in times]),
        subject.public_bytes(),
        public,
        element(0xA3, element(0x30, *listed)) if listed else b"",
    )
    signature = (signer or key(kind)).sign(body, padding.PKCS1v15(), digest)
    return element(0x30, body, algorithm, element(3, b"\0", signature))


def key_of(der):
    """The key that a certificate was made for, among those that were made here."""
    public = x509.load_der_x509_certificate(der).public_key()
    return next(one for one in _keys.values() if one.public_key() == public)


def _oid(text):
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray([first * 40 + second])
    for part in rest:
        group = [part & 127]
        while part := part >> 7:
            group.append(part & 127 | 128)
        out += bytes(reversed(group))
    return bytes(out)


def write(made):
    """Prints `who<TAB>base64` for each pair."""
    for who, der in made:
        print(who, base64.b64encode(der).decode(), sep="\t")

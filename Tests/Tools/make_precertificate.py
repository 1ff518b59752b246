#!/usr/bin/env python3
"""Makes a precertificate, its certificate, and others beside them with Python's cryptography.

usage: make_precertificate.py FOLDER LENGTH

Writes precertificate.der, certificate.der, other.der and plain.der, which has neither SCTs nor poison, into FOLDER. LENGTH is that of a further extension: with
it, the lengths around the SCT list pass from one form to another.
"""
import datetime
import os
import sys

import packages

packages.use()

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding  # noqa: E402
from cryptography.x509.oid import NameOID, ObjectIdentifier  # noqa: E402

folder, length = sys.argv[1], int(sys.argv[2])
key = ec.generate_private_key(ec.SECP256R1())
SCTS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
POISON = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.3")
FILLER = ObjectIdentifier("1.2.3.4")


def scts():
    """A list of one SCT, in an OCTET STRING."""
    one = b"\x00" + os.urandom(32) + b"\x00" * 10 + b"\x04\x03\x00\x08" + os.urandom(8)
    entry = len(one).to_bytes(2, "big") + one
    text = len(entry).to_bytes(2, "big") + entry
    return b"\x04" + bytes([len(text)]) + text


def write(file, name, extra, at):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    extensions = [x509.UnrecognizedExtension(FILLER, b"\x04" * length)]
    if length == 0:
        extensions = []
    if extra is not None:
        extensions.insert(at if extensions else 0, extra)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(7).not_valid_before(datetime.datetime(2026, 1, 1))
        .not_valid_after(datetime.datetime(2027, 1, 1)))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=extension.oid == POISON)
    with open(os.path.join(folder, file), "wb") as output:
        output.write(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


write("precertificate.der", "a.test", x509.UnrecognizedExtension(POISON, b"\x05\x00"), 0)
write("certificate.der", "a.test", x509.UnrecognizedExtension(SCTS, scts()), 1)
write("other.der", "b.test", x509.UnrecognizedExtension(SCTS, scts()), 1)
write("plain.der", "a.test", None, 0)

#!/usr/bin/env python3
"""Reads certificates with Python's cryptography and with openssl, for comparison with our own reading.

usage: read_certificates.py

Each certificate in the Python packages certifi and cryptography-vectors is printed as one line of JSON: its
name, its DER in base64, and what each reader says of it, under the names of our record. What a reader can't
read it leaves out.
"""
import base64
import concurrent.futures
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import warnings

import packages

folder = packages.use()
warnings.simplefilter("ignore")

from cryptography import x509  # noqa: E402
from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, ed448, rsa  # noqa: E402

LABELS = {
    "2.5.4.3": ("CN", "common_name"), "2.5.4.6": ("C", "country"), "2.5.4.7": ("L", "locality"),
    "2.5.4.10": ("O", "organization"), "2.5.4.11": ("OU", "organizational_unit"),
    "2.5.4.8": ("ST", "state_or_province"),
}
OTHERS = {
    "2.5.4.4": ("SN", "surname"), "2.5.4.5": ("serialNumber", "serial_number"),
    "2.5.4.9": ("street", "street_address"), "2.5.4.12": ("title", "title"),
    "2.5.4.13": ("description", "description"), "2.5.4.15": ("businessCategory", "business_category"),
    "2.5.4.17": ("postalCode", "postal_code"), "2.5.4.20": ("telephoneNumber", "telephone_number"),
    "2.5.4.41": ("name", "name"), "2.5.4.42": ("GN", "given_name"), "2.5.4.43": ("initials", "initials"),
    "2.5.4.44": ("generationQualifier", "generation_qualifier"),
    "2.5.4.46": ("dnQualifier", "dn_qualifier"), "2.5.4.65": ("pseudonym", "pseudonym"),
    "2.5.4.97": ("organizationIdentifier", "organization_identifier"),
    "1.2.840.113549.1.9.1": ("emailAddress", "email_address"),
    "1.2.840.113549.1.9.2": ("unstructuredName", "unstructured_name"),
    "0.9.2342.19200300.100.1.1": ("UID", "user_id"), "0.9.2342.19200300.100.1.25": ("DC", "domain_component"),
    "1.3.6.1.4.1.311.60.2.1.1": ("jurisdictionL", "jurisdiction_locality"),
    "1.3.6.1.4.1.311.60.2.1.2": ("jurisdictionST", "jurisdiction_state"),
    "1.3.6.1.4.1.311.60.2.1.3": ("jurisdictionC", "jurisdiction_country"),
}
USAGES = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign"]
PURPOSES = {
    "1.3.6.1.5.5.7.3.1": "server_auth", "1.3.6.1.5.5.7.3.2": "client_auth", "1.3.6.1.5.5.7.3.3": "code_signing",
    "1.3.6.1.5.5.7.3.4": "email_protection", "1.3.6.1.5.5.7.3.8": "time_stamping",
    "1.3.6.1.5.5.7.3.9": "ocsp_signing", "2.5.29.37.0": "any",
}
CURVES = {"secp192r1": "P-192", "secp224r1": "P-224", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def found():
    """All certificates of the packages as (name, DER)."""
    for start in ("certifi", os.path.join("cryptography_vectors", "x509")):
        for path, _, files in sorted(os.walk(os.path.join(folder, start))):
            for file in sorted(files):
                if file.endswith((".py", ".pyc", ".txt", ".md")):
                    continue
                full = os.path.join(path, file)
                name = os.path.relpath(full, folder)
                data = open(full, "rb").read()
                blocks = re.findall(
                    rb"-----BEGIN (?:X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", data, re.S)
                for number, block in enumerate(blocks):
                    # Blocks may have headers, as PEM had them once.
                    body = block.split(b"\n\n", 1)[1] if b":" in block else block
                    yield f"{name}#{number}" if len(blocks) > 1 else name, base64.b64decode(body)
                if not blocks and file.endswith((".crt", ".der")) and data[:1] == b"0":
                    yield name, data


def rfc3339(time):
    return f"{time.year:04}-{time.month:02}-{time.day:02}T{time.hour:02}:{time.minute:02}:{time.second:02}Z"


def name_fields(who, name, out):
    attributes, oids = "", ""
    for rdn in name.rdns:
        # A set has no order here; one attribute is the rule.
        parts = list(rdn)
        for number, part in enumerate(parts):
            oid = part.oid.dotted_string
            label, field = LABELS.get(oid) or OTHERS.get(oid) or (oid, None)
            attributes += ("+" if number else "," if attributes else "") + label
            oids += ("," if oids else "") + oid
            path = f"x509.{who}." if oid in LABELS else f"certificate.{who}."
            value = part.value
            if isinstance(value, bytes):
                continue
            if field is None:
                field, value = "other", f"{oid}={value}"
            out.setdefault(path + field, []).append(value)
    if all(len(list(rdn)) == 1 for rdn in name.rdns):
        out[f"certificate.{who}_attributes"] = attributes
        out[f"certificate.{who}_oids"] = oids
    out["certificate.self_issued"] = None


def key_fields(certificate, out):
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        pss = certificate.public_key_algorithm_oid.dotted_string == "1.2.840.113549.1.1.10"
        out["x509.public_key_algorithm"] = "RSA-PSS" if pss else "RSA"
        if key.public_numbers().e < 1 << 63:
            out["x509.public_key_exponent"] = key.public_numbers().e
    elif isinstance(key, ec.EllipticCurvePublicKey):
        out["x509.public_key_algorithm"] = "ECDSA"
        out["x509.public_key_curve"] = CURVES.get(key.curve.name, key.curve.name)
    elif isinstance(key, dsa.DSAPublicKey):
        out["x509.public_key_algorithm"] = "DSA"
    elif isinstance(key, ed25519.Ed25519PublicKey):
        out["x509.public_key_algorithm"] = "Ed25519"
    elif isinstance(key, ed448.Ed448PublicKey):
        out["x509.public_key_algorithm"] = "Ed448"
    if hasattr(key, "key_size"):
        out["x509.public_key_size"] = key.key_size
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    out["certificate.spki_sha256"] = hashlib.sha256(spki).hexdigest().upper()


def extension_fields(certificate, out):
    extensions = list(certificate.extensions)
    if extensions:
        out["certificate.extension_oids"] = ",".join(e.oid.dotted_string for e in extensions)
        out["certificate.extensions_text"] = ",".join(sorted(e.oid.dotted_string for e in extensions))
    critical = [e.oid.dotted_string for e in extensions if e.critical]
    if critical:
        out["certificate.critical_extensions"] = critical
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            alternative_names(value, out)
        elif isinstance(value, x509.KeyUsage):
            names = [name.replace("content_commitment", "non_repudiation") for name in USAGES
                     if getattr(value, name)]
            if value.key_agreement:
                names += [name for name in ("encipher_only", "decipher_only") if getattr(value, name)]
            out["certificate.key_usage"] = names
            out["certificate.key_usage_text"] = ",".join(sorted(names))
        elif isinstance(value, x509.ExtendedKeyUsage):
            names = [PURPOSES.get(oid.dotted_string, oid.dotted_string) for oid in value]
            out["certificate.extended_key_usage"] = names
            out["certificate.extended_key_usage_text"] = ",".join(sorted(names))
        elif isinstance(value, x509.BasicConstraints):
            out["certificate.is_ca"] = value.ca
            if value.path_length is not None:
                out["certificate.path_length"] = value.path_length
        elif isinstance(value, x509.SubjectKeyIdentifier):
            out["certificate.subject_key_id"] = value.digest.hex().upper()
        elif isinstance(value, x509.AuthorityKeyIdentifier):
            if value.key_identifier is not None:
                out["certificate.authority_key_id"] = value.key_identifier.hex().upper()
        elif isinstance(value, x509.CertificatePolicies):
            out["certificate.policies"] = [policy.policy_identifier.dotted_string for policy in value]
        elif isinstance(value, x509.CRLDistributionPoints):
            urls = [name.value for point in value for name in point.full_name or []
                    if isinstance(name, x509.UniformResourceIdentifier)]
            if urls:
                out["certificate.crl_urls"] = urls
        elif isinstance(value, x509.AuthorityInformationAccess):
            for method, field in (("1.3.6.1.5.5.7.48.1", "ocsp_urls"), ("1.3.6.1.5.5.7.48.2", "ca_issuers_urls")):
                urls = [access.access_location.value for access in value
                        if access.access_method.dotted_string == method
                        and isinstance(access.access_location, x509.UniformResourceIdentifier)]
                if urls:
                    out["certificate." + field] = urls
        elif isinstance(value, x509.PrecertificateSignedCertificateTimestamps):
            out["certificate.sct_log_ids"] = [sct.log_id.hex().upper() for sct in value]
            body = certificate.tbs_precertificate_bytes
            out["certificate.tbs_no_ct_sha256"] = hashlib.sha256(body).hexdigest().upper()


def alternative_names(value, out):
    for name in value:
        for kind, field in ((x509.DNSName, "dns"), (x509.IPAddress, "ip"), (x509.RFC822Name, "email"),
                            (x509.UniformResourceIdentifier, "uri")):
            if isinstance(name, kind):
                text = str(name.value)
                out.setdefault("certificate.alternative_names." + field, []).append(text)
                out.setdefault("x509.alternative_names", []).append(text)


def self_signed(certificate, out):
    """Only for what cryptography is able to check; anything but a wrong signature is no answer."""
    if certificate.subject.public_bytes() != certificate.issuer.public_bytes():
        return
    try:
        certificate.verify_directly_issued_by(certificate)
        out["certificate.self_signed"] = True
    except InvalidSignature:
        out["certificate.self_signed"] = False


def with_cryptography(der):
    """What Python's cryptography says; each part for itself, for it refuses what is malformed."""
    out = {}
    try:
        certificate = x509.load_der_x509_certificate(der)
    except Exception as error:  # noqa: BLE001
        return {"error": str(error)}

    def attempt(body):
        mine = {}
        try:
            body(mine)
        except Exception:  # noqa: BLE001
            return
        out.update(mine)

    def both(mine):
        number = certificate.serial_number
        mine["certificate.serial.integer"] = f"{'-' if number < 0 else ''}{abs(number):X}"
        mine["certificate.serial.bits"] = abs(number).bit_length()

    def times(mine):
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        mine["x509.not_before"], mine["x509.not_after"] = rfc3339(begin), rfc3339(end)
        mine["certificate.validity_days"] = (end - begin) // datetime.timedelta(days=1)
        mine["certificate.validity_seconds"] = (end - begin) // datetime.timedelta(seconds=1)

    attempt(both)
    attempt(times)
    attempt(lambda mine: mine.update({"x509.version_number": str(certificate.version.value + 1)}))
    attempt(lambda mine: name_fields("subject", certificate.subject, mine))
    attempt(lambda mine: name_fields("issuer", certificate.issuer, mine))
    attempt(lambda mine: mine.update({
        "certificate.self_issued": certificate.subject.public_bytes() == certificate.issuer.public_bytes()}))
    attempt(lambda mine: key_fields(certificate, mine))
    attempt(lambda mine: self_signed(certificate, mine))
    attempt(lambda mine: extension_fields(certificate, mine))
    return {path: value for path, value in out.items() if value is not None}


def with_openssl(der):
    """What `openssl x509` says."""
    result = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-noout", "-text", "-serial", "-subject", "-issuer", "-dates",
         "-dateopt", "iso_8601", "-nameopt", "sep_comma_plus_space,esc_2253,utf8"],
        input=der, capture_output=True)
    if result.returncode != 0:
        return {"error": result.stderr.decode(errors="replace").splitlines()[0]}
    text = result.stdout.decode("utf-8", "surrogateescape")
    out = {}

    def take(path, pattern, convert=lambda value: value):
        match = re.search(pattern, text, re.M)
        if match:
            out[path] = convert(match.group(1))

    take("subject", r"^subject=(.*)$")
    take("issuer", r"^issuer=(.*)$")
    take("x509.subject.distinguished_name", r"^subject=(.*)$")
    take("x509.issuer.distinguished_name", r"^issuer=(.*)$")
    take("not_before", r"^notBefore=(.*)$", lambda value: value.replace(" ", "T"))
    take("not_after", r"^notAfter=(.*)$", lambda value: value.replace(" ", "T"))
    take("certificate.serial.integer", r"^serial=(.*)$", lambda value: re.sub(r"^(-?)0*(?=.)", r"\1", value))
    take("x509.version_number", r"^        Version: (-?\d+)")
    take("x509.signature_algorithm", r"^        Signature Algorithm: (\S.*?)\s*$")
    take("x509.public_key_size", r"Public-Key: \((\d+) bit", int)
    take("x509.public_key_exponent", r"^ +Exponent: (\d+) \(0x", int)
    for path in ("subject", "issuer", "x509.subject.distinguished_name", "x509.issuer.distinguished_name"):
        if path in out and "\udc80" <= max(out[path], default="") <= "\udcff":
            del out[path]
    return out


def line(item):
    name, der = item
    return json.dumps({
        "name": name, "der": base64.b64encode(der).decode(),
        "cryptography": with_cryptography(der), "openssl": with_openssl(der)})


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for text in pool.map(line, found()):
        print(text)

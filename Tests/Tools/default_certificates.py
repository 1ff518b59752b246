#!/usr/bin/env python3
"""default_certificates.py FOLDER: certificates as tools make them by default.

Written from the published descriptions that the rules cite, not with the tools; the keys are thrown away.
A file is called after the rule that has to match it, `<family>.<tool>.<rule>.pem`. The results lie in
SignaturesTests/Fixtures/Defaults; this stays for making more of them.
Needs PyPI's cryptography and asn1crypto.
"""

import datetime
import ipaddress
import os
import sys

from asn1crypto import core, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER = sys.argv[1]
NOW = datetime.datetime(2026, 3, 1, 10, 20, 30)
RSA = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048, 4096)}
P256, P384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "email": NameOID.EMAIL_ADDRESS,
    "street": NameOID.STREET_ADDRESS,
    "postal": NameOID.POSTAL_CODE,
}


def name(**parts):
    """A name with its attributes in the order given."""
    return x509.Name(
        [
            x509.NameAttribute(ATTRIBUTES[k], v, _ASN1Type.UTF8String, _validate=False)
            for k, v in parts.items()
        ]
    )


def years(count):
    return NOW.replace(year=NOW.year + count)


def make(
    rule,
    subject,
    issuer=None,
    key=RSA[2048],
    days=365,
    end=None,
    serial=0x4F2A9C0D17E388B1,
    digest=hashes.SHA256(),
    extensions=(),
    signer=None,
):
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW)
        .not_valid_after(end or NOW + datetime.timedelta(days=days))
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    certificate = builder.sign(signer or key, digest)
    write(rule, certificate.public_bytes(serialization.Encoding.DER))
    return certificate


def write(rule, der):
    with open(os.path.join(FOLDER, rule + ".pem"), "wb") as file:
        file.write(pem.armor("CERTIFICATE", der))


def remake(rule, certificate, change, key=RSA[2048]):
    """What cryptography refuses to write: `change` edits bytes or structure, then it is signed anew."""
    parsed = asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    body = parsed["tbs_certificate"]
    body = asn1.TbsCertificate.load(change(body) or body.dump(force=True))
    signed = asn1.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": parsed["signature_algorithm"],
            "signature_value": key.sign(body.dump(), padding.PKCS1v15(), hashes.SHA256()),
        }
    )
    write(rule, signed.dump())


def constraints(ca):
    return x509.BasicConstraints(ca, None), True


def usage(*wanted):
    flags = "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
    names = flags.split() + ["key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{flag: flag in wanted for flag in names}), True


def server():
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False


def alternative(*names):
    def general(text):
        try:
            return x509.IPAddress(ipaddress.ip_address(text))
        except ValueError:
            return x509.DNSName(text)

    return x509.SubjectAlternativeName([general(text) for text in names]), False


def key_id(value):
    return x509.SubjectKeyIdentifier(value), False


def empty_names(body):
    types = "country_name state_or_province_name locality_name organization_name organizational_unit_name"
    for who in ("subject", "issuer"):
        parts = [
            asn1.RelativeDistinguishedName(
                [
                    asn1.NameTypeAndValue(
                        {"type": kind, "value": asn1.DirectoryString("utf8_string", core.UTF8String(""))}
                    )
                ]
            )
            for kind in types.split() + ["common_name"]
        ]
        body[who] = asn1.Name(name="", value=asn1.RDNSequence(parts))


def empty_street(body):
    for who in ("subject", "issuer"):
        for part in body[who].chosen:
            if part[0]["type"].native == "street_address":
                part[0]["value"] = asn1.DirectoryString("utf8_string", core.UTF8String(""))


def fourth_version(body):
    body["version"] = asn1.Version(3)


def first_version(body):
    """Version 1 is the default and is left out; the rest keeps its bytes."""
    content = body.contents
    assert content[:5] == bytes([0xA0, 3, 2, 1, 2])
    return core.Sequence(contents=content[5:]).dump()


def year_one(body):
    times = asn1.Time(
        "general_time", core.GeneralizedTime(datetime.datetime(2050, 1, 1, tzinfo=datetime.timezone.utc))
    )
    body["validity"] = asn1.Validity({"not_before": times, "not_after": times})
    return body.dump(force=True).replace(b"20500101000000Z", b"00010101000000Z")


os.makedirs(FOLDER, exist_ok=True)

make(
    "c2.cobalt-strike.default-serial",
    name(
        C="Earth",
        ST="Cyberspace",
        L="Somewhere",
        O="cobaltstrike",
        OU="AdvancedPenTesting",
        CN="Major Cobalt Strike",
    ),
    serial=146473198,
    days=3650,
)
blank = make("c2.cobalt-strike.six-empty-attributes", name(C="x", ST="x", L="x", O="x", OU="x", CN="x"))
remake("c2.cobalt-strike.six-empty-attributes", blank, empty_names)
make(
    "c2.metasploit-framework.random-issuer-certificate",
    name(C="US", ST="OH", L="Weimann", O="Kunde", CN="kunde.com"),
    name(C="US", O="Okuneva", CN="Okuneva Weber"),
    days=7 * 365,
    extensions=[constraints(False)],
)
make(
    "c2.metasploit-framework.email-from-unit-and-name",
    name(C="US", ST="TX", O="Asdfg", OU="Zxcvb", CN="poiuy.test", email="Zxcvb@poiuy.test"),
    days=5 * 365,
    extensions=[constraints(True), key_id(bytes(20))],
)
make("c2.sliver.operator-listener-certificate", name(CN="multiplayer"), name(CN="operators"), key=P384)
sliver = dict(
    C="US", ST="Colorado", L="Boulder", street="x", postal="4127", O="synergy llc", CN="updates.example.net"
)
havoc = make(
    "c2.havoc.subject-template",
    name(**sliver),
    days=1095,
    extensions=[constraints(True), alternative("updates.example.net")],
)
remake("c2.havoc.subject-template", havoc, empty_street)
sliver["street"] = "Golden Gate Bridge"
make(
    "c2.sliver.subject-template",
    name(**sliver),
    name(),
    days=1095,
    extensions=[usage("digital_signature", "key_encipherment"), server(), alternative("updates.example.net")],
    signer=P384,
)
make(
    "c2.poshc2.default-subject",
    name(C="US", ST="Minnesota", L="Minnetonka", O="Pajfds", OU="Jethpro", CN="P18055077"),
    serial=1000,
    days=3650,
)
make(
    "c2.mythic.web-certificate-profile",
    name(O="Mythic"),
    extensions=[usage("digital_signature", "key_encipherment"), server(), constraints(False)],
)
make(
    "c2.merlin.in-memory-certificate",
    name(),
    key=P384,
    end=years(2),
    extensions=[
        usage("digital_signature", "key_encipherment", "key_cert_sign"),
        server(),
        constraints(False),
    ],
)
make(
    "c2.deimosc2.acme-co-p256",
    name(O="Acme Co"),
    key=P256,
    extensions=[constraints(True), alternative("example.org")],
)
make(
    "c2.viper.regenerated-certificate",
    name(C="SI", ST="7be1f09c", L="7be1f09c", O="7be1f09c", OU="7be1f09c", CN="7be1f09c"),
    key=RSA[4096],
    days=3650,
)
make(
    "c2.adaptixc2.container-certificate",
    name(C="US", ST="State", L="City", O="AdaptixC2", CN="localhost"),
    days=3650,
)
make("c2.hardhat-c2.teamserver-certificate", name(CN="HardHat TeamServer"), end=years(5))
make(
    "c2.sharpc2.address-certificate",
    name(CN="198.51.100.20"),
    days=366,
    extensions=[
        usage("digital_signature", "key_encipherment", "data_encipherment"),
        server(),
        alternative("198.51.100.20"),
    ],
)
make("c2.emp3r0r.acme-ca-leaf", name(O="Acme Co"), name(O="ACME CA Co"), key=P256, serial=1, days=3650)

make(
    "rat.asyncrat.generator-habits",
    name(CN="Renamed"),
    end=datetime.datetime(9999, 12, 31, 23, 59, 59),
    digest=hashes.SHA512(),
    serial=2**119 + 1,
    extensions=[key_id(bytes(20)), constraints(True)],
)
make(
    "rat.dcrat.default-certificate",
    name(CN="DcRat"),
    name(CN="DcRat Server", OU="qwqdanchun", O="DcRat By qwqdanchun", L="SH", C="CN"),
    digest=hashes.SHA512(),
    days=3935,
)
make("rat.orcus.thirty-or-fifty-years", name(CN="Whatever"), end=years(31))
make(
    "rat.pupy.control-certificate",
    name(O="qWxRtYuIoP", OU="CONTROL"),
    name(O="qWxRtYuIoP"),
    key=RSA[1024],
    serial=2,
)
remake(
    "rat.pupy.impossible-version", make("rat.pupy.impossible-version", name(O="qWxRtYuIoP")), fourth_version
)
make(
    "rat.bianlian-go-backdoor.sixteen-character-names",
    name(C="aZ3kQ9xL0pWm7RtB", O="Yh2Nc8VuJd5Ke1Sf", OU="T6gXo4MiP9rLq0Bz"),
    name(C="kP7wD2vNs9Xe4HcA", O="Lm5Tz8RyQ1jUo3Gb", OU="F0iKx6WnVa2SpE8d"),
)
make(
    "rat.adwind.fake-companies",
    name(C="US", ST="Florida", L="Tampa", O="Google, Inc.", OU="Google Corp, Inc", CN="Google, Inc."),
)

make(
    "loader.icedid.cn-first-widgits",
    name(CN="localhost", C="AU", ST="Some-State", O="Internet Widgits Pty Ltd"),
)
make("loader.icedid.mixed-case-label", name(CN="QzTuLpWx3k.com"))
make("loader.dyre.random-organization", name(C="AU", ST="Some-State", O="k3vq9zt"))
make(
    "loader.gootkit.continent-locality",
    name(
        C="US",
        L="Antarctica",
        O="penguin trading",
        OU="sales",
        CN="www.xpenguin.com",
        email="info@xpenguin.com",
    ),
)
make(
    "loader.qakbot.random-names",
    name(C="FR", OU="Wiqua Tubes", CN="ooyhtaeq.mobi"),
    name(C="FR", ST="QX", L="Ora", O="Xue", CN="ooyhtaeq.mobi"),
)
make(
    "loader.trickbot.tutorial-subject",
    name(C="GB", ST="London", L="London", O="Global Security", OU="IT Department", CN="example.com"),
)

make(
    "phishing.gophish.self-made-certificate",
    name(O="Gophish"),
    key=P384,
    days=3650,
    extensions=[usage("digital_signature", "key_encipherment"), server(), constraints(False)],
)
make(
    "phishing.modlishka.pl-authority",
    name(C="Earth", O="Mother Nature"),
    name(C="pl", ST="pl", L="pl", O="pl", OU="pl", CN="pl", email="pl@pl"),
    extensions=[key_id(bytes([1, 2, 3])), alternative("login.example", "*.login.example")],
)

make(
    "red_team.redguard.alibaba-imitation",
    name(C="CN", L="HangZhou", O="Alibaba (China) Technology Co., Ltd.", CN="*.aliyun.com"),
)
make(
    "red_team.responder.nameless-ten-years",
    name(),
    days=3650,
    extensions=[key_id(bytes(20)), (x509.AuthorityKeyIdentifier(bytes(20), None, None), False), constraints(True)],
)
make(
    "red_team.inveigh.powershell-certificate",
    name(CN="localhost"),
    name(CN="Inveigh"),
    days=824,
    extensions=[constraints(True)],
)
make(
    "red_team.cyberstrikeai.main-server-certificate",
    name(CN="CyberStrikeAI"),
    key=P256,
    extensions=[usage("digital_signature"), alternative("localhost", "127.0.0.1", "::1")],
)
make("red_team.beef.localhost-rsa-4096", name(CN="localhost"), key=RSA[4096], days=3650)
make(
    "red_team.bettercap.go-daddy-imitation",
    name(CN="www.example.com"),
    name(
        C="US",
        L="Scottsdale",
        O="GoDaddy.com, Inc.",
        OU="https://certs.godaddy.com/repository/",
        CN="Go Daddy Secure Certificate Authority - G2",
    ),
)
old = make("red_team.xmrig.tls-gen-certificate", name(CN="localhost"), serial=1, days=3650)
remake("red_team.xmrig.tls-gen-certificate", old, first_version)

make(
    "tunnel.gost.automatic-certificate",
    name(O="GOST", CN="gost.run"),
    key=P256,
    extensions=[constraints(True), alternative("gost.run")],
)
make("tunnel.ligolo-ng.selfcert-certificate", name(O="ligolo"), key=P256, extensions=[alternative("ligolo")])
make(
    "tunnel.reverse-ssh.quickserve-certificate",
    name(C="US", O="Cloudflare, Inc", CN="198.51.100.20"),
    days=30,
    serial=int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp()),
    extensions=[constraints(True), key_id(b"quickserve")],
)
make(
    "tunnel.revsocks.sixteen-character-names",
    name(C="aZ3kQ9xL0pWm7RtB", O="Yh2Nc8VuJd5Ke1Sf", OU="T6gXo4MiP9rLq0Bz"),
    end=years(10),
    extensions=[key_id(bytes([1, 2, 3, 4, 5, 6]))],
)
make(
    "tunnel.rakshasa.china-mobile-certificate",
    name(
        C="US",
        L="San Francisco",
        street="Golden Gate Bridge",
        postal="94016",
        O="Company, INC.",
        CN="chinamobile.com",
    ),
    key=RSA[4096],
    end=years(365),
    serial=1658,
    extensions=[alternative("test.default.svc", "test"), key_id(bytes([1, 2, 3, 4, 6]))],
)
nameless = make("tunnel.stowaway.year-one-certificate", name(), key=RSA[1024], serial=1)
remake("tunnel.stowaway.year-one-certificate", nameless, year_one, RSA[1024])

make("benign.nameless-certificate.nameless", name(), days=30)
make("benign.go-generate-cert-certificate.acme-co", name(O="Acme Co"), extensions=[constraints(False)])
make(
    "benign.plesk.schaffhausen", name(C="CH", L="Schaffhausen", O="Plesk", CN="Plesk", email="info@plesk.com")
)
make(
    "benign.openssl-internet-widgits.internet-widgits",
    name(C="AU", ST="Some-State", O="Internet Widgits Pty Ltd"),
)
make("benign.openssl-red-hat.default-company", name(C="XX", L="Default City", O="Default Company Ltd"))
make("benign.localhost-certificate.localhost-only", name(CN="localhost"), extensions=[constraints(True)])
make(
    "benign.pfsense-webconfigurator.webconfigurator",
    name(O="pfSense webConfigurator Self-Signed Certificate", CN="pfSense-5c3b9f2d81a04"),
)
make(
    "benign.kubernetes-nginx-ingress.fake-certificate",
    name(O="Acme Co", CN="Kubernetes Ingress Controller Fake Certificate"),
    extensions=[
        usage("digital_signature", "key_encipherment"),
        server(),
        constraints(False),
        alternative("ingress.local"),
    ],
)
make(
    "benign.vmware-esx-and-vcenter.authentication-daemon",
    name(C="US", L="Palo Alto", OU="VMware", CN="VMware"),
    days=3650,
)
make(
    "benign.stunnel-sample-certificate.stunnel-sample",
    name(
        C="PL", ST="Mazovia Province", L="Warsaw", O="Stunnel Developers", OU="Provisional CA", CN="localhost"
    ),
)

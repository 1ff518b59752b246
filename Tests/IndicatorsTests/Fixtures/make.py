#!/usr/bin/env python3
"""Writes the fixtures of this folder, as stix2 3.0.2 and pymisp 2.5.34.4 write them.

    pip install stix2==3.0.2 pymisp==2.5.34.4 && python3 make.py
"""
import pathlib

import pymisp
import stix2

HERE = pathlib.Path(__file__).parent
SHA1 = "d9ab9ed6f3b8f8c6e6b9e6d8a2f6e8e4c0ffee01"
SHA256 = "ab" * 32
JARM = "07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1"


def stix():
    maker = stix2.Identity(id="identity--11111111-1111-4111-8111-111111111111", name="Example CERT", identity_class="organization")
    malware = stix2.Malware(
        id="malware--22222222-2222-4222-8222-222222222222", name="Cobalt Strike", is_family=True,
        external_references=[{"source_name": "mitre-attack", "external_id": "S0154"}])
    number = iter(range(1, 100))

    def indicator(pattern, **members):
        given = dict(
            id=f"indicator--33333333-3333-4333-8333-{next(number):012}", pattern=pattern, pattern_type="stix",
            valid_from="2026-11-01T00:00:00Z", created_by_ref=maker.id, object_marking_refs=[stix2.TLP_AMBER])
        given.update(members)
        return stix2.Indicator(**given)

    certificate = indicator(f"[x509-certificate:hashes.'SHA-256' = '{SHA256}']", description="Team server's certificate")
    indicators = [
        certificate,
        indicator(f"[x509-certificate:hashes.'SHA-1' = '{SHA1}' OR x509-certificate:serial_number = '00:a1:b2']"),
        indicator("[ipv4-addr:value = '203.0.113.7'] OR [ipv4-addr:value IN ('198.51.100.1', '198.51.100.2')]"),
        indicator("[ipv4-addr:value ISSUBSET '203.0.112.0/23']", valid_until="2026-11-10T00:00:00Z"),
        indicator("[domain-name:value = 'gate.example']", labels=["hallmark:confirmed"]),
        indicator("[domain-name:value LIKE '%.deep.example']"),
        indicator("[file:hashes.'SHA-256' = '" + "0" * 64 + "']"),
        indicator("[url:value = 'https://gate.example/it\\'s']"),
        indicator("[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [domain-name:value = 'gate.example'] WITHIN 60 SECONDS"),
        indicator("[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 8443]"),
        indicator("[ipv4-addr:value = '203.0.113.7']", revoked=True),
        indicator("alert tcp any any -> 203.0.113.7 any (sid:1;)", pattern_type="snort"),
    ]
    seen = stix2.X509Certificate(hashes={"SHA-1": SHA1, "SHA-256": SHA256}, serial_number="00:a1:b2")
    observed = stix2.ObservedData(
        id="observed-data--44444444-4444-4444-8444-444444444444", first_observed="2026-10-01T00:00:00Z",
        last_observed="2026-10-05T00:00:00Z", number_observed=2, object_refs=[seen.id])
    relationship = stix2.Relationship(
        id="relationship--55555555-5555-4555-8555-555555555555", relationship_type="indicates",
        source_ref=certificate.id, target_ref=malware.id)
    bundle = stix2.Bundle(
        id="bundle--66666666-6666-4666-8666-666666666666", objects=[maker, malware, stix2.TLP_AMBER, *indicators, seen, observed, relationship],
        allow_custom=True)
    (HERE / "stix.json").write_text(bundle.serialize(pretty=True) + "\n")


def misp():
    event = pymisp.MISPEvent()
    event.uuid = "77777777-7777-4777-8777-777777777777"
    event.info = "A campaign"
    event.date = "2026-11-03"
    event.Orgc = pymisp.MISPOrganisation()
    event.Orgc.name, event.Orgc.uuid = "Example SOC", "88888888-8888-4888-8888-888888888888"
    event.add_tag("tlp:green")
    event.add_tag('misp-galaxy:mitre-malware="Cobalt Strike - S0154"')
    number = iter(range(1, 100))

    def attribute(kind, value, **members):
        return event.add_attribute(
            kind, value, uuid=f"99999999-9999-4999-8999-{next(number):012}", **{"to_ids": True, **members})

    attribute("x509-fingerprint-sha1", SHA1, comment="Its certificate")
    attribute("x509-fingerprint-sha256", SHA256, last_seen="2026-11-05T00:00:00+00:00")
    attribute("jarm-fingerprint", JARM)
    attribute("ip-dst", "203.0.113.7").add_tag("tlp:red")
    attribute("ip-dst", "203.0.112.0/23")
    attribute("ip-dst|port", "203.0.113.7|8443")
    attribute("domain|ip", "gate.example|198.51.100.7")
    attribute("hostname", "a.b.deep.example").add_tag("hallmark:confirmed")
    attribute("sha256", "0" * 64)
    attribute("url", "https://gate.example/")
    attribute("ja3-fingerprint-md5", "0" * 32)
    attribute("ip-dst", "203.0.113.7", to_ids=False, comment="not for detection")
    x509 = pymisp.MISPObject("x509")
    x509.uuid = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    for relation, value in [("serial-number", "00a1b2"), ("issuer", "CN=gate")]:
        made = x509.add_attribute(relation, value)
        made.uuid, made.to_ids = f"bbbbbbbb-bbbb-4bbb-8bbb-{next(number):012}", True
    event.add_object(x509)
    ja3s = pymisp.MISPObject("ja3s")
    ja3s.uuid = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
    for relation, value in [("ja3-fingerprint-md5", "1" * 32), ("ja3s-fingerprint-md5", "2" * 32)]:
        made = ja3s.add_attribute(relation, value)
        made.uuid, made.to_ids = f"dddddddd-dddd-4ddd-8ddd-{next(number):012}", True
    event.add_object(ja3s)
    (HERE / "misp.json").write_text('{"Event": ' + event.to_json(sort_keys=True, indent=2) + "}\n")


stix()
misp()

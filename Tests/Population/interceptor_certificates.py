"""Certificates as the published generators of proxies that stand between people and a site make them, and IoM's.

Written anew from the facts that the rules cite; `adversary_certificates.py` prints them with the others.
"""

from makers import *

PLACES = [
    ("US", "Ohio", "Toledo", "3031 Jefferson Ave"), ("US", "Indiana", "South Bend", "5253 College Ave"),
    ("CA", "Alberta", "Red Deer", "3141 5th Ave"), ("CA", "Manitoba", "Brandon", "2627 Princess Ave"),
    ("JP", "Chiba", "Kimitsu", "7-8-9 Nakameguro, Inage-ku"), ("JP", "Aichi", "Handa", "678-9012 Aza Kameido"),
]  # fmt: skip
INVENTED = ["Purple Walrus, llc.", "silent otter", "Harbor", "brave-lynx", "Quiet Heron, Holdings", "amber fox"]


def _drawn(common_name):
    country, state, town, street = DICE.choice(PLACES)
    parts = ["C=" + country, "ST=" + state, "L=" + town, "street=" + street]
    if DICE.randrange(5) == 0:
        parts.append("postal=%05d" % DICE.randrange(1000, 91000))
    return name(*parts, "O=" + DICE.choice(INVENTED), "OU=" + DICE.choice(INVENTED), "CN=" + common_name)


def iom(turn):
    """The listener's leaf: its authority is called Root, or as the pipeline that it was made for."""
    host = HOSTS[turn % len(HOSTS)]
    signer = key(4096 if turn % 3 else 2048, 7)
    extensions = [*SERVER, authority(signer), names(host)]
    issuer = _drawn("Root" if turn % 2 else host)
    days = 730 + turn % 2 * 365
    return issue(_drawn(host), extensions, 2048 if turn % 3 else 4096, signer, issuer, days, past())


def goblin(turn):
    start = past()
    own = key(4096)
    extensions = [
        usage("digital_signature", "key_cert_sign"), purposes("client", "server"), constraints(True), key_id(own),
    ]  # fmt: skip
    subject = name("O=default", "OU=default", "CN=default")
    return issue(subject, extensions, 4096, start=start, end=start + datetime.timedelta(hours=3650))


def seth(turn):
    own = key(2048)
    extensions = [key_id(own), authority(own), constraints(True)]
    subject = name("CN=192.0.2.%d" % (turn + 1), "O=Seth by SySS GmbH")
    return issue(subject, extensions, start=past(), serial=random_serial(159))


def hetty(turn):
    host, signer, start = HOSTS[turn % len(HOSTS)], key(2048, 8), past()
    extensions = [*SERVER, constraints(False), key_id(key(2048)), authority(signer), names(host)]
    issuer = name("O=Hetty CA", "CN=Hetty")
    return issue(
        name("O=Hetty", "CN=" + host), extensions, signer=signer, issuer=issuer, days=2, start=start,
        serial=random_serial(159),
    )  # fmt: skip


def whistle(turn):
    """The leaf has its authority's key; the number in the authority's name is the time it was made."""
    host, own, start = HOSTS[turn % len(HOSTS)], key(2048, 9), past()
    number = "%d%03d" % (1700000000000 + DICE.randrange(10**10), DICE.randrange(1000))
    issuer = name("CN=whistle." + number, "C=CN", "ST=ZJ", "L=HZ", "O=%s.wproxy.org" % number, "OU=wproxy.org")
    extensions = [
        (x509.BasicConstraints(False, None), False),
        usage("digital_signature", "key_encipherment", critical=False), purposes("server", "client"), names(host),
        authority(own),
    ]  # fmt: skip
    return issue(name("CN=" + host), extensions, signer=own, issuer=issuer, start=start, serial=random_serial(159))


def martian(turn):
    host, signer, start = HOSTS[turn % len(HOSTS)], key(2048, 10), past()
    extensions = [*SERVER, constraints(False), key_id(key(2048)), authority(signer), names(host)]
    issuer = name("O=Martian Authority", "CN=martian.proxy")
    return issue(
        name("O=Martian Proxy", "CN=" + host), extensions, signer=signer, issuer=issuer, start=start,
        end=start + datetime.timedelta(hours=2), serial=random_serial(159),
    )  # fmt: skip


TOOLS = {
    "IoM": iom, "Goblin": goblin, "Seth": seth, "Hetty": hetty, "whistle": whistle, "Martian Proxy": martian,
}  # fmt: skip

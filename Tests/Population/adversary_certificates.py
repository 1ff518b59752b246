#!/usr/bin/env python3
"""adversary_certificates.py: at least thirty certificates a tool, as the tools' published generators make them.

Written anew from the facts that the rules cite, with other people's encoder. Each line is the tool's name, a tab, and base64.
"""

import interceptor_certificates as interceptors
import tester_certificates as testers
from makers import *

PLACES = [
    ("US", "Ohio", "Toledo"), ("US", "", ""), ("US", "New York", "Buffalo"), ("US", "Florida", "Tampa"),
    ("CA", "Alberta", "Calgary"), ("CA", "Manitoba", "Brandon"), ("JP", "Chiba", "Kashiwa"), ("JP", "", ""),
]  # fmt: skip
OLD_PLACES = [("Arizona", "Mesa"), ("Florida", "Tampa"), ("Illinois", "Peoria"), ("California", "Oakland"), ("", "")]
OLD_NAMES = ["tech co", "ACME LTD", "Synergy Inc", "debug", "CLOUD", None]
GIVEN = ["Purple Walrus, llc.", "silent otter", "Harbor", "brave-lynx", "Quiet Heron, Holdings", "amber fox"]
CURVES = ["P-256", "P-384", "P-521"]
DIGESTS = {"P-256": hashes.SHA256(), "P-384": hashes.SHA384(), "P-521": hashes.SHA512()}


def maker_name():
    return DICE.choice(["Kunde", "Weimann", "Okuneva", "Bartell", "Hessel", "Mraz"])


def sliver(turn):
    host = HOSTS[turn % len(HOSTS)]
    curve = CURVES[turn % 3]
    signer = key(curve, 1)
    more = dict(signer=signer, issuer=name(), digest=DIGESTS[curve], start=past())
    if turn % 5 == 0:
        place = OLD_PLACES[turn // 5 % len(OLD_PLACES)]
        organization = OLD_NAMES[turn // 5 % len(OLD_NAMES)]
        parts = ["C=US", "ST=" + place[0], "L=" + place[1], "street=", "postal=%d" % DICE.randrange(1000, 9000)]
        parts += ["O=" + organization] if organization else []
        return issue(name(*parts, "CN=" + host), [*SERVER, authority(signer), names(host)], 2048, days=1095, **more)
    if turn % 5 == 1:
        leaf = CURVES[turn // 5 % 3]
        return issue(name(), [*SERVER, names("", critical=True)], leaf, days=DICE.choice([730, 1095]), **more)
    if turn % 5 == 2:
        leaf = CURVES[turn // 5 % 3]
        return issue(
            name("CN=" + host), [*SERVER, authority(signer), names(host)], leaf, days=DICE.choice([730, 1095]), **more
        )
    if turn % 5 == 3 and turn > 20:
        return issue(
            name("O="), [*SERVER, names(host)], 2048, signer=signer, issuer=name("O="), digest=DIGESTS[curve], start=past(), days=1095
        )
    country, state, town = PLACES[turn % len(PLACES)]
    parts = ["C=" + country, "ST=" + state, "L=" + town, "street=" + DICE.choice(["", "", "University"])]
    parts += ["postal=%05d" % DICE.randrange(1000, 91000)] if turn % 7 == 0 else []
    parts += ["O=" + GIVEN[turn % len(GIVEN)], "CN=" + host]
    extensions = [*SERVER, authority(signer), names(host)]
    return issue(name(*parts), extensions, [2048, 4096][turn % 2], days=DICE.choice([730, 1095]), **more)


def havoc(turn):
    host = HOSTS[turn % len(HOSTS)]
    state, town = OLD_PLACES[turn % len(OLD_PLACES)]
    organization = OLD_NAMES[turn % len(OLD_NAMES)]
    parts = ["C=US", "ST=" + state, "L=" + town, "street=", "postal=%d" % DICE.randrange(1000, 9000)]
    parts += ["O=" + organization] if organization else []
    own = key(2048)
    extensions = [
        usage("digital_signature", "key_encipherment", "key_cert_sign"), purposes("server", "client"),
        constraints(True), key_id(own), names(host),
    ]  # fmt: skip
    return issue(name(*parts, "CN=" + host), extensions, days=1095, start=past())


def adaptix(turn):
    hosts = ["localhost", "127.0.0.1", "::1"] if turn % 3 else [HOSTS[turn % len(HOSTS)].replace("localhost", "192.0.2.9")]
    if turn % 10 == 0:
        own = key(2048)
        return issue(
            name("C=US", "ST=State", "L=City", "O=AdaptixC2", "CN=localhost"),
            [key_id(own), authority(own), constraints(True)],
            days=3650,
        )
    return issue(name(), [*SERVER, constraints(False), names(*hosts, critical=True)], serial=random_serial())


def frp(turn):
    hour = datetime.timedelta(hours=1)
    if turn % 3 == 0:
        return by_hand(name(), name(), ("00010101000000Z", "00010101000000Z"))
    return issue(name(), start=NOW - hour, end=NOW + DAY * 3650, serial=random_serial())


def mythic(turn):
    if turn % 3 == 0:
        own = key(4096)
        subject = name("O=Mythic", "OU=Mythic", "CN=Mythic")
        return issue(subject, [key_id(own), authority(own), constraints(True)], 4096, days=3650)
    organization = ["Mythic", "Mythic C2"][turn % 2]
    return issue(name("O=" + organization), [*SERVER, constraints(False)], "P-384", digest=hashes.SHA384())


def pupy(turn):
    ours, theirs = word(10), word(10)
    extensions = [constraints(False), usage("key_encipherment"), other("2.16.840.1.113730.1.1", bytes.fromhex("03020640"))]
    subject = name("O=" + ours, "OU=CONTROL")
    if turn % 3 == 0:
        times = ("261120093015Z", "291119093015Z")
        return by_hand(subject, name("O=" + theirs), times, serial=2, version=3, extensions=extensions)
    old = turn % 3 == 1
    return issue(
        subject,
        extensions,
        1024 if old else 2048,
        signer=key(2048, 1),
        issuer=name("O=" + theirs),
        days=365 if old else 1095,
        serial=2,
    )


def metasploit(turn):
    start = past(1095) - DAY * 365
    days = 365 * DICE.randrange(4, 10)
    state = DICE.choice(["OH", "TX", "CA", "WY"])
    if turn % 2:
        own = key(2048)
        unit, host = DICE.choice(["bypass", "neural", "mesh"]), maker_name().lower() + ".example.net"
        subject = name("C=US", "ST=" + state, "O=" + maker_name(), "OU=" + unit, "CN=" + host, "email=%s@%s" % (unit, host))
        return issue(subject, [constraints(True), key_id(own)], days=days, start=start, serial=random_serial(64))
    subject = name("C=US", "ST=" + state, "L=" + maker_name(), "O=" + maker_name(), "CN=" + maker_name().lower() + ".com")
    issuer = name("C=US", "O=" + maker_name(), "CN=%s %s" % (maker_name(), maker_name()))
    return issue(subject, [constraints(False, False)], days=days, start=start, issuer=issuer, serial=random_serial(64))


def bouncy(subject, serial, start, end, issuer=None, bits=2048):
    return issue(
        subject,
        [key_id(key(bits)), constraints(True)],
        bits,
        start=start,
        end=end,
        serial=serial,
        issuer=issuer,
        digest=hashes.SHA512(),
    )


def asyncrat(turn):
    title = ["AsyncRAT Server", "Hostname", "svchost", "Updates"][turn % 4]
    return bouncy(name("CN=" + title), prime(120), NOW - DAY * 2, END_OF_TIME, bits=[2048, 4096][turn % 2])


def quasar(turn):
    title = ["Quasar Server CA", "Windows Update Host", "Print service"][turn % 3]
    return bouncy(name("CN=" + title), prime(120), NOW - DAY * 2, END_OF_TIME)


def dcrat(turn):
    if turn % 2:
        subject, issuer = name("CN=" + word(8)), None
    else:
        subject = name("CN=DcRat")
        issuer = name("CN=DcRat Server", "OU=qwqdanchun", "O=DcRat By qwqdanchun", "L=SH", "C=CN")
    bits = [1024, 2048][turn % 2]
    times = [(NOW + DAY * days).strftime("%y%m%d%H%M%SZ") for days in (-285, 3650)]
    extensions = [key_id(key(bits)), constraints(True)]
    return by_hand(
        subject, issuer or subject, times, bits, prime(160), extensions=extensions, digest=hashes.SHA512()
    )


def merlin(turn):
    start = past(360)
    kind = ["P-384", 4096][turn % 2]
    digest = hashes.SHA384() if kind == "P-384" else hashes.SHA256()
    extensions = [usage("digital_signature", "key_encipherment", "key_cert_sign"), purposes("server"), constraints(False)]
    return issue(name(), extensions, kind, start=start, end=start.replace(year=start.year + 2), digest=digest)


def evilginx(turn):
    host = HOSTS[turn % len(HOSTS)]
    ours = "O=Evilginx Signature Trust Co."
    return issue(
        name(ours, "CN=" + host),
        [*SERVER, constraints(False), names(host)],
        1024,
        signer=key(2048, 1),
        issuer=name(ours, "CN=Evilginx Super-Evil Root CA"),
        days=180,
    )


def gophish(turn):
    return issue(name("O=Gophish"), [*SERVER, constraints(False)], "P-384", days=3650, digest=hashes.SHA384())


def ligolo(turn):
    host = ["ligolo", "vpn.example.org", "gate.example.net"][turn % 3]
    return issue(name("O=" + host), [*SERVER, constraints(False), names(host)], "P-256")


def letters(least, most):
    return "".join(DICE.choice(LETTERS[:26]) for _ in range(DICE.randrange(least, most + 1)))


def pulsar(turn):
    own = key(4096)
    subject = name("CN=" + (letters(4, 6) + " " + letters(4, 6) if turn % 3 else "Remote desk %d" % turn))
    extensions = [key_id(own), constraints(True), usage("key_cert_sign", "crl_sign"), purposes("server")]
    times = [moment.strftime("%y%m%d%H%M%SZ") for moment in (NOW - DAY, NOW.replace(year=NOW.year + 10))]
    return by_hand(subject, subject, times, 4096, prime(160), extensions=extensions, digest=hashes.SHA512())


def phishing_club(turn):
    host = HOSTS[turn % len(HOSTS)]
    extensions = [
        usage("digital_signature", "key_encipherment"), purposes("client", "server"), constraints(False),
        other("2.5.29.14", bytes.fromhex("04050000000000")), names(host),
    ]  # fmt: skip
    start = past()
    subject = name("C=", "ST=", "L=", "street=", "postal=", "O=", "CN=" + host)
    return issue(subject, extensions, start=start, end=start.replace(year=start.year + 10))


def realm(turn):
    return issue(name(), [*SERVER, constraints(False), names("localhost", "127.0.0.1")], "P-256", start=past())


def wstunnel(turn):
    start = datetime.datetime(2023 + turn % 2, 1 + turn % 12, 1 + turn % 28)
    end = datetime.datetime(2025 + DICE.randrange(50), 1 + DICE.randrange(12), 1 + DICE.randrange(28))
    return issue(name("C=FR"), [], "P-256", start=start, end=max(end, start + DAY), serial=bits(159))


def gost(turn):
    if turn % 2:
        own = [usage("digital_signature", "key_encipherment"), purposes("server"), constraints(False)]
        return issue(name("O=gost"), own, days=3650)
    extensions = [usage("digital_signature"), purposes("server", "client"), constraints(True), names("gost.run")]
    return issue(name("O=GOST", "CN=gost.run"), extensions, "P-256", start=past())


def nps(turn):
    if turn % 2:
        subject = name("C=US", "O=My Company Name LTD.", "CN=NPS Org")
    else:
        domain = letters(6, 20) + DICE.choice([".com", ".net", ".org", ".io", ".info", ".biz", ".name"])
        subject = name("C=US", "O=%s and Sons" % maker_name(), "CN=" + domain)
    return issue(subject, [*SERVER, constraints(False)], days=3650, start=past())


TOOLS = {
    "Sliver": sliver, "Havoc": havoc, "AdaptixC2": adaptix, "frp": frp, "Mythic": mythic, "Pupy": pupy,
    "Metasploit Framework": metasploit, "AsyncRAT": asyncrat, "Quasar": quasar, "DcRat": dcrat, "Merlin": merlin,
    "Evilginx": evilginx, "Gophish": gophish, "Ligolo-ng": ligolo, "Pulsar RAT": pulsar,
    "Phishing Club": phishing_club, "Realm": realm, "wstunnel": wstunnel, "gost": gost, "nps": nps,
    **testers.TOOLS, **interceptors.TOOLS,
}  # fmt: skip

if __name__ == "__main__":
    write((tool, make(turn)) for tool, make in TOOLS.items() for turn in range(40 if tool == "Sliver" else 30))

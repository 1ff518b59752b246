"""Certificates as the published generators of testers' tools, proxies and smaller frameworks make them.

Written anew from the facts that the rules cite; `adversary_certificates.py` prints them with the others.
"""

from makers import *

HEX = "0123456789abcdef"


def poshc2(turn):
    """The tool's own order of attributes, serial number and version 1; the fields are its configuration's defaults."""
    subject = name("C=US", "ST=Minnesota", "L=Minnetonka", "O=Pajfds", "OU=Jethpro", "CN=P18055077")
    start = past()
    times = [moment.strftime("%y%m%d%H%M%SZ") for moment in (start, start + DAY * 3650)]
    return by_hand(subject, subject, times, serial=1000, version=0, digest=hashes.SHA1())


def covenant(turn):
    start = past()
    extensions = [
        usage("data_encipherment", "key_encipherment", "digital_signature", critical=False), purposes("server"),
        names(["0.0.0.0", "127.0.0.1", "192.0.2.%d" % (turn + 1)][turn % 3]),
    ]  # fmt: skip
    return issue(name("CN=Covenant"), extensions, start=start - DAY, end=start + DAY * 3650, serial=random_serial(63))


def goshs(turn):
    subject = name(
        "C=DE", "ST=BW", "L=Althengstett", "street=Gopher-Street", "postal=75382", "O=hesec.de", "OU=hesec.de",
        "CN=goshs - SimpleHTTPServer",
    )  # fmt: skip
    extensions = [
        usage("digital_signature"), purposes("client", "server"), other("2.5.29.14", bytes.fromhex("04050102030406")),
        names("127.0.0.1", "::1"),
    ]  # fmt: skip
    start = past()
    return issue(subject, extensions, 4096, signer=key(4096, 1), start=start, end=start.replace(year=start.year + 10))


def powerhub(turn):
    return issue(name("O=PowerHub", "CN=" + HOSTS[turn % len(HOSTS)]), [constraints(True)], days=30, start=past())


def of_openssl(subject, bits=2048, days=365, **more):
    """As `openssl req -x509` makes it with the distribution's configuration."""
    own = key(bits)
    return issue(subject, [key_id(own), authority(own), constraints(True)], bits, days=days, start=past(), **more)


def responder(turn):
    return of_openssl(name(), days=3650)


def empire(turn):
    return of_openssl(name("C=US"))


def viper(turn):
    some = word(8, HEX)
    return of_openssl(name("C=SI", "ST=" + some, "L=" + some, "O=" + some, "OU=" + some, "CN=" + some), 4096, 3650)


def goproxy(turn):
    return of_openssl(name("C=CN", "ST=BJ", "O=Localhost Ltd", "CN=proxy"), days=3650)


def beef(turn):
    return of_openssl(name("CN=localhost"), 4096, 3650)


def monkey(turn):
    subject = name("C=GB", "ST=London", "L=London", "O=Global Security", "OU=Monkey Department", "CN=monkey.com")
    return version_one(subject, 366, bits(159))


def xmrig(turn):
    return version_one(name("CN=localhost"), 3650, 1)


def silenttrinity(turn):
    subject = name("C=US", "ST=CA", "L=San Francisco", "O=My Company", "CN=mysite.com")
    return issue(subject, [names("localhost")], 4096, days=9999, start=past(), serial=random_serial(159))


def sharpc2(turn):
    address = "192.0.2.%d" % (turn + 1)
    extensions = [
        usage("data_encipherment", "key_encipherment", "digital_signature", critical=False), purposes("server"),
        names(address),
    ]  # fmt: skip
    start = past()
    return issue(name("CN=" + address), extensions, start=start, end=start + DAY * 366, serial=random_serial(63))


def version_one(subject, days, serial, start=None, kind=2048):
    """As pyOpenSSL and `openssl x509 -req` write it: version 1, no extension."""
    start = start or past()
    times = [moment.strftime("%y%m%d%H%M%SZ") for moment in (start, start + DAY * days)]
    return by_hand(subject, subject, times, kind, serial=serial, version=0)


def ntlmrelayx(turn):
    if turn % 3 == 2:
        return issue(name("CN=MSSQLSERVER"), start=past(), serial=random_serial(159))
    subject, days = [("CN=localhost", 3650), ("CN=RDP-Server", 365)][turn % 3]
    return version_one(name(subject), days, DICE.randrange(2, 100_001))


def lighthouse(turn):
    subject = name("C=CN", "ST=Shanghai", "L=Shanghai", "O=Example Inc.", "OU=Web Security", "CN=127.0.0.1")
    return version_one(subject, 3650, bits(159))


def macc2(turn):
    return version_one(name("C=US", "ST=CA", "L=Redwood City", "O=Mac Experts LLC"), 365, bits(159))


def grat2(turn):
    return of_openssl(
        name("C=US", "ST=NRW", "L=Earth", "O=CompanyName", "OU=IT", "CN=www.example.com", "email=email@example.com")
    )


def tactical_rmm(turn):
    places = ["C=US", "ST=Some-State", "L=city", "O=Internet Widgits Pty Ltd"]
    return of_openssl(name(*places, "CN=*.example%d.net" % turn), 4096, 730)


def stowaway(turn):
    return by_hand(name(), name(), ("00010101000000Z", "00010101000000Z"), 1024)


def revsocks(turn):
    drawn = [LETTERS + "0123456789"] * 3
    start = past()
    extensions = [
        usage("digital_signature", "key_cert_sign"), purposes("client", "server"),
        other("2.5.29.14", b"\x04\x06" + bytes(DICE.randrange(256) for _ in range(6))),
    ]  # fmt: skip
    ours, theirs = [[label + "=" + word(16, among) for label, among in zip(("C", "O", "OU"), drawn)] for _ in "ab"]
    end = start.replace(year=start.year + 10)
    return issue(name(*ours), extensions, signer=key(2048, 1), issuer=name(*theirs), start=start, end=end)


def reverse_ssh(turn):
    start = past()
    made = int(start.replace(tzinfo=datetime.timezone.utc).timestamp())
    extensions = [
        usage("key_encipherment", "digital_signature", "key_cert_sign"), purposes("server"), constraints(True),
        other("2.5.29.14", bytes.fromhex("040a") + b"quickserve"),
    ]  # fmt: skip
    subject = name("C=US", "O=Cloudflare, Inc", "CN=" + HOSTS[turn % len(HOSTS)])
    return issue(subject, extensions, days=30, start=start, serial=made)


def pwndrop(turn):
    extensions = [usage("key_encipherment", "digital_signature"), purposes("client", "server"), constraints(False)]
    return issue(name("CN=" + word(8)), extensions, days=3650, start=past(), serial=random_serial())


def emp3r0r(turn):
    extensions = [*SERVER, constraints(False), names(HOSTS[turn % len(HOSTS)], "127.0.0.1")]
    return issue(
        name("O=Acme Co"), extensions, "P-256", signer=key("P-256", 1), issuer=name("O=ACME CA Co"), days=3650,
        start=past(), serial=1,
    )  # fmt: skip


def cyberstrikeai(turn):
    start = past()
    extensions = [usage("digital_signature"), purposes("server"), names("localhost", "127.0.0.1")]
    host = ["CyberStrikeAI", "localhost", "beacon-%d" % turn][turn % 3]
    end = start + DAY * 365 + datetime.timedelta(hours=1)
    return issue(name("CN=" + host), extensions, "P-256", start=start, end=end, serial=random_serial(62))


def bettercap(turn):
    extensions = [
        usage("key_encipherment", "digital_signature", "key_cert_sign"), purposes("client", "server"), constraints(turn % 2 == 0),
    ]  # fmt: skip
    subject = name("C=US", "L=", "O=bettercap devteam", "OU=https://bettercap.org/", "CN=bettercap")
    return issue(subject, extensions, 4096, start=past())


def deimosc2(turn):
    hosts = [HOSTS[turn % len(HOSTS)], "127.0.0.1"][: 1 + turn % 2]
    return issue(name("O=Acme Co"), [*SERVER, constraints(False), names(*hosts)], "P-256", start=past())


def inveigh(turn):
    start = past()
    extensions = [purposes("server"), constraints(True), key_id(key(2048))]
    return issue(name("CN=localhost"), extensions, issuer=name("CN=Inveigh"), start=start, end=start + DAY * 824)


def softether(turn):
    host = "vpn%d" % turn
    nine = [ObjectIdentifier("1.3.6.1.5.5.7.3.%d" % number) for number in range(1, 10)]
    extensions = [
        constraints(True), (x509.ExtendedKeyUsage(nine), False),
        usage(*USAGES[:4], "key_cert_sign", "crl_sign", critical=False),
    ]  # fmt: skip
    subject = name("CN=" + host, "O=" + host, "OU=" + host, "C=US")
    return issue(subject, extensions, start=past(), end=datetime.datetime(2037, 12, 31), serial=random_serial(8))


TOOLS = {
    "PoshC2": poshc2, "Covenant": covenant, "goshs": goshs, "PowerHub": powerhub, "Responder": responder,
    "Empire": empire, "Viper": viper, "goproxy": goproxy, "BeEF": beef, "Infection Monkey": monkey, "XMRig": xmrig,
    "SILENTTRINITY": silenttrinity, "SharpC2": sharpc2, "reverse_ssh": reverse_ssh, "pwndrop": pwndrop,
    "emp3r0r": emp3r0r, "CyberStrikeAI": cyberstrikeai, "bettercap": bettercap, "DeimosC2": deimosc2, "Inveigh": inveigh,
    "SoftEther VPN": softether, "ntlmrelayx": ntlmrelayx, "Asset Reconnaissance Lighthouse": lighthouse, "MacC2": macc2,
    "GRAT2": grat2, "Tactical RMM": tactical_rmm, "Stowaway": stowaway, "revsocks": revsocks,
}  # fmt: skip

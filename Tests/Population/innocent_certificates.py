#!/usr/bin/env python3
"""innocent_certificates.py: certificates as some eighty innocent generators make them by default.

Written anew from their manuals, source and output, nine or so a generator. Each line is the generator's name, a tab, and base64.
"""

from makers import *

HOSTS = [
    "localhost", "example.org", "nas", "mail.example.com", "db01.internal", "192.0.2.44", "build-7",
    "shop.example.net", "gw.branch.example",
]  # fmt: skip
SERVER = [usage("digital_signature", "key_encipherment"), purposes("server")]
SIGN = usage("digital_signature", "key_encipherment", "key_cert_sign")
AUTHORITY = usage("key_cert_sign", "crl_sign")
YEAR = [30, 90, 365, 730, 825, 1095, 3650]
MADE = []


def each(generator, make, turns=9):
    """`make(host, number)` gives a certificate for each host."""
    for turn in range(turns):
        MADE.append((generator, make(HOSTS[turn % len(HOSTS)], turn)))


def openssl(kind=2048, aki=True):
    own = key(kind)
    return [key_id(own), *([authority(own)] if aki else []), constraints(True)]


def signed(subject, issuer, extensions, kind=2048, by=2048, number=1, **more):
    signer = key(by, number)
    return issue(subject, [*extensions, authority(signer)], kind, signer=signer, issuer=issuer, **more)


def alone(subject, extensions=(), kind=2048, **more):
    return issue(subject, extensions, kind, **more)


def days(turn):
    return YEAR[turn % len(YEAR)]


# OpenSSL and what calls it.
each("openssl req, a host", lambda h, n: alone(name("CN=" + h), openssl(), days=days(n)))
each("openssl req, 4096 bits", lambda h, n: alone(name("CN=" + h), openssl(4096), 4096, days=days(n)))
each(
    "openssl req, prompts unanswered",
    lambda h, n: alone(name("C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd"), openssl(), days=days(n)),
)
each(
    "openssl req, prompts answered",
    lambda h, n: alone(
        name("C=DE", "ST=Bayern", "L=Ulm", "O=Beispiel GmbH", "OU=IT", "CN=" + h, "email=admin@" + h),
        openssl(aki=n % 2 == 0),
        days=days(n),
    ),
)
each("openssl req, a country", lambda h, n: alone(name("C=" + ["US", "DE", "FR"][n % 3]), openssl(), days=days(n)))
each("openssl req, no name", lambda h, n: alone(name(), openssl(), days=days(n)))
each(
    "openssl req -addext",
    lambda h, n: alone(name("CN=" + h), [*openssl(), names(h, "127.0.0.1")], days=days(n)),
)
each("openssl req, P-256", lambda h, n: alone(name("CN=" + h), openssl("P-256"), "P-256", days=days(n)))
each("openssl req, P-384", lambda h, n: alone(name("O=Lab", "CN=" + h), openssl("P-384"), "P-384", days=days(n)))
each("openssl req, Ed25519", lambda h, n: alone(name("CN=" + h), openssl("ed25519"), "ed25519", days=days(n)))
each(
    "openssl req, name in front",
    lambda h, n: alone(name("CN=" + h, "C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd"), openssl()),
)
each("openssl x509 -signkey", lambda h, n: alone(name("CN=" + h), days=days(n), serial=random_serial(64)))
each(
    "openssl x509 -CA",
    lambda h, n: signed(name("CN=" + h), name("CN=Home CA"), [names(h)], days=days(n), serial=n + 1),
)
each(
    "openssl ca, demoCA",
    lambda h, n: signed(
        name("C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd", "CN=" + h),
        name("C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd", "CN=demo"),
        [constraints(False, False), key_id(key(2048))],
        serial=4096 + n,
    ),
)
each(
    "easy-rsa",
    lambda h, n: signed(
        name("CN=" + h),
        name("CN=Easy-RSA CA"),
        [constraints(False, False), key_id(key(2048)), purposes("server"), usage("digital_signature", "key_encipherment", critical=False)],
        days=825,
    ),
)
each(
    "Debian ssl-cert",
    lambda h, n: alone(name("CN=" + h), [constraints(False, False), names(h)], days=3650, serial=random_serial(158)),
)
each(
    "Dovecot mkcert.sh",
    lambda h, n: alone(name("OU=IMAP server", "CN=imap." + h, "email=postmaster@" + h), openssl(), 1024 if n % 2 else 4096),
)
each("mod_ssl package", lambda h, n: alone(
    name("C=--", "ST=SomeState", "L=SomeCity", "O=SomeOrganization", "OU=SomeOrganizationalUnit", "CN=" + h, "email=root@" + h),
    openssl(), serial=DICE.randrange(1, 65535),
))  # fmt: skip
each(
    "sscg",
    lambda h, n: signed(
        name("C=US", "O=Unspecified", "CN=" + h),
        name("C=US", "O=Unspecified", "OU=ca-%d" % bits(62), "CN=" + h),
        [names(h), constraints(False, False), *SERVER],
        by=4096,
        days=3650,
        serial=bits(62),
    ),
)
each("Cockpit", lambda h, n: alone(name("O=%032x" % bits(128), "CN=" + h), [*openssl(), names(h, "localhost")], days=365))
each(
    "Redis test script",
    lambda h, n: signed(name("O=Redis Test", "CN=Server-only"), name("O=Redis Test", "CN=Certificate Authority"), [], by=4096),
)
each(
    "RabbitMQ tls-gen",
    lambda h, n: signed(
        name("CN=" + h, "O=server"),
        name("CN=TLSGenSelfSignedtRootCA", "L=$$$$"),
        [constraints(False, False), usage("digital_signature", "key_encipherment", critical=False), purposes("server"), names(h)],
        days=3650,
        serial=n + 1,
    ),
)
each(
    "MySQL",
    lambda h, n: issue(
        name("CN=MySQL_Server_8.0.%d_Auto_Generated_Server_Certificate" % (20 + n)),
        [constraints(False, False)],
        signer=key(2048, 1),
        issuer=name("CN=MySQL_Server_8.0.%d_Auto_Generated_CA_Certificate" % (20 + n)),
        days=3650,
        serial=2,
    ),
)
each("PostgreSQL manual", lambda h, n: alone(name("CN=" + h), openssl(), days=365))
each("OpenVPN Access Server", lambda h, n: signed(name("CN=" + h), name("CN=OpenVPN Web CA 2024.01.%02d" % (n + 1)), [*SERVER], days=3650))
each("Webmin", lambda h, n: alone(name("O=Webmin Webserver on " + h, "CN=*", "email=root@" + h), openssl(), days=1825))
each("cPanel", lambda h, n: alone(
    name("CN=" + h), [key_id(key(2048)), authority(key(2048)), constraints(False, False), purposes("server", "client"), names(h, "www." + h)],
))  # fmt: skip
each("Plesk", lambda h, n: alone(name(
    "C=CH", "L=Schaffhausen", "O=Plesk", "CN=Plesk", "email=info@plesk.com"), openssl(), serial=1600000000 + n))  # fmt: skip
each("pfSense", lambda h, n: alone(
    name("O=pfSense GUI default Self-Signed Certificate", "CN=pfSense-%013x" % bits(52)),
    [constraints(False, False), key_id(key(2048)), *SERVER, names("pfSense-%013x" % bits(52))], days=398,
))  # fmt: skip
each("Proxmox VE", lambda h, n: signed(
    name("OU=PVE Cluster Node", "O=Proxmox Virtual Environment", "CN=" + h),
    name("CN=Proxmox Virtual Environment", "OU=%08x" % bits(32), "O=PVE Cluster Manager CA"),
    [constraints(False, False), key_id(key(2048)), purposes("server"), names("127.0.0.1", "localhost", h)], days=730, serial=n + 2,
))  # fmt: skip
each("QUIC example in Go", lambda h, n: by_hand(
    name(), name(), ("00010101000000Z", "00010101000000Z"), 1024 if n % 2 else 2048))  # fmt: skip

# GnuTLS.
each("certtool, empty template", lambda h, n: by_hand(
    name(), name(), ("261120093015Z", "99991231235959Z"), 3072, bits(158), extensions=[constraints(False), key_id(key(3072))]))  # fmt: skip
each("certtool, no end", lambda h, n: by_hand(
    name("CN=" + h), name("CN=" + h), ("261120093015Z", "99991231235959Z"), 2048, bits(60),
    extensions=[constraints(False), purposes("server"), usage("digital_signature", "key_encipherment"), key_id(key(2048))],
))  # fmt: skip
each("certtool, authority", lambda h, n: alone(
    name("CN=%s CA" % h), [constraints(True), usage("key_cert_sign"), key_id(key(3072))], 3072, days=700))  # fmt: skip
each("libvirt", lambda h, n: signed(
    name("O=libvirt.org", "CN=" + h), name("CN=libvirt.org"), [constraints(False), *SERVER, key_id(key(3072))], 3072, serial=bits(63)))  # fmt: skip

# Go.
for kind in ("P-256", "P-384", 2048, "ed25519"):
    each("Go generate_cert, %s" % kind, lambda h, n, k=kind: alone(
        name("O=Acme Co"), [SIGN if n % 3 == 0 else SERVER[0], SERVER[1], constraints(n % 3 == 0), names(h)], k, serial=random_serial(),
    ))  # fmt: skip
each("Go, organisation is a product", lambda h, n: alone(
    name("O=" + ["Example Agent", "Build Cache", "Metrics", "Wiki"][n % 4]), [*SERVER, constraints(False), names(h)], "P-256", serial=random_serial()))  # fmt: skip
each("Go, organisation is the host", lambda h, n: alone(
    name("O=" + h), [*SERVER, constraints(False), names(h)], [2048, "P-384"][n % 2], days=[90, 3650][n % 2], serial=random_serial()))  # fmt: skip
each("Go, nameless", lambda h, n: alone(
    name(), [*SERVER, constraints(False), names(h, critical=True)], "P-256", days=[90, 365, 3650][n % 3], serial=random_serial()))  # fmt: skip
each("Go httptest", lambda h, n: alone(
    name("O=Acme Co"), [SIGN, purposes("server"), constraints(True), names("127.0.0.1", "::1", "example.com")],
    start=datetime.datetime(1970, 1, 1), end=datetime.datetime(2084, 1, 29, 16),
))  # fmt: skip
each("mkcert", lambda h, n: signed(
    name("O=mkcert development certificate", "OU=ana@laptop"), name("O=mkcert development CA", "OU=ana@laptop", "CN=mkcert ana@laptop"),
    [*SERVER, names(h)], by=4096, days=820,
))  # fmt: skip
each("minica", lambda h, n: signed(
    name("CN=" + h), name("CN=minica root ca %06x" % bits(24)), [usage("digital_signature", "key_encipherment"), purposes("server", "client"), constraints(False), names(h)],
    "P-384", "P-384", days=760, serial=bits(63),
))  # fmt: skip
each("step-ca", lambda h, n: signed(
    name("CN=" + h), name("O=Smallstep", "CN=Smallstep Intermediate CA"),
    [usage("digital_signature"), purposes("server", "client"), key_id(key("P-256")), names(h)], "P-256", "P-256", days=1,
))  # fmt: skip
each("Vault", lambda h, n: signed(
    name("CN=" + h), name("CN=example.com Intermediate"),
    [usage("digital_signature", "key_encipherment", "key_agreement"), purposes("server", "client"), key_id(key(2048)), names(h)], days=3,
))  # fmt: skip
each("cfssl", lambda h, n: signed(
    name("C=US", "ST=CA", "L=San Francisco", "O=Example", "CN=" + h), name("C=US", "ST=CA", "L=San Francisco", "O=Example", "CN=CA"),
    [*SERVER, constraints(False), key_id(key("P-256")), names(h)], "P-256", serial=bits(158),
))  # fmt: skip
each("cert-manager", lambda h, n: alone(
    name(), [usage("digital_signature", "key_encipherment"), constraints(False), names(h, critical=True)], days=90))  # fmt: skip
each("kubeadm", lambda h, n: signed(
    name("CN=kube-apiserver"), name("CN=kubernetes"),
    [*SERVER, constraints(False), names("kubernetes", "kubernetes.default", "10.96.0.1", h)], serial=bits(63),
))  # fmt: skip
each("kubelet", lambda h, n: signed(
    name("CN=%s@1700000000" % h), name("CN=%s-ca@1700000000" % h), [*SERVER, constraints(False), names(h)], serial=2))  # fmt: skip
each("k3s", lambda h, n: signed(
    name("O=k3s", "CN=k3s"), name("CN=k3s-server-ca@1700000000"), [*SERVER, names("kubernetes", "127.0.0.1", h)], "P-256", "P-256", serial=bits(62)))  # fmt: skip
each("Kubernetes dashboard", lambda h, n: alone(name(), kind="P-256", serial=random_serial(63)))
each("nginx ingress", lambda h, n: alone(
    name("O=Acme Co", "CN=Kubernetes Ingress Controller Fake Certificate"), [*SERVER, constraints(False), names("ingress.local")], serial=random_serial()))  # fmt: skip
each("Traefik", lambda h, n: alone(
    name("CN=TRAEFIK DEFAULT CERT"), [usage("key_encipherment", "data_encipherment", "key_agreement", critical=True), constraints(False), names("%032x.traefik.default" % bits(128))],
    serial=random_serial(),
))  # fmt: skip
each("Caddy", lambda h, n: signed(
    name(), name("CN=Caddy Local Authority - ECC Intermediate"),
    [usage("digital_signature"), purposes("server", "client"), key_id(key("P-256")), names(h, critical=True)], "P-256", "P-256", days=1,
))  # fmt: skip
each("Consul", lambda h, n: signed(
    name("CN=server.dc1.consul"), name("C=US", "ST=CA", "L=San Francisco", "street=101 Second Street", "postal=94105", "O=HashiCorp Inc.", "CN=Consul Agent CA %d" % bits(120)),
    [usage("digital_signature", "key_encipherment"), purposes("server", "client"), constraints(False), key_id(key("P-256")), names("server.dc1.consul", "localhost")],
    "P-256", "P-256",
))  # fmt: skip
each("Syncthing", lambda h, n: alone(
    name("O=Syncthing", "OU=Automatically Generated", "CN=syncthing"), [*SERVER[:1], purposes("server", "client"), constraints(False), names("syncthing")],
    "P-384", days=7300, serial=bits(63),
))  # fmt: skip
each("private authority in Go without a name", lambda h, n: signed(
    name("O=Example", "CN=" + h), name(), [*SERVER, constraints(False), names(h)], "P-256", "P-256", days=[365, 3650][n % 2], serial=random_serial()))  # fmt: skip
each("American firm's authority", lambda h, n: signed(
    name("C=US", "ST=Arizona", "L=Phoenix", "street=1 Main Street", "postal=85001", "O=Tech LLC", "CN=" + h),
    name("C=US", "O=Example Trust", "CN=Example Issuing CA"), [*SERVER, constraints(False), names(h)],
))  # fmt: skip
each("American firm's own", lambda h, n: alone(
    name("C=US", "ST=Arizona", "L=Phoenix", "street=", "postal=8500%d" % n, "O=Tech LLC", "CN=" + h), openssl(), days=1095))  # fmt: skip

# Java.
each("keytool", lambda h, n: alone(
    name("C=DE", "ST=Hessen", "L=Kassel", "O=Beispiel", "OU=IT", "CN=" + h), [key_id(key(2048))], days=[90, 365, 3650][n % 3],
    serial=random_serial(63), digest=[hashes.SHA256(), hashes.SHA384()][n % 2],
))  # fmt: skip
each("keytool, all unknown", lambda h, n: alone(
    name("C=Unknown", "ST=Unknown", "L=Unknown", "O=Unknown", "OU=Unknown", "CN=Unknown"), [key_id(key(2048))], days=90, serial=random_serial(31)))  # fmt: skip
each("keytool, ten years, 4096", lambda h, n: alone(name("CN=" + h), [key_id(key(4096))], 4096, days=3650, serial=random_serial(63), digest=hashes.SHA384()))
each("Bouncy Castle builder", lambda h, n: alone(name("CN=" + h), days=[365, 3650][n % 2], serial=random_serial(63)))
each("Bouncy Castle authority", lambda h, n: alone(
    name("CN=%s CA" % h), [key_id(key(2048)), constraints(True)], days=3650, serial=random_serial(63), digest=hashes.SHA512()))  # fmt: skip
each("Bouncy Castle without an end", lambda h, n: alone(
    name("CN=" + h), [names(h)], end=END_OF_TIME, serial=random_serial(64)))  # fmt: skip
each("Netty", lambda h, n: alone(
    name("CN=" + h), start=datetime.datetime(2025, 11, 20, 9, 30, 15), end=END_OF_TIME, serial=random_serial(64)))  # fmt: skip
each("WildFly", lambda h, n: alone(
    name("CN=localhost"), [key_id(key(2048))], days=3650, serial=random_serial(31), digest=hashes.SHA256()))  # fmt: skip
each("Elasticsearch certutil", lambda h, n: signed(
    name("CN=instance"), name("CN=Elastic Certificate Tool Autogenerated CA"), [key_id(key(2048)), constraints(False, False), names(h)], days=1095, serial=bits(158)))  # fmt: skip
each("Elasticsearch HTTP", lambda h, n: signed(
    name("CN=" + h), name("CN=Elasticsearch security auto-configuration HTTP CA"), [key_id(key(4096)), constraints(False, False), *SERVER, names("localhost", h)], 4096, 4096, days=730, serial=bits(158)))  # fmt: skip
each("UniFi controller", lambda h, n: alone(
    name("C=US", "ST=CA", "L=San Jose", "O=Ubiquiti Inc.", "OU=UniFi", "CN=UniFi"), [purposes("server"), names("UniFi"), key_id(key(2048))], days=825, serial=random_serial(63)))  # fmt: skip

# Microsoft.
each("dotnet dev-certs", lambda h, n: alone(
    name("CN=localhost"), [constraints(False), usage("digital_signature", "key_encipherment"), (x509.ExtendedKeyUsage([PURPOSES["server"]]), True), names("localhost", critical=True), other("1.3.6.1.4.1.311.84.1.1", b"\2")],
    serial=bits(63),
))  # fmt: skip
each(".NET CertificateRequest", lambda h, n: alone(name("CN=" + h), days=[366, 1826][n % 2], serial=bits(63)))
each(".NET CertificateRequest, server", lambda h, n: alone(
    name("CN=" + h), [usage("data_encipherment", "key_encipherment", "digital_signature", critical=False), purposes("server"), names(h)], days=3651, serial=bits(63)))  # fmt: skip
each("New-SelfSignedCertificate", lambda h, n: alone(
    name("CN=" + h), [usage("digital_signature", "key_encipherment"), purposes("client", "server"), names(h), key_id(key(2048))], serial=bits(126)))  # fmt: skip
each("IIS", lambda h, n: alone(name("CN=" + h), [purposes("server"), usage("key_encipherment", "data_encipherment", critical=False), names(h)], serial=bits(126)))
each("Remote Desktop", lambda h, n: alone(
    name("CN=" + h), [purposes("server"), usage("key_encipherment", "data_encipherment", critical=False)], days=183, serial=bits(125)))  # fmt: skip
each("SQL Server", lambda h, n: alone(name("CN=SSL_Self_Signed_Fallback"), days=10957, serial=bits(125)))
each("makecert", lambda h, n: issue(
    name("CN=" + h), [], signer=key(1024, 1), issuer=name("CN=Root Agency"), kind=1024, end=datetime.datetime(2039, 12, 31, 23, 59, 59), serial=bits(124)))  # fmt: skip

# Node, Python, Ruby, Rust, PHP, Perl.
each("Node selfsigned", lambda h, n: alone(
    name("CN=example.org", "C=US", "ST=Virginia", "L=Blacksburg", "O=Test", "OU=Test"),
    [constraints(True, False), usage("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_cert_sign", critical=False), names("example.org")], 1024 if n % 2 else 2048, serial=bits(71),
))  # fmt: skip
each("webpack dev server", lambda h, n: alone(
    name("CN=localhost"), [constraints(True, False), usage("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_cert_sign", critical=False), purposes("server", "client"), names("localhost", "127.0.0.1")], days=30, serial=bits(71)))  # fmt: skip
each("pyca/cryptography tutorial", lambda h, n: alone(
    name("C=US", "ST=California", "L=San Francisco", "O=My Company", "CN=mysite.com"), [names("localhost")], days=10, serial=random_serial(158)))  # fmt: skip
each("Werkzeug", lambda h, n: alone(name("O=Dummy Certificate", "CN=*." + h), [purposes("server"), names("*." + h)], serial=random_serial(158)))
each("pyOpenSSL script", lambda h, n: alone(
    name("C=UK", "ST=London", "L=London", "O=Dummy Company Ltd", "OU=Dummy Company Ltd", "CN=" + h), days=3650, serial=1000))  # fmt: skip
each("trustme", lambda h, n: signed(
    name("O=trustme v1.2.0", "OU=Testing cert #%d" % n), name("O=trustme v1.2.0", "OU=Testing CA #%d" % n), [constraints(False), names(h, critical=True), usage("digital_signature", "key_encipherment")], "P-256", "P-256", end=datetime.datetime(2038, 1, 1)))  # fmt: skip
each("Salt", lambda h, n: alone(name("C=US", "ST=Utah", "L=Salt Lake City", "O=SaltStack", "CN=" + h), [names(h)], serial=bits(60)))
each("Puppet", lambda h, n: signed(
    name("CN=" + h), name("CN=Puppet CA: puppet"), [authority(key(4096, 1)), constraints(False), purposes("server", "client", critical=True), usage("digital_signature", "key_encipherment"), key_id(key(4096))][1:], 4096, 4096, days=1825, serial=n + 3))  # fmt: skip
each("WEBrick", lambda h, n: alone(name("CN=" + h), [constraints(False, False), key_id(key(2048)), purposes("server")], serial=1))
each("Puma localhost gem", lambda h, n: alone(name("O=Development", "CN=" + h), [constraints(False, False), usage("digital_signature", "key_encipherment", critical=False), names(h)], days=365, serial=bits(60)))
each("rcgen", lambda h, n: by_hand(
    name("CN=rcgen self signed cert"), name("CN=rcgen self signed cert"), ("750101000000Z", "40960101000000Z"), 2048, bits(158), extensions=[names(h)]))  # fmt: skip
each("Icinga", lambda h, n: signed(name("CN=" + h), name("CN=Icinga CA"), [constraints(False), names(h)], 4096, 4096, days=5475, serial=bits(159)))

# Appliances.
each("HP iLO", lambda h, n: signed(
    name("CN=ILOMXQ%07d" % n, "OU=ISS", "O=Hewlett Packard Enterprise", "L=Houston", "ST=Texas", "C=US"), name("CN=Default Issuer (Do not trust)", "OU=ISS", "O=Hewlett Packard Enterprise", "L=Houston", "ST=Texas", "C=US"), [], days=5475))  # fmt: skip
each("Dell iDRAC", lambda h, n: alone(
    name("C=US", "ST=Texas", "L=Round Rock", "O=Dell Inc.", "OU=Remote Access Group", "CN=idrac-%s" % h, "email=support@dell.com"), [constraints(False, False), purposes("server")], days=3650, serial=bits(60)))  # fmt: skip
each("Supermicro", lambda h, n: alone(
    name("C=US", "ST=California", "L=San Jose", "O=Super Micro Computer, Inc.", "OU=Software", "CN=IPMI", "email=support@supermicro.com"), openssl(), days=1095, serial=bits(62)))  # fmt: skip
each("FortiGate", lambda h, n: signed(
    name("C=US", "ST=California", "L=Sunnyvale", "O=Fortinet", "OU=FortiGate", "CN=FGT60F%010d" % n, "email=support@fortinet.com"), name("C=US", "ST=California", "L=Sunnyvale", "O=Fortinet", "OU=Certificate Authority", "CN=support", "email=support@fortinet.com"), [constraints(False, False)], days=7300, serial=bits(31)))  # fmt: skip
each("SonicWall", lambda h, n: alone(
    name("C=US", "ST=California", "L=Sunnyvale", "O=HTTPS Management Certificate for SonicWALL (self-signed)", "OU=HTTPS Management Certificate for SonicWALL (self-signed)", "CN=192.168.168.168"), days=7300, serial=bits(31)))  # fmt: skip
each("Cisco IOS", lambda h, n: alone(name("CN=IOS-Self-Signed-Certificate-%d" % bits(31)), [constraints(True), authority(key(1024)), key_id(key(1024))], 1024, end=datetime.datetime(2030, 1, 1), serial=1))
each("Linksys router, version 4", lambda h, n: by_hand(
    name("C=US", "ST=California", "L=Irvine", "O=Cisco-Linksys, LLC", "OU=Division", "CN=Linksys"), name("C=US", "ST=California", "L=Irvine", "O=Cisco-Linksys, LLC", "OU=Division", "CN=Linksys"), ("090101000000Z", "290101000000Z"), 1024, version=3))  # fmt: skip
each("camera, mailbox of the unit", lambda h, n: alone(
    name("C=CN", "ST=Zhejiang", "L=Hangzhou", "O=Example Vision", "OU=support", "CN=example.com", "email=support@example.com"), openssl(), days=[3650, 7300][n % 2]))  # fmt: skip
each("HP printer", lambda h, n: alone(name("C=US", "ST=Idaho", "L=Boise", "O=HP", "OU=HP-IPG", "CN=NPI%06X" % bits(24)), [constraints(False), *SERVER, names("NPI%06X" % n)], days=1826, serial=bits(60)))
each("Synology", lambda h, n: signed(
    name("C=TW", "L=Taipei", "O=Synology Inc.", "CN=synology"), name("C=TW", "L=Taipei", "O=Synology Inc.", "CN=Synology Inc. CA"), [names("synology"), constraints(False, False), purposes("server")], days=366, serial=bits(60)))  # fmt: skip
each("VMware ESXi", lambda h, n: signed(
    name("C=US", "ST=California", "L=Palo Alto", "O=VMware", "OU=VMware Engineering", "CN=" + h, "email=vmca@vmware.com"), name("CN=CA", "DC=vsphere", "DC=local", "C=US", "ST=California", "O=vcenter", "OU=VMware Engineering"), [names(h), key_id(key(2048))], days=1825, serial=bits(62)))  # fmt: skip
each("device identity (802.1AR)", lambda h, n: issue(
    name("serial=PID:EX-24 SN:EX%08d" % n, "O=Example Devices", "CN=EX-24"), [constraints(False), usage("digital_signature", "key_encipherment"), key_id(key("P-256"))], "P-256", signer=key("P-384", 1), issuer=name("O=Example Devices", "CN=Manufacturing CA"), end=END_OF_TIME, serial=bits(63)))  # fmt: skip
each("device identity, own root", lambda h, n: alone(
    name("CN=Example Device Root %d" % n), [constraints(True), AUTHORITY, key_id(key(4096))], 4096, end=END_OF_TIME, digest=hashes.SHA512(), serial=bits(63)))  # fmt: skip
each("Tor relay", lambda h, n: issue(
    name("CN=www.%s.net" % "".join(DICE.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(14))), [], signer=key(1024, 1), issuer=name("CN=www.%s.com" % "".join(DICE.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))), days=days(n), serial=bits(63)))  # fmt: skip
each("random names for a test", lambda h, n: alone(name("CN=%s.com" % "".join(DICE.choice("abcdefXYZ") for _ in range(10))), openssl(), days=365))

# Public authorities.
each("Let's Encrypt", lambda h, n: signed(
    name("CN=" + h), name("C=US", "O=Let's Encrypt", "CN=R1%d" % (n % 4)), [*SERVER, constraints(False), key_id(key(2048)), names(h)], [2048, "P-256"][n % 2], days=90))  # fmt: skip
each("organisation validated", lambda h, n: signed(
    name("C=US", "ST=California", "L=San Jose", "O=Example Holdings", "CN=" + h), name("C=US", "O=DigiCert Inc", "CN=DigiCert TLS RSA SHA256 2020 CA1"), [key_id(key(2048)), names(h, "www." + h), *SERVER, constraints(False)], days=397))  # fmt: skip
each("Cloudflare Origin", lambda h, n: signed(
    name("O=CloudFlare, Inc.", "OU=CloudFlare Origin CA", "CN=CloudFlare Origin Certificate"), name("C=US", "O=CloudFlare, Inc.", "OU=CloudFlare Origin SSL Certificate Authority", "L=San Francisco", "ST=California"), [*SERVER, constraints(False), key_id(key(2048)), names("*." + h, h)], days=5475, serial=bits(158)))  # fmt: skip
each("Amazon RDS", lambda h, n: signed(
    name("CN=%s.rds.amazonaws.com" % h, "OU=RDS", "O=Amazon.com", "L=Seattle", "ST=Washington", "C=US"), name("C=US", "O=Amazon Web Services, Inc.", "OU=Amazon RDS", "ST=WA", "CN=Amazon RDS us-east-1 Subordinate CA RSA2048 G1.A.5", "L=Seattle"), [key_id(key(2048)), *SERVER, names(h)]))  # fmt: skip

write(MADE)

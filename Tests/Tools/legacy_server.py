#!/usr/bin/env python3
"""legacy_server.py PORT CERTIFICATE KEY VERSION CIPHER: a TLS server of the old days.

VERSION is ssl3, tls1, tls1_1 or tls1_2 and the only one that is spoken; CIPHER is a cipher name of
tlslite-ng (rc4, 3des, null, aes128, ...). Needs PyPI's tlslite-ng, which still speaks SSL 3.0 and RC4.
"""
import socket
import sys
import threading

import packages

packages.use()
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey  # noqa: E402

port, certificate, key, version, cipher = sys.argv[1:6]
chain = X509CertChain()
chain.parsePemList(open(certificate).read())
private = parsePEMKey(open(key).read(), private=True)
settings = HandshakeSettings()
number = {"ssl3": (3, 0), "tls1": (3, 1), "tls1_1": (3, 2), "tls1_2": (3, 3)}[version]
settings.minVersion = settings.maxVersion = number
settings.versions = [number]
settings.cipherNames = [cipher]
settings.macNames = ["sha", "md5"]
if cipher == "null":
    settings.macNames = ["sha", "sha256"]


def serve(peer):
    connection = TLSConnection(peer)
    try:
        connection.handshakeServer(certChain=chain, privateKey=private, settings=settings)
        connection.close()
    except Exception as error:
        print(repr(error), file=sys.stderr, flush=True)
    finally:
        peer.close()


listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()

#!/usr/bin/env python3
"""lying_server.py PORT CERTIFICATE KEY MODE: a TLS 1.3 server by tlslite-ng that cheats, or is odd.

  honest     does what it should, and answers one request
  signature  spoils its CertificateVerify
  captured   shows in every handshake but the first the signature that it made in the first
  finished   spoils its Finished
  update     sends KeyUpdates, which ask for others, between the pieces of its answer
  asks       asks for a certificate
"""
import socket
import sys

import packages

packages.use()

from tlslite.api import TLSConnection, X509CertChain, parsePEMKey  # noqa: E402
from tlslite import messages  # noqa: E402
from tlslite.constants import KeyUpdateMessageType  # noqa: E402
from tlslite.handshakesettings import HandshakeSettings  # noqa: E402

BODY = b"0123456789abcdef" * 512


def spoil(kind, change):
    """Has messages of a kind changed as they are written."""
    write = kind.write

    def changed(self):
        return change(self, write(self))

    kind.write = changed


def flip_last(_, data):
    data[-1] ^= 1
    return data


captured = []


def repeat_first(message, data):
    if not captured:
        captured.append(data)
    return bytearray(captured[0])


def answer(tls, mode):
    request = bytearray()
    while b"\r\n\r\n" not in request:
        piece = tls.read(65536, 1)
        if not piece:
            return
        request += piece
    tls.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY))
    for start in range(0, len(BODY), 1024):
        if mode == "update":
            for _ in tls.send_keyupdate_request(KeyUpdateMessageType.update_requested):
                pass
        tls.write(BODY[start : start + 1024])
    tls.close()


def main():
    port, certificate, key, mode = sys.argv[1:]
    chain = X509CertChain()
    with open(certificate, encoding="ascii") as file:
        chain.parsePemList(file.read())
    with open(key, encoding="ascii") as file:
        private = parsePEMKey(file.read(), private=True)
    if mode == "signature":
        spoil(messages.CertificateVerify, flip_last)
    elif mode == "captured":
        spoil(messages.CertificateVerify, repeat_first)
    elif mode == "finished":
        spoil(messages.Finished, flip_last)
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 4)
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=64)
    while True:
        peer, _ = listener.accept()
        peer.settimeout(20)
        try:
            tls = TLSConnection(peer)
            tls.closeSocket = False  # bytes of the client's that are not read would make a reset of the end
            tls.handshakeServer(
                certChain=chain, privateKey=private, settings=settings, reqCert=mode == "asks",
                alpn=[bytearray(b"http/1.1")])
            answer(tls, mode)
        except Exception as error:  # whatever the client made of it
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            peer.close()


main()

#!/usr/bin/env python3
"""two_faced_server.py PORT GRAB HTTP...: shows different clients different things.

The face GRAB is for all hellos but libssl's, and for our own once if it has a key. The first connection
after it gets the first HTTP face, the second one the second, and so on; the last face serves all
others.

A face is a JSON object:
  certificate, key  PEM files; without a key the certificate is only shown, in plaintext TLS 1.2
  shown             a PEM file that takes the certificate's place on the wire (TLS 1.2)
  version           "1.2" or "1.3" for nothing else
  alpn              the protocols that are chosen from
  says              text that is sent in place of TLS
  named             false: a hello with a server name gets the alert unrecognized_name
  redirect          a place to which requests are sent on
"""
import json
import os
import socket
import ssl
import struct
import sys
import threading

LIBSSL_FIRST, LIBSSL_ONLY = 0x1302, 0xC05D
OUR_FIRST = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305]
ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def record(kind, body):
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def certificate_message(path):
    with open(path, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    entry = len(der).to_bytes(3, "big") + der
    return message(11, len(entry).to_bytes(3, "big") + entry)


def suites_and_name(hello):
    """The cipher suites of a ClientHello record, and whether it has a server name."""
    place = 43 + 1 + hello[43]
    count = struct.unpack_from(">H", hello, place)[0]
    suites = [struct.unpack_from(">H", hello, place + 2 + at)[0] for at in range(0, count, 2)]
    place += 2 + count
    place += 1 + hello[place]
    has_name = False
    end = min(len(hello), 5 + struct.unpack_from(">H", hello, 3)[0])
    place += 2
    while place + 4 <= end:
        kind, length = struct.unpack_from(">HH", hello, place)
        has_name |= kind == 0
        place += 4 + length
    return suites, has_name


def show(peer, path):
    """A flight of TLS 1.2 up to the certificate, by somebody who has no key."""
    extensions = struct.pack(">HHHB", 5, 0xFF01, 1, 0)
    hello = b"\x03\x03" + os.urandom(32) + b"\0" + struct.pack(">HB", 0xC02F, 0) + extensions
    peer.sendall(record(22, message(2, hello) + certificate_message(path)))
    peer.settimeout(0.5)
    try:
        peer.recv(1)
    except TimeoutError:
        pass


def replace_certificate(flight, path):
    """The same records of a TLS 1.2 flight with another Certificate message."""
    messages, rest, place = b"", b"", 0
    while place + 5 <= len(flight):
        length = struct.unpack_from(">H", flight, place + 3)[0]
        body = flight[place + 5 : place + 5 + length]
        if flight[place] == 22 and not rest:
            messages += body
        else:
            rest += flight[place : place + 5 + length]
        place += 5 + length
    out, place = b"", 0
    while place + 4 <= len(messages):
        length = int.from_bytes(messages[place + 1 : place + 4], "big")
        part = messages[place : place + 4 + length]
        out += certificate_message(path) if part[0] == 11 else part
        place += 4 + length
    return record(22, out) + rest


def serve_forged(peer, context, path):
    """Lets the library make a flight, and puts another certificate into it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    is_first = True
    while data := peer.recv(65536):
        incoming.write(data)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        out = outgoing.read()
        if out:
            peer.sendall(replace_certificate(out, path) if is_first else out)
            is_first = False


def serve(peer, face):
    hello = peer.recv(65536, socket.MSG_PEEK)
    if not hello:
        return
    if "says" in face:
        peer.recv(65536)
        peer.sendall(face["says"].encode())
        return
    if not face.get("named", True) and suites_and_name(hello)[1]:
        peer.recv(65536)
        peer.sendall(record(21, b"\x02\x70"))
        return
    if "key" not in face:
        peer.recv(65536)
        show(peer, face["certificate"])
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(face["certificate"], face["key"])
    if face.get("alpn"):
        context.set_alpn_protocols(face["alpn"])
    if "version" in face:
        version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[face["version"]]
        context.minimum_version = context.maximum_version = version
    if "shown" in face:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        serve_forged(peer, context, face["shown"])
        return
    tls = context.wrap_socket(peer, server_side=True)
    if tls.selected_alpn_protocol() != "h2" and tls.recv(65536):
        tls.sendall(REDIRECT % face["redirect"].encode() if "redirect" in face else ANSWER)
    tls.unwrap()


def main():
    faces = [json.loads(text) for text in sys.argv[2:]]
    lock = threading.Lock()
    connections = 0
    grabs = 0

    def run(peer):
        nonlocal connections, grabs
        try:
            peer.settimeout(20)
            hello = peer.recv(65536, socket.MSG_PEEK)
            face = faces[0]
            suites = suites_and_name(hello)[0] if len(hello) > 80 else []
            with lock:
                is_further = suites and suites[0] == LIBSSL_FIRST and LIBSSL_ONLY in suites
                if suites[:5] == OUR_FIRST:  # JARM's hellos are neither's
                    is_further = grabs > 0 and "key" in face
                    grabs += 1
                if is_further:
                    connections += 1
                    face = faces[min(connections, len(faces) - 1)]
            serve(peer, face)
        except (OSError, ValueError, IndexError, struct.error):
            pass
        finally:
            peer.close()

    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=run, args=(accepted,), daemon=True).start()


main()

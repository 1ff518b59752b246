#!/usr/bin/env python3
"""Speaks TLS with itself over memory, and prints what each side sends: a line of `c` or `s` and hex for each flight.

tls_transcript.py CERTIFICATE KEY [--version 1.2|1.3] [--name NAME] [--resume] [--client-certificate] [--data TEXT]
"""
import argparse
import ssl


def contexts(options):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(options.certificate, options.key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[options.version]
    for context in (server, client):
        context.minimum_version = context.maximum_version = version
    if options.client_certificate:
        server.verify_mode = ssl.CERT_OPTIONAL
        server.load_verify_locations(options.client_certificate[0])
        client.load_cert_chain(*options.client_certificate)
    return client, server


def converse(client, server, options, session, say):
    """One connection; returns its session."""
    client_in, client_out, server_in, server_out = (ssl.MemoryBIO() for _ in range(4))
    ours = client.wrap_bio(client_in, client_out, server_hostname=options.name, session=session)
    theirs = server.wrap_bio(server_in, server_out, server_side=True)
    ends = {"c": (ours, client_out, server_in), "s": (theirs, server_out, client_in)}

    def pass_on(side):
        sent = ends[side][1].read()
        if sent:
            say(side, sent)
            ends[side][2].write(sent)

    done = set()
    while len(done) < 2:
        for side in "cs":
            if side not in done:
                try:
                    ends[side][0].do_handshake()
                    done.add(side)
                except ssl.SSLWantReadError:
                    pass
            pass_on(side)
    for side, text in (("c", options.data), ("s", options.data[::-1])):
        ends[side][0].write(text.encode())
        pass_on(side)
        (theirs if side == "c" else ours).read()
    return ours.session


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("certificate")
    parser.add_argument("key")
    parser.add_argument("--version", default="1.2")
    parser.add_argument("--name")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--client-certificate", nargs=2)
    parser.add_argument("--data", default="ping")
    options = parser.parse_args()
    client, server = contexts(options)
    session = None
    if options.resume:
        session = converse(client, server, options, None, lambda side, sent: None)
    converse(client, server, options, session, lambda side, sent: print(side, sent.hex()))


if __name__ == "__main__":
    main()

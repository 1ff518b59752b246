#!/usr/bin/env python3
"""lab_server.py PORT CERTIFICATE KEY FOLDER: Python's own HTTPS server with the answers that lie in FOLDER.

A file is one answer: the path (`*` for every other one) and the status, headers, an empty line, the body.
"""
import http.server
import pathlib
import ssl
import sys

port, certificate, key, folder = sys.argv[1:]
answers = {}
for file in pathlib.Path(folder).glob("answer-*"):
    head, body = file.read_bytes().decode().split("\n\n", 1)
    first, *headers = head.split("\n")
    path, status = first.split(" ", 1)
    answers[path] = status, [line.split(": ", 1) for line in headers], body.encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, headers, body = answers.get(self.path) or answers["*"]
        # Server and Date come by themselves from send_response, and only from it.
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason or None)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
# Some defaults are too weak for OpenSSL's.
context.set_ciphers("DEFAULT:@SECLEVEL=0")
context.load_cert_chain(certificate, key)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()

#!/usr/bin/env python3
"""An HTTP server on loopback that fails in the ways that servers do: fetch_server.py PORT"""
import gzip
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        asked[self.path] += 1
        if self.path == "/post/late" and asked[self.path] == 1:
            return self.answer(503)
        self.answer(200, kind.encode() + b":" + body, [("Content-Type", "text/plain; charset=utf-8")])

    def do_GET(self):
        asked[self.path] += 1
        if self.path == "/ok":
            self.answer(200, self.headers["User-Agent"].encode(), [("Content-Type", "text/plain")])
        elif self.path == "/packed":
            self.answer(200, gzip.compress(b"packed " * 1000), [("Content-Encoding", "gzip")])
        elif self.path == "/busy":
            if asked[self.path] < 3:
                self.answer(429, b"", [("Retry-After", "1")] if asked[self.path] == 1 else [])
            else:
                self.answer(200, b"at last")
        elif self.path == "/broken":
            self.answer(503)
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * (10 if asked[self.path] == 1 else 1000))
            self.close_connection = True
        elif self.path == "/endless":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass
        elif self.path == "/bomb":
            self.answer(200, gzip.compress(bytes(50_000_000)), [("Content-Encoding", "gzip")])
        elif self.path.startswith("/turn/"):
            left = int(self.path[6:])
            where = f"/turn/{left - 1}" if left > 1 else "/ok"
            self.answer(302, b"", [("Location", where)])
        elif self.path == "/elsewhere":
            self.answer(302, b"", [("Location", "file:///etc/passwd")])
        elif self.path.startswith("/to/"):
            self.answer(302, b"", [("Location", "http://" + self.path[4:])])
        elif self.path.startswith("/silent"):
            time.sleep(600)
        elif self.path.startswith("/asked"):
            self.answer(200, str(asked[self.path[6:]]).encode())
        else:
            self.answer(404)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.daemon_threads = True
server.serve_forever()

#!/usr/bin/env python3
"""ClickHouse's HTTP interface over chdb, which is ClickHouse in a process: clickhouse_http.py PORT SCHEMA [loses-nothing].

POST with a query and settings in the address inserts the body; GET with a query answers, and so does POST with the query as its body
and the query's parameters in the address. Of every insert but repeated ones, the answer is lost: it is made, and 503 is said; with
loses-nothing, none is."""
import http.server
import os
import re
import sys
import urllib.parse

import packages
from run_sql import PACKAGES

SETTINGS = {"insert_deduplicate", "insert_deduplication_token", "max_insert_threads", "input_format_parallel_parsing"}


class Handler(http.server.BaseHTTPRequestHandler):
    seen = set()
    rows_read = 0

    def log_message(self, *_):
        pass

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-ClickHouse-Summary", "{}")
        self.end_headers()
        self.wfile.write(text)

    def arguments(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))

    def do_GET(self):
        if self.path == "/rows-read":
            return self.answer(200, str(Handler.rows_read).encode())
        self.answer(200, str(STORE.query(self.arguments()["query"], "TabSeparated")).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["X-ClickHouse-User"] != "me" or self.headers["X-ClickHouse-Key"] != "a secret":
            return self.answer(403, b"AUTHENTICATION_FAILED")
        arguments = self.arguments()
        if "query" not in arguments:
            return self.select(body, arguments)
        into, form = arguments["query"].split(" FORMAT ")
        settings = ", ".join(f"{name} = '{arguments[name]}'" for name in sorted(SETTINGS & set(arguments)))
        STORE.query(f"{into} SETTINGS {settings} FORMAT {form}\n{body}")
        token = arguments["insert_deduplication_token"]
        lost = token not in self.seen and len(sys.argv) < 4
        self.seen.add(token)
        return self.answer(503, b"the answer is lost") if lost else self.answer(200, b"")

    def select(self, query, arguments):
        parameters = {name[6:]: value for name, value in arguments.items() if name.startswith("param_")}
        settings = f" SETTINGS max_execution_time = {int(arguments['max_execution_time'])}"
        try:
            result = STORE.query(query + settings, arguments["default_format"], params=parameters)
            text = str(result)
            # What came out, unless the library tells what was read from the disk.
            Handler.rows_read += getattr(result, "storage_rows_read", result.rows_read)()
        except Exception as error:
            found = re.search(r"Code: [0-9]+\. .*", str(error), re.DOTALL)
            text = found.group() if found else str(error)
            return self.answer(404 if "Code: 60." in text or "Code: 47." in text else 400, text.encode())
        self.answer(200, text.encode())


if __name__ == "__main__":
    packages.install(os.path.join(os.path.dirname(packages.FOLDER), "python-clickhouse"), PACKAGES["clickhouse"])
    from chdb import session
    STORE = session.Session()
    STORE.query("CREATE DATABASE IF NOT EXISTS hallmark")
    STORE.query("USE hallmark")
    STORE.query(open(sys.argv[2], encoding="utf-8").read().strip().rstrip(";"))
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

#!/usr/bin/env python3
"""default_installations.py PORT FOLDER: twenty-two tools as they answer when nobody changed a setting.

Each listens on a port of its own with the certificate that its generator makes and answers as its source says; a tool
that speaks no HTTP hangs up. FOLDER/installations holds `port<TAB>tool` a line before PORT itself is listened on.
"""

import os
import socket
import ssl
import sys
import threading

import adversary_certificates as tools
import tester_certificates as testers
from makers import *

DATE = "Date: Fri, 20 Nov 2026 09:30:15 GMT"
HTML = "Content-Type: text/html"
HTML8 = "Content-Type: text/html; charset=utf-8"


def answer(status, *headers, body="", version="1.1", length=True):
    lines = ["HTTP/%s %s" % (version, status), *headers]
    lines += ["Content-Length: %d" % len(body.encode())] if length else []
    return "\r\n".join([*lines, "", body]).encode()


def page(title, body=""):
    return "<!DOCTYPE html>\n<html><head><title>%s</title></head><body>%s</body></html>\n" % (title, body)


FAKE_NGINX = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
REDIRECT = (
    "<html><head><meta name='referrer' content='no-referrer'><script>top.location.href='%s';</script></head>"
    "<body></body></html>" % VIDEO
)
ADAPTIX = (
    '<!DOCTYPE html>\n<html>\n<head>\n<title>ERROR 404 - Nothing Found</title>\n</head>\n<body>\n'
    '<h1 class="cover-heading">ERROR 404 - PAGE NOT FOUND</h1>\n</div>\n</div>\n</div>\n</body>\n</html>\n'
)
NOT_CACHED = "Cache-Control: no-store, no-cache, must-revalidate"
IIS_HEADERS = ["Cache-Control: no-cache, no-store, must-revalidate", "Pragma: no-cache", "Expires: 0"]

# Tool: its certificate, and its answers by path; `*` stands for the others, nothing for a tool without HTTP.
INSTALLATIONS = {
    "Sliver": (lambda: tools.sliver(8), {"*": answer("404 Not Found", NOT_CACHED, DATE)}),
    "Metasploit Framework": (
        lambda: tools.metasploit(2),
        {"*": answer("200 OK", HTML, "Connection: Keep-Alive", "Server: Apache", body="<html><body><h1>It works!</h1></body></html>")},
    ),
    "Mythic": (
        lambda: tools.mythic(0),
        {
            "/new/login": answer("200 OK", "Server: nginx/1.25.3", DATE, HTML, body=page("Mythic")),
            "*": answer("302 Moved Temporarily", "Server: nginx/1.25.3", DATE, HTML, "Location: /new/login"),
        },
    ),
    "Havoc": (
        lambda: tools.havoc(1),
        {"*": answer("404 Not Found", HTML, "Server: nginx", "X-Havoc: true", DATE, body=FAKE_NGINX)},
    ),
    "AdaptixC2": (
        lambda: tools.adaptix(1),
        {"*": answer("404 Not Found", "Content-Type: text/html; charset=UTF-8", DATE, body=ADAPTIX)},
    ),
    "AdaptixC2 (team server)": (
        lambda: testers.of_openssl(name("C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd"), days=3650),
        {
            "*": answer(
                "404 Not Found", "Adaptix-Version: v1.2", "Content-Type: text/html; charset=UTF-8", "Server: AdaptixC2",
                DATE, body=page("404 - Page Not Found"),
            )
        },
    ),
    "Evilginx": (lambda: tools.evilginx(1), {"*": answer("200 OK", HTML, body=REDIRECT)}),
    "frp": (lambda: tools.frp(1), {}),
    "Pupy": (lambda: tools.pupy(2), {}),
    "Merlin": (lambda: tools.merlin(0), {"*": answer("404 Not Found", DATE)}),
    "PoshC2": (
        lambda: testers.poshc2(0),
        {"*": answer("200 OK", "Server: Apache ", DATE, "Content-type: text/html", version="1.0", length=False)},
    ),
    "Covenant": (
        lambda: testers.covenant(0),
        {
            "/covenantuser/login": answer("200 OK", DATE, HTML8, "Server: Kestrel", body=page("Covenant - Login")),
            "*": answer("302 Found", DATE, "Server: Kestrel", "Location: /covenantuser/login?ReturnUrl=%2F"),
        },
    ),
    "Empire": (
        lambda: testers.empire(0),
        {"*": answer("404 NOT FOUND", HTML8, *IIS_HEADERS, "Server: Microsoft-IIS/7.5", DATE, body="<h2>404</h2>")},
    ),
    "DeimosC2": (lambda: testers.deimosc2(0), {"*": answer("200 OK", HTML8, DATE, body=page("Deimos C2"))}),
    "AsyncRAT": (lambda: tools.asyncrat(0), {}),
    "Quasar": (lambda: tools.quasar(0), {}),
    "DcRat": (lambda: tools.dcrat(0), {}),
    "Gophish": (
        lambda: tools.gophish(0),
        {
            "/login": answer("200 OK", HTML8, "Vary: Cookie", DATE, body=page("Gophish - Login")),
            "*": answer("307 Temporary Redirect", HTML8, "Location: /login?next=%2F", "Vary: Cookie", DATE),
        },
    ),
    "Ligolo-ng": (lambda: tools.ligolo(0), {}),
    "nps": (lambda: tools.nps(0), {}),
    "gost": (lambda: tools.gost(1), {"*": answer("400 Bad Request", "Proxy-Agent: gost/2.11.5")}),
    "Responder": (
        lambda: testers.responder(0),
        {
            "*": answer(
                "401 Unauthorized", HTML, "Server: Microsoft-IIS/10.0", DATE, "WWW-Authenticate: Negotiate",
                "WWW-Authenticate: NTLM",
            )
        },
    ),
    "goshs": (lambda: testers.goshs(0), {"*": answer("200 OK", HTML, DATE, body=page("goshs v2.0.8 — /tmp"))}),
}  # fmt: skip


def identity(der, folder, number):
    own = key_of(der).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = os.path.join(folder, "identity-%d" % number)
    with open(path, "wb") as file:
        file.write(own + ssl.DER_cert_to_PEM_cert(der).encode())
    return path


def serve(listener, context, answers):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=converse, args=(connection, context, answers), daemon=True).start()


def converse(connection, context, answers):
    try:
        connection.settimeout(20)
        with context.wrap_socket(connection, server_side=True) as stream:
            request = b""
            while answers and b"\r\n\r\n" not in request:
                more = stream.recv(4096)
                if not more:
                    return
                request += more
            if answers:
                path = request.split(b" ", 2)[1].decode("latin-1").split("?")[0]
                stream.sendall(answers.get(path) or answers["*"])
    except (OSError, IndexError):
        # Most probes end a handshake half-way.
        connection.close()


def main(port, folder):
    lines = []
    for number, (tool, (make, answers)) in enumerate(INSTALLATIONS.items()):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Some defaults are too weak for OpenSSL's.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(identity(make(), folder, number))
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        lines.append("%d\t%s\n" % (listener.getsockname()[1], tool.split(" (")[0]))
        threading.Thread(target=serve, args=(listener, context, answers), daemon=True).start()
    with open(os.path.join(folder, "installations"), "w") as file:
        file.writelines(lines)
    with socket.create_server(("127.0.0.1", int(port))) as ready:
        while True:
            ready.accept()[0].close()


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""innocent_answers.py: what innocent servers answer by default, and pages that innocent people wrote.

Prints one JSON object a line: who, and the answer as it stands on the wire. Needs the standard library alone.
"""

import json
import sys

DATE = "Date: Fri, 20 Nov 2026 09:30:15 GMT"
HTML = "Content-Type: text/html"
HTML8 = "Content-Type: text/html; charset=utf-8"
PLAIN = "Content-Type: text/plain"
PLAIN8 = "Content-Type: text/plain; charset=utf-8"
JSON_TYPE = "Content-Type: application/json"
KEEP = "Connection: keep-alive"
CLOSE = "Connection: close"
SNIFF = "X-Content-Type-Options: nosniff"
STATUS = {
    200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


def answer(status, headers, body="", version="1.1", reason=None, length=True):
    """Headers in their order; `@` is where the length stands, the end when there is none."""
    lines = list(headers)
    if length:
        text = "Content-Length: %d" % len(body.encode())
        lines = [text if line == "@" else line for line in lines] if "@" in lines else [*lines, text]
    head = "HTTP/%s %d %s" % (version, status, STATUS[status] if reason is None else reason)
    return "\r\n".join([head, *lines, "", body])


def page(title, body="", head=""):
    return "<!DOCTYPE html>\n<html>\n<head><title>%s</title>%s</head>\n<body>\n%s\n</body>\n</html>\n" % (title, head, body)


def nginx(status, text, server="nginx"):
    return "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>%s</center>\r\n</body>\r\n</html>\r\n" % (text, text, server)


def apache(text, line, address):
    return '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>%s</title>\n</head><body>\n<h1>%s</h1>\n<p>%s</p>\n<hr>\n<address>%s</address>\n</body></html>\n' % (text, text[4:], line, address)


LOGIN = '<form method="post" action="/login"><input name="user"><input type="password" name="password"><button>Log in</button></form>'
GONE = apache("404 Not Found", "The requested URL was not found on this server.", "Apache/2.4.62 (Debian) Server at example.org Port 443")

SERVERS = {
    "nginx welcome": answer(200, ["Server: nginx/1.22.1", DATE, HTML, "@", KEEP, 'ETag: "63f-267"', "Accept-Ranges: bytes"], page("Welcome to nginx!", "<h1>Welcome to nginx!</h1>")),
    "nginx 404": answer(404, ["Server: nginx/1.22.1", DATE, HTML, "@", KEEP], nginx(404, "404 Not Found", "nginx/1.22.1")),
    "nginx 404, no version": answer(404, ["Server: nginx", DATE, HTML, "@", KEEP], nginx(404, "404 Not Found")),
    "nginx 403": answer(403, ["Server: nginx", DATE, HTML, "@", KEEP], nginx(403, "403 Forbidden")),
    "nginx plain on TLS": answer(400, ["Server: nginx", DATE, HTML, "@", CLOSE], nginx(400, "400 The plain HTTP request was sent to HTTPS port")),
    "nginx 502": answer(502, ["Server: nginx/1.27.3", DATE, HTML, "@", KEEP], nginx(502, "502 Bad Gateway", "nginx/1.27.3")),
    "openresty": answer(200, ["Server: openresty/1.25.3.1", DATE, HTML, "@", KEEP], page("Welcome to OpenResty!")),
    "Apache on Debian": answer(200, [DATE, "Server: Apache/2.4.62 (Debian)", 'ETag: "29cd-5f0"', "Accept-Ranges: bytes", "@", "Vary: Accept-Encoding", HTML], page("Apache2 Debian Default Page: It works")),
    "Apache, it works": answer(200, [DATE, "Server: Apache/2.4.62 (Unix)", 'ETag: "2d-432"', "Accept-Ranges: bytes", "@", HTML], "<html><body><h1>It works!</h1></body></html>\n"),
    "Apache 404": answer(404, [DATE, "Server: Apache/2.4.62 (Debian)", "@", "Content-Type: text/html; charset=iso-8859-1"], GONE),
    "Apache 403": answer(403, [DATE, "Server: Apache", "@", "Content-Type: text/html; charset=iso-8859-1"], apache("403 Forbidden", "You don't have permission to access this resource.", "Apache Server at example.org Port 443")),
    "Apache on CentOS": answer(403, [DATE, "Server: Apache/2.4.6 (CentOS)", "Accept-Ranges: bytes", "@", "Content-Type: text/html; charset=UTF-8"], page("Apache HTTP Server Test Page powered by CentOS", "<h1>Testing 123..</h1>")),
    "Apache, keep-alive": answer(404, [DATE, "Server: Apache", "@", "Keep-Alive: timeout=5, max=100", "Connection: Keep-Alive", HTML], GONE),
    "IIS 10 start page": answer(200, [HTML, "Last-Modified: Fri, 20 Nov 2020 09:30:15 GMT", "Accept-Ranges: bytes", 'ETag: "0"', "Server: Microsoft-IIS/10.0", DATE, "@"], page("IIS Windows Server")),
    "IIS 8.5 404": answer(404, [HTML, "Server: Microsoft-IIS/8.5", "X-Powered-By: ASP.NET", DATE, "@"], page("404 - File or directory not found.", "<h2>404 - File or directory not found.</h2>")),
    "IIS 10, NTLM": answer(401, [HTML, "Server: Microsoft-IIS/10.0", "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM", "X-Powered-By: ASP.NET", DATE, "@"], page("401 - Unauthorized: Access is denied due to invalid credentials.")),
    "IIS 7.5, NTLM": answer(401, [HTML, "Server: Microsoft-IIS/7.5", "WWW-Authenticate: NTLM", "X-Powered-By: ASP.NET", DATE, "@"], page("401 - Unauthorized: Access is denied due to invalid credentials.")),
    "HTTPAPI": answer(404, ["Content-Type: text/html; charset=us-ascii", "Server: Microsoft-HTTPAPI/2.0", DATE, CLOSE, "@"], '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML><HEAD><TITLE>Not Found</TITLE></HEAD>\r\n<BODY><h2>Not Found</h2></BODY></HTML>\r\n'),
    "WinRM": answer(405, ["Allow: POST", "Server: Microsoft-HTTPAPI/2.0", DATE, CLOSE, "@"], reason=""),
    "Kestrel": answer(404, ["@", DATE, "Server: Kestrel"]),
    "Exchange": answer(302, ["Location: https://mail.example.com/owa/", "Server: Microsoft-IIS/10.0", "X-FEServer: EX01", DATE, "@"]),
    "lighttpd": answer(200, [HTML, "Accept-Ranges: bytes", "@", DATE, "Server: lighttpd/1.4.69"], page("Welcome page")),
    "Caddy": answer(200, ["Server: Caddy", DATE, "@"]),
    "Traefik 404": answer(404, [PLAIN8, SNIFF, DATE, "@"], "404 page not found\n"),
    "HAProxy 503": answer(503, ["Cache-Control: no-cache", CLOSE, HTML], "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n", version="1.0", length=False),
    "Varnish": answer(503, [DATE, "Server: Varnish", HTML8, "Retry-After: 5", "X-Varnish: 32770", "Age: 0", "Via: 1.1 varnish", "@", KEEP], page("503 Backend fetch failed")),
    "Squid": answer(400, ["Server: squid/5.7", "Mime-Version: 1.0", DATE, HTML8, "@", "X-Squid-Error: ERR_INVALID_URL 0", "Vary: Accept-Language", CLOSE], page("ERROR: The requested URL could not be retrieved")),
    "Envoy": answer(404, [DATE, "server: envoy", "@"]),
    "Cloudflare 403": answer(403, [DATE, HTML8, KEEP, "Server: cloudflare", "CF-RAY: 8f1-FRA", "@"], page("Attention Required! | Cloudflare")),
    "CloudFront": answer(403, ["Server: CloudFront", DATE, HTML, "@", CLOSE, "X-Cache: Error from cloudfront"], page("ERROR: The request could not be satisfied")),
    "Akamai": answer(400, ["Server: AkamaiGHost", "Mime-Version: 1.0", HTML, "@", DATE, CLOSE], "<HTML><HEAD>\n<TITLE>Invalid URL</TITLE>\n</HEAD><BODY>\n<H1>Invalid URL</H1>\n</BODY></HTML>\n"),
    "Amazon S3": answer(403, ["x-amz-request-id: 1", "Content-Type: application/xml", DATE, "Server: AmazonS3", CLOSE], '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'),
    "Google": answer(404, [HTML8, "Referrer-Policy: no-referrer", "@", DATE], page("Error 404 (Not Found)!!1")),
    "Go, hello": answer(200, [DATE, "@", PLAIN8], "Hello, World!\n"),
    "Go, health": answer(200, [DATE, "@", PLAIN8], "OK"),
    "Go, ok and line end": answer(200, [DATE, "@", PLAIN8], "ok\n"),
    "Go 404": answer(404, [PLAIN8, SNIFF, DATE, "@"], "404 page not found\n"),
    "Go, empty 404": answer(404, [DATE, "@"]),
    "Go, empty 404 of text": answer(404, [PLAIN, DATE, "@"]),
    "Go, empty 404 uncached": answer(404, ["Cache-Control: no-store, no-cache, must-revalidate", DATE, "@"]),
    "Go, method not allowed": answer(405, [PLAIN8, SNIFF, DATE, "@"], "Method Not Allowed\n"),
    "gin 404": answer(404, [PLAIN, DATE, "@"], "404 page not found"),
    "gin, credentials": answer(401, ['Www-Authenticate: Basic realm="Authorization Required"', DATE, "@"]),
    "echo": answer(404, [JSON_TYPE, "Vary: Origin", DATE, "@"], '{"message":"Not Found"}\n'),
    "fiber": answer(404, [DATE, PLAIN8, "@"], "Cannot GET /"),
    "FastAPI": answer(404, [DATE.replace("Date", "date"), "server: uvicorn", "@", "content-type: application/json"], '{"detail":"Not Found"}'),
    "Flask": answer(404, ["Server: Werkzeug/3.0.4 Python/3.11.2", DATE, HTML8, "@", CLOSE], "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n", reason="NOT FOUND"),
    "Flask, JSON": answer(404, ["Server: gunicorn", DATE, CLOSE, JSON_TYPE, "@"], '{"error":"Not found"}\n', reason="NOT FOUND"),
    "Django": answer(404, ["Server: gunicorn", DATE, CLOSE, HTML8, SNIFF, "Referrer-Policy: same-origin", "@"], "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1>\n</body>\n</html>\n"),
    "Python http.server": answer(200, ["Server: SimpleHTTP/0.6 Python/3.11.2", DATE, HTML8, "@"], page("Directory listing for /"), version="1.0"),
    "Python BaseHTTP": answer(200, ["Server: BaseHTTP/0.6 Python/3.11.2", DATE, "Content-type: text/html", ""][:3], "<p>It is up.</p>", version="1.0", length=False),
    "aiohttp": answer(404, [PLAIN8, "@", DATE, "Server: Python/3.11 aiohttp/3.10.5"], "404: Not Found"),
    "Tornado": answer(404, ["Server: TornadoServer/6.4", HTML8, DATE, "@"], "<html><title>404: Not Found</title><body>404: Not Found</body></html>"),
    "Twisted": answer(404, ["Server: TwistedWeb/22.4.0", DATE, HTML8, "@"], page("404 - No Such Resource")),
    "Jupyter": answer(302, ["Server: TornadoServer/6.4", HTML8, DATE, "Location: /login?next=%2Ftree%3F", "@"]),
    "Express": answer(404, ["X-Powered-By: Express", "Content-Security-Policy: default-src 'none'", SNIFF, HTML8, "@", DATE, KEEP, "Keep-Alive: timeout=5"], page("Error", "<pre>Cannot GET /</pre>")),
    "Node http": answer(200, [DATE, KEEP, "Keep-Alive: timeout=5", "@"], "Hello World"),
    "Next.js": answer(200, ["X-Powered-By: Next.js", HTML8, DATE, KEEP, "@"], page("Create Next App")),
    "WEBrick": answer(200, ["Server: WEBrick/1.8.1 (Ruby/3.1.2/2022-04-12)", DATE, CLOSE, "@"], "Hello", reason="OK "),
    "Puma": answer(404, ["Content-Type: text/html; charset=UTF-8", "@"], page("The page you were looking for doesn't exist (404)")),
    "Tomcat": answer(404, ["Content-Type: text/html;charset=utf-8", "Content-Language: en", "@", DATE, KEEP], '<!doctype html><html lang="en"><head><title>HTTP Status 404 – Not Found</title></head><body><h1>HTTP Status 404 – Not Found</h1></body></html>'),
    "Jetty": answer(404, ["Cache-Control: must-revalidate,no-cache,no-store", "Content-Type: text/html;charset=iso-8859-1", "@", "Server: Jetty(11.0.18)"], page("Error 404 Not Found")),
    "Spring Boot": answer(404, ["Vary: Origin", JSON_TYPE, DATE, KEEP, "@"], '{"timestamp":"2026-11-20T09:30:15.000+00:00","status":404,"error":"Not Found","path":"/"}'),
    "Undertow": answer(404, [KEEP, HTML, "@", DATE], "<html><head><title>Error</title></head><body>Not Found</body></html>"),
    "Java HttpServer": answer(404, [DATE, "@"], "<h1>404 Not Found</h1>No context found for request"),
    "NanoHTTPD": answer(404, [PLAIN, DATE, KEEP, "@"], "Error 404, file not found."),
    "Jenkins": answer(403, [DATE, SNIFF, "Content-Type: text/html;charset=utf-8", "X-Jenkins: 2.479", "Server: Jetty(12.0.13)", "@"], page("Sign in [Jenkins]")),
    "Grafana": answer(302, ["Cache-Control: no-store", HTML8, "Location: /login", SNIFF, DATE, "@"], '<a href="/login">Found</a>.\n\n'),
    "Grafana login": answer(200, ["Cache-Control: no-store", HTML8, SNIFF, "X-Frame-Options: deny", DATE], page("Grafana"), length=False),
    "Prometheus": answer(302, [HTML8, "Location: /query", DATE, "@"], '<a href="/query">Found</a>.\n\n'),
    "Kibana": answer(302, ["location: /login?next=%2F", SNIFF, "kbn-name: kibana", "cache-control: private, no-cache, no-store, must-revalidate", "@", DATE, KEEP]),
    "Elasticsearch": answer(401, ['WWW-Authenticate: Basic realm="security" charset="UTF-8"', JSON_TYPE, "@"], '{"error":{"type":"security_exception","reason":"missing authentication credentials for REST request [/]"},"status":401}'),
    "Kubernetes API": answer(403, ["Audit-Id: 1", "Cache-Control: no-cache, private", JSON_TYPE, SNIFF, DATE, "@"], '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/\\"","code":403}\n'),
    "kubelet": answer(404, [PLAIN8, SNIFF, DATE, "@"], "404 page not found\n"),
    "etcd": answer(404, [PLAIN8, SNIFF, DATE, "@"], "404 page not found\n"),
    "Vault": answer(307, ["Cache-Control: no-store", HTML8, "Location: /ui/", "Strict-Transport-Security: max-age=31536000; includeSubDomains", DATE, "@"], '<a href="/ui/">Temporary Redirect</a>.\n\n'),
    "Consul": answer(301, [HTML8, "Location: /ui/", DATE, "@"], '<a href="/ui/">Moved Permanently</a>.\n\n'),
    "Docker registry": answer(200, ["Cache-Control: no-cache", DATE, "@"]),
    "MinIO": answer(403, ["Accept-Ranges: bytes", "@", "Content-Type: application/xml", "Server: MinIO", "Strict-Transport-Security: max-age=31536000; includeSubDomains", "Vary: Origin", DATE], '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'),
    "GitLab": answer(302, ["Server: nginx", DATE, HTML8, KEEP, "Cache-Control: no-cache", "Location: https://example.org/users/sign_in", "@"], "<html><body>You are being redirected.</body></html>"),
    "Gitea": answer(200, ["Cache-Control: max-age=0, private, must-revalidate, no-transform", HTML8, "Set-Cookie: i_like_gitea=1; Path=/; HttpOnly; SameSite=Lax", "X-Frame-Options: SAMEORIGIN", DATE], page("Gitea: Git with a cup of tea"), length=False),
    "Nextcloud": answer(302, [DATE, "Server: Apache", "Location: https://example.org/login", "@", HTML8]),
    "WordPress": answer(200, [DATE, "Server: Apache", 'Link: <https://example.org/wp-json/>; rel="https://api.w.org/"', "Content-Type: text/html; charset=UTF-8"], page("Example Blog – Just another WordPress site"), length=False),
    "phpMyAdmin": answer(200, [DATE, "Server: Apache", "Expires: Thu, 19 Nov 1981 08:52:00 GMT", "Cache-Control: no-store, no-cache, must-revalidate", "Pragma: no-cache", HTML8], page("phpMyAdmin", LOGIN), length=False),
    "Webmin": answer(401, ["Server: MiniServ/2.105", DATE, "Content-type: text/html; Charset=utf-8", CLOSE], page("Login to Webmin", LOGIN), version="1.0", reason="Unauthorized", length=False),
    "Proxmox VE": answer(200, ["Cache-Control: max-age=0", "Connection: Keep-Alive", DATE, "Pragma: no-cache", "Server: pve-api-daemon/3.0", HTML8, "@"], page("pve - Proxmox Virtual Environment")),
    "Synology": answer(200, ["Server: nginx", DATE, HTML8, KEEP, "X-Frame-Options: SAMEORIGIN"], page("DiskStation&nbsp;-&nbsp;Synology&nbsp;DiskStation"), length=False),
    "UniFi": answer(302, ["Location: /manage", "@", DATE]),
    "MikroTik": answer(200, ["Cache-Control: max-age=31536000", CLOSE, "@", "Content-Type: text/html", DATE], page("RouterOS router configuration page")),
    "FortiGate": answer(200, [DATE, "X-Frame-Options: SAMEORIGIN", "Content-Security-Policy: frame-ancestors 'self'", "@", HTML8], "<!DOCTYPE html><html><head><title></title></head><body><script>top.location='/login';</script></body></html>"),
    "printer": answer(200, ["Server: HP HTTP Server; HP LaserJet", HTML, "Cache-Control: must-revalidate, max-age=0", "Pragma: no-cache", "@"], page("HP LaserJet MFP", "<h1>Embedded Web Server</h1>")),
    "camera": answer(401, ['WWW-Authenticate: Digest qop="auth", realm="IP Camera", nonce="1"', HTML, CLOSE, "@"], page("Document Error: Unauthorized")),
    "Home Assistant": answer(200, [HTML8, "Referrer-Policy: no-referrer", SNIFF, "Server: ", "X-Frame-Options: SAMEORIGIN", "@", DATE], page("Home Assistant")),
    "Splunk": answer(303 if False else 302, [DATE, HTML8, "Location: https://example.org:8000/en-US/", "Server: Splunkd", "@", CLOSE]),
    "DNS over HTTPS": answer(400, [PLAIN8, SNIFF, DATE, "@"], "missing or empty dns query\n"),
    "CouchDB": answer(200, ["Cache-Control: must-revalidate", "@", JSON_TYPE, DATE, "Server: CouchDB/3.3.3 (Erlang OTP/25)"], '{"couchdb":"Welcome","version":"3.3.3"}\n'),
    "RabbitMQ": answer(200, ["content-length: %d" % len(page("RabbitMQ Management")), "content-type: text/html", "date: Fri, 20 Nov 2026 09:30:15 GMT", "server: Cowboy"], page("RabbitMQ Management"), length=False),
    "Spark master": answer(200, [DATE, "Cache-Control: no-cache, no-store, must-revalidate", "Content-Type: text/html;charset=utf-8", "Server: Jetty(9.4.54)", "@"], page("Spark Master at spark://cluster:7077")),
    "redirect to a video": answer(302, ["Server: nginx", DATE, HTML, "@", KEEP, "Location: https://www.youtube.com/watch?v=dQw4w9WgXcQ"], nginx(302, "302 Found")),
    "redirect by script": answer(200, ["Server: nginx", DATE, HTML, "@", KEEP], "<html><head><script>window.location.href='https://example.org/';</script></head><body></body></html>"),
    "parked": answer(200, ["Server: nginx", DATE, HTML, "@", CLOSE], page("example.org is parked")),
    "maintenance": answer(503, ["Server: nginx", DATE, HTML, "Retry-After: 3600", "@", CLOSE], page("Down for maintenance", "<h1>We'll be back soon.</h1>")),
}  # fmt: skip

TOOLS = """Cobalt Strike|Sliver|Mythic|Havoc|Covenant|Metasploit|Empire|Brute Ratel|Nighthawk|AdaptixC2|Merlin|PoshC2|DeimosC2
Evilginx|Gophish|Modlishka|King Phisher|Responder|BeEF|CALDERA|Interactsh|frp|nps|Chisel|Ligolo-ng|ngrok
AsyncRAT|Quasar|DcRat|Remcos|NanoCore|Pupy|SparkRAT|BlackNET|Hookbot|Titan Stealer|Collector Stealer|AcridRain Stealer|Meduza Stealer
Mystic Stealer|RisePro|Lumar|Amadey|Unam Web Panel|BYOB|XMRig|MobSF|reNgine|Supershell|Viper""".replace("\n", "|").split("|")

OUTER = ["Server: nginx", DATE, HTML8, KEEP]
FOOT = "<footer>Example Lab, written by people who defend networks.</footer>"


def article(tool):
    body = (
        "<article><h1>What %s shows on the wire</h1><time>2026-11-20</time><p>We looked at a server of %s in our laboratory. Its panel has the title "
        "<q>%s - Login</q>, and a page that says <q>%s</q>; its certificate is made at start.</p></article>" % (tool, tool, tool, tool)
    )
    return answer(200, OUTER, page("What %s shows on the wire – Example Lab" % tool, body + FOOT), length=False)


def forum(tool):
    body = "<h1>Question about %s</h1><div class=post>Has anybody seen %s in a log? It said Build Your Own Botnet.</div>%s" % (tool, tool, LOGIN)
    return answer(200, OUTER, page("%s in my log? | Example Forum" % tool, body), length=False)


def search(tool):
    return answer(200, OUTER, page("Search: %s" % tool, "<p>3 results for <b>%s</b></p><ul><li>Hunting %s<li>%s, a review<li>Glossary</ul>" % (tool, tool, tool)), length=False)


def echo(tool):
    return answer(404, OUTER, page("Page not found", "<p>There is no page /%s here.</p>" % tool.replace(" ", "-").lower()), length=False)


ORDINARY = [
    "Orders", "Customers", "Control panel", "Dashboard", "Login", "Sign in", "Admin", "Administration", "Panel", "Management console",
    "Welcome", "Home", "Status", "Statistics", "Network map", "Remote support", "Device manager", "Access denied", "Stealer's Wheel fan page", "Titan quest log",
]  # fmt: skip


def dashboard(title):
    body = "<nav>Overview Users Settings</nav><table><tr><th>Name<th>State</table>" + LOGIN
    return answer(200, OUTER, page(title, body), length=False)


PAGES = [("article about " + tool, article(tool)) for tool in TOOLS]
PAGES += [("forum about " + tool, forum(tool)) for tool in TOOLS]
PAGES += [("search for " + tool, search(tool)) for tool in TOOLS]
PAGES += [("echo of " + tool, echo(tool)) for tool in TOOLS]
PAGES += [("page " + title, dashboard(title)) for title in ORDINARY]

for who, text in [*SERVERS.items(), *PAGES]:
    json.dump({"who": who, "answer": text}, sys.stdout)
    print()

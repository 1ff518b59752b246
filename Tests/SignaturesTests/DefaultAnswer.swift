import Testing

/// An HTTP answer as a tool gives it by default, byte for byte as the sources of its rule describe it.
struct DefaultAnswer: Sendable, CustomTestStringConvertible {
    /// The path below `signatures/`, without its ending.
    let rule: String
    let method: String
    let path: String
    let answer: String

    init(_ rule: String, method: String = "GET", path: String = "/", _ answer: String) {
        self.rule = rule
        self.method = method
        self.path = path
        self.answer = answer
    }

    var testDescription: String { rule }

    private static let date = "Date: Sun, 22 Nov 2026 08:00:00 GMT\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\n"

    static let tools = [
        DefaultAnswer(
            "c2/cobalt-strike/empty-404-exact-headers",
            "HTTP/1.1 404 Not Found\r\n" + date + "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "c2/cobalt-strike/empty-404-text-plain",
            "HTTP/1.1 404 Not Found\r\n" + date + "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "c2/cobalt-strike/extraneous-space",
            "HTTP/1.1 200 OK \r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "c2/cobalt-strike/jquery-profile-headers",
            path: "/jquery-3.3.1.min.js",
            ok + "Server: NetDNA-cache/2.2\r\nCache-Control: max-age=0, no-cache\r\nPragma: no-cache\r\n"
                + "Connection: keep-alive\r\nContent-Type: application/javascript; charset=utf-8\r\nContent-Length: 2\r\n\r\n//"
        ),
        DefaultAnswer(
            "c2/metasploit-framework/no-site-configured",
            ok + "Connection: close\r\nServer: Apache\r\nContent-Length: 43\r\n\r\n"
                + "<h3>No site configured at this address</h3>"
        ),
        DefaultAnswer(
            "c2/metasploit-framework/it-works-without-apache-headers",
            ok
                + "Content-Type: text/html\r\nConnection: Keep-Alive\r\nServer: Apache\r\nContent-Length: 44\r\n\r\n"
                + "<html><body><h1>It works!</h1></body></html>"
        ),
        DefaultAnswer(
            "c2/nighthawk/exact-headers",
            "HTTP/1.1 404 Not Found\r\n" + date + "X-Test: 2\r\nServer: Apache\r\nContent-Length: 20\r\n\r\n"
                + "Nothing to see here."
        ),
        DefaultAnswer(
            "c2/sliver/http-404",
            "HTTP/1.1 404 Not Found\r\nCache-Control: no-store, no-cache, must-revalidate\r\n" + date
                + "Content-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "c2/havoc/x-havoc-header",
            "HTTP/1.1 404 Not Found\r\nX-Havoc: true\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "c2/koadic/stager-404",
            "HTTP/1.0 404 Not Found\r\nServer: Apache\r\n" + date + "\r\n"
        ),
        DefaultAnswer(
            "c2/hoaxshell/move-on-mate",
            "HTTP/1.0 200 OK\r\nServer: Microsoft-IIS/10 \r\n" + date + "\r\nMove on mate."
        ),
        DefaultAnswer(
            "c2/hoaxshell/iis-10-banner",
            "HTTP/1.0 200 OK\r\nServer: Microsoft-IIS/10 \r\n" + date + "\r\nMove on mate."
        ),
        DefaultAnswer(
            "c2/villain/apache-2-4-1-trailing-blank",
            "HTTP/1.0 200 OK\r\nServer: Apache/2.4.1 \r\n" + date + "\r\n"
        ),
        DefaultAnswer(
            "c2/villain/options-answer",
            method: "OPTIONS",
            "HTTP/1.0 200 OK\r\nServer: Apache/2.4.1 \r\n" + date
                + "Access-Control-Allow-Origin: *\r\nVary: Origin\r\n"
                + "Access-Control-Allow-Credentials: true\r\nAccess-Control-Allow-Headers: X-1b2c-3d4e\r\n\r\nOK"
        ),
        DefaultAnswer(
            "c2/nimplant/exact-404",
            "HTTP/1.1 404 NOT FOUND\r\nContent-Type: application/json\r\nContent-Length: 23\r\n"
                + "Server: NimPlant C2 Server\r\n" + date + "\r\n{\"status\":\"Not found\"}\n"
        ),
        DefaultAnswer(
            "c2/nimplant/not-found-answer",
            "HTTP/1.1 404 NOT FOUND\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n"
                + "{\"status\":\"Not found\"}\n"
        ),
        DefaultAnswer(
            "c2/empire/iis-banner-on-apache-text",
            "HTTP/1.0 200 OK\r\nServer: Microsoft-IIS/7.5\r\n\r\n<html><body><h1>It works!</h1><p>This is the default web page "
                + "for this server.</p><p>The web server software is running but no content has been added, yet.</p></body></html>"
        ),
        DefaultAnswer(
            "c2/empire/iis-banner-with-flask-headers",
            "HTTP/1.0 404 NOT FOUND\r\nContent-Type: text/html\r\nCache-Control: no-cache, no-store, must-revalidate\r\n"
                + "Pragma: no-cache\r\nExpires: 0\r\nServer: Microsoft-IIS/7.5 \r\n" + date + "\r\n"
        ),
        DefaultAnswer(
            "c2/trevorc2/iis-refresh",
            ok + "Server: IIS\r\nContent-Type: text/html\r\nContent-Length: 66\r\n\r\n"
                + "<meta http-equiv=\"Refresh\" content=\"0; url=https://www.google.com\">"
        ),
        DefaultAnswer(
            "c2/trevorc2/images-path",
            path: "/images",
            ok + "Server: IIS\r\nContent-Length: 17\r\n\r\nPage not found.\r\n"
        ),
        DefaultAnswer(
            "c2/supershell/login-page",
            ok + "Content-Type: text/html\r\n\r\n<html><head><title>Supershell - 登录</title></head></html>"
        ),
        DefaultAnswer(
            "c2/misspelt-server-header/apache-literal-escape",
            ok + "Server: Apache \\r\\n\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "rat/sparkrat/unquoted-realm",
            "HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: Basic realm=Authorization Required\r\n" + date
                + "Content-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "rat/evilosx/empty-address-404",
            "HTTP/1.0 404 Not Found\r\nServer: BaseHTTP/0.3 Python/2.7.16\r\n\r\n<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>"
                + "<BODY><H1>Not Found</H1><HR><ADDRESS></ADDRESS></BODY></HTML>"
        ),
        DefaultAnswer(
            "stealer/mystic-stealer/panel-title",
            ok + "\r\n<html><head><title>\n    Mystic Stealer -  Login\n</title></head></html>"
        ),
        DefaultAnswer(
            "loader/unam-web-panel/panel-title",
            ok + "\r\n<html><head><title>Unam Web Panel &mdash; Login</title></head></html>"
        ),
        DefaultAnswer(
            "loader/amadey/panel-login",
            ok
                + "\r\n<title>Authorization</title><body background=\"Images\\bg_1.png\"><input value=\"Unlock\">"
        ),
        DefaultAnswer(
            "phishing/tycoon-2fa/landing-script",
            ok
                + "\r\n<html>\n<script language=\"Javascript\" src=\"https://a.example/myscr310487.js\"></script>\n</html>"
        ),
        DefaultAnswer(
            "phishing/tycoon-2fa/zero-width-title",
            ok + "\r\n<html><head><title>\u{200b}</title></head></html>"
        ),
        DefaultAnswer(
            "phishing/king-phisher/resource-not-found",
            "HTTP/1.1 404 Resource Not Found\r\nContent-Type: text/html\r\nContent-Length: 19\r\n\r\nResource Not Found\n"
        ),
        DefaultAnswer(
            "phishing/social-engineer-toolkit/underscore-content-type",
            "HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.11.2\r\n" + date
                + "Content_type: text/html\r\n\r\n<p>"
        ),
        DefaultAnswer(
            "phishing/gophish/login-title",
            path: "/login",
            ok + "Content-Type: text/html\r\n\r\n<title>Gophish - Login</title>"
        ),
        DefaultAnswer(
            "red_team/responder/ntlm-401",
            "HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-IIS/7.5\r\nDate: Wed, 12 Sep 2012 13:06:55 GMT\r\n"
                + "Content-Type: text/html\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "red_team/responder/fixed-date",
            "HTTP/1.1 401 Unauthorized\r\nDate: Wed, 12 Sep 2012 13:06:55 GMT\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "red_team/ntlmrelayx/http-relay-401",
            "HTTP/1.1 401 Unauthorized\r\nServer: SimpleHTTP/0.6 Python/3.11.2\r\n" + date
                + "WWW-Authenticate: NTLM\r\nContent-type: text/html\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
        ),
        DefaultAnswer(
            "red_team/ntlmrelayx/winrm-trailing-blank",
            "HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-HTTPAPI/2.0 \r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "red_team/interactsh/robots-txt",
            path: "/robots.txt",
            ok + "Content-Length: 44\r\n\r\nUser-agent: *\nDisallow: / # c9q1k2p3r4s5t6u7"
        ),
        DefaultAnswer(
            "red_team/interactsh/server-is-own-domain",
            ok + "Server: host.test\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "red_team/beef/centos-imitation",
            path: "/hook.js",
            ok
                + "Content-Type: text/javascript\r\nServer: Apache/2.2.3 (CentOS)\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
                + "Expires: 0\r\nContent-Length: 2\r\n\r\n//"
        ),
        DefaultAnswer(
            "tunnel/frp/frp-banner",
            "HTTP/1.1 404 Not Found\r\nServer: frp/0.37.1\r\nContent-Length: 0\r\n\r\n"
        ),
        DefaultAnswer("tunnel/chisel/health-page", path: "/health", ok + "Content-Length: 3\r\n\r\nOK\n"),
        DefaultAnswer(
            "tunnel/regeorg/tunnel-page",
            ok + "Content-Length: 32\r\n\r\nGeorg says, 'All seems fine'\r\n\r\n"
        ),
    ]

    static let innocent = [
        DefaultAnswer(
            "benign/go-net-http-404/not-found",
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
                + date
                + "Content-Length: 19\r\n\r\n404 page not found\n"
        ),
        DefaultAnswer(
            "benign/gin-404/not-found",
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n" + date
                + "Content-Length: 18\r\n\r\n404 page not found"
        ),
        DefaultAnswer(
            "benign/gin-basic-authentication/quoted-realm",
            "HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: Basic realm=\"Authorization Required\"\r\n" + date
                + "Content-Length: 0\r\n\r\n"
        ),
        DefaultAnswer(
            "benign/apache-default-page/long-form",
            ok + date
                + "Server: Apache/2.4.58 (Ubuntu)\r\nETag: \"b1-5f0\"\r\nAccept-Ranges: bytes\r\nContent-Type: text/html\r\n\r\n"
                + "<html><body><h1>It works!</h1>\n<p>This is the default web page for this server.</p></body></html>\n"
        ),
        DefaultAnswer(
            "benign/webrick-and-entrust-servers/webrick-blank",
            "HTTP/1.1 200 OK \r\nServer: WEBrick/1.4.2 (Ruby/2.5.1/2018-03-29)\r\nContent-Length: 0\r\n\r\n"
        ),
    ]
}

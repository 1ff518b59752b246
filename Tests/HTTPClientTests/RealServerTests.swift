import Foundation
import HTTPClient
import Observations
import TestSupport
import Testing
import Wire

/// The probe against servers that we did not write.
@Suite(.serialized) struct RealServerTests {
    @Test(arguments: [nil, "h2"])
    func nginx(_ alpn: String?) throws {
        let server = try startNginx(http2: alpn != nil)
        let probe = run(server.port, ["/moved", "/big"], alpn: alpn)
        #expect(probe.exchanges.map(\.status) == [200, 301, 200])
        // HTTP/1.1 can't stop a body but by closing; HTTP/2 resets the stream.
        #expect(probe.connections == (alpn == nil ? 2 : 1))
        let page = probe.exchanges[0]
        #expect(page.version == (alpn == nil ? .http11 : .http2))
        #expect(page.title == "Lab & page")
        #expect(page.headers.text("server")?.hasPrefix("nginx") == true)
        #expect(page.end == .complete)
        #expect(page.anomalies.isEmpty)
        #expect(probe.exchanges[1].redirect == "https://elsewhere.test/")
        #expect(probe.exchanges[2].bodyIsTruncated)
        #expect(probe.exchanges[2].body.count == HTTPExchange.bodyLimit)
        #expect(probe.icon != nil)
    }

    /// nginx compresses when it is asked to, in both versions.
    @Test(arguments: [nil, "h2"])
    func nginxWithGzip(_ alpn: String?) throws {
        let server = try startNginx(http2: alpn != nil)
        let request = HTTPRequest("GET", "/text", headers: [.init("Accept-Encoding", "gzip")])
        let probe = run(server.port, [], requests: [request], alpn: alpn)
        let exchange = try #require(probe.exchanges.last)
        #expect(exchange.headers.text("content-encoding") == "gzip")
        #expect(String(decoding: exchange.body, as: UTF8.self) == String(repeating: "text ", count: 1000))
        #expect(exchange.anomalies.isEmpty)
    }

    /// The head is kept as curl shows it.
    @Test func headAsCurlSeesIt() throws {
        let server = try startNginx(http2: false)
        let head = try check(
            "curl",
            ["-s", "-D", "-", "-o", "/dev/null", "http://127.0.0.1:\(server.port)/moved"]
        ).text
        let exchange = try #require(run(server.port, ["/moved"]).exchanges.last)
        let date = #/Date: [^\r]*/#
        #expect(
            String(decoding: exchange.head, as: UTF8.self).replacing(date, with: "")
                == head.replacing(date, with: "")
        )
    }

    @Test func pythonServer() throws {
        let server = try ServerProcess("python3") { port, scratch in
            try scratch.write("index.html", "<title>Py</title>")
            return ["-m", "http.server", "--bind", "127.0.0.1", "--directory", scratch.path, "\(port)"]
        }
        let probe = run(server.port, ["/none"])
        #expect(probe.exchanges.map(\.status) == [200, 404])
        #expect(probe.exchanges[0].version == .http10)
        #expect(probe.exchanges[0].title == "Py")
        #expect(probe.exchanges[1].statusLine == Array("HTTP/1.0 404 File not found".utf8))
        // HTTP/1.0 closes after each answer; the third connection is the icon's.
        #expect(probe.connections == 3)
    }

    @Test func apache() throws {
        let server = try ServerProcess("/usr/sbin/apache2") { port, scratch in
            try scratch.write("index.html", "<title>Apache lab</title>")
            let modules = "/usr/lib/apache2/modules"
            let path = try scratch.write(
                "apache.conf",
                """
                ServerName lab.test
                ServerRoot \(scratch.path)
                PidFile \(scratch.file("pid"))
                DefaultRuntimeDir \(scratch.path)
                Listen 127.0.0.1:\(port)
                LoadModule mpm_event_module \(modules)/mod_mpm_event.so
                LoadModule authz_core_module \(modules)/mod_authz_core.so
                LoadModule dir_module \(modules)/mod_dir.so
                LoadModule mime_module \(modules)/mod_mime.so
                TypesConfig /etc/mime.types
                ErrorLog /dev/stderr
                DocumentRoot \(scratch.path)
                DirectoryIndex index.html
                <Directory \(scratch.path)>
                Require all granted
                </Directory>
                """
            )
            return ["-X", "-f", path]
        }
        let probe = run(server.port, ["/none"])
        #expect(probe.exchanges.map(\.status) == [200, 404])
        #expect(probe.exchanges[0].title == "Apache lab")
        #expect(probe.exchanges[0].headers.text("server")?.hasPrefix("Apache") == true)
        #expect(probe.connections == 1)
    }

    @Test func nghttpd() throws {
        let server = try ServerProcess("nghttpd") { port, scratch in
            try scratch.write("index.html", "<title>h2</title>")
            return ["--no-tls", "-a", "127.0.0.1", "-d", scratch.path, "\(port)"]
        }
        let probe = run(server.port, ["/none", "/index.html"], alpn: "h2")
        #expect(probe.exchanges.map(\.status) == [200, 404, 200])
        #expect(probe.exchanges[0].title == "h2")
        #expect(probe.exchanges[0].headers.text("server")?.hasPrefix("nghttpd") == true)
        #expect(probe.connections == 1)
    }

    private func startNginx(http2: Bool) throws -> ServerProcess {
        try ServerProcess("nginx") { port, scratch in
            try scratch.write("index.html", "<html><title>Lab &amp;\npage</title>")
            try scratch.write("favicon.ico", "icon")
            try scratch.write("big", String(repeating: "0123456789", count: 1_000_000))
            try scratch.write("text", String(repeating: "text ", count: 1000))
            let path = try scratch.write(
                "nginx.conf",
                """
                daemon off; pid \(scratch.file("pid")); error_log stderr;
                events {}
                http {
                    access_log off; client_body_temp_path \(scratch.path); proxy_temp_path \(scratch.path);
                    fastcgi_temp_path \(scratch.path); uwsgi_temp_path \(scratch.path);
                    scgi_temp_path \(scratch.path); gzip on; gzip_types text/plain; default_type text/plain;
                    types { text/html html; image/x-icon ico; }
                    server {
                        listen 127.0.0.1:\(port)\(http2 ? " http2" : "");
                        root \(scratch.path);
                        location /moved { return 301 https://elsewhere.test/; }
                    }
                }
                """
            )
            // The workers' user must be able to read what is served.
            try check("chmod", ["-R", "a+rX", scratch.path])
            return ["-p", scratch.path, "-c", path]
        }
    }

    private func run(
        _ port: UInt16,
        _ paths: [String],
        requests: [HTTPRequest] = [],
        alpn: String? = nil
    ) -> HTTPProbe {
        let options = HTTPOptions()
        let plan = RequestPlan(
            options,
            asking: paths.map { HTTPRequest("GET", $0) } + requests,
            wantsIcon: true
        )
        let probe = HTTPProbe(HTTPOrigin(isTLS: false, host: "127.0.0.1", port: port), plan, options)
        var socket: ClientSocket?
        var action = HTTPProbe.Action.reconnect
        while true {
            switch action {
            case .send(let bytes):
                socket?.send(bytes)
                action = .wait
            case .wait:
                let bytes = socket?.receive() ?? []
                action = bytes.isEmpty ? probe.closed() : probe.received(bytes.span)
            case .reconnect:
                socket = try? ClientSocket(port: port)
                action = socket == nil ? probe.stop() : probe.connected(alpn: alpn)
            case .finish: return probe
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

/// Scans through real proxies, and from an address of one's own.
@Suite(.serialized) struct ProxyTests {
    /// Where the proxies come from, so that the server can tell them from us.
    private static let exit = "127.0.0.9"

    /// Answers with the address that it was connected from.
    private func server() throws -> ServerProcess {
        try Nginx.start(
            TestCertificate(subject: "/CN=proxied", days: 30),
            server: "location / { default_type text/html; return 200 \"<title>$remote_addr</title>\"; }"
        )
    }

    private func socks(_ more: [String] = []) throws -> ServerProcess {
        try ServerProcess("microsocks") { port, _ in
            ["-i", "127.0.0.1", "-p", "\(port)", "-b", Self.exit] + more
        }
    }

    private func tinyproxy(_ more: String = "") throws -> ServerProcess {
        try ServerProcess("tinyproxy") { port, scratch in
            let path = try scratch.write(
                "tinyproxy.conf",
                "Port \(port)\nListen 127.0.0.1\nBind \(Self.exit)\nTimeout 60\nMaxClients 50\n\(more)\n"
            )
            return ["-d", "-c", path]
        }
    }

    private func check(_ proxy: String, named name: String, _ server: ServerProcess) throws {
        let place = "127.0.0.1:\(server.port)"
        let records = try Program.scan([
            place, "--probe", "full", "--prove", "--sni-variants", "--proxy", proxy,
        ])
        let record = try #require(records.first)
        #expect(record.text("http.response.title") == Self.exit, "\(record.line)")
        #expect(record.text("hallmark.proof") == "proven" && record.text("tls.server.jarm") != nil)
        #expect(record.text("hallmark.scan.proxy") == name)
        #expect(record.endpoint == place)
        let direct = try #require(Program.scan([place, "--probe", "full"]).first)
        #expect(direct.text("http.response.title") == "127.0.0.1" && direct["hallmark.scan.proxy"] == nil)
        #expect(direct.text("tls.server.jarm") == record.text("tls.server.jarm"))
        let refused = try Program.scan(["127.0.0.1:1", "--proxy", proxy])
        #expect(["connection_refused", "proxy_error"].contains(refused.first?.code), "\(refused)")
        #expect(refused.first?.text("error.message")?.hasPrefix("by the proxy: ") == true)
        #expect(try schemaErrors(([record] + refused).map(\.line).joined(separator: "\n")) == "")
    }

    @Test func socks5() throws {
        let (server, proxy) = (try server(), try socks())
        let name = "socks5://127.0.0.1:\(proxy.port)"
        try check(name, named: name, server)
        let closed = try socks(["-u", "who", "-P", "s3c"])
        let place = "127.0.0.1:\(closed.port)"
        try check("socks5://who:s3c@\(place)", named: "socks5://\(place)", server)
    }

    @Test func connect() throws {
        let (server, proxy) = (try server(), try tinyproxy())
        let name = "http://127.0.0.1:\(proxy.port)"
        try check(name, named: name, server)
        let closed = try tinyproxy("BasicAuth who s3c")
        let place = "127.0.0.1:\(closed.port)"
        try check("http://who:s3c@\(place)", named: "http://\(place)", server)
    }

    /// A proxy that can't be used says nothing of the endpoint: nobody has looked.
    @Test func aUselessProxyIsNoAnswerOfTheEndpoint() throws {
        let server = try server()
        let socks = try socks(["-u", "who", "-P", "s3c"])
        let http = try tinyproxy("BasicAuth who s3c")
        for proxy in [
            "socks5://127.0.0.1:1", "http://127.0.0.1:1", "socks5://127.0.0.1:\(socks.port)",
            "socks5://who:wrong@127.0.0.1:\(socks.port)", "http://127.0.0.1:\(http.port)",
            "http://127.0.0.1:\(server.port)", "socks5://127.0.0.1:\(server.port)",
        ] {
            let result = try Program.run([
                "scan", "--no-signatures", "127.0.0.1:\(server.port)", "--proxy", proxy,
            ])
            let record = try #require(Program.records(result.text).first)
            #expect(record.code == "local_error" && result.status == 1, "\(proxy): \(record.line)")
            #expect(
                record.text("error.message")?.hasPrefix("the proxy: ") == true,
                "\(proxy): \(record.line)"
            )
        }
        for wrong in [
            "127.0.0.1:1", "ftp://127.0.0.1:1", "socks5://example.com:1", "http://127.0.0.1", "socks5://:1",
        ] {
            #expect(try Program.run(["scan", "127.0.0.1:1", "--proxy", wrong]).status == 64, "\(wrong)")
        }
    }

    @Test func sourceAddress() throws {
        let server = try server()
        let place = "127.0.0.1:\(server.port)"
        let record = try Program.scan([place, "--probe", "full", "--source-address", "127.0.0.77"]).first
        #expect(record?.text("http.response.title") == "127.0.0.77")
        // Nobody is to be seen from an address that was not named.
        let other = try Program.run(["scan", place, "--source-address", "::1"])
        #expect(other.status == 1 && other.text.contains("no source address of its family"), "\(other.text)")
        for wrong in [["192.0.2.1"], ["a"], ["127.0.0.1", "127.0.0.2"]] {
            let arguments = ["scan", place] + wrong.flatMap { ["--source-address", $0] }
            #expect(try Program.run(arguments).status == 64, "\(wrong)")
        }
    }
}

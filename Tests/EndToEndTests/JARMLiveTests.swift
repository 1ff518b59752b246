import Foundation
import TestSupport
import Testing

/// JARM of real servers with eight TLS libraries against what jarm.py measured on the same configurations.
@Suite(.serialized) struct JARMLiveTests {
    /// Which servers ran is in the farm's messages; what is not installed can't be compared.
    @Test func everyServersJARMIsTheReferences() throws {
        let farm = try Farm()
        #expect(farm.servers.count == 24, "\(farm.servers.map(\.name))")
        for host in ["localhost", "127.0.0.1"] {
            let records = try Program.scan(
                farm.servers.map { "\(host):\($0.port)" } + [
                    "--probe", "full", "--include-special", "--no-ipv6",
                ]
            )
            let found = Dictionary(
                records.map { ($0.number("server.port") ?? 0, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            for server in farm.servers {
                let record = try #require(found[Int(server.port)], "\(server.name)")
                let outcomes = record["hallmark.jarm.outcomes"] ?? "none"
                #expect(
                    record.text("tls.server.jarm") == server.jarm[host],
                    "\(server.name) as \(host): \(outcomes)"
                )
                #expect(record["hallmark.jarm.complete"] as? Bool == true, "\(server.name)")
                #expect(record.text("hallmark.jarm.server_name") == host)
            }
        }
    }

    /// Configurations that nobody has measured before, against another implementation at the same moment.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func unknownServersJARMIsThatOfAnotherImplementation() throws {
        let certificate = try TestCertificate()
        let servers = try [
            ["-tls1_2"], ["-tls1_3"], ["-no_tls1_3", "-cipher", "ECDHE+CHACHA20"],
            ["-tls1_2", "-serverpref", "-cipher", "AES128-SHA:AES256-SHA"],
            ["-groups", "P-521:P-384"], ["-alpn", "h2"], ["-alpn", "http/1.1,spdy/3"], ["-no_ticket"],
            ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-legacy_renegotiation", "-no_tls1_2"],
            ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "-serverpref"], ["-Verify", "1"],
        ].map { arguments in
            try ServerProcess("openssl") { port, _ in
                ["s_server", "-accept", "127.0.0.1:\(port)", "-quiet", "-www"]
                    + ["-cert", certificate.certificate, "-key", certificate.key] + arguments
            }
        }
        let ports = servers.map { "\($0.port)" }
        for host in ["localhost", "127.0.0.1"] {
            let tool = projectFolder + "/Tests/Tools/reference_jarm.py"
            let expected = try check("python3", [tool, host] + ports).text.split(separator: "\n").map(
                String.init
            )
            let records = try Program.scan(ports.map { "\(host):\($0)" } + ["--probe", "full", "--no-ipv6"])
            let found = Dictionary(
                uniqueKeysWithValues: records.map {
                    ("\($0.number("server.port") ?? 0)", $0.text("tls.server.jarm"))
                }
            )
            #expect(expected.count == ports.count && Set(expected).count > 4)
            #expect(ports.map { found[$0] ?? nil } == expected, "\(host)")
        }
    }

    /// The two that need a licence of their own appear on demand only.
    @Test func ja4PlusIsOnlyThereWhenAsked() throws {
        let server = try Nginx.start(TestCertificate())
        let target = ["127.0.0.1:\(server.port)", "--include-special", "--probe", "certificate"]
        let plain = try #require(try Program.scan(target).first)
        #expect(plain["tls.server.ja4s"] == nil && plain["tls.server.ja4x"] == nil)
        let record = try #require(try Program.scan(target + ["--ja4plus"]).first)
        #expect(record.text("tls.server.ja4s")?.hasPrefix("t1") == true)
        #expect(record.text("tls.server.ja4x")?.utf8.count == 38)
        #expect(try schemaErrors(record.line) == "")
    }
}

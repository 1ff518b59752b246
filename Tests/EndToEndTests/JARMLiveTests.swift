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

import Foundation
import TestSupport
import Testing

/// Targets that are names: every address of them, and which target a record is of.
@Suite(.serialized) struct NameTests {
    private static let names = (0..<30).map { "n\($0).hallmark.test" }
    private static func addresses(_ name: Int) -> [String] { (1...8).map { "127.22.\(name).\($0)" } }

    private let server: ServerProcess
    private let resolver: ServerProcess

    init() throws {
        server = try Nginx.start(try TestCertificate(), listen: "0.0.0.0")
        resolver = try Unbound.start(
            server: ["local-zone: \"hallmark.test.\" static"]
                + Self.names.enumerated().flatMap { index, name in
                    Self.addresses(index).map { "local-data: \"\(name). 60 IN A \($0)\"" }
                }
        )
    }

    private var base: [String] {
        Self.names + [
            "-p", "\(server.port)", "--resolver", "127.0.0.1:\(resolver.port)", "--probe", "certificate",
            "--no-signatures", "-q",
        ]
    }

    @Test func theFirstAddressOrAll() throws {
        let first = try Program.scan(base)
        #expect(first.map { $0.text("server.address") ?? "" }.sorted() == Self.names.sorted())
        let all = try Program.scan(base + ["--all-addresses", "-c", "3"])
        let expected = Set(Self.names.indices.flatMap { Self.addresses($0) })
        #expect(all.count == 240 && Set(all.compactMap { $0.text("server.ip") }) == expected)
        #expect(all.allSatisfy { $0.text("event.outcome") == "success" })
    }

    /// Killed again and again, the runs together hold every address of every name once.
    @Test func killedRunsLoseNoAddress() throws {
        let scratch = Scratch()
        let output = scratch.file("out.ndjson")
        let state = scratch.file("state")
        let run =
            ["scan"] + base + [
                "--all-addresses", "-c", "6", "--rate", "60", "--seed", "1", "-o", output,
            ]
        func option() -> String {
            FileManager.default.fileExists(atPath: state) ? "--resume" : "--checkpoint"
        }
        for seconds in [0.9, 1.6, 0.8] {
            let killed = try TestSupport.run(
                "timeout",
                ["-s", "KILL", "\(seconds)", Program.path] + run + [option(), state]
            )
            #expect(killed.status != 0)
        }
        let last = try Program.run(run + [option(), state])
        #expect(last.status == 0, "\(last.errors)")
        let records = try Program.records(try String(contentsOfFile: output, encoding: .utf8))
        let pairs = records.map { "\($0.text("server.address") ?? "") \($0.text("server.ip") ?? "")" }
        let expected = Set(
            Self.names.enumerated().flatMap { index, name in Self.addresses(index).map { "\(name) \($0)" } }
        )
        #expect(Set(pairs) == expected)
        #expect(pairs.count == 240)
    }

    /// Records of failures tell targets of one host and port from each other, too.
    @Test func aFailureSaysWhichTargetItIsOf() throws {
        let port = freePort()
        let records = try Program.scan([
            "127.0.0.1:\(port)", "127.0.0.1:\(port),a.test", "127.0.0.1:\(port),b.test",
            "http://127.0.0.1:\(port)/",
        ])
        let marks = records.map { record in
            (record.text("tls.client.server_name") ?? "-") + " " + (record.text("url.scheme") ?? "-")
        }
        #expect(records.allSatisfy { $0.code == "connection_refused" })
        #expect(marks.sorted() == ["- -", "- http", "a.test -", "b.test -"])
        #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
    }
}

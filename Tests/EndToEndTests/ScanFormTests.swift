import Foundation
import TestSupport
import Testing

/// The forms in which `scan` writes: a table for a person, CSV, and records in few words.
@Suite(.serialized) struct ScanFormTests {
    /// A server whose certificate is a published default.
    private func suspicious() throws -> ServerProcess {
        try Nginx.start(
            TestCertificate(subject: "/O=Gophish", algorithm: ["ec", "ec_paramgen_curve:P-384"], days: 3650),
            server:
                "ssl_protocols TLSv1.2 TLSv1.3; add_header X-Server gophish always; location / { return 404; }"
        )
    }

    /// Runs a command on a pseudo-terminal of 80 columns (script of util-linux) and returns what it shows.
    private func onTerminal(_ arguments: String, _ environment: [String: String] = [:]) throws -> String {
        let script = Scratch()
        let command = try script.write(
            "command",
            "stty cols 80 rows 24\nexec '\(Program.path)' \(arguments) 2> '\(script.file("errors"))'\n"
        )
        // The tests themselves may be run without colour.
        let variables = [
            "HALLMARK_SIGNATURES": projectFolder + "/signatures", "TERM": "xterm", "NO_COLOR": "",
        ]
        return try run(
            "script",
            ["-qec", "bash '\(command)'", "/dev/null"],
            environment: variables.merging(environment) { $1 }
        ).text.replacing("\r\n", with: "\n")
    }

    @Test func aTerminalGetsATableAndAPipeRecords() throws {
        let server = try suspicious()
        let place = "127.0.0.1:\(server.port)"
        let shown = try onTerminal("scan \(place) 127.0.0.1:1", ["NO_COLOR": "1"])
        let lines = shown.split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 80 }, "\(shown)")
        #expect(lines.first?.hasPrefix("ENDPOINT") == true)
        let row = lines.first { $0.hasPrefix(place) } ?? ""
        #expect(row.contains(" Gophish ") && row.contains(" itself ") && row.hasSuffix(" high"), "\(shown)")
        #expect(lines.contains("127.0.0.1:1           connection_refused"), "\(shown)")
        #expect(!shown.contains("\u{1b}"))
        let coloured = try onTerminal("scan \(place)")
        #expect(coloured.contains("\u{1b}[1;31mGophish"), "\(coloured)")
        #expect(!coloured.contains("{"))
        for arguments in ["--format ndjson", "-o -"] {
            let records = try onTerminal("scan \(place) \(arguments)")
            #expect(records.hasPrefix("{\"@timestamp\""), "\(arguments): \(records)")
        }
        let piped = try Program.run(["scan", place])
        #expect(piped.text.hasPrefix("{\"@timestamp\""))
        #expect(piped.errors.contains("\n  \(place) Gophish "), "\(piped.errors)")
    }

    /// What Python's reader makes of the rows.
    @Test func csvWithChosenColumns() throws {
        let server = try suspicious()
        let scratch = Scratch()
        let path = scratch.file("rows.csv")
        let fields =
            "server.port,tls.server.x509.subject.organization,hallmark.leads.software.name,error.code"
        let result = try Program.run(
            ["scan", "-q", "127.0.0.1:\(server.port)", "127.0.0.1:1", "--format", "csv"]
                + ["--fields", fields, "-o", path]
        )
        #expect(result.status == 0, "\(result.errors)")
        let read = try run(
            "python3",
            ["-c", "import csv, sys; print(sorted(csv.reader(open(sys.argv[1]))))", path]
        )
        #expect(
            read.text
                == "[['1', '', '', 'connection_refused'], ['\(server.port)', 'Gophish', 'Gophish', ''], "
                + "['server.port', 'tls.server.x509.subject.organization', 'hallmark.leads.software.name', 'error.code']]\n",
            "\(read.text)"
        )
        for wrong in [
            ["--fields", fields], ["--format", "csv", "--fields", "nothing"], ["--format", "table"],
        ] {
            let arguments = ["scan", "127.0.0.1:1", "--checkpoint", scratch.file("state")] + wrong
            #expect(try Program.run(arguments).status == 64, "\(wrong)")
        }
    }

    @Test func failuresInFewWordsOrNone() throws {
        let server = try suspicious()
        let targets = ["127.0.0.1:\(server.port)", "127.0.0.1:1"]
        let short = try Program.scan(targets + ["--short-failures"])
        let refused = try #require(short.first { $0.code == "connection_refused" })
        let whole = try #require(Program.scan(targets).first { $0.code == "connection_refused" })
        #expect(3 * refused.line.utf8.count < 2 * whole.line.utf8.count, "\(refused.line)")
        #expect(refused.endpoint == "127.0.0.1:1" && refused.text("event.outcome") == "failure")
        #expect((refused["hallmark.probes"] as? [Any])?.count == 1)
        #expect(short.contains { $0["related.ip"] != nil && $0.code == nil }, "an answer is told whole")
        let errors = try schemaErrors(short.map(\.line).joined(separator: "\n"))
        #expect(errors == "", "\(errors)")
        let omitted = try Program.run(["scan", "--omit-failures"] + targets)
        #expect(omitted.text.split(separator: "\n").count == 1)
        #expect(omitted.errors.contains("connection_refused: 1"), "\(omitted.errors)")
    }
}

import Foundation
import TestSupport
import Testing

/// `hallmark validate`: what a person reads, and what it must not let through.
@Suite(.serialized) struct ValidateTests {
    @Test func suspiciousHostIsNamedWithItsEvidence() throws {
        let certificate = try TestCertificate(
            subject: "/O=Gophish",
            algorithm: ["ec", "ec_paramgen_curve:P-384"],
            days: 3650
        )
        let server = try Nginx.start(
            certificate,
            server:
                "ssl_protocols TLSv1.2 TLSv1.3; add_header X-Server gophish always; location / { return 404; }"
        )
        let result = try Program.run(["validate", "127.0.0.1:\(server.port)", "--fail-on", "high"])
        #expect(result.status == 3, "\(result.errors)")
        #expect(result.text.contains("Gophish"))
        #expect(result.text.contains("http.response.header.x-server"))
        #expect(result.text.contains("hallmark pivot 127.0.0.1:\(server.port)"))
        #expect(!result.text.contains("\u{1b}"), "no colour into a file")
    }

    /// A lead at the level or over it ends with 3, whichever command found it.
    @Test(arguments: ["scan", "validate"]) func failOn(_ command: String) throws {
        let weak = try LabServer.caddy(
            LabCertificate(
                "/O=Acme Co",
                key: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
                extensions: "subjectAltName=DNS:deimos.example.com\n"
            ),
            "respond ok"
        )
        for (level, status) in [("low", Int32(3)), ("medium", 0), ("high", 0)] {
            let result = try Program.run([command, "127.0.0.1:\(weak.port)", "--fail-on", level])
            #expect(result.status == status, "\(level): \(result.text)\(result.errors)")
        }
        #expect(try Program.run([command, "127.0.0.1:\(weak.port)", "--fail-on", "sure"]).status == 64)
    }

    /// A swept range of which nothing is left is told, not passed over.
    @Test func nothingLeftIsSaid() throws {
        let result = try Program.run(["validate", "198.18.0.0/24"])
        #expect(result.status == 1)
        #expect(
            result.errors.contains(
                "of a special purpose (--include-special): 198.18.0.0/15: 256 addresses"
            ),
            "\(result.errors)"
        )
        let half = try Program.run(["validate", "127.20.0.1 127.20.0.256"])
        #expect(half.status == 64 && half.output.isEmpty)
        let scratch = Scratch()
        let list = try scratch.write("list", "127.20.0.1:9\n127.20.0.2:9 ,\n")
        for arguments in [["-i", list], ["-"]] {
            let input = "127.20.0.1:9\n127.20.0.2:9 ,\n"
            let result = try Program.run(["validate"] + arguments, input: input)
            #expect(result.status == 1 && result.errors.contains(":2: "), "\(result.errors)")
            #expect(try Program.run(["validate", "--keep-going"] + arguments, input: input).status == 0)
        }
        let none = try Program.run(["validate", "-"], input: "")
        #expect(none.status == 1 && none.errors.contains("standard input left nothing"), "\(none.errors)")
        let many = try Program.run(["validate", "198.18.0.0/16", "--include-special"])
        #expect(many.status == 64 && many.errors.contains("up to 256 endpoints"))
    }

    @Test func helpHasExamples() throws {
        let help = try Program.run(["help", "validate"]).text
        #expect(help.contains("Examples:"))
        for line in help.split(separator: "\n") where line.hasPrefix("  hallmark validate ") {
            // Every option of an example is one that the command has.
            for option in line.split(separator: " ") where option.hasPrefix("--") {
                #expect(help.contains("\n  \(option)"), "\(option)")
            }
        }
    }

    @Test func ordinaryHostHasNoLead() throws {
        let certificate = try TestCertificate(subject: "/CN=shop.example.com", days: 90)
        let server = try Nginx.start(certificate)
        let result = try Program.run(["validate", "127.0.0.1:\(server.port)", "--json", "--fail-on", "low"])
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(Program.records(result.text).first)
        #expect(record["hallmark.leads"] == nil)
        #expect(try schemaErrors(record.line) == "")
    }

    /// Escapes, right-to-left marks and line ends in a name stay text.
    @Test func nothingOfTheServerReachesTheTerminal() throws {
        let certificate = try TestCertificate(
            subject: "/CN=\u{1b}]0;owned\u{7}\u{202e}x\u{9b}31m",
            extra: ["-utf8"]
        )
        let server = try Nginx.start(
            certificate,
            server: "location / { default_type text/html; return 200 '<title>\u{1b}[2Jgone</title>'; }"
        )
        let result = try Program.run(["validate", "127.0.0.1:\(server.port)"])
        #expect(result.status == 0, "\(result.errors)")
        let forbidden = result.text.unicodeScalars.filter {
            $0.value < 0x20 && $0 != "\n" || (0x7f...0x9f).contains($0.value) || $0.value == 0x202e
        }
        #expect(forbidden.isEmpty)
        #expect(result.text.contains("owned"))
    }

    @Test func anyPathAndBudgetsAreSaid() throws {
        let certificate = try TestCertificate()
        let server = try Nginx.start(certificate, server: "location / { return 200 'always'; }")
        let record = try #require(
            Program.records(Program.run(["validate", "127.0.0.1:\(server.port)", "--json"]).text).first
        )
        #expect((record["hallmark.assessment"] as? [String]) == ["any_path"])
        let variants = try #require(record["hallmark.sni_variants"] as? [[String: Any]])
        #expect(
            variants.contains { $0["kind"] as? String == "random" && $0["covers_name"] as? Bool == false }
        )
    }
}

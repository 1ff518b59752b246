import Foundation
import TestSupport
import Testing

/// `hallmark report`, as a person runs it.
@Suite struct ReportCommandTests {
    private static func line(_ host: Int, _ more: String = "", day: Int = 1, subject: String = "CN=a")
        -> String
    {
        #"{"@timestamp":"2026-06-0\#(day)T01:00:00.000Z","event":{"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""tls":{"version":"1.0","server":{"hash":{"sha256":"\#(String(repeating: "0\(host)", count: 32))"},"#
            + #""x509":{"subject":{"distinguished_name":"\#(subject)"},"not_after":"2026-06-10T00:00:00Z","#
            + #""not_before":"2026-01-01T00:00:00Z","signature_algorithm":"SHA256-RSA","public_key_algorithm":"RSA","public_key_size":1024}}},"#
            + #""hallmark.certificate.spki_sha256":"\#(String(repeating: "0\(host)", count: 32))","hallmark":{\#(more)}}"#
            + "\n"
    }

    private static let lead =
        #""leads":[{"software":{"name":"Sliver"},"confidence":80,"label":"high","kinds":["jarm"]}]"#

    /// A sweep, an earlier one, an inventory and a scope.
    private static func scratch() throws -> Scratch {
        let scratch = Scratch()
        try scratch.write("sweep.ndjson", line(1, lead, subject: "CN=<script>alert(1)</script>") + line(2))
        try scratch.write("last.ndjson", line(1, subject: "CN=<script>alert(1)</script>"))
        try scratch.write(
            "inventory.csv",
            "kind,address,ports,owner\n,192.0.2.1,443,payments\nowned,192.0.2.0/24,,\n"
        )
        try scratch.write(
            "scope.yaml",
            "name: lab\nauthorization: contract 7 of the lab\ninclude: [192.0.2.0/24]\n"
        )
        return scratch
    }

    @Test func everySectionTellsWhatWasGiven() throws {
        let scratch = try Self.scratch()
        let result = try Program.run([
            "report", scratch.file("sweep.ndjson"), "--baseline", scratch.file("last.ndjson"), "--inventory",
            scratch.file("inventory.csv"), "--scope", scratch.file("scope.yaml"), "--format", "markdown",
        ])
        #expect(result.status == 0, "\(result.errors)")
        for text in [
            "contract 7 of the lab", "### 192.0.2.1:443: Sliver", "The endpoint answers now with CN=a",
            "192.0.2.2:443",
            "An endpoint inside owned ranges answers", "payments", "in 8 days", "The RSA key of 1024 bits",
            "negotiated TLS 1.0",
        ] {
            #expect(result.text.contains(text), "\(text) in \(result.text)")
        }
        #expect(!result.text.contains("No inventory was given"))
    }

    @Test func theFileIsWholeAndNothingInItRuns() throws {
        let scratch = try Self.scratch()
        let path = scratch.file("report.html")
        let result = try Program.run(["report", scratch.file("sweep.ndjson"), "-o", path])
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        // A parser that we did not write reads it: every element is ours, and none of them acts.
        let checked = try TestSupport.run(
            "/usr/bin/python3",
            ["-B", projectFolder + "/Tests/Tools/check_html.py", path]
        )
        #expect(checked.status == 0, "\(checked.text) \(checked.errors)")
    }

    @Test func aCorpusTellsWhatIsNewAndWhatWasDecided() throws {
        let scratch = try Self.scratch()
        let corpus = scratch.file("c.sqlite")
        try scratch.write("next.ndjson", Self.line(3, day: 5) + Self.line(2, day: 5, subject: "CN=b"))
        for file in ["sweep.ndjson", "next.ndjson"] {
            let added = try Program.run(["corpus", "add", scratch.file(file), "--corpus", corpus])
            #expect(added.status == 0, "\(added.errors)")
        }
        let decided = try Program.run([
            "decide", "192.0.2.3:443", "monitor", "--because", "is it ours?", "--by", "me", "--corpus",
            corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let all = try Program.run(["report", "--corpus", corpus, "--format", "markdown"])
        #expect(all.status == 0 && all.text.contains("3 endpoints in 3 records"), "\(all.errors) \(all.text)")
        #expect(all.text.contains("is it ours?") && all.text.contains("the record keeps none"))
        let new = try Program.run([
            "report", "--corpus", corpus, "--since", "2026-06-03", "--format", "markdown",
        ])
        #expect(new.text.contains("| medium | 192.0.2.3:443 | Seen for the first time"), "\(new.text)")
        #expect(!new.text.contains("192.0.2.1:443"))
        // What earlier comparisons said stands in the corpus, and the report says how many of it.
        #expect(!all.text.contains("of earlier comparisons"))
        let compared = try Program.run([
            "compare", scratch.file("sweep.ndjson"), "--expiring", "100000", "--format", "ndjson",
        ])
        let count = compared.text.split(separator: "\n").count
        try #require(count > 1, "\(compared.errors)")
        let kept = try scratch.write("findings.ndjson", compared.text)
        #expect(try Program.run(["corpus", "add", kept, "--corpus", corpus]).status == 0)
        let told = try Program.run(["report", "--corpus", corpus, "--format", "markdown"])
        #expect(
            told.text.contains("The corpus holds \(count) findings of earlier comparisons"),
            "\(told.text)"
        )
    }

    /// What was not tested is told as far as the corpus knows it, and that it does not know the rest.
    @Test func aCorpusTellsWhatItDoesNotKnow() throws {
        let scratch = try Self.scratch()
        let corpus = scratch.file("c.sqlite")
        let server = try Nginx.start(try TestCertificate())
        let scanned = try Program.run([
            "scan", "127.0.0.1:\(server.port)", "127.0.0.1:1", "--corpus", corpus, "-o",
            scratch.file("s.ndjson"), "-q",
        ])
        #expect(scanned.status == 0, "\(scanned.errors)")
        let again = try Program.run(["scan", "127.0.0.1:\(server.port)", "--corpus", corpus, "-q"])
        #expect(again.status == 0, "\(again.errors)")
        let told = try Program.run(["report", "--corpus", corpus, "--format", "markdown"]).text
        // Two scans, of which the corpus knows that they matched rules, and that something did not answer.
        #expect(told.contains("| scans | 2 |") || told.contains("scans: 2"), "\(told)")
        #expect(told.contains("2 scans of 2 that the corpus knows matched rules"), "\(told)")
        #expect(told.contains("of what never answered a corpus knows nothing"))
        for word in ["0 did not", "nobody told", "0 are told", "Nothing is known to have been left out"] {
            #expect(!told.contains(word), "\(word): \(told)")
        }
        #expect(told.contains("The corpus keeps no lead of these endpoints"))
        // Records alone tell less.
        let bare = scratch.file("bare.sqlite")
        let file = try scratch.write("bare.ndjson", Self.line(3, day: 5))
        #expect(try Program.run(["corpus", "add", file, "--corpus", bare]).status == 0)
        let less = try Program.run(["report", "--corpus", bare, "--format", "markdown"]).text
        #expect(less.contains("does not know whether rules were matched at all"), "\(less)")
        #expect(less.contains("Of 1 record without a lead it is not known whether rules were matched"))
    }

    @Test func whatCouldNotBeReadStandsInTheReport() throws {
        let scratch = try Self.scratch()
        try scratch.write("broken.ndjson", "{\n")
        let files = [scratch.file("sweep.ndjson"), scratch.file("broken.ndjson")]
        let result = try Program.run(["report", "--format", "markdown"] + files)
        #expect(result.status == 1 && result.text.contains("could not be read: "), "\(result.errors)")
        let kept = try Program.run(["report", "--keep-going", "--format", "markdown"] + files)
        #expect(kept.status == 0)
        let summary = try Program.run([
            "report", files[0], "--summary", try scratch.write("empty.json", "{}"), "--format", "markdown",
        ])
        #expect(
            summary.status == 1 && summary.errors.contains("is no summary of a scan"),
            "\(summary.errors)"
        )
        #expect(try Program.run(["report", scratch.file("none.ndjson")]).status == 1)
        #expect(try Program.run(["report", files[0], "--corpus", "c.sqlite"]).status == 64)
        #expect(try Program.run(["report", files[0], "--since", "7d"]).status == 64)
    }
}

import Foundation
import TestSupport
import Testing

/// `signatures draft`: what it writes lints, finds what it was drafted from, and says what is rare.
@Suite struct DraftTests {
    /// Three servers of one tool with a name of its own, one of them looked at, beside four innocent ones.
    private struct Sweep {
        let scratch = Scratch()
        let endpoint: String
        var sweep: String { scratch.file("sweep.ndjson") }
        var corpus: String { scratch.file("corpus.sqlite") }

        init() throws {
            var servers: [ServerProcess] = []
            let page =
                #"location / { default_type text/html; return 200 "<title>Panel ' of * C:\\\\x</title>"; }"#
            for number in 0..<7 {
                let isTool = number < 3
                let certificate = try TestCertificate(
                    subject: isTool ? "/O=Evil 'Corp' */CN=tool \(number)" : "/O=Good/CN=shop \(number)"
                )
                servers.append(
                    isTool
                        ? try Nginx.start(certificate, server: page) : try Nginx.start(certificate)
                )
            }
            endpoint = "127.0.0.1:\(servers[0].port)"
            let scan = try Program.run(
                ["scan", "-q", "--probe", "full", "-o", sweep, "--corpus", corpus]
                    + servers.map { "127.0.0.1:\($0.port)" }
            )
            try #require(scan.status == 0, "\(scan.errors)")
        }
    }

    private static let sweep = try? Sweep()

    /// Drafts a rule into a folder, holds it to lint, and returns its text and what it finds in the sweep.
    private func draft(_ arguments: [String]) throws -> (text: String, found: Int) {
        let sweep = try #require(Self.sweep)
        let drafted = try Program.run(["signatures", "draft", sweep.endpoint] + arguments)
        #expect(drafted.status == 0, "\(drafted.errors)")
        let scratch = Scratch()
        let path = try scratch.write("draft.yml", drafted.text)
        let lint = try Program.run(["signatures", "lint", path])
        #expect(lint.status == 0, "\(lint.text)\(lint.errors)\n\(drafted.text)")
        let tested = try Program.run(["signatures", "test", path])
        #expect(tested.errors.contains("1 rule, 1 example, 1 near miss, 0 failures"), "\(tested.errors)")
        let match = try Program.run([
            "match", sweep.sweep, "--no-default-signatures", "--signatures", scratch.path, "--only-leads",
        ])
        return (drafted.text, match.text.split(separator: "\n").count)
    }

    @Test func theRareIsInTheRule() throws {
        let sweep = try #require(Self.sweep)
        let (text, found) = try draft(["--corpus", sweep.corpus, "--software", "Tool: x"])
        let selection = try #require(text.split(separator: "selection:\n").last).prefix { $0 != "\n" }
        #expect(!text.contains("references: [x"))
        #expect(found >= 1, "\(text)")
        #expect(text.contains("'Tool: x'") && !selection.isEmpty)
        // The key is of this copy, the TLS of everybody.
        let remarks = try #require(text.range(of: "of this copy alone"))
        #expect(text[remarks.upperBound...].contains("hallmark.certificate.spki_sha256"))
        #expect(text.contains("3 of 7 certificates"))
    }

    /// Each kind of evidence, with a corpus and without, from a file and from the corpus.
    @Test(arguments: ["certificate", "tls", "http"], [true, false])
    func everyKind(_ kind: String, _ hasCorpus: Bool) throws {
        let sweep = try #require(Self.sweep)
        let corpus = hasCorpus ? ["--corpus", sweep.corpus] : []
        let (text, found) = try draft([sweep.sweep, "--kind", kind] + corpus)
        #expect(found >= 1, "\(text)")
        #expect(text.contains("rarity not known") == !hasCorpus)
        if kind == "http" { #expect(text.contains("http.response.title: 'Panel '' of \\*"), "\(text)") }
    }

    @Test func whatIsNotThereIsSaid() throws {
        let sweep = try #require(Self.sweep)
        let missing = try Program.run(["signatures", "draft", "127.0.0.2:1", sweep.sweep])
        #expect(missing.status == 4 && missing.errors.contains("127.0.0.2:1 is not in"))
        #expect(try Program.run(["signatures", "draft", "127.0.0.2:1"]).status == 64)
        #expect(try Program.run(["signatures", "draft", "nobody", sweep.sweep]).status == 64)
        let scratch = Scratch()
        let sweepText = try String(contentsOfFile: sweep.sweep, encoding: .utf8)
        let torn = try scratch.write("torn.ndjson", sweepText + "{\"server\":\n")
        let result = try Program.run(["signatures", "draft", sweep.endpoint, torn])
        #expect(result.status == 1 && result.text.contains("title: "))
        #expect(result.errors.contains("torn.ndjson:8"), "\(result.errors)")
        #expect(try Program.run(["signatures", "draft", sweep.endpoint, torn, "--keep-going"]).status == 0)
    }
}

import Bytes
import Foundation
import Observations
import Testing

@testable import Signatures

/// The numbers of `Docs/leads.md`.
@Suite struct LeadTests {
    /// One rule in short: kinds, specificity and what else its block holds.
    struct Piece: CustomStringConvertible, Sendable {
        let kinds: String
        let specificity: String
        var extra = ""
        var benign = false

        var description: String { "\(benign ? "benign " : "")\(kinds) \(specificity) \(extra)" }
    }

    private static func piece(_ kinds: String, _ specificity: String, _ extra: String = "") -> Piece {
        Piece(kinds: kinds, specificity: specificity, extra: extra)
    }

    private static func benign(_ kinds: String, _ specificity: String, _ of: String) -> Piece {
        Piece(kinds: kinds, specificity: specificity, extra: of, benign: true)
    }

    private static let fields = [
        "certificate": "tls.server.x509.serial_number: AA", "tls": "tls.server.jarm: aa",
        "http": "http.response.body.sha256: aa",
    ]
    private static let line = """
        {"@timestamp":"2026-06-01T00:00:00.000Z","event":{"kind":"event"},\
        "tls":{"server":{"jarm":"aa","x509":{"serial_number":"AA"}}},"http":{"response":{"body":{"sha256":"aa"}}},\
        "hallmark":{"proof":"presented"}}

        """

    private static func text(_ piece: Piece, _ number: Int) -> String {
        let search = piece.kinds.split(separator: "+").map { "    " + (fields[String($0)] ?? "") }
            .joined(separator: "\n")
        let block =
            piece.benign
            ? "  benign: {name: Innocent, lookalike_of: [\(piece.extra)]}"
            : "  software: {name: Tool}\n  \(piece.extra)"
        return """
            title: Rule \(number)
            logsource: {product: hallmark, category: tls_observation}
            detection:
              s:
            \(search)
              condition: s
            hallmark:
            \(block)
              specificity: \(piece.specificity)
            """
    }

    private static func assess(_ pieces: [Piece]) throws -> Assessment {
        let assessor = Assessor(try load(pieces.enumerated().map { text($1, $0) }))
        var buffer = ByteBuffer()
        buffer.append(line)
        return try assessor.assess(&buffer)
    }

    /// One sum: what matches, in the page's words when it stands there, and what comes of it.
    struct Example: CustomStringConvertible, Sendable {
        let words: String?
        let pieces: [Piece]
        let confidence: Int
        let label: String

        init(_ words: String?, _ pieces: [Piece], _ confidence: Int, _ label: String) {
            self.words = words
            self.pieces = pieces
            self.confidence = confidence
            self.label = label
        }

        var description: String { words ?? "\(pieces)" }
    }

    private static let examples = [
        Example("certificate unique", [piece("certificate", "unique")], 90, "high"),
        Example(
            "certificate unique, HTTP strong",
            [piece("certificate", "unique"), piece("http", "strong")],
            96,
            "high"
        ),
        Example(
            "certificate unique, TLS unique, HTTP unique",
            [piece("certificate", "unique"), piece("tls", "unique"), piece("http", "unique")],
            99,
            "high"
        ),
        Example("HTTP strong", [piece("http", "strong")], 60, "medium"),
        Example("HTTP strong twice", [piece("http", "strong"), piece("http", "strong")], 60, "medium"),
        Example("TLS strong, HTTP strong", [piece("tls", "strong"), piece("http", "strong")], 84, "high"),
        Example("TLS weak", [piece("tls", "weak")], 25, "low"),
        Example("TLS weak, HTTP weak", [piece("tls", "weak"), piece("http", "weak")], 44, "low"),
        Example("TLS weak, HTTP strong", [piece("tls", "weak"), piece("http", "strong")], 70, "medium"),
        Example(
            "certificate, TLS, HTTP weak",
            [piece("certificate", "weak"), piece("tls", "weak"), piece("http", "weak")],
            58,
            "medium"
        ),
        Example(
            "one rule over TLS and HTTP strong, TLS weak",
            [piece("tls+http", "strong"), piece("tls", "weak")],
            60,
            "medium"
        ),
        Example(
            "one rule over TLS and HTTP strong, certificate weak",
            [piece("tls+http", "strong"), piece("certificate", "weak")],
            70,
            "medium"
        ),
        Example(
            "certificate unique, expired",
            [piece("certificate", "unique", "expires: 2026-05-01")],
            60,
            "medium"
        ),
        Example(nil, [piece("certificate", "unique", "expires: 2026-07-01")], 90, "high"),
        Example(
            "certificate strong, expired",
            [piece("certificate", "strong", "expires: 2026-05-01")],
            25,
            "low"
        ),
        Example(nil, [piece("certificate", "weak", "expires: 2026-05-01")], 10, "low"),
        Example(
            "HTTP weak; benign HTTP weak for this software",
            [piece("http", "weak"), benign("http", "weak", "Tool")],
            18,
            "low"
        ),
        Example(
            "TLS weak, HTTP weak; benign TLS weak for this software",
            [piece("tls", "weak"), piece("http", "weak"), benign("tls", "weak", "Tool")],
            38,
            "low"
        ),
        Example(
            "HTTP strong; benign HTTP unique for any",
            [piece("http", "strong"), benign("http", "unique", "any")],
            12,
            "low"
        ),
        Example(
            "HTTP unique; benign HTTP unique for any",
            [piece("http", "unique"), benign("http", "unique", "any")],
            90,
            "high"
        ),
        Example(
            "HTTP unique; benign HTTP strong for this software",
            [piece("http", "unique"), benign("http", "strong", "Tool")],
            36,
            "low"
        ),
        Example(
            "HTTP strong; benign TLS unique for any",
            [piece("http", "strong"), benign("tls", "unique", "any")],
            60,
            "medium"
        ),
        Example(nil, [piece("http", "strong"), benign("http", "unique", "Other")], 60, "medium"),
    ]

    @Test(arguments: examples) func confidence(_ example: Example) throws {
        let leads = try Self.assess(example.pieces).leads
        #expect(leads.map(\.software.name) == ["Tool"])
        #expect(leads.map(\.confidence) == [example.confidence])
        #expect(leads.map(\.label.rawValue) == [example.label])
    }

    /// Every program in one language shares its TLS stack: that alone is no lead, unless nobody innocent is
    /// known for it.
    @Test func runtimesStackAloneIsNoLead() throws {
        let plain = try Self.assess([Self.piece("tls", "weak"), Self.benign("tls", "weak", "Tool")])
        #expect(plain.leads.isEmpty && plain.matches.count == 2)
        for known in ["certificate", "http"] {
            let leads = try Self.assess([Self.piece(known, "weak"), Self.benign(known, "weak", "Tool")]).leads
            #expect(leads.map(\.confidence) == [18])
        }
        let strong = try Self.assess([Self.piece("tls", "strong"), Self.benign("tls", "weak", "Tool")]).leads
        #expect(strong.map(\.confidence) == [42])
        let other = try Self.assess([Self.piece("tls", "weak"), Self.benign("tls", "weak", "Other")]).leads
        #expect(other.map(\.confidence) == [25])
    }

    /// The page's table has the sums of the test above, in its order, and the one that makes no lead.
    @Test func pageAgrees() throws {
        let page = try String(
            contentsOfFile: #filePath.replacing(
                "Tests/SignaturesTests/LeadTests.swift",
                with: "Docs/leads.md"
            ),
            encoding: .utf8
        )
        let rows = page.split(separator: "\n").map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        // The other table's last column is a share.
        let sums = rows.filter { $0.count == 4 && LeadLabel(rawValue: $0[3]) != nil }.map {
            [$0[0], $0[2], $0[3]]
        }
        let wanted = Self.examples.compactMap { example in
            example.words.map { [$0, "\(example.confidence)", example.label] }
        }
        #expect(sums == wanted)
        #expect(rows.count { $0.last == "no lead" } == 1)
    }

    @Test func tellsWhatSpeaksAgainst() throws {
        let leads = try Self.assess([
            Self.piece("tls", "weak", "dual_use: true"),
            Self.piece("certificate", "strong", "expires: 2026-05-01"),
            Self.benign("tls", "weak", "Tool"),
        ]).leads
        #expect(leads.first?.isDualUse == true)
        #expect(
            leads.first?.against == [
                "looks like Innocent", "an aged fact: Rule 1",
                "dual use: administrators and testers run it as well",
            ]
        )
    }

    @Test func tellsWhatWouldCorroborate() throws {
        let other = """
            title: Other
            logsource: {product: hallmark}
            detection:
              s: {http.response.title: bb, url.path: /b}
              f: {hallmark.favicon.mmh3: 5}
              c: {hallmark.certificate.spki_sha256: CC}
              condition: 1 of them
            hallmark: {software: {name: Tool}, specificity: strong, requests: [{path: /b}]}
            """
        let assessor = Assessor(try load([Self.text(Self.piece("tls", "strong"), 0), other]))
        var buffer = ByteBuffer()
        buffer.append("{\"tls\":{\"server\":{\"jarm\":\"aa\"}}}")
        let lead = try #require(try assessor.assess(&buffer).leads.first)
        #expect(lead.corroborate == ["GET /b", "favicon", "certificate"])
        #expect(assessor.scratch.wantedProbes() == [.http, .favicon, .jarm])
    }

    @Test(arguments: [4, 5])
    func manyUnrelatedToolsAreDeception(_ count: Int) throws {
        let rules = (0..<count).map { number in
            """
            title: Rule \(number)
            logsource: {product: hallmark}
            detection: {s: {tls.server.x509.subject.common_name: a\(number)}, condition: s}
            hallmark: {software: {name: Tool \(number)}, specificity: unique}
            """
        }
        let names = (0..<count).map { "\"a\($0)\"" }.joined(separator: ",")
        let assessor = Assessor(try load(rules))
        var buffer = ByteBuffer()
        buffer.append("{\"tls\":{\"server\":{\"x509\":{\"subject\":{\"common_name\":[\(names)]}}}}}\n")
        let assessment = try assessor.assess(&buffer)
        #expect(assessment.isDeceptive == (count == 5))
        #expect(assessment.leads.count == (count == 5 ? 3 : 4))
        #expect(assessment.highest == (count == 5 ? .low : .high))
    }

    @Test func toolsThatShareAValueAreOne() throws {
        let rules = (0..<6).map { number in
            """
            title: Rule \(number)
            logsource: {product: hallmark}
            detection: {s: {http.response.title: aa}, condition: s}
            hallmark: {software: {name: Tool \(number)}, specificity: strong}
            """
        }
        let assessor = Assessor(try load(rules))
        var buffer = ByteBuffer()
        buffer.append("{\"http\":{\"response\":{\"title\":\"aa\"}}}\n")
        #expect(try !assessor.assess(&buffer).isDeceptive)
    }

    @Test func wantsTheProbesThatRulesOfSeveralKindsLack() throws {
        let two = """
            title: Two
            logsource: {product: hallmark}
            detection:
              s: {tls.server.x509.serial_number: AA, tls.server.jarm: aa}
              t: {http.response.title: x}
              condition: s and not t
            hallmark: {software: {name: Tool}, specificity: strong}
            """
        let scratch = MatchScratch(try load([two]))
        try scratch.match(#"{"tls":{"server":{"x509":{"serial_number":"AA"}}}}"#)
        #expect(scratch.wantedProbes() == [.jarm, .http])
        try scratch.match(#"{"tls":{"server":{"x509":{"serial_number":"AB"}}}}"#)
        #expect(scratch.wantedProbes() == [])
        try scratch.match(#"{"tls":{"server":{"jarm":"bb","x509":{"serial_number":"AA"}}}}"#)
        #expect(scratch.wantedProbes() == [])
    }
}

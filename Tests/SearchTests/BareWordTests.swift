import Corpus
import Foundation
import Search
import TestSupport
import Testing

/// Words without a field: what they are found as, and what they are not.
@Suite struct BareWordTests {
    private static let now = 1_795_000_000_000
    private static let sha256 = String(repeating: "AB", count: 32)
    private static let spki = String(repeating: "CD", count: 32)
    private static let sha1 = String(repeating: "1F", count: 20)
    private static let md5 = String(repeating: "2E", count: 16)
    private static let keyID = String(repeating: "3D", count: 20)
    private static let jarm = "07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1"

    private static func corpus() throws -> (Scratch, CorpusFile) {
        let scratch = Scratch()
        let lines = """
            {"@timestamp":"2026-11-01T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"203.0.113.4","port":8443,"domain":"gate.example"},\
            "tls":{"client":{"server_name":"gate.example"},"server":{"hash":{"sha256":"\(sha256)","sha1":"\(sha1)","md5":"\(md5)"},\
            "jarm":"\(jarm)","ja4s":"t130200_1301_234ea6891581",\
            "x509":{"serial_number":"08BB00EE","subject":{"distinguished_name":"CN=C++ für Größe"},"not_before":"2026-01-01T00:00:00Z"}}},\
            "hallmark":{"certificate":{"spki_sha256":"\(spki)","subject_key_id":"\(keyID)"},"favicon":{"mmh3":-1234567}}}
            {"@timestamp":"2026-11-03T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"203.0.113.5","port":443},"tls":{"version":"1.3"}}
            {"@timestamp":"2026-11-04T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"203.0.113.5","port":443},"tls":{"version":"1.3"}}
            {"@timestamp":"2026-11-02T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"2001:db8::5","port":993},"http":{"response":{"title":"🎃 Party +++"}}}

            """
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("s.ndjson", lines))
        return (scratch, corpus)
    }

    private static let words = [
        "203.0.113.4", "\"203.0.113.4:8443\"", "\"gate.example:8443\"", "8443", "203.0.113.4/32",
        "203.0.113.4*",
        sha256, sha256.lowercased(), spki.lowercased(), sha1, sha1.lowercased(), md5.lowercased(),
        keyID.lowercased(), jarm, jarm.uppercased(), "t130200_1301_234ea6891581", "08bb00ee", "8BB00EE",
        "\"08:bb:00:ee\"", "\"-1234567\"", "GRÖßE", "gate",
    ]

    /// Beside a field, too, a value is found in all its spellings.
    @Test(arguments: [
        "tls.server.hash.sha256:\"\(Array(repeating: "ab", count: 32).joined(separator: ":"))\"",
        "tls.server.jarm:\(jarm.uppercased())", "server.ip:\"::ffff:203.0.113.4\"",
        "tls.server.x509.serial_number:\"08:bb:00:ee\"", "tls.server.x509.serial_number:8bb00ee",
        "hallmark.certificate.subject_key_id:\(keyID.lowercased())", "server.domain:Gate.Example.",
    ])
    func aValueIsFoundAsItIsSpelled(_ query: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        #expect(try CorpusSearch(query, in: corpus, now: Self.now).count() == 1, "\(query)")
    }

    @Test func whatCannotBeFoundIsSaid() throws {
        let (scratch, corpus) = try Self.corpus()
        let wrong = try CorpusSearch("203.0.113.300", in: corpus, now: Self.now)
        #expect(wrong.remarks(isEmpty: true) == ["'203.0.113.300' is no address and no network"])
        #expect(try CorpusSearch("203.0.113.4", in: corpus, now: Self.now).remarks(isEmpty: true).isEmpty)
        let empty = try CorpusFile(scratch.file("empty.sqlite"), .write)
        let search = try CorpusSearch("*", in: empty, now: Self.now)
        #expect(search.remarks(isEmpty: true) == ["the corpus holds no sightings"])
        #expect(try CorpusSearch("\"[2001:db8::5]\"", in: corpus, now: Self.now).count() == 1)
    }

    @Test(arguments: ["tls.server.hash.sha256:zz", "tls.server.hash.sha1:abc"])
    func whatIsNoDigestIsSaid(_ query: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        #expect(throws: KQLError.self) { try CorpusSearch(query, in: corpus, now: Self.now) }
    }

    @Test(arguments: words) func aWordIsFoundAsWhatItIs(_ word: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for unit in [SearchUnit.sightings, .endpoints, .certificates] {
            let search = try CorpusSearch(word, in: corpus, of: unit, now: Self.now)
            var places: [String] = []
            try search.rows(["server.ip"], limit: 10) { places += $0 }
            let count = try search.count()
            #expect(places == ["203.0.113.4"] && count == 1, "\(word) of \(unit)")
            #expect(search.scans.isEmpty, "\(word)")
        }
        let others = try CorpusSearch("not \(word)", in: corpus, now: Self.now)
        #expect(try others.count() == 2)
    }

    @Test(arguments: [
        "🎃", "\"+++\"", "\"!\"", "not \"😀\"", "🎃*", "\"\"", "acme or \"-\"",
    ])
    func aWordWithoutALetterIsRefused(_ query: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        #expect(throws: KQLError.self) { try CorpusSearch(query, in: corpus, now: Self.now) }
        // A field has its signs.
        let title = try CorpusSearch("http.response.title: *🎃*", in: corpus, now: Self.now)
        #expect(try title.count() == 1)
    }

    @Test func whatIsNotMeantIsSaid() throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        func remarks(_ query: String, isEmpty: Bool = false) throws -> [String] {
            try CorpusSearch(query, in: corpus, now: Self.now).remarks(isEmpty: isEmpty)
        }
        #expect(try remarks("c++").first?.contains("'c++' is looked for as 'c'") == true)
        #expect(try remarks("\"gate.example\" and server.port: 443").isEmpty)
        #expect(
            try remarks("tls.server.subject: \"Acme*\"", isEmpty: true).first?.contains("is a star") == true
        )
        #expect(try remarks("tls.server.subject: \"Acme*\"").isEmpty)
    }

    /// A value that no record has is found nowhere, and the answer says why.
    @Test(arguments: [
        ("server.port: 99999", "'99999' is no number from 1 to 65535"),
        ("server.port: -1", "'-1' is no number from 1 to 65535"),
        ("server.port: 0", "is no number from 1 to 65535"),
        ("server.port > 65535", "numbers there are from 1 to 65535"),
        ("server.port >= 99999 and server.ip: *", "numbers there are from 1 to 65535"),
        ("server.port < 1", "numbers there are from 1 to 65535"),
        ("server.port: (99999 or 70000)", "'99999' is no number"),
        ("hallmark.leads.confidence: 100", "is no number from 0 to 99"),
        ("hallmark.leads:{ confidence: 100 }", "is no number from 0 to 99"),
    ]) func whatNoRecordHasIsSaid(_ query: String, _ word: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        let search = try CorpusSearch(query, in: corpus, now: Self.now)
        #expect(try search.count() == 0)
        #expect(
            search.remarks(isEmpty: true).first?.contains(word) == true,
            "\(search.remarks(isEmpty: true))"
        )
        #expect(search.remarks(isEmpty: false).isEmpty)
    }

    @Test(arguments: [
        "@timestamp: \"2026-02-30\"", "tls.server.not_after < \"2026-13-01\"", "server.ip: 203.0.113.300",
        "server.ip: 2001", "server.port: 44.3", "server.port: https", "server.port: 99999999999999999999",
    ]) func whatIsOfNoSuchKindIsAnError(_ query: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        #expect(throws: KQLError.self) { try CorpusSearch(query, in: corpus, now: Self.now) }
    }

    /// The begin of an address is found, and nothing is said of its signs; with a field it is a network.
    @Test func theBeginOfAnAddressIsNoWord() throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        let bare = try CorpusSearch("203.0.113.*", in: corpus, now: Self.now)
        #expect(try bare.count() > 0)
        #expect(bare.remarks(isEmpty: false).isEmpty, "\(bare.remarks(isEmpty: false))")
        for (value, network) in [
            ("203.0.113.*", "'203.0.113.0/24'"), ("203.0.*", "'203.0.0.0/16'"), ("10.*.*.*", "'10.0.0.0/8'"),
            ("203.0.113.1*", ">= 192.0.2.1"), ("*.113.4", ">= 192.0.2.1"),
        ] {
            do {
                _ = try CorpusSearch("server.ip: \(value)", in: corpus, now: Self.now)
                Issue.record("\(value) was taken")
            } catch { #expect("\(error)".contains(network), "\(error)") }
        }
    }

    @Test(arguments: [#""\ud800""#, #"tls.server.subject: a\udc00b"#])
    func halfACharacterIsRefused(_ query: String) {
        #expect(throws: KQLError.self) { try KQLParser.parse(query) }
    }

    @Test func aWholePairOfEscapesIsACharacter() throws {
        #expect(try KQLParser.parse(#"a: "\ud83c\udf83""#) == .equals(.text("a"), .phrase("🎃")))
    }

    @Test func daysAreThoseThatASearchFinds() throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for unit in [SearchUnit.sightings, .endpoints] {
            let all = try CorpusSearch("*", in: corpus, of: unit, now: Self.now)
            let groups = try all.groups(by: "@timestamp", rarest: false, limit: 10)
            #expect(groups.map(\.value).sorted() == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"])
            for group in groups {
                let day = try CorpusSearch("@timestamp: \(group.value)", in: corpus, of: unit, now: Self.now)
                #expect(try day.count() == group.count, "\(group.value)")
            }
        }
        let findings = try CorpusSearch("*", in: corpus, of: .findings, now: Self.now)
        #expect(throws: KQLError.self) { try findings.groups(by: "@timestamp", rarest: false, limit: 1) }
    }

    @Test(arguments: [
        ("hallmark.findings.severity: high", SearchUnit.sightings, "--of findings"),
        ("hallmark.findings: *", .sightings, "--of findings"),
        ("hallmark.findings.*: high", .endpoints, "--of findings"),
        ("hallmark.findings:{ severity: high }", .sightings, "--of findings"),
        ("tls.server.issuer: x", .findings, "--of sightings"),
    ])
    func aFieldOfAnotherKindSaysWhichOne(query: String, unit: SearchUnit, word: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        do {
            _ = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
            Issue.record("\(query) was taken")
        } catch let error as KQLError { #expect(error.description.contains(word), "\(error)") }
    }

    /// Words that many rows hold are counted as those are that few hold.
    @Test func commonWordsAreCountedWithoutALookAtEachRow() throws {
        let scratch = Scratch()
        let lines = (0..<10_500).map { number in
            #"{"@timestamp":"2026-11-01T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"10.0.\#(number / 250).\#(number % 250)","port":443},"#
                + #""http":{"response":{"title":"common \#(number % 2 == 0 ? "even" : "odd")"}}}"#
        }
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("s.ndjson", lines.joined(separator: "\n") + "\n"))
        for unit in [SearchUnit.sightings, .endpoints] {
            for (query, count) in [("common", 10_500), ("common and not even", 5250), ("not common", 0)] {
                let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
                #expect(try search.count() == count, "\(query) of \(unit)")
                var rows = 0
                try search.rows(["server.ip"], limit: 20_000) { _ in rows += 1 }
                #expect(rows == count, "\(query) of \(unit)")
            }
        }
    }
}

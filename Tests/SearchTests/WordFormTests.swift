import Corpus
import Foundation
import Search
import TestSupport
import Testing

/// Words without a field that are written with something around them, or not quite right.
@Suite struct WordFormTests {
    private static let now = 1_795_000_000_000

    private static func corpus() throws -> (Scratch, CorpusFile) {
        let scratch = Scratch()
        let lines = """
            {"@timestamp":"2026-11-01T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"203.0.113.4","port":8443,"domain":"gate.example"},\
            "tls":{"client":{"server_name":"gate.example"},"version":"1.3"}}
            {"@timestamp":"2026-11-02T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"2001:db8::5","port":993},"tls":{"version":"1.3"}}
            {"@timestamp":"2026-11-02T10:00:00Z","event":{"kind":"alert","dataset":"hallmark.finding"},"server":{"ip":"203.0.113.4","port":8443,"domain":"gate.example"},\
            "hallmark":{"findings":[{"name":"weak_key","severity":"high","message":"x"}]}}

            """
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("s.ndjson", lines))
        return (scratch, corpus)
    }

    @Test(arguments: [
        "https://gate.example:8443/", "https://gate.example/", "https://gate.example",
        "https://user:secret@gate.example:8443/a?b=c#d", "https://203.0.113.4:8443/login",
        "https://203.0.113.4", "(203.0.113.4)", "203.0.113.4,", "<203.0.113.4:8443>", "[203.0.113.4]",
        "'gate.example:8443'", "imaps://[::ffff:203.0.113.4]/",
    ])
    func aPlaceIsFoundWithWhatStandsAroundIt(_ word: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for unit in [SearchUnit.sightings, .endpoints] {
            let search = try CorpusSearch("\"\(word)\"", in: corpus, of: unit, now: Self.now)
            var found: [String] = []
            try search.rows(["server.ip"], limit: 10) { found += $0 }
            #expect(found == ["203.0.113.4"], "\(word) of \(unit)")
        }
    }

    @Test func findingsAreFoundByAURL() throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for word in ["https://gate.example:8443/", "https://gate.example/", "https://203.0.113.4/"] {
            let search = try CorpusSearch("\"\(word)\"", in: corpus, of: .findings, now: Self.now)
            #expect(try search.count() == 1, "\(word)")
        }
    }

    @Test(arguments: [
        ("\"https://host.example:8443/a\"", "a corpus keeps no paths"),
        ("\"[203.0.113.300]\"", "is no address and no network"),
        ("(203.0.113.300)", "is no address and no network"),
        ("\"203.0.113.300:443\"", "'203.0.113.300' is no address and no network"),
        ("\"https://203.0.113.300:8443/\"", "'203.0.113.300' is no address and no network"),
        ("203.0.113.4/33", "is no address and no network"),
        ("\"203.0.113.4:99999\"", "'99999' in '203.0.113.4:99999' is no port"),
        ("\"gate.example:0\"", "is no port"), ("\"https://gate.example:84433/\"", "is no port"),
        ("\"[2001:db8::5]:99999\"", "is no port"), ("\"2001:db8:::5\"", "is no address and no network"),
        ("\"[2001:db8:::5]:993\"", "is no address and no network"),
        ("203.0.300.*", "no address begins with '203.0.300.'"), ("70000", "'70000' is no port"),
        (String(repeating: "ab", count: 31) + "a", "has 63 hexadecimal digits"),
        (String(repeating: "ab", count: 31) + "aO", "as long as a SHA-256, and 'O' is no hexadecimal digit"),
        ("hallmark.leads.label: High", "'High' is none of low, medium, high"),
        ("hallmark.leads:{ label: High }", "'High' is none of low, medium, high"),
        ("tls.server.jarm: 27d4", "is not a JARM, which has 62 hexadecimal digits"),
        ("tls.server.hash.sha256: abcd", "is not a SHA-256, which has 64 hexadecimal digits"),
        ("hallmark.leads.label: \"\"", "'' is no value of hallmark.leads.label"),
        ("server.port != 443", "'server.port' is looked for as a word here"),
        ("server.port == 443", "'server.port' is looked for as a word here"),
        ("server.port ~ 443", "a field is asked by 'field: value'"),
        ("server.prt != 443", "is it server.port?"), ("port != 443", "'port' is looked for as a word here"),
        ("server.port=443", "'server.port' is looked for as a word here"),
        ("server.port!=443", "all but a value by 'not field: value'"),
        ("x and server.domain like gate", "'server.domain' is looked for as a word here"),
        ("@timestamp 2026", "'@timestamp' is looked for as a word here"),
    ])
    func whatFindsNothingIsSaidWhy(_ query: String, _ text: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        let search = try CorpusSearch(query, in: corpus, now: Self.now)
        #expect(try search.count() == 0)
        let remarks = search.remarks(isEmpty: true)
        #expect(remarks.contains { $0.contains(text) }, "\(query): \(remarks)")
        // A URL is not looked for without its last sign.
        #expect(!query.contains("://") || !remarks.contains { $0.contains("signs are no part") })
    }

    @Test(arguments: [
        "gate", "\"gate.example:8443\"", "\"[2001:db8::5]:993\"", "\"https://gate.example/\"",
        "\"[203.0.113.4]\"", "\"-1234567\"", "\"08:bb:00:ee\"", "nothing", "1.18.0",
        "CN=gate", "\"server.port\"", "tls.server.subject: \"\"", "tls.server.x509.issuer.common_name: \"\"",
    ])
    func whatIsAsItShouldBeIsNotRemarkedOn(_ query: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        #expect(try CorpusSearch(query, in: corpus, now: Self.now).remarks(isEmpty: true).isEmpty)
    }

    /// Without quotes the colon makes a field of what stands before it.
    @Test(arguments: [
        ("https://gate.example/", "is put in quotes"), ("http://gate.example/*", "is put in quotes"),
        ("https://gate.example:8443/", "is put in quotes"),
        ("203.0.113.4:443", "in quotes: \"203.0.113.4:443\""),
        ("gate.example:8443", "in quotes: \"gate.example:8443\""),
        ("server.prot: 443", "is it server.port?"),
    ])
    func aPlaceWithoutQuotesIsSaid(_ query: String, _ text: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for unit in [SearchUnit.sightings, .findings] {
            do {
                _ = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
                Issue.record("\(query) was taken")
            } catch let error as KQLError { #expect(error.description.contains(text), "\(error)") }
        }
    }
}

import Corpus
import Search
import TestSupport
import Testing

/// Certificates whose begin or end nobody has told: what they are asked for could not be found out.
@Suite struct UnknownEndTests {
    private static let now = 1_795_000_000_000
    private let scratch = Scratch()

    /// By its number: the first is whole, the second has no end, the third no begin, the fourth neither; the
    /// fifth endpoint shows no certificate, and the sixth the first's and the second's.
    private func corpus() throws -> CorpusFile {
        func line(_ endpoint: Int, _ certificate: Int, _ times: String) -> String {
            let digest = String(repeating: "A\(certificate)", count: 32)
            return """
                {"@timestamp":"2026-11-0\(certificate)T00:00:00Z","event":{"outcome":"success"},\
                "server":{"ip":"192.0.2.\(endpoint)","port":\(endpoint == 2 ? 8443 : 443)},"tls":{"version":"1.3","server":{\
                "hash":{"sha256":"\(digest)"},"x509":{\(times)"public_key_size":2048}}}}

                """
        }
        let (begin, end) = (#""not_before":"2026-01-01T00:00:00Z","#, #""not_after":"2026-11-20T00:00:00Z","#)
        let lines = [
            line(1, 1, begin + end), line(2, 2, begin), line(3, 3, end), line(4, 4, ""),
            line(6, 1, begin + end), line(6, 2, begin),
            """
            {"@timestamp":"2026-11-05T00:00:00Z","event":{"outcome":"success"},"server":{"ip":"192.0.2.5","port":443},\
            "tls":{"version":"1.3"}}

            """,
        ]
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("sweep", lines.joined()))
        return corpus
    }

    @Test(arguments: [
        ("tls.server.not_after < now+30d", "the end of", 2, 3, 2),
        ("not tls.server.not_after < now+30d", "the end of", 2, 3, 2),
        ("tls.server.x509.not_after >= 2027", "the end of", 2, 3, 3),
        ("tls.server.not_after: 2026-11", "the end of", 2, 3, 2),
        ("tls.server.not_before < now", "the begin of", 2, 2, 2),
        ("tls.server.not_* < now-300d", "the begin or the end of", 2, 2, 2),
        ("server.port: 8443 and tls.server.not_after < now+30d", "the end of", 1, 1, 1),
        // What the rest of the query decides is decided.
        ("server.port: 443 or tls.server.not_after < now+30d", "the end of", 0, 1, 1),
        ("server.port: 80 and tls.server.not_after < now+30d", "", 0, 0, 0),
        ("tls.server.not_after: *", "", 0, 0, 0), ("not tls.server.not_after: *", "", 0, 0, 0),
        ("*", "", 0, 0, 0), ("server.port: 443", "", 0, 0, 0),
    ])
    func whatCouldNotBeJudgedIsCounted(
        query: String,
        words: String,
        certificates: Int,
        sightings: Int,
        endpoints: Int
    ) throws {
        let corpus = try corpus()
        for (unit, count) in [
            (SearchUnit.certificates, certificates), (.sightings, sightings), (.endpoints, endpoints),
        ] {
            for few in [nil, 0] {
                let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now, few: few)
                try Self.expectUnjudged(words, count, of: unit, search, "\(query), \(unit)")
            }
        }
    }

    /// One text that says of how many something could not be judged, or none where that is nobody.
    static func expectUnjudged(
        _ words: String,
        _ count: Int,
        of unit: SearchUnit,
        _ search: CorpusSearch,
        _ asked: String
    ) throws {
        let texts = try search.unjudged()
        guard count > 0 else {
            #expect(texts.isEmpty, "\(asked): \(texts)")
            return
        }
        let noun = String(unit.rawValue.dropLast()) + (count == 1 ? "" : "s")
        let who = unit == .certificates ? "\(count) \(noun)" : "the certificates of \(count) \(noun)"
        let isSaid = texts.first?.hasPrefix("\(words) \(who) could not be judged: ") ?? false
        #expect(texts.count == 1 && isSaid, "\(asked): \(texts)")
    }

    @Test func whatIsInNoGroupIsCounted() throws {
        let corpus = try corpus()
        let search = try CorpusSearch("server.port: 443", in: corpus, of: .sightings, now: Self.now)
        let texts = try search.unjudged(groupedBy: "tls.server.not_after")
        #expect(texts.count == 1, "\(texts)")
        #expect(texts.first?.hasPrefix("the end of the certificates of 2 sightings is in no group") ?? false)
        #expect(try search.unjudged(groupedBy: "server.port").isEmpty)
    }
}

import Corpus
import Foundation
import Search
import TestSupport
import Testing

@Suite struct SearchTests {
    private static let now = 1_795_000_000_000

    private func found(_ query: String, _ corpus: CorpusFile, _ unit: SearchUnit, _ field: String) throws
        -> [String]
    {
        var found: [String] = []
        let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
        try search.rows([field], limit: 100_000) { found.append($0[0]) }
        #expect(try search.count() == found.count, "\(query)")
        // As if the corpus were so large that no index finds few: other ways to the same rows.
        let large = try CorpusSearch(query, in: corpus, of: unit, now: Self.now, few: 2)
        #expect(try large.count() == found.count, "\(query)")
        for most in [0, 1, 100_000] {
            let counted = [try search.count(atMost: most), try large.count(atMost: most)]
            let expected = min(most + 1, found.count)
            #expect(counted == [expected, expected], "\(query)")
        }
        var others: [String] = []
        try large.rows([field], limit: 100_000) { others.append($0[0]) }
        #expect(others.sorted() == found.sorted(), "\(query)")
        return found
    }

    /// Random queries find what a plain evaluation over the lines of NDJSON finds.
    @Test(arguments: 0..<4) func randomQueriesAgreeWithThePlainLines(part: Int) throws {
        let sweep = try SearchedSweep(400, seed: UInt64(part + 1))
        let records = sweep.sightings.sorted { $0.key < $1.key }
        var random = SeededNumbers(state: UInt64(part) + 1000)
        var sizes: [Int] = []
        for _ in 0..<75 {
            let query = RandomQuery(records.map(\.value), depth: 3, &random)
            let key = "http.response.header_order_hash"
            let expected = records.filter { query.holds([$0.value]) }.map(\.key)
            sizes.append(expected.count)
            #expect(
                try found(query.text, sweep.corpus, .sightings, key).sorted() == expected,
                "\(query.text)"
            )
        }
        // The questions are worth asking: most find something and not all.
        #expect(sizes.count { $0 > 0 && $0 < records.count } > 40)
    }

    @Test func certificatesAndEndpointsHoldWhatAnyOfTheirSightingsHolds() throws {
        let sweep = try SearchedSweep(400, seed: 9)
        var random = SeededNumbers(state: 4711)
        let all = Array(sweep.sightings.values)
        let certificates = Dictionary(grouping: all) { $0.values["tls.server.hash.sha256"]?.first ?? "" }
        func place(_ record: PlainRecord) -> String {
            ["ip", "port", "domain"].map { record.values["server.\($0)"]?.first ?? "" }.joined(separator: " ")
        }
        let endpoints = Dictionary(grouping: all, by: place)
        for _ in 0..<40 {
            let query = RandomQuery(all, depth: 2, &random)
            let expected = certificates.filter { query.holds($0.value) }.map(\.key).sorted()
            let found = try found(query.text, sweep.corpus, .certificates, "tls.server.hash.sha256").sorted()
            #expect(found == expected, "\(query.text)")
            var places: [String] = []
            let search = try CorpusSearch(query.text, in: sweep.corpus, of: .endpoints, now: Self.now)
            let large = try CorpusSearch(
                query.text,
                in: sweep.corpus,
                of: .endpoints,
                now: Self.now,
                few: 2
            )
            #expect(try large.count() == search.count(), "\(query.text)")
            try search.rows(["server.ip", "server.port", "server.domain"], limit: 100_000) {
                places.append($0.joined(separator: " "))
            }
            #expect(
                places.sorted() == endpoints.filter { query.holds($0.value) }.map(\.key).sorted(),
                "\(query.text)"
            )
        }
    }

    @Test func recordsAreThoseThatWereSeen() throws {
        let sweep = try SearchedSweep(60)
        for unit in SearchUnit.allCases {
            var lines: [String] = []
            let search = try CorpusSearch("server.port: 443", in: sweep.corpus, of: unit, now: Self.now)
            let count = try search.records(limit: 1000) { span in
                lines.append(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
            }
            let all = try search.count()
            #expect(count == lines.count && count == all)
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                let record = PlainRecord(object)
                #expect(record.values["hallmark.sightings.count"]?.count == 1)
                guard unit == .sightings else { continue }
                let original = sweep.sightings[record.values["http.response.header_order_hash"]?.first ?? ""]
                for field in [
                    "tls.server.x509.subject.organization", "server.domain", "tls.server.jarm",
                    "http.response.title",
                ] {
                    #expect(record.values[field] == original?.values[field])
                }
                #expect(record.values["hallmark.sightings.count"] == ["\(original?.times.count ?? 0)"])
            }
        }
    }

    @Test func groupsCountRowsByTheirValues() throws {
        let sweep = try SearchedSweep(300)
        let search = try CorpusSearch("*", in: sweep.corpus, of: .sightings, now: Self.now)
        for field in [
            "tls.server.jarm", "tls.server.x509.subject.organization", "server.port", "hallmark.leads.label",
        ] {
            var expected: [String: Int] = [:]
            for record in sweep.sightings.values {
                for value in Set(record.values[field] ?? []) {
                    expected[value, default: 0] += 1
                }
            }
            let groups = try search.groups(by: field, rarest: true, limit: 1000)
            #expect(Dictionary(uniqueKeysWithValues: groups.map { ($0.value, $0.count) }) == expected)
            #expect(groups.map(\.count) == groups.map(\.count).sorted())
        }
    }

    @Test(arguments: [
        ("server.prot: 443", "unknown field server.prot; is it server.port?"),
        ("not_after > now", "unknown field not_after; is it tls.server.not_after?"),
        ("http.response.body.content: x", "a corpus does not keep http.response.body.content"),
        ("server.port: http", "server.port: 'http' is no whole number"),
        ("tls.server.hash.sha256 >= zz", "'zz' is no begin of a value in hexadecimal"),
        ("hallmark.leads:{ high }", "a value in braces has a field before it"),
        ("server.ip: example", "server.ip: 'example' is no address and no network such as 192.0.2.0/24"),
        ("@timestamp > yesterday", "@timestamp: 'yesterday' is no time"),
        ("hallmark.certificate.self_signed: maybe", "'maybe' is not true or false"),
        ("server.port: 4*", "wildcards are for texts"),
        ("foo*bar", "a bare word may have a wildcard at its end alone"),
        ("zzz*: x", "no field has a name like zzz*"),
        ("tls.server.x509: y", "is an object"),
        ("server: { port: 1 }", "is no list of objects"),
    ])
    func whatCannotBeAskedIsSaid(query: String, text: String) throws {
        let sweep = try SearchedSweep(3)
        do {
            _ = try CorpusSearch(query, in: sweep.corpus, now: Self.now)
            Issue.record("\(query) was taken")
        } catch let error as KQLError {
            #expect(error.description.contains(text), "\(error)")
        }
    }

    @Test(arguments: [
        ("2026-11-01", ">=", "2026-11-01T00:00:00.000Z", true),
        ("2026-11-01", ">", "2026-11-01T23:59:59.999Z", false),
        ("2026-11", "<=", "2026-11-30T23:59:59.999Z", true),
        ("2026-11", "<", "2026-11-01T00:00:00.000Z", false),
        ("2026", "<=", "2026-12-31T23:59:59.999Z", true),
        ("2026-11-01T08:30", ">", "2026-11-01T08:30:59.999Z", false),
        ("now-1d/d", ">=", "2026-11-17T00:00:00.000Z", true), ("now", ">", "2026-11-18T14:40:00.000Z", false),
    ])
    func whatIsLeftOutOfATimeIsTheWholeOfIt(bound: String, sign: String, time: String, holds: Bool)
        throws
    {
        // 1,795,000,000 seconds are 2026-11-18T10:26:40Z.
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let moment = time == "2026-11-18T14:40:00.000Z" ? "2026-11-18T10:26:40.000Z" : time
        let line = """
            {"@timestamp":"\(moment)","event":{"outcome":"success"},"server":{"ip":"192.0.2.1","port":443},"tls":{"version":"1.3"}}

            """
        _ = try corpus.add(sweep: scratch.write("s", line))
        #expect(
            try CorpusSearch(
                "@timestamp \(sign) \(bound.contains(":") ? "\"\(bound)\"" : bound)",
                in: corpus,
                now: Self.now
            ).count() == (holds ? 1 : 0)
        )
    }

    /// What is pruned is not found, and what stays still is.
    @Test func wordsFollowPruning() throws {
        let sweep = try SearchedSweep(200)
        let before = try CorpusSearch("acme", in: sweep.corpus, now: Self.now).count()
        let middle = 1_793_500_000_000 + 100 * 10_000_000
        _ = try sweep.corpus.prune(before: middle)
        let kept = sweep.sightings.filter { record in
            record.value.times.contains { $0.timeIntervalSince1970 * 1000 >= Double(middle) }
        }
        let expected = kept.values.count { PlainLeaf.word("acme").holds($0) }
        #expect(expected > 0 && expected < before)
        #expect(try CorpusSearch("acme", in: sweep.corpus, now: Self.now).count() == expected)
    }

    @Test func anOlderCorpusIsBroughtUpToDate() throws {
        let sweep = try SearchedSweep(50)
        let path = sweep.scratch.file("c.sqlite")
        // As a version without searches has left it.
        try check(
            "sqlite3",
            [
                path,
                """
                DROP TABLE certificate_words; DROP TABLE appearance_words; DROP TABLE endpoint_words;
                DROP INDEX sightings_last_seen; DROP INDEX sightings_first_seen; DROP INDEX endpoints_port;
                DROP INDEX certificates_not_after; DROP INDEX certificates_not_before;
                DELETE FROM grdb_migrations WHERE identifier = 'search';
                """,
            ]
        )
        let corpus = try CorpusFile(path, .read)
        let expected = sweep.sightings.values.count { PlainLeaf.word("acme").holds($0) }
        #expect(expected > 0)
        #expect(try CorpusSearch("acme", in: corpus, now: Self.now).count() == expected)
    }

    @Test func theExplanationSaysWhatIsReadWithoutAnIndex() throws {
        let sweep = try SearchedSweep(50)
        let scan = try CorpusSearch(
            "tls.server.x509.subject.organization: *me*",
            in: sweep.corpus,
            now: Self.now
        )
        #expect(scan.scans == ["tls.server.x509.subject.organization: w\"\\*me\\*\""])
        #expect(try scan.explanation(limit: 10).contains("no index"))
        let both = try CorpusSearch(
            "tls.server.x509.subject.organization: *me* and server.port: 443",
            in: sweep.corpus,
            now: Self.now
        )
        #expect(both.scans.isEmpty)
        let text = try both.explanation(limit: 10)
        #expect(text.contains("the endpoints") && text.contains("SQLite "))
    }
}

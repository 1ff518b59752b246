@testable import Corpus
import Foundation
import TestSupport
import Testing

/// Where names pointed: what a corpus keeps of it, and where a pivot gets along it.
@Suite struct ResolutionTests {
    private let scratch = Scratch()

    private static let day = 86_400_000
    /// 2026-11-01.
    private static let start = 1_793_491_200_000

    /// - Parameter days: from 2026-11-01.
    private func led(
        _ name: String,
        _ target: String,
        _ days: ClosedRange<Int> = 0...9,
        count: Int = 1
    ) -> Resolution {
        let kind: Resolution.Kind =
            target.contains(":") ? .aaaa : target.allSatisfy { $0.isNumber || $0 == "." } ? .a : .cname
        return Resolution(
            name: name,
            kind: kind,
            target: target,
            first: Self.start + days.lowerBound * Self.day,
            last: Self.start + days.upperBound * Self.day,
            count: count
        )
    }

    private func add(_ resolutions: [Resolution], to corpus: CorpusFile) throws {
        _ = try corpus.add(resolutionsOf: nil) { take in
            for resolution in resolutions { try take(resolution) }
            return true
        }
    }

    private func rows() throws -> String {
        try check(
            "sqlite3",
            [
                scratch.file("c.sqlite"),
                "SELECT name, type, target, (last_seen - first_seen) / 86400000, count FROM resolutions",
            ]
        ).text
    }

    /// 1 stands at 192.0.2.10 and is for one.example; 2 at 203.0.113.20 for two.example; 3 at 198.51.100.30
    /// for *.three.example.
    private func corpus(_ resolutions: [Resolution]) throws -> CorpusFile {
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let records = [
            (1, "192.0.2.10", "one.example"), (2, "203.0.113.20", "two.example"),
            (3, "198.51.100.30", "*.three.example"),
        ]
        .map { number, ip, name in
            SampleRecord(
                time: "2026-11-0\(number)T08:00:00.000Z",
                ip: ip,
                certificate: number,
                serial: "0\(number)",
                subject: "CN=\(name)",
                commonName: name,
                issuer: "CN=\(name)",
                issuerOrganization: "",
                issuerCommonName: name,
                notBefore: "2026-10-0\(number)T00:00:00Z",
                notAfter: "2026-12-3\(number % 2)T00:00:00Z",
                names: [name],
                jarm: nil,
                stack: nil
            )
        }
        _ = try corpus.add(sweep: scratch.sweep("sweep", records))
        try add(resolutions, to: corpus)
        return corpus
    }

    private func paths(_ query: String, _ resolutions: [Resolution], since: Int? = nil) throws -> PivotAnswer
    {
        var options = PivotOptions()
        options.since = since.map { Self.start + $0 * Self.day }
        return try Pivot.run(PivotQuery(query), in: corpus(resolutions), options)
    }

    /// `names > address > end`, in the order in which they are told.
    private func ways(_ answer: PivotAnswer) -> [String] {
        answer.paths.paths.map { path in
            let end = path.end.map { $0.isOwn ? "own" : $0.subject } ?? "nothing"
            return "\(path.direction) \(path.names.joined(separator: " ")) \(path.address) \(end)"
        }
    }

    @Test func theSameTimeCountsOnceAndAnotherTimeMore() throws {
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        try add([led("www.one.example", "192.0.2.1", 2...4, count: 3)], to: corpus)
        try add([led("www.one.example", "192.0.2.1", 2...5, count: 4)], to: corpus)
        #expect(try rows() == "example.one.www|1|192.0.2.1|3|4\n")
        try add([led("www.one.example", "192.0.2.1", 7...8, count: 2)], to: corpus)
        #expect(try rows() == "example.one.www|1|192.0.2.1|6|6\n")
        try add([led("a.example", "b.example"), led("a.example", "2001:db8::1")], to: corpus)
        #expect(
            try rows() == """
                example.a|5|example.b|9|1
                example.a|28|2001:db8::1|9|1
                example.one.www|1|192.0.2.1|6|6

                """
        )
    }

    @Test func oneFileCountsOnce() throws {
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        try scratch.write("file", "anything")
        func add(whole: Bool) throws -> CorpusFile.ResolutionResult {
            try corpus.add(resolutionsOf: scratch.file("file")) { take in
                for _ in 0..<3 { try take(led("a.example", "192.0.2.1")) }
                return whole
            }
        }
        #expect(try add(whole: false) == .added(new: 1))
        #expect(try add(whole: true) == .added(new: 0))
        #expect(try add(whole: true) == .known)
        #expect(try rows() == "example.a|1|192.0.2.1|9|3\n")
        // What fails in the midst leaves nothing half written.
        #expect(throws: CorpusError.self) {
            _ = try corpus.add(resolutionsOf: nil) { take in
                try take(led("b.example", "192.0.2.1"))
                throw CorpusDamage("here")
            }
        }
        #expect(try rows() == "example.a|1|192.0.2.1|9|3\n")
        #expect(try corpus.prune(before: Self.start + 10 * Self.day).resolutions == 1)
        #expect(try rows() == "")
    }

    /// Where the query names several certificates, "the same" would be any of them.
    @Test func eachOfSeveralCertificatesIsNamed() throws {
        let ways = [led("one.example", "192.0.2.10"), led("two.example", "203.0.113.20")]
        let several = try paths("*.example", ways).text
        for name in ["one", "two"] {
            #expect(several.contains(":443 showed CN=\(name).example  certificate "), "\(several)")
        }
        #expect(!several.contains("the same certificate"), "\(several)")
    }

    @Test func theOneCertificateIsNotNamedAgain() throws {
        let one = try paths(SampleRecord.hash(1, 1), [led("one.example", "192.0.2.10")]).text
        #expect(one.contains("192.0.2.10:443 showed the same certificate"), "\(one)")
    }

    /// Certificate, name, address, certificate.
    @Test func fromACertificateByItsNamesToOthers() throws {
        let answer = try paths(
            SampleRecord.hash(1, 1),
            [
                led("one.example", "203.0.113.20", 0...3, count: 7), led("one.example", "192.0.2.10"),
                led("one.example", "192.0.2.77"), led("other.example", "203.0.113.20"),
            ]
        )
        #expect(
            ways(answer) == [
                "toAddress one.example 192.0.2.10 own", "toAddress one.example 192.0.2.77 nothing",
                "toAddress one.example 203.0.113.20 CN=two.example",
            ]
        )
        let path = try #require(answer.paths.paths.first { $0.address == "203.0.113.20" })
        #expect(path.first == Self.start)
        #expect(path.last == Self.start + 3 * Self.day)
        #expect(path.count == 7)
        #expect(path.end?.place?.endpoint == "203.0.113.20:443")
        #expect(path.end?.place?.first == Self.start + Self.day + 8 * 3_600_000)
        #expect(answer.outcome == .found)
        let text = answer.text
        #expect(
            text.contains("one.example pointed to 203.0.113.20, 2026-11-01 to 2026-11-04, 7 times"),
            "\(text)"
        )
        #expect(text.contains("203.0.113.20:443 showed CN=two.example  certificate "), "\(text)")
        try scratch.write("answer", answer.ndjson(queries: false))
        let lines = try check(
            "jq",
            [
                "-r",
                "select(.type == \"path\") | [.direction, .names[0], .address, .certificate.subject] | join(\" \")",
                scratch.file("answer"),
            ]
        )
        #expect(lines.text.contains("to_address one.example 203.0.113.20 CN=two.example\n"), "\(lines.text)")
        let graph = PivotGraph(answer)
        #expect(
            Set(graph.nodes.map(\.label)).isSuperset(of: ["one.example", "203.0.113.20", "CN=two.example"])
        )
    }

    /// An address leads to the names that pointed there, and these to certificates, wildcards among them.
    @Test func fromAnAddressByItsNames() throws {
        let answer = try paths(
            "192.0.2.10",
            [
                led("shop.three.example", "host.cdn.example", 1...4), led("host.cdn.example", "192.0.2.10"),
                led("two.example", "192.0.2.10", 5...6), led("ring.example", "ring.example"),
            ]
        )
        #expect(
            Set(ways(answer)) == [
                "toName two.example 192.0.2.10 CN=two.example",
                "toName host.cdn.example 192.0.2.10 nothing",
                "toName shop.three.example host.cdn.example 192.0.2.10 CN=*.three.example",
            ]
        )
        let alias = try #require(answer.paths.paths.first { $0.names.count == 2 })
        #expect(alias.first == Self.start + Self.day)
        #expect(alias.last == Self.start + 4 * Self.day)
        #expect(answer.text.contains("at 192.0.2.10 pointed shop.three.example by way of host.cdn.example"))
    }

    /// What the corpus has seen in passive DNS alone is known.
    @Test func whatOnlyPassiveDNSKnows() throws {
        let known = [led("a.b.example", "198.51.100.99"), led("b.example", "203.0.113.20")]
        #expect(try ways(paths("198.51.100.99", known)) == ["toName a.b.example 198.51.100.99 nothing"])
        let below = try paths("*.b.example", known)
        #expect(ways(below) == ["toAddress a.b.example 198.51.100.99 nothing"])
        #expect(below.outcome == .found)
        #expect(try paths("c.example", known).outcome == .unknown)
    }

    /// A name that moved led to one address then and to another one now; an alias of last year is none of
    /// today.
    @Test func timesAreHeldAgainstEachOther() throws {
        let known = [
            led("one.example", "old.example", 0...2), led("old.example", "192.0.2.88", 8...9),
            led("one.example", "192.0.2.10", 6...9), led("one.example", "192.0.2.99", 0...1),
        ]
        let all = try ways(paths("one.example", known)).filter { $0.hasPrefix("toAddress") }
        #expect(all == ["toAddress one.example 192.0.2.10 own", "toAddress one.example 192.0.2.99 nothing"])
        let late = try ways(paths("one.example", known, since: 4)).filter { $0.hasPrefix("toAddress") }
        #expect(late == ["toAddress one.example 192.0.2.10 nothing"])
    }

    /// Rings of aliases, and an address with the names of half the world, cost little and lead nowhere.
    @Test func ringsAndCrowdsHaveAnEnd() throws {
        var known = (0..<400).map { led("host\($0).example", "192.0.2.10") }
        known += [
            led("one.example", "r1.example"), led("r1.example", "r2.example"),
            led("r2.example", "r1.example"),
        ]
        known +=
            (0..<30).map { led("c\($0).example", "c\($0 + 1).example") } + [
                led("c30.example", "203.0.113.20")
            ]
        known += [led("one.example", "192.0.2.10")]
        let answer = try paths("192.0.2.10:443", known)
        #expect(answer.paths.busy == ["192.0.2.10"])
        #expect(ways(answer) == ["toAddress one.example 192.0.2.10 own"])
        #expect(answer.paths.paths[0].isShared)
        #expect(answer.text.contains("192.0.2.10: more than 50 names pointed there, too many to follow"))
        // An alias of an alias, thirty times, is none that a resolver follows.
        #expect(try ways(paths("c0.example", known)) == [])
    }
}

import Bytes
@testable import Corpus
import Foundation
import GRDB
import Observations
import Synchronization
import TestSupport
import Testing

@Suite struct PivotTests {
    /// The serial number of the certificates that belong together.
    private static let serial = "08BB00EE"

    /// Many ordinary endpoints and a few that belong together.
    ///
    /// 500 shares serial and JARM with 501 and 502; 502 shares its key with 503, which shares nothing else.
    private static func records() -> [SampleRecord] {
        var records = (0..<400).map { index in
            SampleRecord(
                time: "2026-11-01T08:00:00Z",
                ip: "198.51.\(100 + index / 200).\(index % 200)",
                certificate: index + 1,
                serial: "0\(index % 10)A\(100 + index)",
                subject: "CN=site\(index).example",
                commonName: "site\(index).example",
                notBefore: "2026-10-01T00:\(10 + index / 60):\(10 + index % 50)Z",
                notAfter: "2026-12-30T00:\(10 + index / 60):\(10 + index % 50)Z",
                names: ["site\(index).example"]
            )
        }
        for index in 0..<4 {
            var record = SampleRecord(
                time: "2026-11-0\(2 + index)T08:00:00Z",
                ip: "203.0.113.\(index)",
                certificate: 500 + index,
                serial: index < 3 ? serial : "77",
                subject: "CN=host\(index)",
                commonName: "host\(index)",
                issuer: "CN=host\(index)",
                issuerOrganization: "",
                issuerCommonName: "host\(index)",
                notBefore: "2026-10-1\(index)T00:00:00Z",
                notAfter: "2027-10-1\(index)T00:00:00Z",
                names: ["host\(index).c2.example"],
                jarm: index < 3 ? String(repeating: "ab", count: 31) : nil,
                stack: index < 3 ? "12_c2" : "13_x"
            )
            if index == 3 { (record.key, record.names) = (502, ["gate.c2.example"]) }
            if index == 0 { record.lead = ("Cobalt Strike", 90, "high") }
            records.append(record)
        }
        // The same service with an ordinary certificate: an endpoint without a shared certificate mark.
        records.append(
            SampleRecord(
                time: "2026-11-06T08:00:00Z",
                ip: "203.0.113.9",
                certificate: 1,
                subject: "CN=site0.example",
                jarm: String(repeating: "ab", count: 31),
                stack: "12_other"
            )
        )
        return records
    }

    private static func corpus(_ scratch: Scratch) throws -> CorpusFile {
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.sweep("sweep", records()))
        return corpus
    }

    private func pivot(_ query: String, _ change: (inout PivotOptions) -> Void = { _ in }) throws
        -> PivotAnswer
    {
        let scratch = Scratch()
        var options = PivotOptions()
        change(&options)
        return try Pivot.run(PivotQuery(query), in: Self.corpus(scratch), options)
    }

    @Test func anEndpointLeadsToThoseThatShareItsMarks() throws {
        let answer = try pivot("203.0.113.0:443")
        #expect(answer.seeds.map(\.subject) == ["CN=host0"])
        #expect(answer.seeds.first?.leads == ["Cobalt Strike"])
        #expect(answer.results.prefix(2).map(\.subject).sorted() == ["CN=host1", "CN=host2"])
        let first = try #require(answer.results.first)
        #expect(
            first.shared.contains { $0.mark == Mark(.serial, Self.serial) && $0.count == 3 && $0.weight > 7 }
        )
        #expect(first.shared.contains { $0.mark.kind == .jarm && $0.count == 4 })
        #expect(
            first.places.map(\.endpoint) == [
                answer.results[0].subject == "CN=host1" ? "203.0.113.1:443" : "203.0.113.2:443"
            ]
        )
        // The endpoint with an ordinary certificate is there by its service alone, with less weight.
        let endpoint = try #require(answer.results.first { $0.isEndpoint })
        #expect(endpoint.label == "203.0.113.9:443")
        #expect(endpoint.score < first.score)
        // What shares nothing rare is not.
        #expect(!answer.results.contains { $0.subject.hasPrefix("CN=site3") })
    }

    @Test(arguments: [
        "serial=08BB00EE", "serial=8bb00ee", "tls.server.x509.serial_number=08:BB:00:EE", "serial=0x8BB00EE",
    ])
    func aSerialNumberIsReadInAnySpelling(query: String) throws {
        let answer = try pivot(query)
        #expect(answer.results.map(\.subject).sorted() == ["CN=host0", "CN=host1", "CN=host2"])
        #expect(answer.marks.map(\.mark) == [Mark(.serial, Self.serial)])
    }

    @Test func aCommonMarkWeighsNextToNothingAndSaysSo() throws {
        let answer = try pivot("site7.example")
        #expect(answer.seeds.map(\.subject) == ["CN=site7.example"])
        let issuer = try #require(answer.marks.first { $0.mark.kind == .issuer })
        #expect(issuer.count == 400)
        #expect(issuer.weight < 0.1)
        #expect(issuer.isCommon)
        #expect(answer.text.contains("common, says next to nothing"))
        // Each family of marks counts once: the issuer's parts do not add up.
        let all = answer.marks.filter { $0.mark.kind.family == .issuer }
        #expect(all.count > 2)
        #expect(Pivot.score(all) == all.map(\.weight).max())
    }

    /// Marks that lead nowhere are not shown as if they were an answer.
    @Test func nothingIsSaidWhenNothingShares() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let records = (100..<250).map { index in
            SampleRecord(
                ip: "198.51.100.\(index)",
                certificate: index,
                serial: "0A\(index)",
                subject: "CN=site\(index).example",
                commonName: "site\(index).example",
                notBefore: "2026-10-01T0\(index / 60):\(10 + index % 50):0\(index / 50)Z",
                notAfter: "2027-10-01T0\(index / 60):\(10 + index % 50):0\(index / 50)Z",
                names: ["site\(index).example"]
            )
        }
        _ = try corpus.add(sweep: scratch.sweep("sweep", records))
        func answer(_ query: String) throws -> PivotAnswer {
            var options = PivotOptions()
            options.limit = .max
            return try Pivot.run(PivotQuery(query), in: corpus, options)
        }
        for query in ["site107.example", "198.51.100.107:443", SampleRecord(certificate: 107).sha256] {
            let answer = try answer(query)
            #expect(answer.outcome == .nothing, "\(answer.text)")
            #expect(answer.text.contains("Nothing: no other certificate or endpoint"), "\(answer.text)")
            #expect(
                !answer.text.contains("Example CA") && !answer.text.contains("27d40d40"),
                "\(answer.text)"
            )
        }
        for query in [
            "other.example", "198.51.100.1", SampleRecord(certificate: 7).sha256, "*.other.example",
        ] {
            #expect(try answer(query).outcome == .unknown, "\(query)")
        }
        let missing = try answer("serial=77")
        #expect(
            missing.outcome == .unknown && missing.marks.isEmpty && missing.text.contains("does not have it")
        )
        #expect(try answer("issuer.o=Example CA").results.count == 150)
    }

    @Test func namesAreFoundBelowADomain() throws {
        #expect(try pivot("*.c2.example").seeds.count == 4)
        #expect(try pivot(".c2.example").seeds.count == 4)
        #expect(try pivot("host1.c2.example").seeds.map(\.subject) == ["CN=host1"])
        #expect(try pivot("2.example").seeds.isEmpty)
        #expect(try pivot("*.xample").seeds.isEmpty)
    }

    @Test func depthTwoFollowsOn() throws {
        let hash = SampleRecord(certificate: 500).sha256
        let one = try pivot(hash) { $0.depth = 1 }
        #expect(!one.results.contains { $0.subject == "CN=host3" })
        let two = try pivot(hash) { $0.depth = 2 }
        let found = try #require(two.results.first { $0.subject == "CN=host3" })
        #expect(found.depth == 2)
        #expect(two.label(of: found.via) == "CN=host2")
        #expect(found.shared.contains { $0.mark.kind == .key })
    }

    @Test func onlyWhatWasSeenInThePeriod() throws {
        let answer = try pivot("serial=08BB00EE") {
            $0.since = RFC3339.milliseconds("2026-11-03")
            $0.until = RFC3339.milliseconds("2026-11-03T23:59:59Z")
        }
        #expect(answer.results.map(\.subject) == ["CN=host1"])
        let inTime = try pivot("serial=08BB00EE") { $0.order = .time }
        #expect(inTime.results.map(\.subject) == ["CN=host0", "CN=host1", "CN=host2"])
        let cut = try pivot("serial=08BB00EE") { $0.limit = 2 }
        #expect(cut.results.count == 2)
        #expect(cut.isCut)
    }

    @Test func marksOfBenignThingsDoNotCount() throws {
        let answer = try pivot("203.0.113.0:443") {
            $0.benign = { $0.kind == .jarm ? "Some CDN" : nil }
        }
        #expect(!answer.results.contains { $0.isEndpoint })
        #expect(answer.marks.first { $0.mark.kind == .jarm }?.weight == 0)
        #expect(answer.text.contains("not counted: Some CDN"))
    }

    @Test func aCertificateFileIsAQuery() throws {
        let scratch = Scratch()
        let corpus = try Self.corpus(scratch)
        let made = try TestCertificate(extra: ["-set_serial", "0x08BB00EE"])
        let certificates = try CertificateFile.contents(of: made.certificate).certificates
        let query = PivotQuery.records(certificates.map(CertificateFile.line))
        let answer = try Pivot.run(query, in: corpus, PivotOptions())
        #expect(answer.seeds.isEmpty)
        #expect(answer.results.map(\.subject).sorted() == ["CN=host0", "CN=host1", "CN=host2"])
    }

    @Test(arguments: ["", "no such thing", "colour=red", "jarm=", "sha256=12"])
    func whatIsNoQueryIsRefused(text: String) {
        #expect(throws: PivotQuery.Problem.self) { try PivotQuery(text) }
    }

    /// A digest with a digit too much or too little, and one of another kind, is no host name.
    @Test(arguments: [24, 31, 32, 33, 39, 40, 41, 62, 63, 65])
    func digitsOfAnotherNumberAreNoName(count: Int) throws {
        let digits = String(repeating: "a", count: count)
        let problem = try #require(throws: PivotQuery.Problem.self) { try PivotQuery(digits) }
        #expect(problem.description.contains("has \(count) hexadecimal digits"), "\(problem)")
        #expect(try PivotQuery("name=\(digits)") == .marks([Mark(.name, digits)]))
        #expect(try PivotQuery("\(digits.prefix(60)).example") == .name("\(digits.prefix(60)).example"))
    }

    /// A mark that is made of several fields has a form, too.
    @Test(arguments: [
        ("validity=x", false), ("validity=2026-01-01T00:00:00Z", false), ("validity=/", false),
        ("validity=2026-01-01T00:00:00Z/2027-01-01T00:00:00Z", true), ("shape=x", false),
        ("shape=v3 | CN | CN | - | serial 16 | 90 d | x | RSA | 2048 | -", true), ("names=a.example", false),
        ("names=a.example,b.example", true), ("name_pattern=a.example", false),
        ("name_pattern=a#.example", true),
        ("name_pattern=~8.example", true), ("curve=zz", false), ("curve=x25519", true),
        ("curve=0x1234", true),
        ("curve=unknown-17", true), ("tls=9.9", false), ("tls=1.2", true),
    ])
    func valuesThatNoRecordCanHaveAreRefused(text: String, isOne: Bool) {
        let query = try? PivotQuery(text)
        #expect((query != nil) == isOne)
    }

    @Test func queriesAreToldApart() throws {
        #expect(try PivotQuery("203.0.113.7") == .endpoint(ip: "203.0.113.7", port: nil))
        #expect(try PivotQuery("[2001:DB8::1]:8443") == .endpoint(ip: "2001:db8::1", port: 8443))
        #expect(try PivotQuery("2001:db8::1") == .endpoint(ip: "2001:db8::1", port: nil))
        #expect(try PivotQuery("WWW.example.com") == .name("www.example.com"))
        let hash = String(repeating: "aB", count: 32)
        #expect(try PivotQuery(hash) == .certificate([UInt8](repeating: 0xab, count: 32)))
        #expect(try PivotQuery("sha256=\(hash)") == .certificate([UInt8](repeating: 0xab, count: 32)))
        #expect(
            try PivotQuery("subject.cn=Major Cobalt Strike")
                == .marks([Mark(.subjectCommonName, "Major Cobalt Strike")])
        )
    }

    @Test func everyMarkHasANameOfItsOwn() {
        #expect(Set(MarkKind.allCases.map(\.alias)).count == MarkKind.allCases.count)
        #expect(Set(MarkKind.allCases.map(\.field)).count == MarkKind.allCases.count)
        let known = Set(Field.all.map(\.name))
        for kind in MarkKind.allCases {
            #expect(MarkKind(query: kind.field) == kind)
            // A mark that stands in one field is named by that field.
            guard let source = kind.source, kind.alias != "server" else { continue }
            #expect(known.contains(source.name), "\(source.name)")
        }
    }

    @Test(arguments: PivotSQL.allCases)
    func noStatementScansATable(sql: PivotSQL) throws {
        let scratch = Scratch()
        _ = try CorpusFile(scratch.file("c.sqlite"), .write)
        let plan = try check("sqlite3", [scratch.file("c.sqlite"), "EXPLAIN QUERY PLAN \(sql.rawValue)"]).text
        #expect(!plan.isEmpty)
        for line in plan.split(separator: "\n") where line.contains("SCAN") {
            #expect(line.contains("SCAN (subquery"), "\(plan)")
        }
    }

    /// Whatever a pivot is asked, it runs no statement besides those, and none walks through a table of a
    /// corpus that has its statistics.
    @Test func everyPivotStaysWithItsStatements() throws {
        let scratch = Scratch()
        let corpus = try Self.corpus(scratch)
        // One that stands on more endpoints than are shown.
        let popular = (0..<12).map {
            SampleRecord(ip: "192.0.2.\($0)", certificate: 501, serial: Self.serial)
        }
        _ = try corpus.add(sweep: scratch.sweep("popular", popular))
        let seen = Mutex<Set<String>>([])
        try corpus.queue.inDatabase { db in
            try db.execute(
                sql: """
                    INSERT INTO clients VALUES (1, '192.0.2.77', '');
                    INSERT INTO resolutions VALUES ('example.c2.host1', 1, '203.0.113.9', 0, 1, 1);
                    INSERT OR IGNORE INTO contacts
                    SELECT endpoint, certificate, 1, 1, first_seen, last_seen, 1, 10, 10, '', '' FROM sightings;
                    ANALYZE;
                    """
            )
            db.trace { event in
                if case .statement(let statement) = event { seen.withLock { _ = $0.insert(statement.sql) } }
            }
        }
        let hash = SampleRecord(certificate: 500).sha256
        let queries = [
            hash, "203.0.113.0", "203.0.113.0:443", "host1.c2.example", "*.c2.example", "serial=08BB00EE",
            "jarm=\(String(repeating: "ab", count: 31))", "issuer=C=US, O=Example CA, CN=Example CA 1",
            "lead=Tool",
        ]
        for query in queries {
            for depth in 1...2 {
                var options = PivotOptions()
                options.depth = depth
                options.wantsClients = depth == 1
                if depth == 2 { options.since = 0 }
                _ = try Pivot.run(PivotQuery(query), in: corpus, options)
            }
        }
        corpus.queue.inDatabase { db in db.trace(options: []) }
        let known = Set(PivotSQL.allCases.map(\.rawValue))
        let control = ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "PRAGMA"]
        let statements = seen.withLock { $0 }.filter { sql in !control.contains { sql.hasPrefix($0) } }
        #expect(statements.subtracting(known).isEmpty, "\(statements.subtracting(known))")
        // And each of them was needed.
        #expect(known.subtracting(statements).isEmpty, "\(known.subtracting(statements))")
        for sql in statements {
            let plan = try check("sqlite3", [scratch.file("c.sqlite"), "EXPLAIN QUERY PLAN \(sql)"]).text
            #expect(plan.contains("SEARCH") || plan.contains("(subquery"), "\(plan)")
            for line in plan.split(separator: "\n") where line.contains("SCAN") {
                #expect(line.contains("SCAN (subquery"), "\(sql): \(plan)")
            }
        }
    }

    @Test func linesForProgramsAreJSON() throws {
        let scratch = Scratch()
        let answer = try pivot("203.0.113.0:443") { $0.depth = 2 }
        try scratch.write("answer", answer.ndjson(queries: true))
        let types = try check("jq", ["-r", ".type", scratch.file("answer")]).text.split(separator: "\n")
        #expect(types.count == answer.seeds.count + answer.marks.count + answer.results.count)
        let queries = try check(
            "jq",
            ["-r", "select(.field == \"tls.server.jarm\") | .queries[].engine", scratch.file("answer")]
        )
        #expect(queries.text == "Shodan\nCensys\nFOFA\n")
    }
}

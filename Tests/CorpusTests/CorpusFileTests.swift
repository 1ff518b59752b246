import Bytes
import Corpus
import Foundation
import Observations
import TestSupport
import Testing

@Suite struct CorpusFileTests {
    private static func sweep() -> [SampleRecord] {
        (0..<300).map { index in
            SampleRecord(
                time:
                    "2026-11-01T08:\(String(format: "%02d", index / 60)):\(String(format: "%02d", index % 60)).000Z",
                ip: "192.0.2.\(index % 100)",
                certificate: index % 50,
                serial: "0A\(index % 50)",
                lead: index == 7 ? ("Cobalt Strike", 95, "high") : nil
            )
        }
    }

    private func query(_ path: String, _ sql: String) throws -> String {
        try check("sqlite3", [path, sql]).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Jobs that begin together, all on a corpus that is not there yet.
    @Test func manyMakeOneCorpus() async throws {
        let scratch = Scratch()
        for round in 0..<8 {
            let path = scratch.file("\(round).sqlite")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { _ = try CorpusFile(path, .write).stats() } }
                try await group.waitForAll()
            }
            #expect(try query(path, "SELECT count(*) FROM meta WHERE key IN ('k0', 'k1')") == "2")
        }
    }

    /// Its maker was killed after the first step; nobody who only reads makes a corpus of it.
    @Test func oneThatWasBegunIsMade() throws {
        let scratch = Scratch()
        let path = scratch.file("begun.sqlite")
        let table = "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"
        _ = try query(path, table)
        #expect(throws: CorpusError.self) { try CorpusFile(path, .read) }
        #expect(throws: CorpusError.self) { try CorpusFile(path, .change) }
        #expect(throws: Never.self) { _ = try CorpusFile(path, .write).stats() }
        _ = try query(path + ".other", table + "; CREATE TABLE mine (a)")
        #expect(throws: CorpusError.self) { try CorpusFile(path + ".other", .write) }
    }

    /// What one connection holds is not let go when another one of the same process is opened or closed: a
    /// program that comes after would take away the log that is read.
    @Test func anotherConnectionTakesNoLockAway() throws {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        _ = try CorpusFile(path, .write).add(sweep: scratch.sweep("one.ndjson", Self.sweep()))
        let reader = try CorpusFile(path, .read)
        let before = try reader.stats().counts
        for _ in 0..<3 {
            try CorpusFile(path, .change).add(decisionOn: "x", time: 1, line: "{}")
            #expect(CorpusFile.isDatabase(path))
            _ = try CorpusFile(path, .read).stats()
            // Another program, which is the last one as far as the locks tell.
            _ = try query(path, "UPDATE endpoints SET port = port + 1")
            #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        }
        #expect(try reader.stats().counts.map(\.count) == before.map(\.count))
        var ports: [Int] = []
        try reader.select("SELECT DISTINCT port FROM endpoints") { ports.append(try $0.integer(0)) }
        #expect(try "\(ports[0])" == query(path, "SELECT DISTINCT port FROM endpoints") && ports.count == 1)
        try FileManager.default.removeItem(atPath: path)
        #expect(!CorpusFile.isDatabase(path))
    }

    @Test func importCountsEachObservationOnce() throws {
        let scratch = Scratch()
        let sweep = Self.sweep()
        let all = try scratch.sweep("all.ndjson", sweep)
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        guard case .added(let counts) = try corpus.add(sweep: all) else {
            Issue.record("the first import must add")
            return
        }
        #expect(counts.records == 300)
        #expect(counts.added == 300)
        #expect(counts.certificates == 50)
        #expect(counts.endpoints == 100)
        let stats = try corpus.stats()
        // The same file again is known by its digest.
        #expect(try corpus.add(sweep: all) == .known)
        // Other files with the same records, in another order and cut, change nothing either.
        let overlap = try scratch.sweep("overlap.ndjson", Array(sweep[100..<250].reversed()))
        guard case .added(let again) = try corpus.add(sweep: overlap) else {
            Issue.record("other bytes are another file")
            return
        }
        #expect(again.added == 0)
        var after = try corpus.stats()
        let imports = after.counts.lastIndex { $0.name == "imports" }
        if let imports { after.counts[imports].count = 1 }
        #expect(after == stats)
        let path = scratch.file("c.sqlite")
        #expect(try query(path, "PRAGMA integrity_check") == "ok")
        #expect(try query(path, "SELECT sum(count) FROM sightings") == "300")
        #expect(try query(path, "SELECT count(*) FROM moments") == "300")
        // 7 is seen on 192.0.2.7 at 7, 107 and 207 seconds.
        #expect(
            try query(
                path,
                """
                SELECT count, last_seen - first_seen FROM sightings JOIN endpoints ON endpoints.id = endpoint
                WHERE ip = '192.0.2.7'
                """
            ) == "3|200000"
        )
        #expect(try query(path, "SELECT software, confidence FROM leads") == "Cobalt Strike|95")
    }

    @Test func marksAreCountedByCertificateAndBySighting() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        // In two imports, so that counts are added to as well as made.
        _ = try corpus.add(sweep: scratch.sweep("1", Array(Self.sweep()[..<120])))
        _ = try corpus.add(sweep: scratch.sweep("2", Array(Self.sweep()[40...])))
        let path = scratch.file("c.sqlite")
        let issuer = "SELECT count FROM marks WHERE kind = \(MarkKind.issuer.rawValue)"
        #expect(try query(path, issuer) == "50")
        let jarm = "SELECT count FROM marks WHERE kind = \(MarkKind.jarm.rawValue)"
        let sightings = try query(path, "SELECT count(*) FROM sightings")
        #expect(try query(path, jarm) == sightings)
        let key = "SELECT count(*) FROM marks WHERE kind = \(MarkKind.key.rawValue)"
        #expect(try query(path, key) == "0")
        // Every counted mark of a certificate agrees with its links.
        #expect(
            try query(
                path,
                """
                SELECT count(*) FROM marks WHERE kind < 60
                AND count <> (SELECT count(*) FROM certificate_marks WHERE mark = marks.id)
                """
            ) == "0"
        )
    }

    /// A log's entry makes no endpoint, whatever address stands beside it, and what was put together from
    /// what a log has signed has no DER: it was never a certificate.
    @Test func whatALogHoldsIsOnNoEndpoint() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        func line(_ certificate: Int, _ member: String) -> String {
            SampleRecord(certificate: certificate, dataset: "hallmark.ct").line
                .replacing("\"hash\":{", with: "\"certificate_chain\":[\"MAA=\"],\"hash\":{")
                .replacing("\"hallmark\":{", with: "\"hallmark\":{\"ct\":{\(member)},")
        }
        func without(_ line: String) -> String { line.replacing(/"server":\{"address"[^}]*\},/, with: "") }
        let lines = [
            without(line(1, "\"index\":1")), without(line(2, "\"index\":2,\"reconstructed\":true")),
            line(3, "\"index\":3"),
        ]
        let path = try scratch.write("ct.ndjson", lines.joined(separator: "\n") + "\n")
        guard case .added(let counts) = try corpus.add(sweep: path) else {
            Issue.record("the first import must add")
            return
        }
        #expect(counts.certificates == 2 && counts.endpoints == 0 && counts.malformed == 1)
        let certificates = try query(
            scratch.file("c.sqlite"),
            "SELECT hex(sha256), iif(der IS NULL, 'none', hex(der)) FROM certificates ORDER BY id"
        )
        #expect(
            certificates
                == "\(SampleRecord.hash(1, 1))|3000\n\(SampleRecord.hash(2, 1))|none",
            "\(certificates)"
        )
    }

    @Test func failuresOfKnownEndpointsAreKept() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let records = [
            SampleRecord(),
            SampleRecord(time: "2026-11-02T08:00:00Z", failure: "connection_refused"),
            SampleRecord(time: "2026-11-02T08:00:00Z", ip: "192.0.2.99", failure: "connection_refused"),
        ]
        _ = try corpus.add(sweep: scratch.sweep("1", records))
        #expect(
            try query(
                scratch.file("c.sqlite"),
                "SELECT ip, code FROM failures JOIN endpoints ON id = endpoint"
            )
                == "192.0.2.10|connection_refused"
        )
    }

    @Test func exportIsAnImportAgain() throws {
        let scratch = Scratch()
        let first = try CorpusFile(scratch.file("1.sqlite"), .write)
        var sweep = Self.sweep()
        sweep.append(SampleRecord(name: "shop.example", certificate: 77, server: "nginx/1.2 \"x\"\n"))
        _ = try first.add(sweep: scratch.sweep("all", sweep))
        var text: [UInt8] = []
        try first.export { line in line.withUnsafeBufferPointer { text.append(contentsOf: $0) } }
        try Data(text).write(to: URL(fileURLWithPath: scratch.file("export")))
        #expect(try check("jq", ["-e", ".server.ip", scratch.file("export")]).status == 0)
        // A comparison takes a lead without a label for a low one.
        let labels = try check("jq", ["-r", ".hallmark.leads[]?.label", scratch.file("export")])
        #expect(Set(labels.text.split(separator: "\n")) == ["high"])
        let second = try CorpusFile(scratch.file("2.sqlite"), .write)
        _ = try second.add(sweep: scratch.file("export"))
        var (old, new) = (try first.stats(), try second.stats())
        // Which scan an observation came from is not kept.
        old.counts.removeAll { $0.name == "scans" }
        new.counts.removeAll { $0.name == "scans" }
        #expect(old == new)
    }

    @Test func pruneForgetsAndCountsAnew() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let records = [
            SampleRecord(time: "2025-01-01T00:00:00Z", ip: "192.0.2.1", certificate: 1),
            SampleRecord(time: "2026-01-01T00:00:00Z", ip: "192.0.2.2", certificate: 2),
            SampleRecord(time: "2026-01-01T00:00:00Z", ip: "192.0.2.3", certificate: 3),
        ]
        _ = try corpus.add(sweep: scratch.sweep("1", records))
        // As if the first certificate had been written long ago.
        let path = scratch.file("c.sqlite")
        _ = try query(path, "UPDATE certificates SET added = 0")
        let time = try #require(RFC3339.milliseconds("2025-06-01"))
        let counts = try corpus.prune(before: time)
        #expect(counts.sightings == 1 && counts.certificates == 1 && counts.endpoints == 1)
        #expect(try query(path, "SELECT count(*) FROM certificate_marks") != "0")
        let issuer = "SELECT count FROM marks WHERE kind = \(MarkKind.issuer.rawValue)"
        #expect(try query(path, issuer) == "2")
        let fresh = try CorpusFile(scratch.file("fresh.sqlite"), .write)
        _ = try fresh.add(sweep: scratch.sweep("2", Array(records[1...])))
        var (old, new) = (try corpus.stats(), try fresh.stats())
        old.counts.removeAll { $0.name == "imports" || $0.name == "scans" }
        new.counts.removeAll { $0.name == "imports" || $0.name == "scans" }
        #expect(old == new)
    }

    @Test func otherFilesAreRefused() throws {
        let scratch = Scratch()
        let missing = scratch.file("missing.sqlite")
        #expect(throws: CorpusError.notFound(missing)) { try CorpusFile(missing, .read) }
        let text = try scratch.write("text", String(repeating: "not a database, ", count: 100))
        #expect(throws: CorpusError.notACorpus(text)) { try CorpusFile(text, .write) }
        let other = scratch.file("other.sqlite")
        _ = try query(other, "CREATE TABLE t (x)")
        #expect(throws: CorpusError.notACorpus(other)) { try CorpusFile(other, .write) }
        #expect(throws: CorpusError.notACorpus(other)) { try CorpusFile(other, .read) }
        let newer = scratch.file("newer.sqlite")
        _ = try CorpusFile(newer, .write)
        _ = try query(newer, "INSERT INTO grdb_migrations VALUES ('99')")
        #expect(throws: CorpusError.newer(newer)) { try CorpusFile(newer, .write) }
        #expect(throws: CorpusError.newer(newer)) { try CorpusFile(newer, .read) }
    }

    @Test func certificatesAreReadFromPEMAndDER() throws {
        let scratch = Scratch()
        let made = try (1...3).map { try TestCertificate(subject: "/O=Example/CN=host\($0).example") }
        let texts = try made.map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        let bundle = try scratch.write("bundle.pem", "Some words\n" + texts.joined(separator: "more\r\n"))
        let der = scratch.file("first.der")
        try check("openssl", ["x509", "-in", made[0].certificate, "-outform", "DER", "-out", der])
        #expect(CertificateFile.kind(of: bundle) == .pem)
        #expect(CertificateFile.kind(of: der) == .der)
        let certificates = try CertificateFile.contents(of: bundle).certificates
        #expect(certificates.count == 3)
        #expect(try CertificateFile.contents(of: der).certificates == [certificates[0]])
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let counts = try corpus.add(certificates: certificates.map(CertificateFile.line))
        #expect(counts.certificates == 3)
        #expect(try corpus.add(certificates: [CertificateFile.line(certificates[0])]).certificates == 0)
        let path = scratch.file("c.sqlite")
        let key = try check(
            "sh",
            [
                "-c",
                "openssl x509 -in $0 -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r",
                made[1].certificate,
            ]
        ).text.prefix(64).uppercased()
        let sql = "SELECT subject FROM certificates WHERE hex(spki) = '\(key)'"
        #expect(try query(path, sql) == "O=Example, CN=host2.example")
        #expect(try query(path, "SELECT hex(der) FROM certificates WHERE id = 3") == certificates[2].hex)
    }

    @Test func brokenLinesAreCounted() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let lines = ["{", "[]", "", "nonsense", "{\"event\":{}}", SampleRecord().line]
        let path = try scratch.write("broken", lines.joined(separator: "\n"))
        guard case .added(let counts) = try corpus.add(sweep: path) else {
            Issue.record("nothing was imported")
            return
        }
        #expect(counts.records == 1)
        #expect(counts.malformed == 4)
        #expect(counts.added == 1)
    }
}

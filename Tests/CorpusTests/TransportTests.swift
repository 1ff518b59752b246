import Corpus
import Foundation
import TestSupport
import Testing

/// One port, served over TCP and over UDP, is two endpoints.
@Suite struct TransportTests {
    private let scratch = Scratch()

    private func corpus() throws -> CorpusFile {
        let records = [
            SampleRecord(certificate: 1),
            SampleRecord(time: "2026-11-01T08:00:01.000Z", transport: "tcp", certificate: 1),
            SampleRecord(transport: "udp", certificate: 2, commonName: "quic.example"),
        ]
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: try scratch.sweep("sweep.ndjson", records))
        return corpus
    }

    private func transports(_ corpus: CorpusFile) throws -> [String] {
        var found: [String] = []
        try corpus.export { line in
            let text = line.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            found.append(text.contains(#""transport":"udp""#) ? "udp" : "tcp")
            #expect(text.contains(#""transport":""#))
        }
        return found
    }

    @Test func whatComesOutIsWhatWentIn() throws {
        let corpus = try corpus()
        #expect(try corpus.stats().counts.first { $0.name == "endpoints" }?.count == 2)
        #expect(try transports(corpus) == ["tcp", "tcp", "udp"])
        let sums = try check(
            "sqlite3",
            [scratch.file("c.sqlite"), "SELECT transport, count(*) FROM endpoints GROUP BY 1"]
        )
        #expect(sums.text == "tcp|1\nudp|1\n")
    }

    @Test func anAnswerShowsItAndItsTextIsAQuery() throws {
        let corpus = try corpus()
        let query = try PivotQuery("192.0.2.10:443/udp")
        let places = try Pivot.run(query, in: corpus, PivotOptions()).seeds.flatMap(\.places).map(\.endpoint)
        #expect(places.contains("192.0.2.10:443/udp") && places.contains("192.0.2.10:443"), "\(places)")
    }

    /// Before, there was TCP alone.
    @Test func anOlderCorpusIsOfTCP() throws {
        _ = try corpus()
        let path = scratch.file("c.sqlite")
        try check(
            "sqlite3",
            [
                path,
                """
                PRAGMA foreign_keys = OFF;
                CREATE TABLE older (
                    id INTEGER PRIMARY KEY, ip TEXT NOT NULL, port INTEGER NOT NULL, name TEXT NOT NULL,
                    UNIQUE (ip, port, name)
                );
                INSERT INTO older SELECT id, ip, port + (transport = 'udp'), name FROM endpoints;
                DROP TABLE endpoints;
                ALTER TABLE older RENAME TO endpoints;
                CREATE INDEX endpoints_name ON endpoints (name) WHERE name <> '';
                CREATE INDEX endpoints_port ON endpoints (port);
                DELETE FROM grdb_migrations WHERE identifier = 'transport';
                """,
            ]
        )
        let corpus = try CorpusFile(path, .write)
        #expect(try transports(corpus) == ["tcp", "tcp", "tcp"])
        let checks = try check("sqlite3", [path, "PRAGMA integrity_check; PRAGMA foreign_key_check;"])
        #expect(checks.text == "ok\n")
    }
}

import Corpus
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct CorpusWriterTests {
    /// Observations with a certificate and an endpoint of their own.
    static func lines(_ range: Range<Int>) -> [[UInt8]] {
        range.map { index in
            Array(
                SampleRecord(
                    ip: "198.51.\(index / 256 % 256).\(index % 256)",
                    port: 443 + index / 65536,
                    certificate: index,
                    serial: "\(index)"
                ).line.utf8
            )
        }
    }

    private func query(_ path: String, _ sql: String) throws -> String {
        try check("sqlite3", [path, sql]).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func writesAllThatItWasGiven() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        // A buffer so small that it is full all the time.
        let writer = CorpusWriter(corpus, limit: 64 << 10)
        for line in Self.lines(0..<3000) { writer.add(line.span) }
        let counts = try writer.finish(scan: "scan-1", summary: "{\"targets\":3000}")
        #expect(counts.added == 3000)
        let path = scratch.file("c.sqlite")
        #expect(try query(path, "PRAGMA integrity_check") == "ok")
        #expect(try query(path, "SELECT observations, summary FROM scans") == "3000|{\"targets\":3000}")
    }

    /// What was handed over before `settle` returned is there, whatever becomes of the program.
    @Test func whatIsSettledIsStored() throws {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        let writer = CorpusWriter(try CorpusFile(path, .write))
        #expect(writer.settle())
        for round in 1...3 {
            for line in Self.lines((round - 1) * 50..<round * 50) { writer.add(line.span) }
            #expect(writer.settle())
            #expect(try query(path, "SELECT count(*) FROM endpoints") == "\(50 * round)")
        }
        _ = try check("sqlite3", [path, "DROP TABLE sightings"])
        for line in Self.lines(150..<200) { writer.add(line.span) }
        #expect(!writer.settle())
        #expect(throws: (any Error).self) { try writer.finish() }
    }

    /// While somebody else writes to the corpus nobody waits longer than he said, and nothing is lost.
    @Test func settlingEndsInItsTime() throws {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        let writer = CorpusWriter(try CorpusFile(path, .write))
        #expect(writer.settle())
        let holder = try Holder(path)
        for line in Self.lines(0..<10) { writer.add(line.span) }
        #expect(!writer.settle(within: 100))
        holder.letGo()
        #expect(writer.settle())
        #expect(try query(path, "SELECT count(*) FROM endpoints") == "10")
        try writer.finish()
    }

    /// Keeps a corpus locked for writing.
    private final class Holder {
        private let process = Process()
        private let input = Pipe()

        init(_ path: String) throws {
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["sqlite3", path]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            input.fileHandleForWriting.write(Data(".timeout 20000\nBEGIN IMMEDIATE;\nSELECT 'held';\n".utf8))
            _ = output.fileHandleForReading.availableData
        }

        func letGo() {
            try? input.fileHandleForWriting.write(contentsOf: Data("COMMIT;\n".utf8))
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }

    @Test func takesLinesFromSeveralThreads() async throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let writer = CorpusWriter(corpus, limit: 256 << 10)
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask {
                    for line in Self.lines(part * 500..<part * 500 + 500) { writer.add(line.span) }
                }
            }
        }
        #expect(try writer.finish().added == 2000)
    }

    @Test func aKilledWriterLeavesAConsistentCorpus() async throws {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let corpus = try CorpusFile(path, .write)
            let writer = CorpusWriter(corpus)
            for line in CorpusWriterTests.lines(0..<2000) { writer.add(line.span) }
            // Wait for the first batches, then die in the middle of the next.
            let reader = try CorpusFile(path, .read)
            while try reader.stats(top: 0).counts.first(where: { $0.name == "observations" }
            )?.count ?? 0
                < 2000
            {
                usleep(10_000)
            }
            for line in CorpusWriterTests.lines(2000..<22000) { writer.add(line.span) }
            usleep(400_000)
            kill(getpid(), SIGKILL)
        }
        #expect(try query(path, "PRAGMA integrity_check") == "ok")
        let kept = Int(try query(path, "SELECT count(*) FROM moments")) ?? 0
        #expect(kept >= 2000)
        #expect(try query(path, "SELECT sum(count) FROM sightings") == "\(kept)")
        #expect(try query(path, "SELECT observations FROM scans") == "\(kept)")
        // What was lost comes back with the scan's output, and nothing counts twice.
        let sweep = scratch.file("sweep")
        let all = Self.lines(0..<22000).flatMap { $0 }
        try Data(all).write(to: URL(fileURLWithPath: sweep))
        let corpus = try CorpusFile(path, .write)
        _ = try corpus.add(sweep: sweep)
        #expect(try query(path, "SELECT count(*) FROM moments") == "22000")
        #expect(try query(path, "SELECT sum(count) FROM sightings") == "22000")
        #expect(try query(path, "SELECT count(*) FROM certificates") == "22000")
        #expect(
            try query(path, "SELECT count FROM marks WHERE kind = \(MarkKind.issuer.rawValue)") == "22000"
        )
    }
}

import Foundation
import Observations
import Synchronization
import TestSupport
import Testing

@testable import Fleet

/// What a collector makes of what is in the queue.
@Suite struct CollectorTests {
    @Test func whatNobodyHasSubmittedIsRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let record = [CollectorLab.record(1)]
        let invented = try (0..<500).map { try CollectorLab.Message(vantage: "v\($0)", 1, records: record) }
        try collector.take(invented, job: CollectorLab.ask)
        try collector.take(
            try (0..<50).map { try CollectorLab.Message(job: "x\($0)", 1, records: record) },
            job: CollectorLab.ask
        )
        try collector.take([try CollectorLab.Message(4, records: record)], job: CollectorLab.ask)
        try collector.take(
            [
                CollectorLab.Message("hallmark.results.any.j1", []),
                CollectorLab.Message("hallmark.results.any.j1.1", [1, 2]),
            ],
            job: CollectorLab.ask
        )
        #expect(collector.refused == [.noShard: 501, .noJob: 50, .noResult: 2])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!names.contains { $0.hasPrefix("v") }, "\(names)")
        #expect(try CollectorLab.lines(folder) == 0 && collector.progress().isEmpty)
        try collector.take(
            [try CollectorLab.Message(vantage: "eu", 1, records: record)],
            job: CollectorLab.ask
        )
        #expect(try CollectorLab.lines(folder + "/eu") == 1)
    }

    /// A worker may send any line, and whoever reads the file that it went into would have to refuse it.
    @Test func linesThatAreNoRecordsAreRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let good = CollectorLab.record(1)
        let bad = [
            "{", "[]", "{\"foo\":1}", good + "}", good.replacing("443", with: "65536"),
            good.replacing(#""@timestamp":"2026-11-22T03:31:00Z","#, with: ""),
            good.replacing("2026-11-22T", with: "2026-02-30T"),
            // What is not looked at is read to its end, too.
            good.replacing(#","server""#, with: #","other":[1,,2],"server""#),
            good.replacing(#","server""#, with: #","event":{"dataset":"hallmark.finding"},"server""#),
            #"{"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation"}}"#,
        ]
        #expect(Set(bad + [good]).count == bad.count + 1)
        let message = try CollectorLab.Message(1, records: bad + [good])
        try collector.take([message, message], job: CollectorLab.ask)
        try collector.take(
            [try CollectorLab.Message(1, sequence: 1, done: .init(worker: "w"))],
            job: CollectorLab.ask
        )
        #expect(collector.refused == [.noRecord: bad.count])
        #expect(try CollectorLab.lines(folder) == 1)
        let progress = try #require(try collector.progress().first)
        #expect(progress.records == 1 && progress.shardsDone == 1, "\(progress)")
    }

    /// Endpoints are those of the plan, and no more of them are lost than there are.
    @Test func numbersOfResultsAreHeldAgainstTheJob() throws {
        let scratch = Scratch()
        let collector = try Collector(Collector.Options(folder: scratch.file("records")))
        var done = ResultHeader.Done(worker: "w")
        (done.endpoints, done.lost) = (1 << 60, .max)
        try collector.take([try CollectorLab.Message(3, done: done)], job: CollectorLab.ask)
        (done.endpoints, done.lost) = (0, 1)
        try collector.take([try CollectorLab.Message(1, done: done)], job: CollectorLab.ask)
        let progress = try #require(try collector.progress().first)
        // Of eight endpoints in three shards, three, three and two.
        #expect(progress.shardsDone == 2 && progress.endpoints == 5 && progress.lost == 3, "\(progress)")
        #expect(collector.refused == [.tooManyLost: 1])
    }

    @Test func scansOfOneShardAreBounded() throws {
        let scratch = Scratch()
        let collector = try Collector(Collector.Options(folder: scratch.file("records")))
        let messages = try (0..<200).map {
            try CollectorLab.Message(1, attempt: "a\($0)", records: [CollectorLab.record($0)])
        }
        try collector.take(messages, job: CollectorLab.ask)
        #expect(collector.refused == [.tooManyScans: 100])
        // One that is known goes on to its end.
        try collector.take(
            [try CollectorLab.Message(1, attempt: "a7", sequence: 1, done: .init(worker: "w"))],
            job: CollectorLab.ask
        )
        #expect(try collector.progress().first?.shardsDone == 1)
    }

    /// A broker that can't be asked is no proof that there is no job.
    @Test func aJobThatCannotBeAskedForIsNotRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let message = try CollectorLab.Message(1, records: [CollectorLab.record(1)])
        #expect(throws: FleetError.self) {
            try collector.take([message]) { (_: String) throws(FleetError) -> FleetJob? in
                throw FleetError("away", mayPass: true)
            }
        }
        #expect(collector.refused.isEmpty)
        try collector.take([message], job: CollectorLab.ask)
        #expect(try CollectorLab.lines(folder) == 1)
        // Once known, it need not be asked for, also by the next collector.
        try collector.take([try CollectorLab.Message(2, records: [CollectorLab.record(2)])]) {
            (_: String) throws(FleetError) -> FleetJob? in nil
        }
        #expect(try CollectorLab.lines(folder) == 2 && collector.refused.isEmpty)
    }

    /// Killed after a file was renamed and before that was noted, as often as you like.
    @Test func aFolderIsGoneOnWithAgainAndAgain() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take(
                [try CollectorLab.Message(1, records: [CollectorLab.record(1)])],
                job: CollectorLab.ask
            )
        }
        let whole = folder + "/records-000001.ndjson"
        try FileManager.default.moveItem(atPath: whole + ".part", toPath: whole)
        for _ in 0..<3 {
            let feed = CollectorLab.Feed("corpus")
            var options = Collector.Options(folder: folder)
            (options.feeds, options.removesFed) = ([feed], true)
            let collector = try Collector(options)
            #expect(try collector.close { false } == 0)
        }
        #expect(!FileManager.default.fileExists(atPath: whole))
        let collector = try Collector(Collector.Options(folder: folder))
        try collector.take(
            [try CollectorLab.Message(1, sequence: 1, records: [CollectorLab.record(2)])],
            job: CollectorLab.ask
        )
        #expect(try CollectorLab.lines(folder) == 1)
    }

    /// The note is on the disk, and the renaming is not.
    @Test func aRenamingThatTheMachineForgotIsMadeAnew() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take(
                [try CollectorLab.Message(1, records: [CollectorLab.record(1)])],
                job: CollectorLab.ask
            )
            #expect(try collector.close { false } == 0)
        }
        let whole = folder + "/records-000001.ndjson"
        try FileManager.default.moveItem(atPath: whole, toPath: whole + ".part")
        _ = try Collector(Collector.Options(folder: folder))
        #expect(FileManager.default.fileExists(atPath: whole))
    }

    /// A warehouse that hangs holds up neither the collector, nor the corpus, nor its end.
    @Test func aFeedThatHangsHoldsUpNothing() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let (slow, corpus) = (CollectorLab.Feed("slow", holds: true), CollectorLab.Feed("corpus"))
        defer { slow.holds.store(false, ordering: .relaxed) }
        var options = Collector.Options(folder: folder)
        (options.feeds, options.rotateBytes, options.removesFed) = ([slow, corpus], 1, true)
        let collector = try Collector(options)
        for number in 1...5 {
            let message = try CollectorLab.Message(
                1,
                sequence: number,
                records: [CollectorLab.record(number)]
            )
            try collector.take([message], job: CollectorLab.ask)
        }
        #expect(eventually { corpus.taken.withLock { $0.count } == 5 })
        #expect(try collector.close { true } == 5)
        #expect(try CollectorLab.lines(folder) == 5 && collector.isFeeding)
    }

    /// What a warehouse did not take is kept, said, and handed on when it is back: each file once.
    @Test func aFeedThatIsAwayGetsEverythingOnceLater() throws {
        let scratch = Scratch()
        let feed = CollectorLab.Feed("away", fails: true)
        var options = Collector.Options(folder: scratch.file("records"))
        (options.feeds, options.rotateBytes, options.removesFed) = ([feed], 1, true)
        do {
            let collector = try Collector(options)
            try collector.take(
                [try CollectorLab.Message(1, records: [CollectorLab.record(1)])],
                job: CollectorLab.ask
            )
            #expect(eventually { collector.troubles["away"]?.contains("is away") == true })
            try collector.take(
                [try CollectorLab.Message(1, sequence: 1, records: [CollectorLab.record(2)])],
                job: CollectorLab.ask
            )
            #expect(try collector.close { false } == 2)
        }
        feed.fails.store(false, ordering: .relaxed)
        let second = try Collector(options)
        #expect(try second.close { false } == 0)
        #expect(Set(feed.taken.withLock { $0 }).count == 2 && feed.taken.withLock { $0.count } == 2)
        #expect(second.troubles.isEmpty)
    }

    /// Of two corpora of one name each has its own standing, and what was removed for the first is said to be
    /// missing in the second.
    @Test func anotherCorpusGetsEverythingThatIsThere() throws {
        let scratch = Scratch()
        var options = Collector.Options(folder: scratch.file("records"))
        var lacking: [String: Int] = [:]
        func collect(_ identity: String, removesFed: Bool, _ number: Int) throws -> (Int, Int) {
            let feed = CollectorLab.Feed("corpus", identity: identity)
            (options.feeds, options.removesFed) = ([feed], removesFed)
            let collector = try Collector(options)
            let message = try CollectorLab.Message(
                1,
                sequence: number,
                records: [CollectorLab.record(number)]
            )
            try collector.take([message], job: CollectorLab.ask)
            #expect(try collector.close { false } == 0)
            lacking = try collector.lacking()
            return (feed.taken.withLock { $0.count }, collector.missed["corpus"]?.gone ?? 0)
        }
        #expect(try collect("a", removesFed: false, 1) == (1, 0))
        #expect(try collect("b", removesFed: false, 2) == (2, 0))
        // What the first has taken already, it is not given again; the files are its own to remove.
        #expect(try collect("a", removesFed: true, 3) == (2, 0))
        #expect(try collect("c", removesFed: false, 4) == (2, 2))
        // They are missed once, and lacking until they are given up.
        #expect(try collect("c", removesFed: false, 5) == (1, 0))
        #expect(lacking == ["corpus": 2])
        options.forgetsMissed = true
        #expect(try collect("c", removesFed: false, 6) == (1, 0))
        #expect(lacking.isEmpty)
    }
}

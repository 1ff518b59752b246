import Foundation
import Observations
import Synchronization
import TestSupport
import Testing

@testable import Fleet

/// What a collector makes of what is in the queue.
@Suite struct CollectorTests {
    /// A message of results.
    private struct Message: ResultDelivery {
        var subject: String
        var bytes: [UInt8]

        init(_ subject: String, _ bytes: [UInt8]) {
            (self.subject, self.bytes) = (subject, bytes)
        }

        /// Of a scan of a shard.
        init(
            job: String = "j1",
            vantage: String = "any",
            _ number: UInt32,
            attempt: String = "a",
            sequence: Int = 0,
            records: [String] = [],
            done: ResultHeader.Done? = nil
        ) throws {
            var header = ResultHeader(attempt: attempt, sequence: sequence, tellsAddresses: false)
            header.done = done
            subject = ShardPlace(job: job, vantage: vantage, number: number).resultSubject
            bytes = try header.line() + Array(records.map { $0 + "\n" }.joined().utf8)
        }

        func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
            try bytes.withUnsafeBytes(body)
        }

        func acknowledgeSoon() {}
    }

    /// A feed that does not come back from its file until it is told to, or that takes none.
    private final class Feed: RecordFeed {
        let name: String
        let identity: String
        let taken = Mutex<[String]>([])
        let holds: Atomic<Bool>
        let fails: Atomic<Bool>

        init(_ name: String, identity: String? = nil, holds: Bool = false, fails: Bool = false) {
            self.name = name
            self.identity = identity ?? name
            self.holds = Atomic(holds)
            self.fails = Atomic(fails)
        }

        func take(_ path: String, token: String) throws {
            while holds.load(ordering: .relaxed) { usleep(10_000) }
            if fails.load(ordering: .relaxed) { throw FleetError("is away") }
            taken.withLock { $0.append(token) }
        }
    }

    private static var job: FleetJob {
        var job = FleetJob(id: "j1", created: 1000, expires: 2000, seed: 7)
        (job.shards, job.endpoints, job.vantages) = (3, 8, ["any", "eu"])
        return job
    }

    private static func ask(_ id: String) throws(FleetError) -> FleetJob? { id == "j1" ? job : nil }

    private static func record(_ number: Int) -> String {
        #"{"@timestamp":"2026-11-22T03:31:00Z","server":{"address":"192.0.2.\#(number)","port":443}}"#
    }

    private static func lines(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("records-") }
            .map {
                try String(contentsOfFile: folder + "/" + $0, encoding: .utf8).split(separator: "\n").count
            }
            .reduce(0, +)
    }

    @Test func whatNobodyHasSubmittedIsRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let record = [Self.record(1)]
        let invented = try (0..<500).map { try Message(vantage: "v\($0)", 1, records: record) }
        try collector.take(invented, job: Self.ask)
        try collector.take(try (0..<50).map { try Message(job: "x\($0)", 1, records: record) }, job: Self.ask)
        try collector.take([try Message(4, records: record)], job: Self.ask)
        try collector.take(
            [Message("hallmark.results.any.j1", []), Message("hallmark.results.any.j1.1", [1, 2])],
            job: Self.ask
        )
        #expect(collector.refused == [.noShard: 501, .noJob: 50, .noResult: 2])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!names.contains { $0.hasPrefix("v") }, "\(names)")
        #expect(try Self.lines(folder) == 0 && collector.progress().isEmpty)
        try collector.take([try Message(vantage: "eu", 1, records: record)], job: Self.ask)
        #expect(try Self.lines(folder + "/eu") == 1)
    }

    /// A worker may send any line, and whoever reads the file that it went into would have to refuse it.
    @Test func linesThatAreNoRecordsAreRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let good = Self.record(1)
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
        let message = try Message(1, records: bad + [good])
        try collector.take([message, message], job: Self.ask)
        try collector.take([try Message(1, sequence: 1, done: .init(worker: "w"))], job: Self.ask)
        #expect(collector.refused == [.noRecord: bad.count])
        #expect(try Self.lines(folder) == 1)
        let progress = try #require(try collector.progress().first)
        #expect(progress.records == 1 && progress.shardsDone == 1, "\(progress)")
    }

    /// Endpoints are those of the plan, and no more of them are lost than there are.
    @Test func numbersOfResultsAreHeldAgainstTheJob() throws {
        let scratch = Scratch()
        let collector = try Collector(Collector.Options(folder: scratch.file("records")))
        var done = ResultHeader.Done(worker: "w")
        (done.endpoints, done.lost) = (1 << 60, .max)
        try collector.take([try Message(3, done: done)], job: Self.ask)
        (done.endpoints, done.lost) = (0, 1)
        try collector.take([try Message(1, done: done)], job: Self.ask)
        let progress = try #require(try collector.progress().first)
        // Of eight endpoints in three shards, three, three and two.
        #expect(progress.shardsDone == 2 && progress.endpoints == 5 && progress.lost == 3, "\(progress)")
        #expect(collector.refused == [.tooManyLost: 1])
    }

    @Test func scansOfOneShardAreBounded() throws {
        let scratch = Scratch()
        let collector = try Collector(Collector.Options(folder: scratch.file("records")))
        let messages = try (0..<200).map { try Message(1, attempt: "a\($0)", records: [Self.record($0)]) }
        try collector.take(messages, job: Self.ask)
        #expect(collector.refused == [.tooManyScans: 100])
        // One that is known goes on to its end.
        try collector.take(
            [try Message(1, attempt: "a7", sequence: 1, done: .init(worker: "w"))],
            job: Self.ask
        )
        #expect(try collector.progress().first?.shardsDone == 1)
    }

    /// A broker that can't be asked is no proof that there is no job.
    @Test func aJobThatCannotBeAskedForIsNotRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        let message = try Message(1, records: [Self.record(1)])
        #expect(throws: FleetError.self) {
            try collector.take([message]) { (_: String) throws(FleetError) -> FleetJob? in
                throw FleetError("away", mayPass: true)
            }
        }
        #expect(collector.refused.isEmpty)
        try collector.take([message], job: Self.ask)
        #expect(try Self.lines(folder) == 1)
        // Once known, it need not be asked for, also by the next collector.
        try collector.take([try Message(2, records: [Self.record(2)])]) {
            (_: String) throws(FleetError) -> FleetJob? in nil
        }
        #expect(try Self.lines(folder) == 2 && collector.refused.isEmpty)
    }

    /// Killed after a file was renamed and before that was noted, as often as you like.
    @Test func aFolderIsGoneOnWithAgainAndAgain() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take([try Message(1, records: [Self.record(1)])], job: Self.ask)
        }
        let whole = folder + "/records-000001.ndjson"
        try FileManager.default.moveItem(atPath: whole + ".part", toPath: whole)
        for _ in 0..<3 {
            let feed = Feed("corpus")
            var options = Collector.Options(folder: folder)
            (options.feeds, options.removesFed) = ([feed], true)
            let collector = try Collector(options)
            #expect(try collector.close { false } == 0)
        }
        #expect(!FileManager.default.fileExists(atPath: whole))
        let collector = try Collector(Collector.Options(folder: folder))
        try collector.take([try Message(1, sequence: 1, records: [Self.record(2)])], job: Self.ask)
        #expect(try Self.lines(folder) == 1)
    }

    /// The note is on the disk, and the renaming is not.
    @Test func aRenamingThatTheMachineForgotIsMadeAnew() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take([try Message(1, records: [Self.record(1)])], job: Self.ask)
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
        let (slow, corpus) = (Feed("slow", holds: true), Feed("corpus"))
        defer { slow.holds.store(false, ordering: .relaxed) }
        var options = Collector.Options(folder: folder)
        (options.feeds, options.rotateBytes, options.removesFed) = ([slow, corpus], 1, true)
        let collector = try Collector(options)
        for number in 1...5 {
            let message = try Message(1, sequence: number, records: [Self.record(number)])
            try collector.take([message], job: Self.ask)
        }
        #expect(eventually { corpus.taken.withLock { $0.count } == 5 })
        #expect(try collector.close { true } == 5)
        #expect(try Self.lines(folder) == 5 && collector.isFeeding)
    }

    /// What a warehouse did not take is kept, said, and handed on when it is back: each file once.
    @Test func aFeedThatIsAwayGetsEverythingOnceLater() throws {
        let scratch = Scratch()
        let feed = Feed("away", fails: true)
        var options = Collector.Options(folder: scratch.file("records"))
        (options.feeds, options.rotateBytes, options.removesFed) = ([feed], 1, true)
        do {
            let collector = try Collector(options)
            try collector.take([try Message(1, records: [Self.record(1)])], job: Self.ask)
            #expect(eventually { collector.troubles["away"]?.contains("is away") == true })
            try collector.take([try Message(1, sequence: 1, records: [Self.record(2)])], job: Self.ask)
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
            let feed = Feed("corpus", identity: identity)
            (options.feeds, options.removesFed) = ([feed], removesFed)
            let collector = try Collector(options)
            let message = try Message(1, sequence: number, records: [Self.record(number)])
            try collector.take([message], job: Self.ask)
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

    /// What was cut, emptied, damaged or taken away since it was written is not handed on in part, and is
    /// when it has come back.
    @Test(arguments: ["cut", "emptied", "damaged", "longer", "gone", "a folder"])
    func aFileThatChangedIsHandedOnWhenItIsBack(_ change: String) throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let path = folder + "/records-000001.ndjson"
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take([try Message(1, records: [Self.record(1), Self.record(2)])], job: Self.ask)
            #expect(try collector.close { false } == 0)
        }
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        switch change {
        case "cut": try good.dropLast(20).write(to: URL(fileURLWithPath: path))
        case "emptied": try Data().write(to: URL(fileURLWithPath: path))
        case "longer": try (good + Data("{}\n".utf8)).write(to: URL(fileURLWithPath: path))
        case "damaged":
            var bad = good
            bad[bad.startIndex + 9] ^= 1
            try bad.write(to: URL(fileURLWithPath: path))
        default: try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        }
        if change == "a folder" {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        let feed = Feed("corpus")
        var options = Collector.Options(folder: folder)
        (options.feeds, options.removesFed) = ([feed], true)
        for run in 1...2 {
            let collector = try Collector(options)
            #expect(try collector.close { false } == 0)
            #expect(feed.taken.withLock { $0.isEmpty })
            // It is said once, and not handed on without being noticed.
            let missed = collector.missed["corpus"] ?? MissedFiles()
            let isGone = change == "gone"
            #expect(missed.gone == (run == 1 && isGone ? 1 : 0), "\(missed)")
            #expect(missed.changed == (run == 1 && !isGone ? 1 : 0), "\(missed)")
            // Each run says that it is lacking.
            #expect(try collector.lacking() == ["corpus": 1])
        }
        let collector = try Collector(options)
        try? FileManager.default.removeItem(atPath: path)
        try good.write(to: URL(fileURLWithPath: path + ".new"))
        try FileManager.default.moveItem(atPath: path + ".new", toPath: path)
        #expect(eventually { collector.missed["corpus"]?.later == 1 })
        #expect(feed.taken.withLock { $0.count } == 1)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try collector.close { false } == 0)
        #expect(feed.taken.withLock { $0.count } == 1)
        #expect(try collector.lacking().isEmpty)
    }

    /// Whoever ends when all is done hands on what has come back before.
    @Test func whatHasComeBackIsWaitedFor() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        var options = Collector.Options(folder: folder)
        options.rotateBytes = 1
        do {
            let collector = try Collector(options)
            for number in 1...4 {
                let message = try Message(1, sequence: number, records: [Self.record(number)])
                try collector.take([message], job: Self.ask)
            }
            #expect(try collector.close { false } == 0)
        }
        let files = FileManager.default
        let names = (1...4).map { folder + "/records-00000\($0).ndjson" }
        for name in names { try files.moveItem(atPath: name, toPath: name + ".away") }
        let feed = Feed("corpus")
        options.feeds = [feed]
        #expect(try Collector(options).close { false } == 0)
        #expect(feed.taken.withLock { $0.isEmpty })
        for name in names { try files.moveItem(atPath: name + ".away", toPath: name) }
        let collector = try Collector(options)
        #expect(try collector.close { false } == 0)
        #expect(feed.taken.withLock { $0.count } == 4)
        #expect(try collector.lacking().isEmpty)
    }

    /// Files that no state knows, as of another folder or after the state was lost, are written over by none.
    @Test(arguments: ["lost", "emptied", "older", "copied"]) func wholeFilesStay(_ state: String) throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        var options = Collector.Options(folder: folder)
        options.rotateBytes = 1
        func collect(_ numbers: ClosedRange<Int>, into options: Collector.Options) throws {
            let collector = try Collector(options)
            for number in numbers {
                let record = Self.record(number)
                try collector.take([try Message(1, sequence: number, records: [record])], job: Self.ask)
            }
            #expect(try collector.close { false } == 0)
        }
        let files = FileManager.default
        func states() throws -> [String] {
            try files.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(".state") }
        }
        try collect(1...1, into: options)
        for name in try states() {
            try files.copyItem(atPath: "\(folder)/\(name)", toPath: scratch.file(name))
        }
        try collect(2...4, into: options)
        switch state {
        case "copied": break
        case "emptied": try Data().write(to: URL(fileURLWithPath: folder + "/.state.sqlite"))
        default: for name in try states() { try files.removeItem(atPath: "\(folder)/\(name)") }
        }
        if state == "older" {
            for name in try files.contentsOfDirectory(atPath: scratch.path) where name.hasPrefix(".state") {
                try files.copyItem(atPath: scratch.file(name), toPath: "\(folder)/\(name)")
            }
        }
        if state == "copied" {
            options.folder = scratch.file("copy")
            try files.createDirectory(atPath: options.folder, withIntermediateDirectories: false)
            for number in 1...4 {
                let name = "records-00000\(number).ndjson"
                try files.copyItem(atPath: "\(folder)/\(name)", toPath: "\(options.folder)/\(name)")
            }
        }
        let feed = Feed("corpus")
        options.feeds = [feed]
        try collect(5...6, into: options)
        #expect(try Self.lines(options.folder) == 6)
        #expect(feed.taken.withLock { $0.count } == 6)
    }

    /// What was written to the open file is known by its bytes, too.
    @Test func aDamagedOpenFileIsRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take([try Message(1, records: [Self.record(1)])], job: Self.ask)
        }
        let part = URL(fileURLWithPath: folder + "/records-000001.ndjson.part")
        let good = try Data(contentsOf: part)
        var bad = good
        bad[bad.startIndex + 9] ^= 1
        try bad.write(to: part)
        #expect { _ = try Collector(Collector.Options(folder: folder)) } throws: {
            "\($0)".contains("not as it was written")
        }
        #expect(try Data(contentsOf: part) == bad)
        try good.write(to: part)
        _ = try Collector(Collector.Options(folder: folder))
        try FileManager.default.removeItem(at: part)
        try check("mkfifo", [part.path])
        #expect { _ = try Collector(Collector.Options(folder: folder)) } throws: { _ in true }
    }
}

import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Fleet

/// What a collector makes of the files of its folder that others have changed, and of its state.
@Suite struct CollectorFilesTests {
    /// What was cut, emptied, damaged or taken away since it was written is not handed on in part, and is
    /// when it has come back.
    @Test(arguments: ["cut", "emptied", "damaged", "longer", "gone", "a folder"])
    func aFileThatChangedIsHandedOnWhenItIsBack(_ change: String) throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let path = folder + "/records-000001.ndjson"
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take(
                [try CollectorLab.Message(1, records: [CollectorLab.record(1), CollectorLab.record(2)])],
                job: CollectorLab.ask
            )
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
        let feed = CollectorLab.Feed("corpus")
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
                let message = try CollectorLab.Message(
                    1,
                    sequence: number,
                    records: [CollectorLab.record(number)]
                )
                try collector.take([message], job: CollectorLab.ask)
            }
            #expect(try collector.close { false } == 0)
        }
        let files = FileManager.default
        let names = (1...4).map { folder + "/records-00000\($0).ndjson" }
        for name in names { try files.moveItem(atPath: name, toPath: name + ".away") }
        let feed = CollectorLab.Feed("corpus")
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
                let record = CollectorLab.record(number)
                try collector.take(
                    [try CollectorLab.Message(1, sequence: number, records: [record])],
                    job: CollectorLab.ask
                )
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
        let feed = CollectorLab.Feed("corpus")
        options.feeds = [feed]
        try collect(5...6, into: options)
        #expect(try CollectorLab.lines(options.folder) == 6)
        #expect(feed.taken.withLock { $0.count } == 6)
    }

    /// What was written to the open file is known by its bytes, too.
    @Test func aDamagedOpenFileIsRefused() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        do {
            let collector = try Collector(Collector.Options(folder: folder))
            try collector.take(
                [try CollectorLab.Message(1, records: [CollectorLab.record(1)])],
                job: CollectorLab.ask
            )
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

    /// What a collector was at when its state was lost stays, but for a line that was not written to its end.
    @Test(arguments: ["any", "eu"]) func anOpenFileThatNoStateKnowsStays(_ vantage: String) throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let place = vantage == "any" ? folder : folder + "/" + vantage
        var options = Collector.Options(folder: folder)
        func take(_ numbers: ClosedRange<Int>, _ collector: Collector) throws {
            for number in numbers {
                let record = CollectorLab.record(number)
                let message = try CollectorLab.Message(
                    vantage: vantage,
                    1,
                    sequence: number,
                    records: [record]
                )
                try collector.take([message], job: CollectorLab.ask)
            }
        }
        do { try take(1...3, Collector(options)) }
        let part = try FileHandle(forWritingTo: URL(fileURLWithPath: place + "/records-000001.ndjson.part"))
        try part.seekToEnd()
        try part.write(contentsOf: Data(#"{"@timestamp":"20"#.utf8))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix(".state")
        {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        let feed = CollectorLab.Feed("corpus")
        options.feeds = [feed]
        let collector = try Collector(options)
        try take(4...5, collector)
        #expect(try collector.close { false } == 0)
        #expect(try CollectorLab.lines(place) == 5)
        #expect(feed.taken.withLock { $0.count } == 2)
    }

    /// Whoever could not read all of a file lacks something, until it is another.
    @Test func whatAFeedCanNotReadIsLacking() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let feed = CollectorLab.Feed("corpus")
        feed.unread.withLock { $0 = "records-000001.ndjson" }
        var options = Collector.Options(folder: folder)
        options.feeds = [feed]
        let collector = try Collector(options)
        let message = try CollectorLab.Message(1, records: [CollectorLab.record(1)])
        try collector.take([message], job: CollectorLab.ask)
        #expect(try collector.close { false } == 0)
        #expect(collector.missed["corpus"]?.changed == 1)
        #expect(try collector.lacking() == ["corpus": 1])
    }
}

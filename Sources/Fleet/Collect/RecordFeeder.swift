import Foundation
import Observations
import Synchronization

/// Hands whole files of a collector on, on a thread for each feed: one that is away holds up neither the
/// collector nor the others.
///
/// What a feed has not taken stays in the folder, and is tried again after pauses that grow.
final class RecordFeeder: Sendable {
    private let state: CollectState
    private let folder: String
    private let feeds: [any RecordFeed]
    private let removesFed: Bool
    private let standing: Mutex<[String: Standing]>
    private let isEnding = Atomic(false)

    /// How it goes with a feed.
    private struct Standing {
        /// Why it took no file the last time; nil when it did.
        var trouble: String?
        /// How often in a row it took none.
        var failures = 0
        /// How often it was tried since the collector began to end.
        var triesAtEnd = 0
        var isBusy = false
        /// Files that it could not be given.
        var missed = MissedFiles()
    }

    /// Seconds between two attempts, at most.
    private static let longestPause = 60

    init(_ state: CollectState, folder: String, feeds: [any RecordFeed], removesFed: Bool) {
        self.state = state
        self.folder = folder
        self.feeds = feeds
        self.removesFed = removesFed
        standing = Mutex(Dictionary(uniqueKeysWithValues: feeds.map { ($0.name, Standing()) }))
    }

    /// Begins to hand on what lies there already, and what comes.
    func begin() {
        for feed in feeds {
            let thread = Thread { [self] in serve(feed) }
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    /// What stands in the way of which feed.
    var troubles: [String: String] { standing.withLock { $0.compactMapValues(\.trouble) } }

    /// How many files could not be given to which feed.
    var missed: [String: MissedFiles] {
        standing.withLock { $0.mapValues(\.missed).filter { $0.value != MissedFiles() } }
    }

    /// Whether a feed is at a file.
    var isBusy: Bool { standing.withLock { $0.contains { $0.value.isBusy } } }

    /// Ends the threads as soon as they are at no file.
    func stop() { isEnding.store(true, ordering: .relaxed) }

    /// Files that feeds have not taken yet.
    func waiting() throws -> Int {
        var count = 0
        for (vantage, place) in try state.places() {
            for feed in feeds { count += max(0, place.number - 1 - (try state.fed(feed.identity, vantage))) }
        }
        for feed in feeds { count += try returned(feed) }
        return count
    }

    /// Files that could not be given to a feed and are others now, which it has not looked at.
    private func returned(_ feed: any RecordFeed) throws -> Int {
        try state.unfed(feed.identity).count { file in
            FileChecksum.stamp(path(file.number, of: file.vantage)) != file.stamp
        }
    }

    /// Waits until the feeds have every file, or each that has not was tried once more.
    func finish(isStopped: () -> Bool) throws {
        standing.withLock { all in for name in all.keys { all[name]?.triesAtEnd = 0; all[name]?.failures = 0 }
        }
        while try waiting() > 0, !isStopped() {
            let isTried = standing.withLock {
                $0.allSatisfy { $0.value.trouble == nil || $0.value.triesAtEnd > 0 }
            }
            if isTried, !troubles.isEmpty, try !isAnyUntroubled() { return }
            usleep(50_000)
        }
    }

    /// Whether there is a feed that goes on with files that wait for it.
    private func isAnyUntroubled() throws -> Bool {
        let troubled = Set(troubles.keys)
        let places = try state.places()
        for feed in feeds where !troubled.contains(feed.name) {
            if try returned(feed) > 0 { return true }
            for (vantage, place) in places where try state.fed(feed.identity, vantage) < place.number - 1 {
                return true
            }
        }
        return false
    }

    // MARK: One thread

    private func serve(_ feed: any RecordFeed) {
        while !isEnding.load(ordering: .relaxed) {
            standing.withLock { $0[feed.name]?.isBusy = true }
            var trouble: String?
            do { trouble = try round(feed) } catch { trouble = "\(feed.name): \(error)" }
            let failures = standing.withLock { all in
                var own = all[feed.name] ?? Standing()
                own.isBusy = false
                own.trouble = trouble
                own.failures = trouble == nil ? 0 : own.failures + 1
                own.triesAtEnd += 1
                all[feed.name] = own
                return own.failures
            }
            rest(feed, failures)
        }
    }

    /// Waits for more files, or for another attempt.
    private func rest(_ feed: any RecordFeed, _ failures: Int) {
        let seconds = failures == 0 ? 0.25 : Double(min(Self.longestPause, 1 << min(failures, 6)))
        let end = ContinuousClock.now + .seconds(seconds)
        while .now < end, !isEnding.load(ordering: .relaxed) {
            usleep(50_000)
            // The collector ends: once more at once.
            if failures > 0, standing.withLock({ $0[feed.name]?.failures == 0 }) { return }
        }
    }

    /// Hands on what there is.
    ///
    /// - Returns: why a file could not be handed on.
    private func round(_ feed: any RecordFeed) throws -> String? {
        var missed = MissedFiles()
        // All at once: they are said in one sentence.
        defer { standing.withLock { $0[feed.name]?.missed += missed } }
        for file in try state.unfed(feed.identity) {
            guard !isEnding.load(ordering: .relaxed) else { return nil }
            if let trouble = try again(file, to: feed, &missed) { return trouble }
        }
        for (vantage, place) in try state.places().sorted(by: { $0.key < $1.key }) {
            var number = try state.fed(feed.identity, vantage)
            while number + 1 < place.number {
                guard !isEnding.load(ordering: .relaxed) else { return nil }
                number += 1
                let path = path(number, of: vantage)
                let file = UnfedFile(vantage: vantage, number: number, stamp: FileChecksum.stamp(path))
                switch try handOn(file, to: feed) {
                case .trouble(let text): return text
                case .missed(let fault):
                    try state.addUnfed(feed.identity, file)
                    missed.add(fault, path)
                case .taken: break
                }
                try state.setFed(feed.identity, vantage, number)
                if removesFed { try remove(path, number, of: vantage) }
            }
        }
        return nil
    }

    /// Hands a file on that could not be, if something else stands there now.
    private func again(
        _ file: UnfedFile,
        to feed: any RecordFeed,
        _ missed: inout MissedFiles
    ) throws -> String? {
        let path = path(file.number, of: file.vantage)
        var now = file
        now.stamp = FileChecksum.stamp(path)
        guard now.stamp != file.stamp else { return nil }
        switch try handOn(now, to: feed) {
        case .trouble(let text): return text
        case .missed: try state.addUnfed(feed.identity, now)
        case .taken:
            try state.removeUnfed(feed.identity, now)
            missed.later += 1
            if removesFed { try remove(path, file.number, of: file.vantage) }
        }
        return nil
    }

    /// Why a file is not what the collector wrote; nil for one that is.
    private func fault(of file: UnfedFile) throws -> MissedFiles.Fault? {
        let path = path(file.number, of: file.vantage)
        if access(path, F_OK) != 0, errno == ENOENT { return .gone }
        if (try? RegularFile.isOne(at: path)) == false { return .changed }
        guard let whole = try state.whole(file.vantage, file.number) else { return nil }
        // What can't be read may be readable again: the feed says why it is not.
        guard let now = FileChecksum(file: path) else { return nil }
        return now == whole ? nil : .changed
    }

    /// What came of a file.
    private enum Outcome {
        case taken
        case missed(MissedFiles.Fault)
        /// Why the feed did not take it.
        case trouble(String)
    }

    private func handOn(_ file: UnfedFile, to feed: any RecordFeed) throws -> Outcome {
        if let fault = try fault(of: file) { return .missed(fault) }
        let path = path(file.number, of: file.vantage)
        do {
            // A name for the file that no other collector's file has.
            let token = "hallmark-\(try state.name())-\(file.vantage)-\(file.number)"
            return try feed.take(path, token: token) ? .taken : .missed(.changed)
        } catch { return .trouble("\(feed.name): \(path): \(error)") }
    }

    private func path(_ number: Int, of vantage: String) -> String {
        RecordFolder.file(number, in: RecordFolder.path(of: vantage, in: folder))
    }

    /// Removes a file that all feeds have taken.
    private func remove(_ path: String, _ number: Int, of vantage: String) throws {
        for feed in feeds {
            guard try state.fed(feed.identity, vantage) >= number,
                try !state.isUnfed(feed.identity, vantage, number)
            else { return }
        }
        unlink(path)
    }
}

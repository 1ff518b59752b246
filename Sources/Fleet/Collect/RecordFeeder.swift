import Foundation
import Synchronization

/// Where whole files of records go on to: a corpus, a warehouse.
package protocol RecordFeed: Sendable {
    /// As messages call it.
    var name: String { get }
    /// By which it is remembered which files it has taken: what no other one is called, whatever its name.
    var identity: String { get }

    /// Takes a file; the same one again changes nothing.
    ///
    /// - Parameter token: the file's name for good.
    func take(_ path: String, token: String) throws
}

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
        /// Files that were gone before it was given them.
        var missed = 0
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

    /// How many files were gone before which feed was given them.
    var missed: [String: Int] { standing.withLock { $0.mapValues(\.missed).filter { $0.value > 0 } } }

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
        return count
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
        var missed = 0
        // All at once: they are said in one sentence.
        defer { standing.withLock { $0[feed.name]?.missed += missed } }
        for (vantage, place) in try state.places().sorted(by: { $0.key < $1.key }) {
            var number = try state.fed(feed.identity, vantage)
            while number + 1 < place.number {
                guard !isEnding.load(ordering: .relaxed) else { return nil }
                let path = RecordFolder.file(number + 1, in: RecordFolder.path(of: vantage, in: folder))
                let isThere = access(path, F_OK) == 0 || errno != ENOENT
                // A name for the file that no other collector's file has.
                let token = "hallmark-\(try state.name())-\(vantage)-\(number + 1)"
                if isThere {
                    do { try feed.take(path, token: token) } catch {
                        return "\(feed.name): \(path): \(error)"
                    }
                }
                number += 1
                try state.setFed(feed.identity, vantage, number)
                guard isThere else {
                    missed += 1
                    continue
                }
                if removesFed { try remove(path, number, of: vantage) }
            }
        }
        return nil
    }

    /// Removes a file that all feeds have taken.
    private func remove(_ path: String, _ number: Int, of vantage: String) throws {
        for feed in feeds where try state.fed(feed.identity, vantage) < number { return }
        unlink(path)
    }
}

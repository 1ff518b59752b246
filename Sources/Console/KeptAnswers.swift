import Foundation
import Synchronization

/// Answers that take long and are asked for often: one request makes an answer, others get the same one until the
/// corpus has changed.
///
/// While somebody writes to the corpus it changes every second: an answer that took long is then given out for
/// twenty times as long as it took, so that readers spend a twentieth of a core at most on making it.
final class KeptAnswers: Sendable {
    private final class Entry: Sendable {
        struct Kept: Sendable {
            let response: ConsoleResponse
            let state: [Int]
            let made: ContinuousClock.Instant
            let cost: Duration
        }

        let kept = Mutex<Kept?>(nil)
        /// Held by whoever makes the answer.
        let making = Mutex(())
    }

    private let entries = Mutex<[String: Entry]>([:])
    /// More are not kept: they are all forgotten then.
    private static let capacity = 64
    private static let mostStale = 20
    /// What was made as fast as this is made again as soon as anything has changed.
    private static let fast = Duration.seconds(1)

    /// - Parameters:
    ///   - key: what was asked.
    ///   - state: what the answer depends on; another one wants another answer.
    func answer(_ key: String, state: [Int], _ make: () throws -> ConsoleResponse) throws -> ConsoleResponse {
        let entry = entries.withLock { entries -> Entry in
            if let known = entries[key] { return known }
            if entries.count >= Self.capacity { entries.removeAll() }
            let new = Entry()
            entries[key] = new
            return new
        }
        let known = entry.kept.withLock { $0 }
        if let known, Self.isFresh(known, state) { return known.response }
        let isBusy: ()? = try entry.making.withLockIfAvailable { _ in try Self.renew(entry, state, make) }
        // Somebody makes a new one: what there was until now is as good as theirs was a moment ago.
        if isBusy == nil {
            if let known { return known.response }
            try entry.making.withLock { _ in try Self.renew(entry, state, make) }
        }
        guard let response = entry.kept.withLock({ $0?.response }) else { return try make() }
        return response
    }

    func forget() { entries.withLock { $0.removeAll() } }

    private static func isFresh(_ kept: Entry.Kept, _ state: [Int]) -> Bool {
        if kept.state == state { return true }
        return kept.cost > fast && ContinuousClock.now - kept.made < kept.cost * mostStale
    }

    private static func renew(_ entry: Entry, _ state: [Int], _ make: () throws -> ConsoleResponse) throws {
        if let kept = entry.kept.withLock({ $0 }), isFresh(kept, state) { return }
        let start = ContinuousClock.now
        let response = try make()
        let now = ContinuousClock.now
        entry.kept.withLock { $0 = .init(response: response, state: state, made: now, cost: now - start) }
    }

    /// Size and time of a file and of what SQLite keeps beside it: they change with each commit.
    static func state(of path: String) -> [Int] {
        ["", "-wal"].flatMap { end -> [Int] in
            var status = stat()
            guard stat(path + end, &status) == 0 else { return [0] }
            return [status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        }
    }
}

import Corpus
import Observations
import Foundation
import Synchronization

/// Answers that take long and are asked for often: one request makes an answer, others get the same one until
/// the corpus has changed.
///
/// While somebody writes to the corpus it changes every second: an answer that took long is given out for
/// twenty times as long as it took, so that readers spend a twentieth of a core at most on making it. A
/// decision shows in the next answer, however long that takes.
final class KeptAnswers: Sendable {
    /// What an answer depends on.
    struct State: Equatable, Sendable {
        /// The last decision.
        let decision: Int
        /// Which file the corpus is.
        let identity: FileIdentity?
        /// Of the corpus's file.
        let file: [Int]

        /// Whether it is the same file with the same decisions.
        func isSameCorpus(_ other: State) -> Bool {
            decision == other.decision && identity == other.identity
        }

        /// Size and time of a file and of what SQLite keeps beside it: they change with each commit.
        static func file(_ path: String) -> [Int] {
            let place = CorpusFile.place(of: path)
            return ["", "-wal"].flatMap { end -> [Int] in
                var status = stat()
                guard stat(place + end, &status) == 0 else { return [0] }
                return [status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            }
        }
    }

    private struct Kept: Sendable {
        let response: ConsoleResponse
        let state: State
        let made: ContinuousClock.Instant
        let cost: Duration

        func isFresh(_ now: State) -> Bool {
            guard state.isSameCorpus(now) else { return false }
            let age = ContinuousClock.now - made
            // Time passes over what nobody changes, too: certificates end, decisions hold until a date.
            let most = max(KeptAnswers.mostOld, cost * KeptAnswers.mostStale)
            return age < most && (state.file == now.file || cost > KeptAnswers.fast)
        }
    }

    private final class Entry: Sendable {
        let kept = Mutex<Kept?>(nil)
        /// Held by whoever makes the answer.
        let making = Mutex(())

        var bytes: Int { kept.withLock { $0?.response.body.count ?? 0 } }
    }

    private let entries = Mutex<[String: Entry]>([:])
    /// More answers, or more bytes of them, are not kept: they are all forgotten then.
    private static let capacity = 64
    private static let mostBytes = 64 << 20
    private static let mostStale = 20
    private static let mostOld = Duration.seconds(60)
    /// What was made as fast as this is made again as soon as anything has changed.
    private static let fast = Duration.seconds(1)

    /// - Parameters:
    ///   - key: what was asked.
    ///   - state: what the answer depends on; another one wants another answer.
    func answer(_ key: String, state: State, _ make: () throws -> ConsoleResponse) throws -> ConsoleResponse {
        let entry = entries.withLock { entries -> Entry in
            if let known = entries[key] { return known }
            if entries.count >= Self.capacity
                || entries.values.reduce(0, { $0 + $1.bytes }) > Self.mostBytes
            {
                entries.removeAll()
            }
            let new = Entry()
            entries[key] = new
            return new
        }
        let known = entry.kept.withLock { $0 }
        if let known, known.isFresh(state) { return known.response }
        if let known, known.state.isSameCorpus(state) {
            // Where somebody makes a new one, what there was until now is as good as theirs was a moment ago.
            return try entry.making.withLockIfAvailable { _ in try Self.renew(entry, state, make) }
                ?? known.response
        }
        return try entry.making.withLock { _ in try Self.renew(entry, state, make) }
    }

    private static func renew(
        _ entry: Entry,
        _ state: State,
        _ make: () throws -> ConsoleResponse
    ) throws -> ConsoleResponse {
        if let kept = entry.kept.withLock({ $0 }), kept.isFresh(state) { return kept.response }
        let start = ContinuousClock.now
        let response = try make()
        let now = ContinuousClock.now
        let kept = Kept(response: response, state: state, made: now, cost: now - start)
        entry.kept.withLock { $0 = response.body.count > mostBytes ? nil : kept }
        return response
    }
}

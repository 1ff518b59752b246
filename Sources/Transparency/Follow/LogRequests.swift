import Fetch
import Net

/// What an answer may be at most: whoever sends more, or takes longer, is not waited for.
struct AnswerBounds {
    var bytes: Int
    var milliseconds: Int
    /// Bytes a second at least.
    var rate = 0
    /// Whether it is done without when it is not to be had, and nothing else waits for it.
    var isOptional = false
    /// Whether less is asked for when it takes too long.
    var isDivisible = false

    /// Heads, proofs and tiles of hashes: the longest proof has 64 hashes, a tile 8 KiB, and a checkpoint
    /// room for hundreds of witnesses.
    static let small = AnswerBounds(bytes: 64 << 10, milliseconds: 30_000)
    /// A certificate of who issues.
    static let certificate = AnswerBounds(bytes: 1 << 20, milliseconds: 30_000, isOptional: true)

    /// Entries.
    static func entries(_ bytes: Int, isDivisible: Bool = false) -> AnswerBounds {
        AnswerBounds(bytes: bytes, milliseconds: 120_000, rate: 512, isDivisible: isDivisible)
    }
}

/// Asks one log, no faster than it bears.
///
/// An answer that says to come later, or none, holds up all requests to the log, not that one alone.
final class LogRequests {
    private let fetcher: Fetcher
    private let log: LogDescription
    private let options: FollowOptions
    private var patience = FetchPatience()
    private var nextSlot: UInt64 = 0
    private var heldUntil: UInt64 = 0
    private(set) var inFlight = 0
    /// How often the log did not answer as it should since it last did.
    private(set) var failures = 0
    /// When it last answered, by the loop's clock, or was first asked.
    private(set) var lastAnswer: UInt64 = 0

    /// When it last answered with entries that can be read, or was first asked for some; nil before.
    var lastEntries: UInt64?

    /// When the first of the requests in a row was sent that took too long; nil while none does.
    private(set) var slowSince: UInt64?

    init(_ fetcher: Fetcher, _ log: LogDescription, _ options: FollowOptions) {
        (self.fetcher, self.log, self.options) = (fetcher, log, options)
        lastAnswer = fetcher.loop.now
    }

    /// Whether there is room for another request.
    var hasRoom: Bool { inFlight < max(1, options.window) }

    /// Asks for what lies at `path` below the log's address until there is an answer that counts.
    ///
    /// - Parameter completion: takes the status and the body; statuses that pass are not among them.
    func get(
        _ path: String,
        _ bounds: AnswerBounds = .small,
        _ completion: @escaping (Int, [UInt8]) -> Void
    ) {
        inFlight += 1
        if bounds.rate > 0, lastEntries == nil { lastEntries = fetcher.loop.now }
        attempt(path, bounds) { [unowned self] status, body in
            inFlight -= 1
            completion(status, body)
        }
    }

    /// Milliseconds after which something is asked a second time on which an accusation would rest.
    private static let secondThought: UInt64 = 5000

    /// Does something after a pause in which a cache, or another machine of the log, may have come to itself.
    func later(_ action: @escaping () -> Void) {
        fetcher.loop.after(milliseconds: Self.secondThought, action)
    }

    private func attempt(
        _ path: String,
        _ bounds: AnswerBounds,
        _ completion: @escaping (Int, [UInt8]) -> Void
    ) {
        let now = fetcher.loop.now
        let time = max(now, nextSlot, heldUntil)
        nextSlot = max(now, nextSlot) + UInt64(1000 / min(1000, max(0.001, options.rate)))
        guard time > now else { return send(path, bounds, completion) }
        fetcher.loop.after(milliseconds: time - now) { [weak self] in
            guard let self else { return }
            // Held up meanwhile: wait again.
            if heldUntil > fetcher.loop.now {
                attempt(path, bounds, completion)
            } else {
                send(path, bounds, completion)
            }
        }
    }

    private func send(
        _ path: String,
        _ bounds: AnswerBounds,
        _ completion: @escaping (Int, [UInt8]) -> Void
    ) {
        var request = FetchRequest(log.url + path)
        request.mostBytes = bounds.bytes
        request.mostAttempts = 1
        request.totalTimeout = bounds.milliseconds
        request.leastRate = bounds.rate
        let sent = fetcher.loop.now
        fetcher.fetch(request) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let response) where !FetchPatience.isPassing(response.status):
                patience.reset()
                failures = 0
                slowSince = nil
                lastAnswer = fetcher.loop.now
                completion(response.status, response.body)
            case .success(let response) where bounds.isOptional: completion(response.status, [])
            case .failure(let error) where bounds.isOptional && error.kind != .cancelled: completion(0, [])
            case .success(let response):
                again(
                    path,
                    bounds,
                    "it answers with status \(response.status)",
                    response.retryAfter,
                    completion
                )
            case .failure(let error) where error.kind == .tooLarge: completion(Self.tooLarge, [])
            case .failure(let error) where error.kind == .timeout && bounds.isDivisible:
                completion(Self.tooSlow, [])
            case .failure(let error):
                guard error.kind != .cancelled else { return }
                if error.kind == .timeout { slowSince = min(slowSince ?? sent, sent) }
                again(path, bounds, error.reason, nil, completion)
            }
        }
    }

    /// Stands for the status of an answer that is longer than is read: none that a log sends.
    static let tooLarge = -1
    /// Stands for the status of an answer that takes longer than is waited for.
    static let tooSlow = -2

    /// What is wrong with an answer that is not the one asked for.
    ///
    /// - Parameter most: bytes that it may have.
    static func reason(_ status: Int, most: Int = AnswerBounds.small.bytes) -> String {
        switch status {
        case 200: "the answer can't be read"
        case tooLarge: "the answer is larger than \(most) bytes"
        case tooSlow: "the answer takes too long"
        default: "status \(status)"
        }
    }

    /// Told of each failure, why.
    var onTrouble: (String) -> Void = { _ in }
    /// Told when the log asks to be left alone for longer than a minute: for how many seconds it asks, and
    /// after how many it is asked again.
    var onHold: (Int, UInt64) -> Void = { _, _ in }

    private func again(
        _ path: String,
        _ bounds: AnswerBounds,
        _ reason: String,
        _ retryAfter: Int?,
        _ completion: @escaping (Int, [UInt8]) -> Void
    ) {
        failures += 1
        let wait = patience.wait(retryAfter: retryAfter)
        if wait > FetchPatience.longestWait, fetcher.loop.now >= heldUntil {
            onHold(retryAfter ?? 0, wait / 1000)
        }
        heldUntil = max(heldUntil, fetcher.loop.now + wait)
        onTrouble(reason)
        attempt(path, bounds, completion)
    }
}

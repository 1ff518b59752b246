import Bytes
package import Fetch
import Net

/// Reads one log from where it stands to its head, again and again, and holds it to what it signs.
///
/// Every head's signature is checked. The tree is rebuilt from every entry, so that a head that was reached
/// proves all entries before it and, of two heads, that the one is the beginning of the other. Entries are
/// handed out as they are read, before the head is reached: who watches wants to know at once.
package final class LogFollower {
    package let log: LogDescription
    package internal(set) var state: LogState
    /// Whether all is read that was to be.
    package internal(set) var isDone = false
    /// Whether it ended before its end, since the log did not answer.
    package internal(set) var isAbandoned = false
    /// Whether something was wrong that keeps entries from being proven.
    package internal(set) var hasFailed = false

    let options: FollowOptions
    let requests: LogRequests
    let loop: EventLoop
    unowned let handler: any LogHandler
    let key: LogKey
    /// Heads that are signed and not yet reached, by size.
    var ahead: [(head: TreeHead, since: UInt64)] = []
    /// The first entry that nobody has asked for yet, and parts before it that are to be asked for again.
    var nextStart: UInt64 = 0
    var again: [Range<UInt64>] = []
    var arrived: [UInt64: [LogEntry]] = [:]
    /// Answers to requests of earlier generations are not waited for any more.
    var generation = 0
    private var batch: Int
    var reported: Set<String> = []
    static let mostReports = 10_000
    /// Whether it was said that there are more.
    var isSilent = false
    var wasHeadSeen = false
    /// Whether the log is being asked to prove the tree before the first entry.
    var isBeginning = false
    /// After a fault no head is taken before this time.
    var resumesAt: UInt64 = 0
    var isProvingEnd = false
    /// How often the log refused to prove the end, or what came for a proof could not be read.
    var endRefusals = 0
    /// A head of which the log could not prove that it goes on where the last one ended; it is read to it.
    var forkedHead: TreeHead?
    /// Whether what did not fit a head is read a second time.
    var isInDoubt = false
    /// Heads in a row that are older than one that came before.
    var olderHeads = 0
    /// How often tiles came of which something could not be read.
    var tornTiles: [UInt64: Int] = [:]
    /// Certificates of issuers by their SHA-256.
    var issuers: [TreeHash: [UInt8]] = [:]
    /// When one was asked for in vain, by the loop's clock.
    var missingIssuers: [TreeHash: UInt64] = [:]
    /// Answers in a row that are none, and how long to wait after them.
    var refusals = 0
    private var patience = FetchPatience()
    /// Takes what the log proves of the tree before a root that was false; nil while there is none.
    var verdict: ((FrontierProof.Outcome) -> Void)?
    /// The last answer before the silence that was told last, by the loop's clock.
    var toldSilence: UInt64?
    /// A run that is to end does not wait longer than this many failures in a row: some three minutes.
    static let mostFailures = 10
    /// Milliseconds without an answer after which the first failure is told.
    static let longSilence: UInt64 = 30_000
    /// Milliseconds of answers that all take too long after which a run that is to end gives a log up.
    static let longestDrip: UInt64 = 60_000

    /// - Returns: nil when the log's key can't be used.
    package init?(
        _ log: LogDescription,
        _ state: LogState?,
        _ options: FollowOptions,
        _ fetcher: Fetcher,
        _ handler: any LogHandler
    ) {
        guard let key = LogKey(log.key) else { return nil }
        (self.log, self.options, self.handler, self.key) = (log, options, handler, key)
        self.state = state ?? LogState(logID: log.logID, url: log.url)
        batch = options.batch
        loop = fetcher.loop
        requests = LogRequests(fetcher, log, options)
        requests.onTrouble = { [unowned self] in failed($0) }
        requests.onHold = { [unowned self] asked, wait in
            let shorter = wait < asked ? ": it is asked again after \(wait)" : ""
            let seconds = "\(asked) \(noun("second", for: asked))"
            handler.note("asks to be left alone for \(seconds)\(shorter)", of: self.log)
        }
    }

    /// Begins; it goes on as long as the loop runs, or until it is done.
    package func start() {
        nextStart = state.tree.size
        look()
    }

    /// How far it is: entries read, and those that the log has as far as is known.
    package var progress: (read: UInt64, known: UInt64) {
        (state.tree.size, max(state.tree.size, ahead.last?.head.size ?? state.head?.size ?? 0))
    }

    /// Whether its heads come and its entries do not: whoever stops now has not watched it.
    var isStuck: Bool {
        guard state.tree.size < nextStart, let last = requests.lastEntries else { return false }
        return loop.now - last > Self.longSilence
    }

    private var limit: UInt64 {
        let known = ahead.last?.head.size ?? 0
        return min(known, options.end ?? known)
    }

    func pump() {
        while !isDone, requests.hasRoom {
            // What has come and waits for its turn is bounded as well.
            guard arrived.count < 4 * options.window || !again.isEmpty else { return }
            guard let range = nextRange() else { return }
            ask(range)
        }
    }

    private func nextRange() -> Range<UInt64>? {
        if !again.isEmpty { return again.removeFirst() }
        guard nextStart < limit else { return nil }
        var end = min(nextStart + UInt64(batch), limit)
        if log.interface == .staticTiles {
            let tileEnd = (nextStart / 256 + 1) * 256
            end = min(tileEnd, limit)
            if tileEnd > (ahead.last?.head.size ?? 0), isTooEarlyForPartialTiles {
                return nil
            }
        }
        defer { nextStart = end }
        return nextStart..<end
    }

    /// Who reads along waits for a tile to be full, unless that takes too long.
    private var isTooEarlyForPartialTiles: Bool {
        guard !options.untilHead, options.end == nil, !isInDoubt, let first = ahead.first else {
            return false
        }
        let age = loop.now - first.since
        guard age < options.partialPatience else { return false }
        loop.after(milliseconds: options.partialPatience - age + 1) { [weak self] in self?.pump() }
        return true
    }

    private func ask(_ range: Range<UInt64>) {
        let current = generation
        switch log.interface {
        case .rfc6962:
            let path = "ct/v1/get-entries?start=\(range.lowerBound)&end=\(range.upperBound - 1)"
            requests.get(path, .entries(options.mostBytes, isDivisible: range.count > 1)) {
                [unowned self] status, body in
                guard current == generation else { return }
                let entries = try? LogAnswers.entries(body, first: range.lowerBound, most: range.count)
                arrive(range, status, entries)
            }
        case .staticTiles:
            let tile = range.lowerBound / 256
            let known = ahead.last?.head.size ?? range.upperBound
            let width = Int(min(256, known - tile * 256))
            let paths = (TilePath.data(tile, width: width), TilePath.data(tile))
            // A tile can't be asked for in parts.
            askTile(width, paths.0, paths.1, .entries(2 * options.mostBytes)) {
                [unowned self] status, body in
                guard current == generation else { return }
                take(tile: tile, width: width, range, status, body)
            }
        }
    }

    /// Asks for a tile of a width, or else for the full one: a partial tile may go once that is there.
    func askTile(
        _ width: Int,
        _ partial: String,
        _ full: String,
        _ bounds: AnswerBounds = .small,
        _ completion: @escaping (Int, [UInt8]) -> Void
    ) {
        requests.get(partial, bounds) { [unowned self] status, body in
            guard status == 404, width < 256 else { return completion(status, body) }
            requests.get(full, bounds, completion)
        }
    }

    func arrive(_ range: Range<UInt64>, _ status: Int, _ entries: [LogEntry]?) {
        let isSlow = status == LogRequests.tooSlow
        let isTooMuch = isSlow || status == LogRequests.tooLarge || status == 413
        if isTooMuch, log.interface == .rfc6962, range.count > 1 {
            // Large certificates: fewer of them at a time. What drips takes half a minute each time to show.
            if isSlow { trouble("its entries come too slowly: fewer are asked for at a time") }
            batch = max(1, min(batch, range.count / (isSlow ? 8 : 2)))
            again.insert(range.lowerBound + UInt64(batch)..<range.upperBound, at: 0)
            again.insert(range.lowerBound..<range.lowerBound + UInt64(batch), at: 0)
            return pump()
        }
        guard status == 200, let entries, !entries.isEmpty, entries[0].index == range.lowerBound else {
            return refuse(range, status)
        }
        refusals = 0
        patience.reset()
        requests.lastEntries = loop.now
        let end = range.lowerBound + UInt64(entries.count)
        if end < range.upperBound {
            // A log gives as much as it likes: from now on that is asked for.
            if log.interface == .rfc6962 { batch = max(1, min(batch, entries.count)) }
            again.append(end..<range.upperBound)
            again.sort { $0.lowerBound < $1.lowerBound }
        }
        arrived[range.lowerBound] = entries
        drain()
        pump()
    }

    /// Passes over an answer that is none, and asks for the same after a while, longer each time.
    func refuse(_ range: Range<UInt64>, _ status: Int) {
        let most = log.interface == .staticTiles ? 2 * options.mostBytes : options.mostBytes
        let reason = LogRequests.reason(status, most: most)
        refused("entries \(range.lowerBound) to \(range.upperBound - 1) can't be had: \(reason)")
        askAgain(range, after: patience.wait())
    }

    /// Asks for the same later.
    func askAgain(_ range: Range<UInt64>, after wait: UInt64) {
        guard !isDone else { return }
        let current = generation
        loop.after(milliseconds: wait) { [weak self] in
            guard let self, current == generation else { return }
            again.insert(range, at: 0)
            pump()
        }
    }

    /// Takes in what has come, in its order.
    private func drain() {
        while !isDone, let entries = arrived.removeValue(forKey: state.tree.size) {
            var taken: [LogEntry] = []
            for entry in entries {
                state.tree.add(leaf: entry.hash)
                if entry.kind == .malformed || entry.isTorn { reportBad(entry) }
                if entry.index >= state.handedOut { taken.append(entry) }
                guard let next = ahead.first?.head, next.size == state.tree.size else { continue }
                hand(taken)
                taken = []
                ahead.removeFirst()
                guard check(next) else { return }
            }
            hand(taken)
            handler.advanced(state)
        }
        finishIfDone()
    }

    private func hand(_ entries: [LogEntry]) {
        guard let last = entries.last else { return }
        handler.take(entries, of: log)
        state.handedOut = last.index + 1
    }

    private func reportBad(_ entry: LogEntry) {
        report(
            .badEntry,
            entry.isTorn
                ? "What stands beside entry \(entry.index) can't be read: its leaf counts alone."
                : "Entry \(entry.index) can't be read: it is hashed and passed over.",
            once: "\(entry.index)"
        ) {
            $0.bytes = Array(entry.leaf.prefix(65_536))
        }
    }
}

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
    package private(set) var state: LogState
    /// Whether all is read that was to be.
    package private(set) var isDone = false
    /// Whether it ended before its end, since the log did not answer.
    package private(set) var isAbandoned = false
    /// Whether something was wrong that keeps entries from being proven.
    package private(set) var hasFailed = false

    let options: FollowOptions
    let requests: LogRequests
    let loop: EventLoop
    unowned let handler: any LogHandler
    private let key: LogKey
    /// Heads that are signed and not yet reached, by size.
    private var ahead: [(head: TreeHead, since: UInt64)] = []
    /// The first entry that nobody has asked for yet, and parts before it that are to be asked for again.
    private var nextStart: UInt64 = 0
    private var again: [Range<UInt64>] = []
    private var arrived: [UInt64: [LogEntry]] = [:]
    /// Answers to requests of earlier generations are not waited for any more.
    private var generation = 0
    private var batch: Int
    private var reported: Set<String> = []
    private var wasHeadSeen = false
    /// After a fault no head is taken before this time.
    private var resumesAt: UInt64 = 0
    private var isProvingEnd = false
    /// Answers in a row that are none.
    private var refusals = 0
    /// A run that is to end does not wait longer than this many failures in a row: some three minutes.
    private static let mostFailures = 10

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

    // MARK: Heads

    /// Asks for the head, and again after a while.
    private func look() {
        guard !isDone else { return }
        let path = log.interface == .rfc6962 ? "ct/v1/get-sth" : "checkpoint"
        requests.get(path) { [unowned self] status, body in
            guard !isDone else { return }
            if status == 200 { takeHead(body) } else { refused("its head can't be had: status \(status)") }
            if !isDone, !options.untilHead || !wasHeadSeen {
                loop.after(milliseconds: options.pollInterval) { [weak self] in self?.look() }
            }
        }
    }

    private func takeHead(_ body: [UInt8]) {
        guard loop.now >= resumesAt else { return }
        let head: TreeHead
        do throws(LogSyntaxError) {
            head =
                try log.interface == .rfc6962
                ? TreeHead(sth: body) : TreeHead(checkpoint: body, logID: log.logID)
        } catch {
            report(.badSignature, error.description) { $0.bytes = Array(body.prefix(4096)) }
            return giveUp()
        }
        guard key.verifies(head.signature, over: head.signedBytes) else {
            report(.badSignature, "The log's key did not sign the head of \(head.size) entries.") {
                $0.heads = [head]
            }
            return giveUp()
        }
        checkAge(head)
        guard isNew(head) else { return }
        if let end = log.finalSize, head.size > end {
            report(.grewAfterEnd, "The log ended with \(end) entries and now has \(head.size).") {
                $0.heads = [head]
            }
        }
        guard state.hasBegun else { return begin(head) }
        proveConsistency(head)
    }

    /// Whether a head says more than the last one; a head that can't be beside it is reported.
    private func isNew(_ head: TreeHead) -> Bool {
        for old in [state.head, ahead.last?.head].compactMap({ $0 }) {
            if head.size == old.size, head.root != old.root {
                report(.forked, "The log has signed two roots for \(head.size) entries.") {
                    $0.heads = [old, head]
                }
                giveUp()
                return false
            }
            if head.size < old.size {
                // An older head may come from a cache.
                if head.time > old.time {
                    report(.shrank, "A later head has \(head.size) entries, an earlier one \(old.size).") {
                        $0.heads = [old, head]
                    }
                    giveUp()
                }
                return false
            }
        }
        wasHeadSeen = true
        if state.hasBegun, head.size <= state.tree.size, ahead.isEmpty {
            // Nothing to read; an empty tree or the same head again is checked here.
            if head.size == state.tree.size { check(head) }
            finishIfDone()
            return false
        }
        return true
    }

    private func checkAge(_ head: TreeHead) {
        guard log.state != .readonly, log.finalSize == nil else { return }
        let now = UInt64(max(0, WallClock.nanoseconds / 1_000_000))
        let limit = UInt64(log.maximumMergeDelay) * 1000
        guard now > head.time, now - head.time > limit else { return }
        report(.stale, "The newest head is \((now - head.time) / 3_600_000) hours old.") { $0.heads = [head] }
    }

    private func begin(_ head: TreeHead) {
        let start: UInt64 =
            switch options.start {
            case .now: head.size
            case .beginning: 0
            case .at(let index): min(index, head.size)
            }
        FrontierProof(log, requests, head).prove(start) { [unowned self] tree in
            guard let tree else {
                report(.falseRoot, "The tree before entry \(start) can't be proven against the head.") {
                    $0.heads = [head]
                }
                return giveUp()
            }
            state.tree = tree
            state.verified = tree
            (state.handedOut, state.hasBegun) = (start, true)
            nextStart = start
            if start == head.size { state.head = head }
            handler.advanced(state)
            if start < head.size { aim(at: head) } else { finishIfDone() }
        }
    }

    /// Has an RFC 6962 log prove at once that the new tree goes on where the old one ended.
    ///
    /// A static log has no such answers: that its tree is rebuilt up to the new root proves the same, later.
    private func proveConsistency(_ head: TreeHead) {
        guard log.interface == .rfc6962, let old = state.head, old.size > 0, old.size < head.size else {
            return aim(at: head)
        }
        let path = "ct/v1/get-sth-consistency?first=\(old.size)&second=\(head.size)"
        requests.get(path) { [unowned self] status, body in
            guard status == 200, let proof = try? LogAnswers.consistency(body) else {
                trouble("it does not prove that it is consistent: status \(status)")
                return aim(at: head)
            }
            guard MerkleProof.isConsistent(old.size, old.root, head.size, head.root, proof: proof) else {
                report(
                    .forked,
                    "The log can't prove that its \(head.size) entries begin with the \(old.size) before."
                ) {
                    $0.heads = [old, head]
                    $0.bytes = Array(body.prefix(65_536))
                }
                return giveUp()
            }
            aim(at: head)
        }
    }

    private func aim(at head: TreeHead) {
        guard head.size > (ahead.last?.head.size ?? 0) else { return }
        // Few are kept: the first is reached next, the last says how far the log goes.
        if ahead.count > 8 { ahead.remove(at: ahead.count / 2) }
        ahead.append((head, loop.now))
        pump()
    }

    // MARK: Entries

    private var limit: UInt64 {
        let known = ahead.last?.head.size ?? 0
        return min(known, options.end ?? known)
    }

    private func pump() {
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
        guard !options.untilHead, options.end == nil, let first = ahead.first else { return false }
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
            requests.get(path) { [unowned self] status, body in
                guard current == generation else { return }
                let entries = try? LogAnswers.entries(body, first: range.lowerBound, most: range.count)
                arrive(range, status, entries)
            }
        case .staticTiles:
            let tile = range.lowerBound / 256
            let known = ahead.last?.head.size ?? range.upperBound
            let width = Int(min(256, known - tile * 256))
            askTile(tile, width: width) { [unowned self] status, body in
                guard current == generation else { return }
                let read = TileEntries.read(body, first: tile * 256)
                let wanted = read.entries.filter { range.contains($0.index) }
                arrive(range, status, read.isWhole ? wanted : nil)
            }
        }
    }

    private func askTile(_ tile: UInt64, width: Int, _ completion: @escaping (Int, [UInt8]) -> Void) {
        requests.get(TilePath.data(tile, width: width)) { [unowned self] status, body in
            // A partial tile may go once the full one is there.
            guard status == 404, width < 256 else { return completion(status, body) }
            requests.get(TilePath.data(tile), completion)
        }
    }

    private func arrive(_ range: Range<UInt64>, _ status: Int, _ entries: [LogEntry]?) {
        guard status == 200, let entries, !entries.isEmpty, entries[0].index == range.lowerBound else {
            refused("entries \(range.lowerBound) to \(range.upperBound - 1) can't be had: status \(status)")
            let current = generation
            loop.after(milliseconds: FetchPatience.firstWait * 4) { [weak self] in
                guard let self, current == generation else { return }
                again.insert(range, at: 0)
                pump()
            }
            return
        }
        refusals = 0
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

    /// Takes in what has come, in its order.
    private func drain() {
        while !isDone, let entries = arrived.removeValue(forKey: state.tree.size) {
            var taken: [LogEntry] = []
            for entry in entries {
                state.tree.add(leaf: .leaf(entry.leaf.span))
                if entry.kind == .malformed { reportBad(entry) }
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
            "Entry \(entry.index) can't be read: it is hashed and passed over.",
            once: "\(entry.index)"
        ) {
            $0.bytes = Array(entry.leaf.prefix(65_536))
        }
    }

    // MARK: Ends

    /// Holds the tree that was rebuilt against a head of its size.
    @discardableResult
    private func check(_ head: TreeHead) -> Bool {
        let root = state.tree.root
        guard root == head.root else {
            report(.falseRoot, "The root of the \(head.size) entries is not the one that the log has signed.")
            {
                $0.heads = [head]
                $0.rebuiltRoot = root
            }
            giveUp()
            return false
        }
        state.head = head
        state.verified = state.tree
        handler.advanced(state)
        return true
    }

    /// Goes back to the last tree that was proven, and tries again later.
    private func giveUp() {
        hasFailed = true
        generation += 1
        resumesAt = loop.now + options.retryAfterFault
        state.tree = state.verified
        nextStart = state.tree.size
        (arrived, again, ahead) = ([:], [], [])
        handler.advanced(state)
        if options.untilHead || options.end != nil { isDone = true }
    }

    private func finishIfDone() {
        if let end = options.end, state.hasBegun, state.tree.size >= end, let head = ahead.last?.head {
            return proveEnd(end, head)
        }
        if options.untilHead, wasHeadSeen, ahead.isEmpty, state.hasBegun { isDone = true }
    }

    /// Holds what was read before the head against the tree that the log proves up to there.
    private func proveEnd(_ end: UInt64, _ head: TreeHead) {
        guard !isDone, !isProvingEnd else { return }
        isProvingEnd = true
        FrontierProof(log, requests, head).prove(end) { [unowned self] tree in
            if tree != state.tree {
                report(
                    .falseRoot,
                    "The entries before \(end) are not those of the tree that the log has signed."
                ) {
                    $0.heads = [head]
                    $0.rebuiltRoot = state.tree.root
                }
                hasFailed = true
            }
            isDone = true
        }
    }

    private func report(
        _ name: LogMisbehaviour.Name,
        _ message: String,
        once key: String = "",
        _ fill: (inout LogMisbehaviour) -> Void
    ) {
        // Said once in a run for each thing, not at every look.
        guard reported.count < 10_000, reported.insert(name.rawValue + key).inserted else { return }
        var misbehaviour = LogMisbehaviour(name, log, message)
        fill(&misbehaviour)
        handler.found(misbehaviour)
    }

    /// The log did not answer, once more.
    private func failed(_ reason: String) {
        if requests.failures == 6 { handler.note("still trying: \(reason)", of: log) }
        if requests.failures >= Self.mostFailures { abandon(reason) }
    }

    /// The log answered with something else than what was asked for.
    private func refused(_ reason: String) {
        trouble(reason)
        refusals += 1
        if refusals >= Self.mostFailures { abandon(reason) }
    }

    private func abandon(_ reason: String) {
        guard options.untilHead || options.end != nil, !isDone else { return }
        handler.note("given up: \(reason)", of: log)
        generation += 1
        (hasFailed, isAbandoned, isDone) = (true, true, true)
    }

    private func trouble(_ text: String) {
        guard reported.count < 10_000, reported.insert(text).inserted else { return }
        handler.note(text, of: log)
    }
}

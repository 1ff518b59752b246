import Bytes
import Net

/// Heads: asked for again and again, and each held against those before it.
extension LogFollower {
    /// Asks for the head, and again after a while.
    func look() {
        guard !isDone else { return }
        let path = log.interface == .rfc6962 ? "ct/v1/get-sth" : "checkpoint"
        requests.get(path) { [unowned self] status, body in
            guard !isDone else { return }
            if status == 200 {
                takeHead(body)
            } else if status == LogRequests.tooLarge {
                report(.badHead, "What is sent for a head is longer than any.") { _ in }
                passOver()
            } else {
                refused("its head can't be had: \(LogRequests.reason(status))")
            }
            if !isDone, !options.untilHead || !wasHeadSeen { lookAgain() }
        }
    }

    /// Looks after a while; who waits for an end waits less.
    private func lookAgain() {
        let wait = options.untilHead ? min(options.pollInterval, Self.shortPoll) : options.pollInterval
        loop.after(milliseconds: wait) { [weak self] in self?.look() }
    }

    private static let shortPoll: UInt64 = 5000

    private func takeHead(_ body: [UInt8]) {
        guard loop.now >= resumesAt else { return }
        let head: TreeHead
        do throws(LogSyntaxError) {
            head =
                try log.interface == .rfc6962
                ? TreeHead(sth: body) : TreeHead(checkpoint: body, logID: log.logID)
        } catch {
            report(.badHead, error.description) { $0.bytes = Array(body.prefix(4096)) }
            return passOver()
        }
        guard key.verifies(head.signature, over: head.signedBytes) else {
            report(
                .badSignature,
                "The log's key did not sign the head of \(head.entries).",
                once: head.text
            ) {
                $0.heads = [head]
            }
            return passOver()
        }
        guard isOfNow(head) else { return passOver() }
        checkAge(head)
        guard isOfItsEnd(head) else { return }
        guard isNew(head) else { return }
        guard state.hasBegun else { return begin(head) }
        proveConsistency(head)
    }

    /// Whether a head says more than the last one; a head that can't be beside it is reported.
    private func isNew(_ head: TreeHead) -> Bool {
        for old in [state.head, ahead.last?.head, state.seen].compactMap({ $0 }) {
            if head.size == old.size, head.root != old.root {
                report(.forked, "The log has signed two roots for \(head.entries).", once: head.text) {
                    $0.heads = [old, head]
                }
                giveUp()
                return false
            }
            if head.size < old.size {
                // An older head may come from a cache; one of the future tells nothing.
                if head.time > min(old.time, Self.now) {
                    report(
                        .shrank,
                        "A later head has \(head.entries), an earlier one \(old.size).",
                        once: head.text
                    ) {
                        $0.heads = [old, head]
                    }
                    giveUp()
                } else {
                    passOver(older: head, than: old)
                }
                return false
            }
        }
        olderHeads = 0
        if state.seen.map({ $0.size < head.size }) ?? true { state.seen = head }
        wasHeadSeen = true
        if state.hasBegun, head.size <= state.tree.size, ahead.isEmpty {
            // Nothing to read; an empty tree or the same head again is checked here.
            if head.size == state.tree.size { check(head) }
            finishIfDone()
            return false
        }
        return true
    }

    /// An older head with fewer entries, as a cache keeps it: its root has to be that of the tree's
    /// beginning all the same.
    private func passOver(older head: TreeHead, than old: TreeHead) {
        trouble("its head of \(head.entries) is older than that of \(old.size) which it signed before")
        olderHeads += 1
        // A log that was restored from a copy gives nothing else.
        if olderHeads >= Self.mostFailures {
            return abandon("its heads are older than one that it signed before")
        }
        FrontierProof(log, requests, old).prove(head.size) { [unowned self] outcome in
            guard case .proven(let tree) = outcome, tree.root != head.root else { return }
            report(
                .forked,
                "The older head of \(head.entries) is not the beginning of the tree of \(old.size).",
                once: head.text
            ) {
                $0.heads = [head, old]
                $0.rebuiltRoot = tree.root
            }
        }
    }

    /// Milliseconds since 1970.
    private static var now: UInt64 { UInt64(max(0, WallClock.nanoseconds / 1_000_000)) }
    /// So far this machine's clock and the log's may differ.
    private static let skew: UInt64 = 3_600_000

    private static func minutes(_ milliseconds: UInt64) -> String {
        let minutes = milliseconds / 60_000
        return "\(minutes) \(noun("minute", for: minutes))"
    }

    private static func hours(_ milliseconds: UInt64) -> String {
        let hours = milliseconds / 3_600_000
        return "\(hours) \(noun("hour", for: hours))"
    }

    /// A head of the future would make every later one an old one of a cache, and hide a tree that shrinks.
    private func isOfNow(_ head: TreeHead) -> Bool {
        let now = Self.now
        guard head.time > now, head.time - now > Self.skew else { return true }
        report(
            .futureHead,
            "The head of \(head.entries) is \(Self.minutes(head.time - now)) ahead.",
            once: head.text
        ) {
            $0.heads = [head]
        }
        return false
    }

    /// Holds the head of a log that has ended against the end that the list says.
    ///
    /// - Returns: whether the head is one to go on with.
    private func isOfItsEnd(_ head: TreeHead) -> Bool {
        guard let end = log.finalSize else { return true }
        if head.size < end, head.time < UInt64(clamping: log.stateSince ?? .max) {
            // Signed before the end, and kept by a cache.
            trouble("its head of \(head.entries) is older than its end with \(end)")
            // Beside heads that were seen before it is looked at as every older one.
            if let seen = state.seen ?? state.head, seen.size > head.size { return true }
            olderHeads += 1
            if olderHeads >= Self.mostFailures { abandon("its heads are older than its end") }
            return false
        }
        if head.size > end {
            report(.grewAfterEnd, "The log ended with \(TreeHead.entries(end)) and now has \(head.size).") {
                $0.heads = [head]
            }
        } else if head.size < end {
            report(
                .shrank,
                "The list says that the log ended with \(TreeHead.entries(end)); it has \(head.size)."
            ) {
                $0.heads = [head]
            }
        } else if let root = log.finalRoot, root != head.root {
            report(.forked, "The list of logs says another root for the log's \(TreeHead.entries(end)).") {
                $0.heads = [head]
                $0.bytes = root.bytes
            }
        }
        return true
    }

    private func checkAge(_ head: TreeHead) {
        guard log.state != .readonly, log.finalSize == nil else { return }
        let now = Self.now
        let limit = UInt64(log.maximumMergeDelay) * 1000
        guard now > head.time, now - head.time > limit else { return }
        report(.stale, "The newest head is \(Self.hours(now - head.time)) old.") { $0.heads = [head] }
    }

    private func begin(_ head: TreeHead) {
        // What is logged until the tree is proven belongs to the watch: it begins at the first head.
        guard !isBeginning else { return }
        isBeginning = true
        if options.start == .now, state.start == nil {
            state.start = head.size
            handler.advanced(state)
        }
        let start: UInt64 =
            switch options.start {
            case .now: min(state.start ?? head.size, head.size)
            case .beginning: 0
            case .at(let index): min(index, head.size)
            }
        if case .at(let index) = options.start, index > head.size || (options.end ?? 0) > head.size {
            handler.note("it has \(head.entries): the range lies beyond them, or ends there", of: log)
            hasFailed = true
        }
        FrontierProof(log, requests, head).prove(start) { [unowned self] outcome in
            isBeginning = false
            let tree: CollapsedTree
            switch outcome {
            case .proven(let proven): tree = proven
            case .refused(let reason):
                refused("the tree before entry \(start) can't be proven: \(reason)")
                // A run that is to end looks no more once it has seen a head.
                wasHeadSeen = false
                if options.untilHead { lookAgain() }
                return
            case .contradicted:
                report(
                    .falseRoot,
                    "The tree before entry \(start) can't be proven against the head.",
                    once: head.text
                ) {
                    $0.heads = [head]
                }
                return giveUp()
            }
            state.tree = tree
            state.verified = tree
            (state.handedOut, state.hasBegun, state.start) = (start, true, start)
            nextStart = start
            if start == head.size { state.head = head }
            handler.advanced(state)
            if start < head.size { aim(at: head) } else { finishIfDone() }
        }
    }

    /// Has an RFC 6962 log prove at once that the new tree goes on where the old one ended.
    ///
    /// A static log has no such answers: that its tree is rebuilt up to the new root proves the same, later.
    private func proveConsistency(_ head: TreeHead, isSecond: Bool = false) {
        // The head that was found out is read to its end first.
        guard forkedHead == nil else { return }
        guard log.interface == .rfc6962, let old = state.head, old.size > 0, old.size < head.size else {
            return aim(at: head)
        }
        let path = "ct/v1/get-sth-consistency?first=\(old.size)&second=\(head.size)"
        let current = generation
        requests.get(path) { [unowned self] status, body in
            guard current == generation, !isDone else { return }
            guard status == 200, let proof = try? LogAnswers.consistency(body) else {
                trouble("it does not prove that it is consistent: \(LogRequests.reason(status))")
                return aim(at: head)
            }
            guard MerkleProof.isConsistent(old.size, old.root, head.size, head.root, proof: proof) else {
                guard isSecond else {
                    return requests.later { [weak self] in
                        guard let self, current == generation, !isDone else { return }
                        proveConsistency(head, isSecond: true)
                    }
                }
                guard forkedHead == nil else { return }
                report(
                    .forked,
                    "The log can't prove that its tree of \(head.entries) begins with the \(old.size) before.",
                    once: head.text
                ) {
                    $0.heads = [old, head]
                    $0.bytes = Array(body.prefix(65_536))
                }
                return readOn(to: head)
            }
            aim(at: head)
        }
    }

    /// Reads what a log has after a fork: its certificates are real, whatever they are proven by.
    ///
    /// Where the entries end, the tree is thrown back to the one that was proven last.
    private func readOn(to head: TreeHead) {
        guard head.size > max(ahead.last?.head.size ?? 0, state.tree.size) else { return giveUp() }
        hasFailed = true
        forkedHead = head
        trouble("it is read on all the same, without a proof, from entry \(state.tree.size)")
        aim(at: head)
    }

    private func aim(at head: TreeHead) {
        guard head.size > max(ahead.last?.head.size ?? 0, state.tree.size) else { return }
        // Few are kept: the first is reached next, the last says how far the log goes.
        if ahead.count > 8 { ahead.remove(at: ahead.count / 2) }
        ahead.append((head, loop.now))
        if let end = options.end, state.tree.size >= end { return finishIfDone() }
        pump()
    }
}

import Net

/// What a head proves of the tree that was rebuilt, and how a run ends.
extension LogFollower {
    /// Holds the tree that was rebuilt against a head of its size.
    @discardableResult
    func check(_ head: TreeHead) -> Bool {
        let root = state.tree.root
        guard root == head.root else {
            convict(head, root)
            return false
        }
        if forkedHead == head {
            forkedHead = nil
            trouble("its entries prove what its proof of consistency did not")
        }
        isInDoubt = false
        state.head = head
        state.verified = state.tree
        handler.advanced(state)
        return true
    }

    /// Names what is wrong with a head of which the root is not that of the entries.
    ///
    /// A static log has proven nothing when its tree grew: the tiles of the new head tell now whether the
    /// tree that was proven before is its beginning. If not, the two heads convict the log.
    private func convict(_ head: TreeHead, _ root: TreeHash) {
        guard verdict == nil else { return }
        // Its two heads have convicted it already.
        if head == forkedHead { return giveUp() }
        if readAgain(to: head) { return }
        let old = state.head.flatMap { $0.size > 0 && $0.size < head.size ? $0 : nil }
        guard log.interface == .staticTiles, let old else {
            tellFalseRoot([head], root)
            return giveUp()
        }
        // Nothing is read meanwhile, and no head is taken.
        hasFailed = true
        generation += 1
        (arrived, again, ahead, resumesAt) = ([:], [], [], .max)
        verdict = { [unowned self] outcome in
            if case .proven(let tree) = outcome, tree.root != old.root {
                report(
                    .forked,
                    "The tree of \(head.entries) does not begin with the \(old.size) that the log has signed before.",
                    once: head.text
                ) {
                    $0.heads = [old, head]
                    $0.rebuiltRoot = root
                }
            } else {
                tellFalseRoot([old, head], root)
            }
            giveUp()
        }
        FrontierProof(log, requests, head).prove(old.size) { [unowned self] in settle($0) }
    }

    /// Reads once more, from the last tree that was proven, what does not fit a head: a cache or a proxy may
    /// have sent something else.
    ///
    /// What a static log sends is held against its tiles of hashes then. What was handed out comes again.
    ///
    /// - Returns: whether it does; not a second time.
    private func readAgain(to head: TreeHead) -> Bool {
        guard !isInDoubt, state.verified.size < head.size, !isDone else { return false }
        trouble("its entries from \(state.verified.size) on do not fit its head: they are read again")
        isInDoubt = true
        generation += 1
        state.tree = state.verified
        state.handedOut = min(state.handedOut, state.tree.size)
        (arrived, again) = ([:], [])
        ahead.removeAll { $0.head.size <= head.size }
        ahead.insert((head, loop.now), at: 0)
        // Nothing is asked for meanwhile.
        nextStart = .max
        let current = generation
        requests.later { [weak self] in
            guard let self, current == generation, !isDone else { return }
            nextStart = state.tree.size
            pump()
        }
        return true
    }

    /// Ends what `convict` has begun, once.
    private func settle(_ outcome: FrontierProof.Outcome) {
        guard let verdict else { return }
        self.verdict = nil
        verdict(outcome)
    }

    private func tellFalseRoot(_ heads: [TreeHead], _ root: TreeHash) {
        guard let head = heads.last else { return }
        report(
            .falseRoot,
            "The root of the \(head.entries) is not the one that the log has signed.",
            once: head.text
        ) {
            $0.heads = heads
            $0.rebuiltRoot = root
        }
    }

    /// Goes back to the last tree that was proven, and tries again later.
    func giveUp() {
        hasFailed = true
        (forkedHead, isInDoubt) = (nil, false)
        generation += 1
        resumesAt = loop.now + options.retryAfterFault
        state.tree = state.verified
        // What was handed out may not have been what the log has signed: it comes again. What came already
        // is known by its certificate.
        state.handedOut = min(state.handedOut, state.tree.size)
        nextStart = state.tree.size
        (arrived, again, ahead) = ([:], [], [])
        handler.advanced(state)
        if options.untilHead || options.end != nil { isDone = true }
    }

    /// Passes over a head that is none: what is being read goes on towards the one before.
    func passOver() {
        hasFailed = true
        if options.untilHead || options.end != nil, ahead.isEmpty, !wasHeadSeen { isDone = true }
    }

    func finishIfDone() {
        guard verdict == nil else { return }
        if let end = options.end, state.hasBegun, state.tree.size >= end {
            // The last head tells most: what was read may go beyond the one that was reached.
            let heads = [ahead.last?.head, state.head, state.seen].compactMap { $0 }
            if let head = heads.max(by: { $0.size < $1.size }) { return proveEnd(end, head) }
        }
        if options.untilHead, wasHeadSeen, ahead.isEmpty, state.hasBegun { isDone = true }
    }

    /// Holds what was read before the head against the tree that the log proves up to there.
    ///
    /// An earlier run may have read beyond the end: the tree is proven as far as it goes.
    private func proveEnd(_ end: UInt64, _ head: TreeHead) {
        guard !isDone, !isProvingEnd else { return }
        let size = state.tree.size
        if size > end {
            trouble("its entries before \(size) were read before: none before \(end) is left to be read")
        }
        // What a head has proven needs no other proof.
        if state.verified.size >= end {
            isDone = true
            return
        }
        guard size <= head.size else { return leaveUnproven("its head has \(head.entries)") }
        isProvingEnd = true
        FrontierProof(log, requests, head).prove(size) { [unowned self] outcome in
            if case .refused(let reason) = outcome { return proveEndAgain(reason) }
            isProvingEnd = false
            // A head that is of a fork has been told of.
            if outcome != .proven(state.tree), head != forkedHead {
                if readAgain(to: head) { return }
                report(
                    .falseRoot,
                    "The entries before \(size) are not those of the tree that the log has signed."
                ) {
                    $0.heads = [head]
                    $0.rebuiltRoot = state.tree.root
                }
                hasFailed = true
            }
            isDone = true
        }
    }

    /// Asks for the proof again after a while, a few times.
    private func proveEndAgain(_ reason: String) {
        guard !isDone else { return }
        endRefusals += 1
        guard endRefusals < Self.mostEndRefusals else { return leaveUnproven(reason) }
        loop.after(milliseconds: 500 << UInt64(endRefusals)) { [weak self] in
            self?.isProvingEnd = false
            self?.finishIfDone()
        }
    }

    private static let mostEndRefusals = 4

    private func leaveUnproven(_ reason: String) {
        handler.note("what was read can't be proven: \(reason)", of: log)
        (hasFailed, isDone) = (true, true)
    }

    func report(
        _ name: LogMisbehaviour.Name,
        _ message: String,
        once key: String = "",
        _ fill: (inout LogMisbehaviour) -> Void
    ) {
        guard isUntold(name.rawValue + key) else { return }
        var misbehaviour = LogMisbehaviour(name, log, message)
        fill(&misbehaviour)
        handler.found(misbehaviour)
    }

    /// The log did not answer, once more.
    func failed(_ reason: String) {
        // A log that drips takes minutes to fail six times. Its first failure may come a moment before its
        // silence is long, so each is looked at until one was told.
        let isLong = loop.now - requests.lastAnswer > Self.longSilence
        if requests.failures >= 6 || isLong, toldSilence != requests.lastAnswer {
            toldSilence = requests.lastAnswer
            handler.note("still trying: \(reason)", of: log)
        }
        let isDripping = requests.slowSince.map { loop.now - $0 >= Self.longestDrip } ?? false
        if requests.failures >= Self.mostFailures || isDripping { abandon(reason) }
    }

    /// The log answered with something else than what was asked for.
    func refused(_ reason: String) {
        trouble(reason)
        refusals += 1
        if refusals >= Self.mostFailures { abandon(reason) }
    }

    func abandon(_ reason: String) {
        guard options.untilHead || options.end != nil, !isDone else { return }
        settle(.refused(reason))
        handler.note("given up: \(reason)", of: log)
        generation += 1
        (hasFailed, isAbandoned, isDone) = (true, true, true)
    }

    func trouble(_ text: String) {
        guard isUntold(text) else { return }
        handler.note(text, of: log)
    }

    /// Whether something is to be told: once in a run, not at every look, and so many things at most.
    private func isUntold(_ thing: String) -> Bool {
        guard reported.count < Self.mostReports else {
            if !isSilent {
                handler.note("more than \(Self.mostReports) faults: the others are not told", of: log)
            }
            isSilent = true
            return false
        }
        return reported.insert(thing).inserted
    }
}

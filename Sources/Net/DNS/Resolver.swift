import CAres

/// An address of a name, and for how many seconds it still holds.
package struct ResolvedAddress: Hashable, Sendable {
    /// The address; its port is 0.
    package var address: SocketAddress
    package var ttl: UInt32
}

/// Finds the addresses of names, by `/etc/hosts` and DNS, without blocking its loop.
///
/// Addresses in text form are never asked for. Equal questions in flight are asked once, and answers
/// are kept for as long as they hold.
package final class Resolver {
    package struct Options: Sendable {
        /// Name servers as `address`, `address:port` or `[address]:port`; empty for the system's.
        package var servers: [String] = []
        /// How long the first try waits for an answer; each round of tries waits twice as long.
        package var timeoutMilliseconds = 2000
        /// How often each server is asked.
        package var tries = 2
        /// Questions asked at a time; others wait.
        ///
        /// So many answers fit in `AresChannel.receiveBuffer` at once, however late the loop reads them:
        /// Linux counts some 2,300 bytes for each of 1,232.
        package var maximumInFlight = 160
        /// Bytes of answers kept.
        package var cacheCapacity = 8 << 20
        /// Milliseconds for which name servers are waited for that none can be asked of.
        package var patienceMilliseconds: UInt64 = 15_000
        /// Nil for none.
        package var hostsFile: String? = "/etc/hosts"

        package init() {}
    }

    package enum Families: Sendable {
        case ipv4, ipv6, both
    }

    package typealias Outcome = Result<[ResolvedAddress], DNSFailure>

    /// How many addresses of one family a name may have; an answer with one more stands for all that have
    /// more.
    package static let maximumAddresses = 256
    /// Answers hold no longer than a day, whatever their TTL says.
    static let maximumTTL: UInt32 = 86_400
    /// How many seconds a failure holds that says nothing about the name (RFC 2308 section 7).
    static let failureTTL: UInt32 = 5

    let loop: EventLoop
    private let channel: DNSChannel
    private let hosts: HostsFile
    private let maximumInFlight: Int
    private var cache: DNSCache
    /// Who waits for each question that is asked, or is to be.
    private var waiting: [DNSQuestion: [Lookup]] = [:]
    private var queue: [DNSQuestion] = []
    private var queueStart = 0
    private var inFlight = 0
    private var isAsking = false
    private var done: [(Lookup, Outcome)] = []
    private var patience: DNSPatience
    /// Questions that wait to be asked again.
    private var retries: [DNSQuestion: LoopHandle] = [:]
    private var isCancelled = false

    /// Questions sent to name servers so far.
    package private(set) var questionsAsked = 0

    package init(on loop: EventLoop, _ options: Options = Options()) throws(DNSSetupError) {
        self.loop = loop
        channel = try DNSChannel(
            on: loop,
            AresChannel.Options(
                servers: options.servers,
                milliseconds: options.timeoutMilliseconds,
                tries: options.tries
            )
        )
        patience = DNSPatience(milliseconds: options.patienceMilliseconds)
        hosts = HostsFile(path: options.hostsFile)
        maximumInFlight = max(1, options.maximumInFlight)
        cache = DNSCache(capacity: options.cacheCapacity)
    }

    deinit { for timer in retries.values { timer.cancel() } }

    /// - Parameter servers: as in `Options`; everything else is left as it is there.
    package convenience init(on loop: EventLoop, servers: [String]) throws(DNSSetupError) {
        var options = Options()
        options.servers = servers
        try self.init(on: loop, options)
    }

    /// Finds the addresses of `name`: IPv4 before IPv6, each in the server's order, without repeats.
    ///
    /// - Parameter completion: called once, from the loop and never from inside this call. An
    ///   address of either family makes a success.
    package func resolve(
        _ name: String,
        families: Families = .both,
        _ completion: @escaping (Outcome) -> Void
    ) {
        let lookup = Lookup(completion)
        guard !isCancelled else { return finish(lookup, .failure(.local)) }
        if let address = SocketAddress(name) {
            return finish(lookup, select([address], families))
        }
        guard let name = DNSName.canonical(name) else { return finish(lookup, .failure(.badName)) }
        if let known = hosts[name] { return finish(lookup, select(known, families)) }
        let questions = [false, true].filter { families == .both || $0 == (families == .ipv6) }
            .map { DNSQuestion(name: name, isIPv6: $0) }
        lookup.missing = questions.count
        for question in questions {
            if let answer = cache.find(question, now: loop.now) {
                give(answer, to: lookup, isIPv6: question.isIPv6)
            } else if waiting[question] != nil {
                waiting[question]?.append(lookup)
            } else {
                waiting[question] = [lookup]
                queue.append(question)
            }
        }
        askNext()
    }

    /// Ends every lookup without a word to whoever asked; later ones are answered with `.local`.
    package func cancel() {
        isCancelled = true
        for timer in retries.values { timer.cancel() }
        retries.removeAll()
        waiting.removeAll()
        queue.removeAll()
        queueStart = 0
        done.removeAll()
        channel.cancel()
    }

    // MARK: Questions

    private func askNext() {
        // A question that fails at once comes back here: the loop below goes on with the next.
        guard !isAsking else { return }
        isAsking = true
        defer { isAsking = false }
        while inFlight < maximumInFlight, queueStart < queue.count {
            let question = queue[queueStart]
            queueStart += 1
            inFlight += 1
            questionsAsked += 1
            let askedAt = loop.now
            channel.query(question) { [unowned self] status, message in
                inFlight -= 1
                answered(question, status, message, askedAt)
                askNext()
            }
        }
        if queueStart == queue.count || queueStart > 1024 {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
    }

    private func answered(
        _ question: DNSQuestion,
        _ status: CInt,
        _ message: UnsafeBufferPointer<UInt8>,
        _ askedAt: UInt64
    ) {
        guard !isCancelled else { return }
        let (answer, seconds) = DNSAnswer.read(status, message, question)
        guard case .failure(let failure) = answer else {
            patience.heard(about: question, now: loop.now)
            return settle(question, answer, seconds)
        }
        switch patience.verdict(on: failure, of: question, askedAt: askedAt, now: loop.now) {
        case .askAgain(let delay):
            retries[question] = loop.after(milliseconds: delay) { [unowned self] in
                retries[question] = nil
                queue.append(question)
                askNext()
            }
        case .fail(let failure):
            // Our own trouble says nothing that would hold.
            settle(question, .failure(failure), failure.isOurs ? 0 : seconds)
        }
    }

    private func settle(_ question: DNSQuestion, _ answer: DNSAnswer, _ seconds: UInt32) {
        cache.add(question, answer, seconds: seconds, now: loop.now)
        for lookup in waiting.removeValue(forKey: question) ?? [] {
            give(answer, to: lookup, isIPv6: question.isIPv6)
        }
    }

    // MARK: Answers

    private func give(_ answer: DNSAnswer, to lookup: Lookup, isIPv6: Bool) {
        switch answer {
        case .addresses(let addresses): lookup.addresses[isIPv6 ? 1 : 0] = addresses
        case .texts: lookup.failures.append(.badResponse)
        case .failure(let failure): lookup.failures.append(failure)
        }
        lookup.missing -= 1
        if lookup.missing == 0 { finish(lookup, lookup.outcome) }
    }

    /// Those of the families, of addresses that DNS was not asked for.
    private func select(_ addresses: [SocketAddress], _ families: Families) -> Outcome {
        let chosen = addresses.filter { families == .both || $0.isIPv6 == (families == .ipv6) }
        let sorted = chosen.filter { !$0.isIPv6 } + chosen.filter(\.isIPv6)
        guard !sorted.isEmpty else { return .failure(.noData) }
        return .success(sorted.map { ResolvedAddress(address: $0, ttl: Self.maximumTTL) })
    }

    /// Hands the outcome over in the loop's next round.
    private func finish(_ lookup: Lookup, _ outcome: Outcome) {
        done.append((lookup, outcome))
        guard done.count == 1 else { return }
        loop.after(milliseconds: 0) { [weak self] in
            guard let self else { return }
            let ready = done
            done = []
            for (lookup, outcome) in ready { lookup.completion(outcome) }
        }
    }
}

/// One call of `resolve`.
private final class Lookup {
    let completion: (Resolver.Outcome) -> Void
    var missing = 0
    var addresses: [[ResolvedAddress]] = [[], []]
    var failures: [DNSFailure] = []

    init(_ completion: @escaping (Resolver.Outcome) -> Void) {
        self.completion = completion
    }

    /// What was found; otherwise the failure that says most: an absent name is absent for both
    /// families, and a family that nobody could tell about outweighs one without addresses.
    var outcome: Resolver.Outcome {
        let found = addresses[0] + addresses[1]
        if !found.isEmpty { return .success(found) }
        if failures.contains(.noSuchName) { return .failure(.noSuchName) }
        return .failure(failures.first { !$0.isFinal } ?? failures.first ?? .noData)
    }
}

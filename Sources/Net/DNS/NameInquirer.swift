/// Asks what names and addresses say of each other, where no answer is worth waiting for.
///
/// A `Resolver` finds the addresses that are to be connected to, and waits out what keeps it from them. This
/// one keeps to a rate, knows no hosts file, and stops asking once no server answers: whoever wants a remark
/// on a record gets the record.
package final class NameInquirer {
    package struct Options: Sendable {
        /// Name servers as `address`, `address:port` or `[address]:port`; empty for the system's.
        package var servers: [String] = []
        /// How long the first try waits for an answer; the second waits twice as long.
        package var timeoutMilliseconds = 1000
        package var tries = 2
        /// Questions a second, more than 0.
        package var rate = 100.0
        package var maximumInFlight = 64
        /// Bytes of answers kept.
        package var cacheCapacity = 8 << 20

        package init() {}
    }

    package enum Answer {
        case found(DNSAnswer)
        /// Nobody was asked: no server answers, or there is no time left.
        case notAsked
    }

    package typealias Completion = (Answer) -> Void

    /// What became of the questions.
    package struct Counts: Sendable {
        /// Sent to name servers.
        package var asked = 0
        /// Of those, without an answer, or with none but that the server can't tell.
        package var unanswered = 0
        /// Never sent.
        package var notAsked = 0

        package init() {}
    }

    /// So many questions in a row without a sign of any server end the asking.
    private static let silenceAfter = 4
    /// How long nobody is asked then, in milliseconds.
    private static let silence: UInt64 = 10_000

    private let loop: EventLoop
    private let channel: DNSChannel
    private let options: Options
    private var cache: DNSCache
    private var waiting: [DNSQuestion: [Completion]] = [:]
    private var queue: [DNSQuestion] = []
    private var queueStart = 0
    private var inFlight = 0
    private var isAsking = false
    private var timer: LoopHandle?
    /// When the next question is due, in nanoseconds.
    private var due: UInt64 = 0
    private var failuresInRow = 0
    private var silentUntil: UInt64?
    private var hasGivenUp = false
    package private(set) var counts = Counts()
    /// Whether any server ever told something of a name.
    package private(set) var hasHeard = false

    package init(on loop: EventLoop, _ options: Options = Options()) throws(DNSSetupError) {
        self.loop = loop
        self.options = options
        channel = try DNSChannel(
            on: loop,
            AresChannel.Options(
                servers: options.servers,
                milliseconds: options.timeoutMilliseconds,
                tries: options.tries
            )
        )
        cache = DNSCache(capacity: options.cacheCapacity)
    }

    deinit { timer?.cancel() }

    /// Whether no server answers, so that nobody is asked at present.
    package var isSilent: Bool { silentUntil.map { loop.now < $0 } ?? false }

    /// Questions that wait to be sent.
    package var backlog: Int { queue.count - queueStart }

    /// Asks one question; `completion` is called once, perhaps before this returns.
    package func ask(_ question: DNSQuestion, _ completion: @escaping Completion) {
        if let answer = cache.find(question, now: loop.now) { return completion(.found(answer)) }
        guard !hasGivenUp, !isSilent else {
            counts.notAsked += 1
            return completion(.notAsked)
        }
        if waiting[question] != nil {
            waiting[question]?.append(completion)
            return
        }
        waiting[question] = [completion]
        queue.append(question)
        askNext()
    }

    /// Answers everybody who waits with `notAsked`, now and from now on; what is known is still told.
    package func giveUp() {
        guard !hasGivenUp else { return }
        hasGivenUp = true
        endWaiting()
        channel.cancel()
    }

    private func endWaiting() {
        timer?.cancel()
        timer = nil
        queue.removeAll()
        queueStart = 0
        let ended = waiting
        waiting.removeAll()
        counts.notAsked += ended.count
        for completions in ended.values { for completion in completions { completion(.notAsked) } }
    }

    private func askNext() {
        guard !isAsking else { return }
        isAsking = true
        defer { isAsking = false }
        while inFlight < options.maximumInFlight, queueStart < queue.count {
            // As with a sweep's rate, what was missed is not caught up with, but for a twentieth of a second.
            let now = EventLoop.nanoseconds
            due = max(due, now - min(now, 50_000_000))
            guard due <= now else { return wake(after: max(1, (due - now) / 1_000_000)) }
            due += UInt64(1e9 / max(0.001, options.rate))
            let question = queue[queueStart]
            queueStart += 1
            send(question)
        }
        if queueStart == queue.count || queueStart > 1024 {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
    }

    private func wake(after milliseconds: UInt64) {
        guard timer == nil else { return }
        timer = loop.after(milliseconds: milliseconds) { [unowned self] in
            timer = nil
            askNext()
        }
    }

    private func send(_ question: DNSQuestion) {
        inFlight += 1
        counts.asked += 1
        channel.query(question) { [unowned self] status, message in
            inFlight -= 1
            answered(question, DNSAnswer.read(status, message, question))
            askNext()
        }
    }

    private func answered(_ question: DNSQuestion, _ result: (answer: DNSAnswer, seconds: UInt32)) {
        // What was cancelled says nothing of any server.
        guard !hasGivenUp else { return }
        if case .failure(let failure) = result.answer, !failure.isFinal {
            counts.unanswered += 1
            // A server that fails for one name tells of others; one that never told of any is none.
            if failure.isOurs || !hasHeard {
                failuresInRow += 1
            } else {
                failuresInRow = 0
                cache.add(question, result.answer, seconds: result.seconds, now: loop.now)
            }
        } else {
            hasHeard = true
            failuresInRow = 0
            silentUntil = nil
            cache.add(question, result.answer, seconds: result.seconds, now: loop.now)
        }
        let completions = waiting.removeValue(forKey: question) ?? []
        for completion in completions { completion(.found(result.answer)) }
        guard failuresInRow >= Self.silenceAfter, !isSilent else { return }
        silentUntil = loop.now + Self.silence
        endWaiting()
    }
}

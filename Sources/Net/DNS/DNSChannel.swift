import CAres

/// Asks name servers over UDP and, where an answer does not fit in a datagram, over TCP.
///
/// c-ares does all of it on one channel, too, and by names (`ares_getaddrinfo`). Here it gets single
/// questions, on channels that share nothing, for what it does when something fails:
/// - A broken socket counts as a failed try of every question that its server was asked on the channel, over
///   UDP and TCP alike. One TCP connection that is refused would end all questions in flight. So each
///   question that needs TCP has a channel of its own.
/// - When a server says SERVFAIL or REFUSED it asks the next one, and in the end does not tell which it was.
///   The first channel takes such an answer as it is; only when there are more servers a second one asks on.
/// - Of an answer it keeps neither whether it was cut off nor how long a negative one holds.
final class DNSChannel {
    private let loop: EventLoop
    private let options: AresChannel.Options
    private let exact: AresChannel
    private let persistent: AresChannel?
    /// Questions over TCP that are asked, and those that wait.
    private var streams: [DNSQuestion: AresChannel] = [:]
    private var waiting: [(DNSQuestion, AresChannel.Completion)] = []

    /// Connections over TCP at a time.
    private static let maximumStreams = 32

    init(on loop: EventLoop, _ options: AresChannel.Options) throws(DNSSetupError) {
        self.loop = loop
        self.options = options
        let exact = try AresChannel(on: loop, options, flags: ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC)
        persistent =
            exact.hasSeveralServers ? try AresChannel(on: loop, options, flags: ARES_FLAG_IGNTC) : nil
        self.exact = exact
    }

    /// Asks for the addresses of one family; `completion` is called once, perhaps before this returns.
    ///
    /// - Parameter completion: takes the failure when the answer was cut off and did not come over TCP, else
    ///   what c-ares says.
    func query(_ question: DNSQuestion, _ completion: @escaping AresChannel.Completion) {
        exact.query(question) { [unowned self] status, answer in
            let isRefusal = status == ARES_ESERVFAIL || status == ARES_EREFUSED || status == ARES_ENOTIMP
            guard isRefusal, let persistent else { return finish(question, status, answer, completion) }
            persistent.query(question) { [unowned self] second, answer in
                // Without an answer c-ares calls all servers that refused unreachable.
                let status = second == ARES_ECONNREFUSED ? status : second
                finish(question, status, answer, completion)
            }
        }
    }

    /// Ends every question in flight with `ARES_ECANCELLED`, or without a word where none was sent yet.
    func cancel() {
        waiting.removeAll()
        exact.cancel()
        persistent?.cancel()
        for stream in streams.values { stream.cancel() }
    }

    private func finish(
        _ question: DNSQuestion,
        _ status: CInt,
        _ answer: UnsafeBufferPointer<UInt8>,
        _ completion: @escaping AresChannel.Completion
    ) {
        guard DNSMessage.isTruncated(answer.span) else { return completion(status, answer) }
        waiting.append((question, completion))
        openStreams()
    }

    private func openStreams() {
        while streams.count < Self.maximumStreams, let (question, completion) = waiting.popLast() {
            let channel: AresChannel
            do throws(DNSSetupError) {
                channel = try AresChannel(on: loop, options, flags: ARES_FLAG_NOCHECKRESP | ARES_FLAG_USEVC)
            } catch {
                completion(error.code, UnsafeBufferPointer(start: nil, count: 0))
                continue
            }
            streams[question] = channel
            channel.query(question) { [unowned self] status, answer in
                // c-ares is still using the channel: it goes in the loop's next round.
                loop.after(milliseconds: 0) { [weak self] in
                    self?.streams[question] = nil
                    self?.openStreams()
                }
                let isLost = answer.isEmpty && status != ARES_ECANCELLED
                completion(isLost ? DNSFailure.truncatedStatus : status, answer)
            }
        }
    }
}

extension DNSFailure {
    /// Stands beside the codes of c-ares, which are small.
    static let truncatedStatus: CInt = 1000
}

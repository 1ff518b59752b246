import Bytes
import Wire

/// What a server's handshake messages say and what follows from them, wherever they come from.
///
/// They come out of TLS records, or out of the CRYPTO frames of QUIC.
///
/// Up to TLS 1.2 it only reads. In TLS 1.3 it gives the secret that the rest of the flight is encrypted with,
/// answers a HelloRetryRequest, and, where `proof` is asked for, goes on to the server's Finished.
struct ServerHandshake {
    enum Stage { case hello, oldFlight, newFlight, complete }

    /// What a message brings about.
    enum Event {
        case nothing
        /// Another hello is in `GrabContext.outgoing`, without a record before it.
        case retry
        /// What the server sends from now on is encrypted with this secret.
        case secret(Block)
        /// The flight is read as far as it goes.
        case end
        /// The server's Finished is genuine: `proof` has all secrets.
        case complete
    }

    private(set) var look = ClientHello.Look.default
    private(set) var stage = Stage.hello
    /// The TLS 1.3 suite; zero before a ServerHello.
    private(set) var suite: UInt16 = 0
    /// What goes on to the end; nil when the certificate is enough.
    private(set) var proof: HandshakeProof?

    private var fill = ClientHello.Fill(
        random: InlineArray(repeating: 0),
        serverName: [],
        offersProtocols: false
    )
    /// After a HelloRetryRequest, the transcript up to our second hello (RFC 8446, section 4.4.1).
    private var retryTranscript: [UInt8] = []
    private var retryGroup: UInt16?

    /// A longer cookie would not fit into one record with the rest of a hello.
    private static let longestCookie = 8192

    /// Begins with a server; `GrabContext.outgoing` then holds the record with the hello.
    mutating func start(
        _ look: ClientHello.Look,
        _ fill: ClientHello.Fill,
        proves: Bool,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) {
        self.look = look
        self.fill = fill
        stage = .hello
        suite = 0
        proof = proves ? HandshakeProof() : nil
        retryTranscript = []
        retryGroup = nil
        let hello = context.hello(look)
        let sessionID = hello.sessionID
        flight.offered(sessionID: sessionID.span)
        context.write(hello, fill)
    }

    /// Whether a second hello was sent.
    var isRetried: Bool { !retryTranscript.isEmpty }

    /// Whether what comes belongs to what a grab shows, which is the same whether it goes on or not.
    var isInFlight: Bool { stage != .complete && proof?.isPastSignature != true }

    /// Takes a whole message of the server's.
    mutating func read(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) -> Event {
        if stage == .complete { return .nothing }
        let type = message[0]
        guard (stage == .hello) == (type == 2) || type == 0, type != 11 || flight.chain.isEmpty else {
            throw .violation(.order)
        }
        if isInFlight {
            do {
                try flight.message(message)
            } catch {
                throw .violation(.message)
            }
        }
        if type == 2 { return try readHello(message, context, &flight) }
        if stage == .oldFlight {
            guard type == 14 else { return .nothing }
            // What older versions sign is left to libssl; the certificate of this connection has been seen.
            if proof != nil { throw .unchecked }
            return .end
        }
        if let proof {
            guard try proof.read(message, context, flight) else { return .nothing }
            stage = .complete
            return .complete
        }
        // CertificateVerify and Finished.
        return type == 15 || type == 20 ? .end : .nothing
    }

    /// Acts on a ServerHello or HelloRetryRequest that `flight` has taken up already.
    private mutating func readHello(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) -> Event {
        guard flight.suite != nil else {
            try answerRetry(message, context, &flight)
            return .retry
        }
        // We offer neither drafts of TLS 1.3 nor DTLS.
        guard flight.draft == nil, !flight.isDatagram else { throw .violation(.suite) }
        switch flight.version {
        case 0x0300...0x0303, 0x0101:  // the last is TLCP's, whose messages are those of TLS 1.1
            // After a HelloRetryRequest only TLS 1.3 can follow.
            guard retryTranscript.isEmpty else { throw .violation(.suite) }
            stage = .oldFlight
            return .nothing
        case 0x0304:
            let secret = try agree(message, context, flight)
            stage = .newFlight
            return .secret(secret)
        default:
            throw .violation(.suite)
        }
    }

    /// The secret of the server's handshake messages (RFC 8446, section 7.1).
    private mutating func agree(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: borrowing ServerFlight
    ) throws(GrabFailure) -> Block {
        guard let suite = flight.suite, 0x1301...0x1305 ~= suite, look.offersTLS13,
            !flight.helloRetryRequest.isPresent || flight.helloRetryRequest.suite == suite
        else { throw .violation(.suite) }
        guard let share = ServerFlight.extensionValue(51, of: message), share.count >= 4,
            let group = flight.group, retryGroup == group || retryGroup == nil && context.offers(group, look),
            let pair = context.pair(group), message.u16(share.lowerBound + 2) == share.count - 4
        else { throw .violation(.share) }
        var secret = SharedSecret(repeating: 0)
        guard let count = pair.agree(message.extracting(share.dropFirst(4)), &secret) else {
            throw .violation(.share)
        }
        let schedule = context.schedule(suite)
        var hash = Hash(size: schedule.size)
        if retryTranscript.isEmpty {
            context.write(context.hello(look), fill)
            let hello = context.outgoing
            hash.add(hello.span.extracting(ClientHello.recordHeader..<hello.count))
        } else {
            hash.add(retryTranscript.span)
        }
        hash.add(message)
        self.suite = suite
        let handshake = schedule.handshakeSecret(shared: secret.span.extracting(0..<count))
        let digest = hash.digest
        let server = schedule.traffic(.serverHandshake, handshake, transcript: digest)
        proof?.begin(schedule, hash, handshake: handshake, server: server, transcript: digest)
        return server
    }

    /// Writes the second hello, which a HelloRetryRequest asks for (RFC 8446, section 4.1.2).
    private mutating func answerRetry(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) {
        let request = flight.helloRetryRequest
        guard look.offersTLS13, 0x1301...0x1305 ~= request.suite else { throw .violation(.suite) }
        var retry = ClientHello.Retry(share: nil, cookie: [])
        if let cookie = ServerFlight.extensionValue(44, of: message), 2..<Self.longestCookie ~= cookie.count {
            retry.cookie.append(message.extracting(cookie.dropFirst(2)))
        }
        if let group = request.group {
            guard !context.offers(group, look), let pair = context.pair(group) else {
                throw .violation(.retry)
            }
            retry.share = pair.share
            retryGroup = group
        }
        guard retry.share != nil || !retry.cookie.isEmpty else { throw .violation(.retry) }

        // In the transcript the first hello is replaced by its digest.
        let hello = context.hello(look)
        context.write(hello, fill)
        let size = KeySchedule.size(of: request.suite)
        var hash = Hash(size: size)
        let first = context.outgoing
        hash.add(first.span.extracting(ClientHello.recordHeader..<first.count))
        retryTranscript = [254, 0, 0, UInt8(size)]
        retryTranscript.append(hash.finish().span.extracting(0..<size))
        retryTranscript.append(message)

        context.outgoing.removeAll(keepingCapacity: true)
        hello.write(fill, retry: retry, into: &context.outgoing)
        let second = context.outgoing
        retryTranscript.append(second.span.extracting(ClientHello.recordHeader..<second.count))
    }
}

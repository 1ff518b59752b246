import Bytes
import Wire

/// The ServerHello and what follows from it.
extension Grab {
    /// Acts on a ServerHello or HelloRetryRequest that `flight` has taken up already.
    mutating func readHello(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) -> Result<Action, GrabFailure> {
        guard flight.suite != nil else { return answerRetry(message, context, &flight) }
        switch flight.version {
        case 0x0300...0x0303, 0x0101:  // the last is TLCP's, whose messages are those of TLS 1.1
            // After a HelloRetryRequest only TLS 1.3 can follow.
            guard retryTranscript.isEmpty else { return .failure(.violation(.suite)) }
            stage = .oldFlight
        case 0x0304:
            if let failure = deriveKeys(message, context, flight) { return .failure(failure) }
            stage = .newFlight
        default:
            return .failure(.violation(.suite))
        }
        return .success(.wait)
    }

    /// The keys of the server's handshake records (RFC 8446, section 7.3).
    private mutating func deriveKeys(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: borrowing ServerFlight
    ) -> GrabFailure? {
        guard let suite = flight.suite, 0x1301...0x1305 ~= suite, look.offersTLS13,
            !flight.helloRetryRequest.isPresent || flight.helloRetryRequest.suite == suite
        else { return .violation(.suite) }
        guard let share = ServerFlight.extensionValue(51, of: message), share.count >= 4,
            let group = flight.group, retryGroup == group || retryGroup == nil && context.offers(group, look),
            let pair = context.pair(group), message.u16(share.lowerBound + 2) == share.count - 4
        else { return .violation(.share) }
        var secret = SharedSecret(repeating: 0)
        guard let count = pair.agree(message.extracting(share.dropFirst(4)), &secret) else {
            return .violation(.share)
        }
        let schedule = suite == 0x1302 ? context.sha384 : context.sha256
        var hash = Hash(size: schedule.size)
        if retryTranscript.isEmpty {
            context.write(context.hello(look), fill)
            let hello = context.outgoing
            hash.add(hello.span.extracting(ClientHello.recordHeader..<hello.count))
        } else {
            hash.add(retryTranscript.span)
        }
        hash.add(message)
        let traffic = schedule.serverSecret(
            shared: secret.span.extracting(0..<count),
            transcript: hash.finish()
        )
        keys = ServerKeys(
            number: context.nextNumber(),
            suite: suite,
            key: schedule.key(traffic, count: ServerKeys.keyBytes(suite)),
            nonce: schedule.nonce(traffic)
        )
        return nil
    }

    /// Writes the second hello, which a HelloRetryRequest asks for (RFC 8446, section 4.1.2).
    private mutating func answerRetry(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) -> Result<Action, GrabFailure> {
        let request = flight.helloRetryRequest
        guard look.offersTLS13, 0x1301...0x1305 ~= request.suite else { return .failure(.violation(.suite)) }
        var retry = ClientHello.Retry(share: nil, cookie: [])
        if let cookie = ServerFlight.extensionValue(44, of: message), 2..<Self.longestCookie ~= cookie.count {
            retry.cookie.append(message.extracting(cookie.dropFirst(2)))
        }
        if let group = request.group {
            guard !context.offers(group, look), let pair = context.pair(group) else {
                return .failure(.violation(.retry))
            }
            retry.share = pair.share
            retryGroup = group
        }
        guard retry.share != nil || !retry.cookie.isEmpty else { return .failure(.violation(.retry)) }

        // In the transcript the first hello is replaced by its digest.
        let hello = context.hello(look)
        context.write(hello, fill)
        var hash = Hash(size: request.suite == 0x1302 ? 48 : 32)
        let first = context.outgoing
        hash.add(first.span.extracting(ClientHello.recordHeader..<first.count))
        let size = request.suite == 0x1302 ? 48 : 32
        retryTranscript = [254, 0, 0, UInt8(size)]
        retryTranscript.append(hash.finish().span.extracting(0..<size))
        retryTranscript.append(message)

        // The ChangeCipherSpec is for middleboxes (RFC 8446, section D.4).
        context.outgoing = [20, 3, 3, 0, 1, 1]
        let start = context.outgoing.count
        hello.write(fill, retry: retry, into: &context.outgoing)
        let second = context.outgoing
        retryTranscript.append(second.span.extracting(start + ClientHello.recordHeader..<second.count))
        return .success(.send)
    }

    /// A longer cookie would not fit into one record with the rest of a hello.
    private static var longestCookie: Int { 8192 }
}

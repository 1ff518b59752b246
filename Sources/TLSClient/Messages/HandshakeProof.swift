import Bytes
import Wire

/// The part of a TLS 1.3 handshake in which the server proves to hold its certificate's key (RFC 8446,
/// sections 4.4.3 and 4.4.4), and the secrets that come out of it.
final class HandshakeProof {
    /// The messages of the server's flight in the order in which they have to come.
    private enum Expected { case extensions, request, certificate, verify, finished, nothing }

    private var expected = Expected.extensions
    private var schedule: KeySchedule?
    /// Of all messages so far.
    private var transcript = Hash(size: 32)
    private var handshake = Block(repeating: 0)
    private var server = Block(repeating: 0)
    /// The client's handshake secret.
    private var client = Block(repeating: 0)

    /// The secrets of application data, once the server's Finished was genuine.
    private(set) var serverApplication = Block(repeating: 0)
    private(set) var clientApplication = Block(repeating: 0)

    /// Whether the server asked for a certificate of ours.
    private(set) var isAsked = false
    /// The most bytes of content that the server takes in one record (RFC 8449).
    private(set) var recordLimit = RecordSealer.longestContent

    /// Whether the flight is read as far as a grab reads it: what follows is not noted.
    var isPastSignature: Bool { expected == .finished || expected == .nothing }

    /// Takes over after the ServerHello.
    ///
    /// - Parameters:
    ///   - hash: of all messages up to it, whose digest `transcript` is.
    ///   - handshake: the handshake secret.
    ///   - server: the server's handshake traffic secret.
    func begin(_ schedule: KeySchedule, _ hash: Hash, handshake: Block, server: Block, transcript: Block) {
        self.schedule = schedule
        self.transcript = hash
        (self.handshake, self.server) = (handshake, server)
        client = schedule.traffic(.clientHandshake, handshake, transcript: transcript)
        expected = .extensions
    }

    /// Takes a message of the encrypted flight, which `flight` has taken up already.
    ///
    /// - Returns: whether it was the server's Finished, and genuine.
    func read(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: borrowing ServerFlight
    ) throws(GrabFailure) -> Bool {
        guard let schedule else { throw .violation(.order) }
        switch (expected, message[0]) {
        case (.extensions, 8):
            expected = .request
            readLimit(message)
        case (.request, 13):
            expected = .certificate
            isAsked = true
        case (.request, 11), (.certificate, 11):
            expected = .verify
            guard !flight.chain.isEmpty else { throw .noCertificate }
        case (.verify, 15):
            expected = .finished
            try verify(message, context, flight)
        case (.finished, 20):
            expected = .nothing
            let wanted = schedule.finished(server, transcript: transcript.digest)
            guard message.count == 4 + schedule.size,
                Self.areEqual(message.extracting(4..<message.count), wanted, schedule.size)
            else { throw .violation(.finished) }
        default:
            throw .violation(.order)
        }
        transcript.add(message)
        guard expected == .nothing else { return false }
        let digest = transcript.digest
        let main = schedule.mainSecret(handshake: handshake)
        serverApplication = schedule.traffic(.serverApplication, main, transcript: digest)
        clientApplication = schedule.traffic(.clientApplication, main, transcript: digest)
        return true
    }

    private func verify(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: borrowing ServerFlight
    ) throws(GrabFailure) {
        guard message.count >= 8, message.u16(6) == message.count - 8 else { throw .violation(.message) }
        let scheme = UInt16(message.u16(4))
        let verdict = flight.chain.withString(0) { leaf in
            context.verifier.check(
                scheme,
                message.extracting(8..<message.count),
                leaf: leaf,
                transcript: transcript
            )
        }
        switch verdict {
        case .genuine: break
        case .forged: throw .violation(.signature)
        case .unchecked: throw .unchecked
        }
    }

    private func readLimit(_ message: Span<UInt8>) {
        var place = 6
        while place + 4 <= message.count {
            let (type, count) = (message.u16(place), message.u16(place + 2))
            if type == 28, count == 2, place + 6 <= message.count {
                // One of the bytes is the content type; less than 64 is an error of the server's.
                recordLimit = min(RecordSealer.longestContent, max(63, message.u16(place + 4) - 1))
            }
            place += 4 + count
        }
    }

    /// The messages that end our side, to be sealed with the keys of `clientHandshake`: an empty
    /// Certificate where one was asked for, and Finished.
    func closing() -> [UInt8] {
        guard let schedule else { return [] }
        var messages: [UInt8] = isAsked ? [11, 0, 0, 4, 0, 0, 0, 0] : []
        transcript.add(messages.span)
        let content = schedule.finished(client, transcript: transcript.digest)
        messages += [20, 0, 0, UInt8(truncatingIfNeeded: schedule.size)]
        messages.append(content.span.extracting(0..<schedule.size))
        return messages
    }

    /// What seals our last handshake messages.
    func closingKeys(_ suite: UInt16, _ context: GrabContext) -> TrafficKeys {
        context.schedule(suite).keys(client, suite: suite, number: context.nextNumber())
    }

    /// Moves the server's secret on after its KeyUpdate.
    func updateServer() {
        if let schedule { serverApplication = schedule.next(serverApplication) }
    }

    /// Moves our secret on after our KeyUpdate.
    func updateClient() {
        if let schedule { clientApplication = schedule.next(clientApplication) }
    }

    private static func areEqual(_ one: Span<UInt8>, _ other: Block, _ count: Int) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<count { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}

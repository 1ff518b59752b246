import Bytes
import Synchronization
import Wire

@testable import TLSClient

/// What a server sends under the keys of a handshake of ours, by `GrabSession`: its flight up to Finished, or
/// after a genuine one its application data, tickets, KeyUpdates and alerts.
///
/// The first byte says which; of the rest each piece begins with its content type and its length.
func fuzzProof(_ bytes: [UInt8]) {
    proofContext.withLock { context in
        if let context, let first = bytes.first {
            run(Array(bytes.dropFirst()), isAfter: first & 1 == 1, context)
        }
    }
}

func proofSeeds() -> [[UInt8]] {
    let flight = FuzzedServer.flight
    let pieces: [[UInt8]] = [
        [22, 9] + [4, 0, 0, 5, 1, 2, 3, 4, 5], [23, 3, 1, 2, 3], [22, 5, 24, 0, 0, 1, 1], [23, 1, 9],
        [21, 2, 1, 0],
    ]
    return [
        [0, 22, UInt8(flight.count)] + flight,
        [0, 22, 6] + flight.prefix(6) + [22, 10] + flight.dropFirst(6),
        [1] + pieces.joined(), [1, 22, 5, 24, 0, 0, 1, 0, 23, 2, 1, 2],
    ]
}

private func run(_ bytes: [UInt8], isAfter: Bool, _ context: GrabContext) {
    let session = GrabSession(context, serverName: "a.test")
    var hello: [UInt8] = []
    session.flush { hello.append($0) }
    guard var server = FuzzedServer(context, hello) else { return }
    session.receive(server.record.span)
    if isAfter {
        session.receive(server.sealed(22, FuzzedServer.flight + server.finished(FuzzedServer.flight)).span)
        precondition((try? session.handshake()) == true)
        server.goOn()
        try? session.write([1, 2, 3])
    }
    var rest = bytes[...]
    while rest.count >= 2 {
        let (type, count) = (rest[rest.startIndex], Int(rest[rest.startIndex + 1]))
        let piece = Array(rest.dropFirst(2).prefix(count))
        rest = rest.dropFirst(2 + count)
        let record = server.sealed(20 + type % 5, piece)
        let middle = record.count / 2
        session.receive(record.span.extracting(0..<middle))
        session.receive(record.span.extracting(middle..<record.count))
        if piece.count == 5, piece.starts(with: [24, 0, 0, 1]) { server.update() }
        _ = try? session.handshake()
        _ = try? session.read { _ in true }
        session.flush { precondition(!$0.isEmpty) }
    }
    session.close()
    precondition(session.flight.messages.count <= ServerFlight.maximumMessages)
}

/// The server's side, as far as it seals.
private struct FuzzedServer {
    /// EncryptedExtensions, Certificate and CertificateVerify; what is signed is believed.
    static let flight: [UInt8] =
        [8, 0, 0, 2, 0, 0] + [11, 0, 0, 14, 0, 0, 0, 10, 0, 0, 5, 0x30, 3, 2, 1, 5, 0, 0] + [
            15, 0, 0, 5, 4, 3, 0, 1, 1,
        ]

    /// The ServerHello.
    let record: [UInt8]
    private let context: GrabContext
    private let schedule: KeySchedule
    private let handshake: Block
    private var secret: Block
    private var keys: TrafficKeys
    private var hash: Hash

    init?(_ context: GrabContext, _ hello: [UInt8]) {
        self.context = context
        var shared = SharedSecret(repeating: 0)
        guard let ours = serverPair, let theirs = context.pair(29)?.share.key else { return nil }
        guard let count = ours.agree(theirs.span, &shared) else { return nil }
        schedule = context.schedule(0x1301)
        let share: [UInt8] = [0, 51, 0, 36, 0, 29, 0, 32] + ours.share.key
        let extensions: [UInt8] = [0, 43, 0, 2, 3, 4] + share
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0x13, 1, 0, 0, UInt8(extensions.count)]
            + extensions
        let message = [2, 0, 0, UInt8(body.count)] + body
        record = [22, 3, 3, 0, UInt8(message.count)] + message
        hash = Hash(size: 32)
        hash.add(hello.span.extracting(5..<hello.count))
        hash.add(message.span)
        handshake = schedule.handshakeSecret(shared: shared.span.extracting(0..<count))
        secret = schedule.traffic(.serverHandshake, handshake, transcript: hash.digest)
        keys = schedule.keys(secret, suite: 0x1301, number: context.nextNumber())
    }

    mutating func finished(_ flight: [UInt8]) -> [UInt8] {
        hash.add(flight.span)
        var message: [UInt8] = [20, 0, 0, 32]
        message.append(schedule.finished(secret, transcript: hash.digest).span.extracting(0..<32))
        hash.add(message.span)
        return message
    }

    /// Takes the keys of application data.
    mutating func goOn() {
        secret = schedule.traffic(
            .serverApplication,
            schedule.mainSecret(handshake: handshake),
            transcript: hash.digest
        )
        keys = schedule.keys(secret, suite: 0x1301, number: context.nextNumber())
    }

    mutating func update() {
        secret = schedule.next(secret)
        keys = schedule.keys(secret, suite: 0x1301, number: context.nextNumber())
    }

    mutating func sealed(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        _ = context.sealer?.seal(content.span, type: type, &keys, into: &out)
        return out
    }
}

private final class Believer: SignatureVerifier {
    override func check(
        _ scheme: UInt16,
        _ signature: Span<UInt8>,
        leaf: Span<UInt8>,
        transcript: Hash
    ) -> Verdict {
        _ = super.check(scheme, signature, leaf: leaf, transcript: transcript)
        return .genuine
    }
}

private nonisolated(unsafe) let serverPair = KeyPair(group: 29)  // used under the context's lock alone

private let proofContext = Mutex(makeContext())

private func makeContext() -> GrabContext? {
    let context = try? GrabContext()
    context?.verifier = Believer()
    return context
}

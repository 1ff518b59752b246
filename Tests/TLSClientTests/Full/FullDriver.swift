import Bytes
import TLSClient
import Wire

/// What a full handshake over a blocking socket came to.
struct FullAnswer {
    var flight = ServerFlight()
    var isComplete = false
    var error: TLSError?
    var failure: GrabFailure?
    var alertSent: ServerFlight.Alert?
    var nextProtocol: String?
    /// What came after the handshake.
    var data: [UInt8] = []
    /// Whether the server ended in order (close_notify).
    var isEnded = false
    var verifications: [TrustStore.Result] = []
    /// The bytes from the server as they came.
    var received: [UInt8] = []

    var certificates: [[UInt8]] {
        (0..<flight.chain.count).map { index in
            flight.chain.withString(index) { string in
                var bytes: [UInt8] = []
                bytes.append(string)
                return bytes
            }
        }
    }
}

/// Shakes hands with 127.0.0.1, sends `request` if there is one, and reads until the end.
///
/// - Parameters:
///   - chunk: the server's bytes are handed on in pieces of so many.
///   - closes: whether the client ends by close_notify once the handshake is complete.
///   - store: checks the chain in the end, once for each of `names`.
func shake(
    _ port: UInt16,
    _ context: TLSContext,
    serverName: String? = "server.test",
    request: String? = nil,
    chunk: Int = 65536,
    closes: Bool = false,
    verify store: TrustStore? = nil,
    names: [(name: String?, address: [UInt8])] = []
) throws -> FullAnswer {
    let session = try TLSSession(context, serverName: serverName)
    var answer = try converse(port, session, request: request, chunk: chunk, closes: closes)
    answer.failure = session.failure
    answer.alertSent = session.alertSent
    if let store {
        answer.verifications = names.compactMap { session.verify(store, name: $0.name, address: $0.address) }
    }
    return answer
}

/// The same by our own code, of TLS 1.3 alone.
func prove(
    _ port: UInt16,
    _ context: GrabContext,
    serverName: String? = "server.test",
    request: String? = nil,
    chunk: Int = 65536
) throws -> FullAnswer {
    let session = GrabSession(context, serverName: serverName)
    return try converse(port, session, request: request, chunk: chunk)
}

/// Has a handshake, and what follows it, over a blocking socket.
func converse(
    _ port: UInt16,
    _ session: any TLSHandshake,
    request: String? = nil,
    chunk: Int = 65536,
    closes: Bool = false
) throws -> FullAnswer {
    var answer = FullAnswer()
    let socket = try Socket(port)
    do {
        _ = try session.handshake()
        session.flush { socket.send($0) }
        reading: while case .bytes(let bytes) = socket.receive() {
            answer.received += bytes
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                session.receive(bytes.span.extracting(start..<min(bytes.count, start + chunk)))
                if !answer.isComplete {
                    answer.isComplete = try session.handshake()
                    session.flush { socket.send($0) }
                    guard answer.isComplete else { continue }
                    if let request { try session.write(Array(request.utf8)) }
                    if closes { session.close() }
                    session.flush { socket.send($0) }
                    if request == nil, !closes { break reading }
                }
                let reading = try session.read {
                    answer.data.append($0)
                    return true
                }
                session.flush { socket.send($0) }
                if reading == .end {
                    answer.isEnded = true
                    break reading
                }
            }
        }
    } catch {
        answer.error = error
        session.flush { socket.send($0) }
    }
    answer.flight = session.flight
    answer.nextProtocol = session.nextProtocol
    return answer
}

extension Socket {
    func send(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.append(bytes)
        send(copy)
    }
}

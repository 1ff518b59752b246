import Synchronization
import TLSClient

/// A server's records for the full handshake, and for reading after it.
func fuzzFull(_ bytes: [UInt8]) {
    fullContext.withLock { context in
        guard let context, let session = try? TLSSession(context, serverName: "a.test") else { return }
        _ = try? session.handshake()
        let middle = bytes.count / 2
        for part in [0..<middle, middle..<bytes.count] {
            session.receive(bytes.span.extracting(part))
            guard (try? session.handshake()) == true else { continue }
            _ = try? session.read { _ in true }
        }
        _ = (session.flight, session.failure, session.alertSent, session.nextProtocol)
    }
}

private let fullContext = Mutex(try? TLSContext())

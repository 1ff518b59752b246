import Foundation
import Synchronization

/// The connections of a server, so that nobody holds a place who sends nothing.
///
/// A request has to be there, head and body each, within a time from the begin of the connection or the end
/// of the request before; a byte now and then does not lengthen it. When many strangers wait, who waits
/// longest gives way: whoever comes and asks at once finds a place.
final class OpenConnections: Sendable {
    private struct Connection {
        /// Since when a request, or the rest of one, is waited for; nil while it is answered.
        var waitsSince: ContinuousClock.Instant?
        /// Whether it was answered something else than that it may not ask.
        var isKnown = false
    }

    private let patience: Duration
    private let mostStrangers: Int
    private let open = Mutex<[Int32: Connection]>([:])

    /// - Parameters:
    ///   - patience: how long a part of a request may take.
    ///   - mostStrangers: of those who have shown no token, so many may wait at once.
    init(patience: Duration, mostStrangers: Int) {
        (self.patience, self.mostStrangers) = (patience, mostStrangers)
    }

    func begin(_ socket: Int32) {
        let now = ContinuousClock.now
        open.withLock { open in
            open[socket] = Connection(waitsSince: now)
            let strangers = open.filter { !$0.value.isKnown && $0.value.waitsSince != nil }
            guard strangers.count > mostStrangers,
                let oldest = strangers.min(by: { ($0.value.waitsSince ?? now) < ($1.value.waitsSince ?? now) }
                )
            else { return }
            Self.cut(oldest.key, &open)
        }
    }

    /// A head is there, and its body is waited for.
    func hasHead(_ socket: Int32) { open.withLock { $0[socket]?.waitsSince = .now } }

    /// The request is there.
    func isAnswered(_ socket: Int32) { open.withLock { $0[socket]?.waitsSince = nil } }

    /// Whoever asked has shown the token.
    func isKnown(_ socket: Int32) { open.withLock { $0[socket]?.isKnown = true } }

    /// The answer has gone out, and the next request is waited for.
    func waits(_ socket: Int32) { open.withLock { $0[socket]?.waitsSince = .now } }

    func end(_ socket: Int32) { open.withLock { $0[socket] = nil } }

    /// Ends what waits for longer than it may.
    func sweep() {
        let now = ContinuousClock.now
        open.withLock { open in
            for (socket, connection) in open {
                guard let since = connection.waitsSince, now - since > patience else { continue }
                Self.cut(socket, &open)
            }
        }
    }

    /// The server closes it as one that the client has closed; until it says so, the number is no other's.
    private static func cut(_ socket: Int32, _ open: inout [Int32: Connection]) {
        shutdown(socket, Int32(SHUT_RDWR))
        open[socket]?.waitsSince = nil
    }
}

import Foundation
import Synchronization

/// The connections of a server, so that nobody holds a place who sends nothing, or takes nothing off.
///
/// A request has to be there, head and body each, within a time from the begin of the connection or the end
/// of the request before; a byte now and then does not lengthen it. Of an answer a part has to be taken off
/// within the same time. When many strangers wait, who waits longest gives way: whoever comes and asks at
/// once finds a place. So it is where nearly all places are taken, whoever has them: who holds one for
/// nothing gives way, first of those who have most, and then whose answer goes out for longest. Each answer
/// is then the last of its connection: a client that asks again and again, and does not read, takes off what
/// the buffers between have room for and looks like one that reads.
final class OpenConnections: Sendable {
    private struct Connection {
        /// Since when a request, or the rest of one, is waited for; nil while it is answered.
        var waitsSince: ContinuousClock.Instant?
        /// Whether it was answered something else than that it may not ask.
        var isKnown = false
        /// Since when an answer goes out; nil while none does.
        var takesSince: ContinuousClock.Instant?
        /// Since when nothing was taken off of an answer; nil while none goes out.
        var takesNothingSince: ContinuousClock.Instant?
        /// Bytes of the answer that goes out.
        var bytes = 0
        /// What had been taken off of all answers when some was last.
        var taken: UInt64 = 0
        /// Whose it is.
        let peer: String
        /// It is ended, and until the server says so the number is no other's.
        var isCut = false

        /// Since when it holds its place for nothing.
        var idlesSince: ContinuousClock.Instant? { isCut ? nil : waitsSince ?? takesNothingSince }
    }

    /// What all connections may take together.
    struct Bounds {
        /// How long a part of a request or an answer may take.
        var patience: Duration
        /// Of those who have shown no token, so many may wait at once.
        var strangers: Int
        /// When more are open, some give way.
        var connections: Int
        /// Bytes of answers that go out; when there are more, who takes nothing off gives way.
        var bytes = 256 << 20
    }

    private let bounds: Bounds
    private let open = Mutex<[Int32: Connection]>([:])

    /// Nobody gives way who has done something a moment ago.
    private static let moment = Duration.seconds(1)
    /// Less than this is no part of an answer.
    private static let leastTaken: UInt64 = 4096

    init(_ bounds: Bounds) { self.bounds = bounds }

    func begin(_ socket: Int32) {
        let now = ContinuousClock.now
        let peer = Self.peer(socket)
        open.withLock { open in
            open[socket] = Connection(waitsSince: now, peer: peer)
            makeRoom(&open, now)
            let strangers = open.filter { !$0.value.isKnown && $0.value.waitsSince != nil }
            guard strangers.count > bounds.strangers,
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

    /// Whoever asked has shown the token, and an answer of so many bytes goes out.
    ///
    /// - Returns: whether it has to be the last of its connection, because others want the place.
    func takes(_ socket: Int32, bytes: Int) -> Bool {
        let now = ContinuousClock.now
        let taken = Self.taken(socket)
        return open.withLock { open in
            open[socket]?.isKnown = true
            open[socket]?.takesSince = now
            open[socket]?.takesNothingSince = now
            open[socket]?.bytes = bytes
            open[socket]?.taken = taken
            return open.count > bounds.connections
        }
    }

    /// The answer has gone out, and the next request is waited for.
    func waits(_ socket: Int32) {
        open.withLock { open in
            open[socket]?.waitsSince = .now
            open[socket]?.takesSince = nil
            open[socket]?.takesNothingSince = nil
            open[socket]?.bytes = 0
        }
    }

    func end(_ socket: Int32) { open.withLock { $0[socket] = nil } }

    /// Ends what waits, or takes nothing off, for longer than it may.
    func sweep() {
        let now = ContinuousClock.now
        open.withLock { open in
            for (socket, connection) in open where !connection.isCut {
                if connection.takesNothingSince != nil {
                    let taken = Self.taken(socket)
                    if taken >= connection.taken + Self.leastTaken {
                        open[socket]?.taken = taken
                        open[socket]?.takesNothingSince = now
                        continue
                    }
                }
                guard let since = connection.idlesSince, now - since > bounds.patience else { continue }
                Self.cut(socket, &open)
            }
            makeRoom(&open, now)
        }
    }

    /// Ends those who hold places for nothing where there are too few, those of whoever has most first, and
    /// of these who does so longest; then those whose answers go out for longer than a part of one may take.
    private func makeRoom(_ open: inout [Int32: Connection], _ now: ContinuousClock.Instant) {
        let live = open.filter { !$0.value.isCut }
        var places = live.count - bounds.connections
        var bytes = live.values.reduce(0) { $0 + $1.bytes } - bounds.bytes
        guard places > 0 || bytes > 0 else { return }
        var ofPeer: [String: Int] = [:]
        for connection in live.values { ofPeer[connection.peer, default: 0] += 1 }
        func giveWay(
            _ patience: Duration,
            _ since: (Connection) -> ContinuousClock.Instant?
        ) {
            let found = live.compactMap { socket, connection in
                since(connection).flatMap { now - $0 < patience ? nil : (socket, connection, since: $0) }
            }
            .sorted {
                let (one, other) = (ofPeer[$0.1.peer] ?? 0, ofPeer[$1.1.peer] ?? 0)
                return one != other ? one > other : $0.since < $1.since
            }
            for (socket, connection, _) in found
            where open[socket]?.isCut == false && (places > 0 || bytes > 0 && connection.bytes > 0) {
                Self.cut(socket, &open)
                places -= 1
                bytes -= connection.bytes
            }
        }
        giveWay(Self.moment) { $0.idlesSince }
        giveWay(bounds.patience) { $0.takesSince }
    }

    /// The server closes it as one that the client has closed.
    private static func cut(_ socket: Int32, _ open: inout [Int32: Connection]) {
        shutdown(socket, Int32(SHUT_RDWR))
        open[socket]?.waitsSince = nil
        open[socket]?.isCut = true
    }

    /// How many bytes the other side has received in all (`tcpi_bytes_acked` of Linux's `struct tcp_info`).
    private static func taken(_ socket: Int32) -> UInt64 {
        var info = [UInt64](repeating: 0, count: 32)
        var length = socklen_t(info.count * 8)
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, length >= 128 else {
            return 0
        }
        return info[15]
    }

    /// The other side's address, without its port.
    private static func peer(_ socket: Int32) -> String {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                getpeername(socket, pointer, &length) == 0
                    ? getnameinfo(pointer, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) : -1
            }
        }
        guard status == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

import Foundation
import Glibc

/// What a worker tells a scan that it starts, over the scan's standard input: what to scan, and then, again
/// and again, until when it may go on.
///
/// Arguments may hold what is secret, and everybody on a machine can read those of a process: they stand here
/// alone. The scan ends at once when the time is over that it was given last, or when the worker is gone. So
/// a worker that stands still has no scan that goes on.
package struct ScanOrders: Codable, Sendable, Equatable {
    /// The arguments of the program.
    package var words: [String]
    /// Whether addresses of special-purpose networks (RFC 6890) are refused, whatever led to them.
    package var refusesSpecial: Bool

    package init(words: [String], refusesSpecial: Bool) {
        self.words = words
        self.refusesSpecial = refusesSpecial
    }

    /// Bytes that orders have at most.
    private static let most = 64 << 20

    /// As the worker sends them: their length and JSON.
    package func message() throws -> [UInt8] {
        let body = Array(try JSONEncoder().encode(self))
        return Self.bytes(UInt64(body.count)) + body
    }

    /// Reads what a worker sends first.
    package static func read(from descriptor: CInt) throws(FleetError) -> ScanOrders {
        let count = number(try bytes(8, from: descriptor))
        guard count <= UInt64(most) else { throw FleetError("the worker's orders are none") }
        let body = try bytes(Int(count), from: descriptor)
        guard let orders = try? JSONDecoder().decode(ScanOrders.self, from: Data(body)) else {
            throw FleetError("the worker's orders are none")
        }
        return orders
    }

    private static func bytes(_ count: Int, from descriptor: CInt) throws(FleetError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw FleetError("the worker is gone") }
            filled += got
        }
        return bytes
    }

    // MARK: Until when

    /// A time as it is sent: nanoseconds since the machine started, those included that it slept.
    package static func deadline(after duration: Duration) -> [UInt8] {
        let parts = duration.components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        return bytes(UInt64(clamping: Int64(clamping: now) + nanoseconds))
    }

    /// Waits until the time that was given last is over, or nobody gives any more.
    ///
    /// - Parameter patience: how long the first may take to come.
    package static func waitForEnd(_ descriptor: CInt, patience: Duration = .seconds(20)) {
        var deadline = number(deadline(after: patience))
        var held: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while now < deadline {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 250) > 0 else { continue }
            let got = Glibc.read(descriptor, &buffer, buffer.count)
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            guard got > 0 else { return }
            held += buffer[..<got]
            while held.count >= 8 {
                deadline = number(held[..<8])
                held.removeFirst(8)
            }
        }
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

import Foundation
import Glibc

/// Sends the records of one scan of a shard, some hundreds in a message, and waits for the broker to store
/// each message.
package final class ResultPublisher {
    private let broker: Broker
    private let place: ShardPlace
    private let attempt: String
    private let tellsAddresses: Bool
    private var lines: [UInt8] = []
    private var sequence = 0
    private(set) package var records: UInt64 = 0

    /// Bytes of records in a message, if the broker takes that many.
    private static let usual = 256 << 10
    private let most: Int

    /// - Parameter attempt: a name of its own for this scan of the shard.
    package init(_ place: ShardPlace, attempt: String, tellsAddresses: Bool, on broker: Broker) {
        self.broker = broker
        self.place = place
        self.attempt = attempt
        self.tellsAddresses = tellsAddresses
        most = min(Self.usual, broker.largestMessage / 2)
    }

    /// Takes whole lines; sends them when there are enough.
    ///
    /// - Parameter wait: is called with why a message is not stored yet; it is sent again when that returns
    ///   true, and given up otherwise.
    package func add(_ whole: UnsafeRawBufferPointer, wait: (FleetError) -> Bool) throws {
        var rest = whole
        while let base = rest.baseAddress, let feed = memchr(base, 0x0a, rest.count) {
            let end = base.distance(to: UnsafeRawPointer(feed)) + 1
            if !lines.isEmpty, lines.count + end > most { try send(wait: wait) }
            lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<end]))
            records += 1
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
        }
    }

    /// Sends what has gathered.
    package func send(wait: (FleetError) -> Bool) throws {
        guard !lines.isEmpty else { return }
        try send(ResultHeader(attempt: attempt, sequence: sequence, tellsAddresses: tellsAddresses), wait)
        sequence += 1
        lines.removeAll(keepingCapacity: true)
    }

    /// Sends what is left and says that the scan came to its end.
    package func finish(_ done: ResultHeader.Done, wait: (FleetError) -> Bool) throws {
        try send(wait: wait)
        var header = ResultHeader(attempt: attempt, sequence: sequence, tellsAddresses: tellsAddresses)
        header.done = done
        try send(header, wait)
    }

    private func send(_ header: ResultHeader, _ wait: (FleetError) -> Bool) throws {
        let message = try header.line() + lines
        // Sent again after an answer that was lost, it has the same name, and is stored once.
        let name = "\(place.job)/\(place.vantage)/\(place.number)/\(attempt)/\(sequence)"
        while true {
            do throws(FleetError) {
                try broker.publish(message, to: place.resultSubject, identifier: name)
                return
            } catch {
                guard error.mayPass, wait(error) else { throw error }
            }
        }
    }
}

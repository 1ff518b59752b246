import Foundation

/// The first line of a message of results; the records stand behind it, a line each.
package struct ResultHeader: Codable, Sendable, Equatable {
    /// Which scan of the shard: a shard that is given to a second worker is scanned anew.
    package var attempt: String
    /// The message's place among those of the attempt, from 0.
    package var sequence: Int
    /// Whether a record's address tells it from others of the same name.
    package var tellsAddresses: Bool
    /// In the last message of a scan that came to its end.
    package var done: Done?

    enum CodingKeys: String, CodingKey {
        case attempt, sequence, done
        case tellsAddresses = "tells_addresses"
    }

    /// What a whole scan of a shard came to.
    package struct Done: Codable, Sendable, Equatable {
        package var worker: String
        /// Endpoints of the shard, and records that were written of them.
        package var endpoints: UInt64
        package var records: UInt64
        /// Endpoints that this machine could not look at, or not by every probe.
        package var lost: UInt64
        package var seconds: Double
        package var cpuSeconds: Double

        enum CodingKeys: String, CodingKey {
            case worker, endpoints, records, lost, seconds
            case cpuSeconds = "cpu_seconds"
        }

        package init(worker: String) {
            self.worker = worker
            (endpoints, records, lost, seconds, cpuSeconds) = (0, 0, 0, 0, 0)
        }
    }

    package init(attempt: String, sequence: Int, tellsAddresses: Bool) {
        self.attempt = attempt
        self.sequence = sequence
        self.tellsAddresses = tellsAddresses
    }

    /// The header as a line with its end.
    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(self)) + [0x0a]
    }

    /// Splits a message; nil when it is none of ours.
    package static func split(_ message: UnsafeRawBufferPointer) -> (
        header: ResultHeader, lines: UnsafeRawBufferPointer
    )? {
        guard let end = message.prefix(4096).firstIndex(of: 0x0a),
            let header = try? JSONDecoder().decode(ResultHeader.self, from: Data(message[..<end])),
            (1...64).contains(header.attempt.utf8.count), (0...100_000_000).contains(header.sequence)
        else { return nil }
        return (header, UnsafeRawBufferPointer(rebasing: message[(end + 1)...]))
    }
}

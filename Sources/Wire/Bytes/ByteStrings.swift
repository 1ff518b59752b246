/// Byte strings one after another in one array, with bounds on their number and their bytes.
///
/// What goes over a bound is dropped and counted, so that a record can say
/// that there was more. `removeAll` keeps the room for the next server.
package struct ByteStrings: Equatable, Sendable {
    /// All strings, one after another.
    package private(set) var bytes: [UInt8] = []

    /// Where each string lies in `bytes`.
    package private(set) var ranges: [ByteRange] = []

    /// How many strings were dropped because a bound was reached.
    package private(set) var dropped = 0

    package let maximumCount: Int
    package let maximumBytes: Int

    package init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    package var count: Int { ranges.count }

    // Inlined, so that nobody copies the arrays to ask.
    @inlinable
    package var isEmpty: Bool { ranges.isEmpty }

    /// Whether a bound was reached.
    package var isCut: Bool { dropped > 0 }

    /// Appends a copy, or counts the string as dropped.
    package mutating func append(_ string: Span<UInt8>) {
        guard dropped == 0, ranges.count < maximumCount, string.count <= maximumBytes - bytes.count else {
            dropped += 1
            return
        }
        let start = bytes.count
        bytes.append(string)
        ranges.append(ByteRange(start, bytes.count))
    }

    /// Calls `body` with the string at `index`, where it lies.
    package func withString<Result>(_ index: Int, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(bytes.span.extracting(ranges[index].indices))
    }

    package mutating func removeAll() {
        bytes.clear()
        ranges.clear()
        dropped = 0
    }
}

/// The certificates of a Certificate message, leaf first, each in DER.
///
/// See `ServerFlight.chain` for its bounds.
package typealias CertificateChain = ByteStrings

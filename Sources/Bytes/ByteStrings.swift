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

    /// Whether the last string is only the beginning of what was sent.
    package private(set) var isLastCut = false

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
    package var isCut: Bool { dropped > 0 || isLastCut }

    /// How many strings were sent, as far as anybody saw.
    package var sent: Int { count + dropped }

    /// Appends the beginning of a string that is too long or did not come whole, as the last one; counts it
    /// as dropped when it is empty or something was dropped already.
    package mutating func append(beginning string: Span<UInt8>, atMost limit: Int) {
        let count = min(string.count, limit, maximumBytes - bytes.count)
        guard count > 0, !isCut, ranges.count < maximumCount else {
            dropped += 1
            return
        }
        append(string.extracting(0..<count))
        isLastCut = true
    }

    /// Appends a copy, or counts the string as dropped.
    package mutating func append(_ string: Span<UInt8>) {
        guard !isCut, ranges.count < maximumCount, string.count <= maximumBytes - bytes.count else {
            dropped += 1
            return
        }
        let start = bytes.count
        bytes.append(string)
        ranges.append(ByteRange(start, bytes.count))
    }

    /// Calls `body` with the string at `index`, where it lies.
    @inlinable
    package func withString<Result>(_ index: Int, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(bytes.span.extracting(ranges[index].indices))
    }

    package mutating func removeAll() {
        bytes.clear()
        ranges.clear()
        dropped = 0
        isLastCut = false
    }
}

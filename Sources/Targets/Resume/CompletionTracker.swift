/// Which targets of a run are done: all below a mark, and some above it.
///
/// The ones above are bits in a window that starts at the mark, so that it is as
/// large as the slowest target is behind the fastest, whatever the run's size.
package struct CompletionTracker: Sendable {
    private var words: [UInt64] = []
    /// The words in front of this one are full and only wait to be dropped.
    private var head = 0
    /// The sequence number of the first bit of the first word that counts; a multiple of 64.
    private var origin: UInt64 = 0
    /// How many targets are done.
    package private(set) var count: UInt64 = 0

    package init() {}

    /// The largest window that a checkpoint can ask for.
    package static let maximumWindow: UInt64 = 1 << 26

    /// Takes up where another left off.
    ///
    /// - Returns: nil if the ranges aren't sorted, apart and within the window above the mark.
    package init?(lowWater: UInt64, done: [ClosedRange<UInt64>]) {
        guard lowWater < .max - 2 * CompletionTracker.maximumWindow else { return nil }
        origin = lowWater & ~63
        count = origin
        var least = lowWater
        for sequence in origin..<lowWater { complete(sequence) }
        for range in done {
            guard range.lowerBound >= least, range.upperBound - lowWater < CompletionTracker.maximumWindow
            else { return nil }
            for sequence in range { complete(sequence) }
            least = range.upperBound + 1
        }
    }

    /// The least sequence number that isn't done.
    package var lowWater: UInt64 {
        head < words.count ? origin + UInt64((~words[head]).trailingZeroBitCount) : origin
    }

    /// What comes after the last sequence number that is done.
    var end: UInt64 { done.last.map { $0.upperBound + 1 } ?? lowWater }

    package func contains(_ sequence: UInt64) -> Bool {
        guard sequence >= origin else { return true }
        let word = (sequence - origin) >> 6
        guard word < UInt64(words.count - head) else { return false }
        return words[head + Int(word)] >> (sequence & 63) & 1 == 1
    }

    /// Marks a target as done; a second time changes nothing.
    package mutating func complete(_ sequence: UInt64) {
        guard !contains(sequence) else { return }
        let word = head + Int((sequence - origin) >> 6)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << (sequence & 63)
        count += 1
        while head < words.count, words[head] == .max {
            head += 1
            origin += 64
        }
        // Moving the window costs no more than the words that have passed.
        if head > 1024, head * 2 > words.count {
            words.removeFirst(head)
            head = 0
        }
    }

    /// What is done above the mark, sorted and apart.
    package var done: [ClosedRange<UInt64>] {
        var ranges: [ClosedRange<UInt64>] = []
        let lowWater = lowWater
        for index in head..<words.count {
            var bits = words[index]
            let base = origin + UInt64(index - head) * 64
            while bits != 0 {
                let first = UInt64(bits.trailingZeroBitCount)
                let length = UInt64((~(bits >> first)).trailingZeroBitCount)
                bits &= length == 64 ? 0 : ~(((1 << length) - 1) << first)
                let range = base + first...base + first + length - 1
                guard range.lowerBound >= lowWater else { continue }
                if let last = ranges.last, last.upperBound + 1 == range.lowerBound {
                    ranges[ranges.count - 1] = last.lowerBound...range.upperBound
                } else {
                    ranges.append(range)
                }
            }
        }
        return ranges
    }
}

import Glibc

/// Knows lines of our own again of which rules see nothing new: an endpoint that shows what one before it
/// showed, as most of a sweep do, is not matched anew.
///
/// It belongs to one thread.
struct LineMemory {
    struct Known {
        let assessment: Assessment
        /// How it is told; nil where nothing matched.
        let outcome: LeadMemory.Outcome?
    }

    private static let size = 64
    /// So many lines of one leaf are kept: a signature on a curve, and with it a record's size, has one of a
    /// few lengths.
    private static let ways = 4

    /// Nil when rules ask for what is left out of lines.
    private let networks: [Network]?
    private var line = OwnLine()
    private var isRead = false
    private var keys = [[UInt8]](repeating: [], count: size)
    private var known = [Known?](repeating: nil, count: size)
    /// Which of a leaf's lines gives way to the next new one.
    private var turn = 0

    init(_ set: RuleSet) { networks = OwnLine.networks(set) }

    /// Where the lines of a leaf stand.
    private var places: Range<Int> {
        let first = Int(line.number % UInt64(Self.size / Self.ways)) * Self.ways
        return first..<first + Self.ways
    }

    /// What came of a line of which rules saw the same.
    mutating func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Known? {
        isRead = networks.map { line.read(bytes, $0) } ?? false
        guard isRead else { return nil }
        for place in places where isSame(keys[place], line.bytes) {
            guard let found = known[place] else { continue }
            guard let outcome = found.outcome else { return found }
            let time = SigmaDate.milliseconds(UnsafeBufferPointer(rebasing: bytes[line.time])) ?? 0
            if outcome.times.contains(time) { return found }
        }
        return nil
    }

    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return one.withUnsafeBytes { one in
            other.withUnsafeBytes { other in
                guard let left = one.baseAddress, let right = other.baseAddress else { return false }
                return memcmp(left, right, one.count) == 0
            }
        }
    }

    /// Remembers what came of the line that was looked for last.
    mutating func remember(_ one: Known) {
        guard isRead else { return }
        isRead = false
        let place = places.lowerBound + turn
        turn = (turn + 1) % Self.ways
        swap(&keys[place], &line.bytes)
        known[place] = one
    }
}

import Bytes

/// Bytes that come in parts, in any order; what came first stays where parts overlap.
struct PartialBytes {
    private(set) var bytes: [UInt8]
    /// Which bytes are there: ranges in order and apart from each other.
    private var parts: [Range<Int>] = []

    init(count: Int = 0) { bytes = [UInt8](repeating: 0, count: count) }

    var count: Int { bytes.count }

    /// Whether the first `count` bytes are all there.
    func isWhole(_ count: Int) -> Bool {
        count == 0 || parts.first.map { $0.lowerBound == 0 && $0.upperBound >= count } == true
    }

    /// Puts a part where it belongs, and makes room for it.
    mutating func put(_ part: Span<UInt8>, at start: Int) {
        let end = start + part.count
        if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
        var place = start
        for known in parts where known.upperBound > place && known.lowerBound < end {
            copy(part, start, place..<max(place, known.lowerBound))
            place = known.upperBound
        }
        copy(part, start, place..<max(place, end))
        insert(start..<end)
    }

    private mutating func copy(_ part: Span<UInt8>, _ start: Int, _ range: Range<Int>) {
        for index in range { bytes[index] = part[index - start] }
    }

    private mutating func insert(_ range: Range<Int>) {
        let first = parts.partitioningIndex { $0.upperBound >= range.lowerBound }
        let last = parts.partitioningIndex { $0.lowerBound > range.upperBound }
        guard first < last else {
            parts.insert(range, at: first)
            return
        }
        let low = min(range.lowerBound, parts[first].lowerBound)
        let high = max(range.upperBound, parts[last - 1].upperBound)
        parts.replaceSubrange(first..<last, with: [low..<high])
    }
}

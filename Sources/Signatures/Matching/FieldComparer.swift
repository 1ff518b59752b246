import Observations
import Wire

/// Evaluates the tests that are no whole value and no pattern, when a rule asks for one.
struct FieldComparer {
    /// So many bytes are compared for one `fieldref`, whatever a server sends.
    private static let budget = 4 << 20
    private static let maximumValues = 256

    private var left: [UInt8] = []
    private var right: [UInt8] = []

    /// The place of the first value that answers the test.
    mutating func find(_ atom: RuleSet.Atom, in view: FieldView, exchange: Int) -> Int? {
        var index = view.first(atom.field)
        var budget = Self.budget
        while index >= 0 {
            let value = view[index]
            if value.isVisible(in: exchange), holds(atom, value, view, exchange, &budget) { return index }
            index = value.next
        }
        return nil
    }

    private mutating func holds(
        _ atom: RuleSet.Atom,
        _ value: FieldValue,
        _ view: FieldView,
        _ exchange: Int,
        _ budget: inout Int
    ) -> Bool {
        switch atom.predicate {
        case .exists: return true
        case .text(let text, _): return text.parts == [.any] && !value.isMarker
        case .expression, nil: return false
        case .compare(let comparison, let limit):
            guard let number = value.integer ?? SigmaDate.milliseconds(value.bytes) else { return false }
            return comparison.holds(number, limit)
        case .part(let part, let comparison, let limit):
            guard let time = SigmaDate.milliseconds(value.bytes) else { return false }
            return comparison.holds(SigmaDate.part(part, of: time), limit)
        case .network(let network):
            guard let address = IPAddress(value.bytes.span) else { return false }
            return network.contains(address)
        case .fieldReference(_, let mode, let cased):
            return refers(value, to: atom.other, mode, cased, view, exchange, &budget)
        }
    }

    private mutating func refers(
        _ value: FieldValue,
        to other: Int,
        _ mode: TextMode,
        _ cased: Bool,
        _ view: FieldView,
        _ exchange: Int,
        _ budget: inout Int
    ) -> Bool {
        guard !value.isMarker else { return false }
        fill(&left, value, cased)
        var index = view.first(other)
        var count = 0
        while index >= 0, count < Self.maximumValues, budget > 0 {
            let one = view[index]
            index = one.next
            count += 1
            guard one.isVisible(in: exchange), !one.isMarker else { continue }
            fill(&right, one, cased)
            budget -= left.count + right.count + 16
            let isHit =
                switch mode {
                case .whole: left == right
                case .start: left.starts(with: right)
                case .end: left.count >= right.count && left.suffix(right.count).elementsEqual(right)
                case .contains: contains(left, right)
                }
            if isHit { return true }
        }
        return false
    }

    private func fill(_ buffer: inout [UInt8], _ value: FieldValue, _ cased: Bool) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: value.bytes)
        guard !cased else { return }
        for index in buffer.indices where (0x41...0x5a).contains(buffer[index]) { buffer[index] |= 0x20 }
    }
}

/// Whether `needle` stands in `text`, in time linear in both (Knuth, Morris and Pratt).
private func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
    guard needle.count <= text.count else { return false }
    guard !needle.isEmpty else { return true }
    // By length of a match so far: the longest shorter one that it ends with.
    var shorter = [Int](repeating: 0, count: needle.count)
    var length = 0
    for index in needle.indices.dropFirst() {
        while length > 0 && needle[index] != needle[length] { length = shorter[length - 1] }
        if needle[index] == needle[length] { length += 1 }
        shorter[index] = length
    }
    length = 0
    for byte in text {
        while length > 0 && byte != needle[length] { length = shorter[length - 1] }
        if byte == needle[length] { length += 1 }
        if length == needle.count { return true }
    }
    return false
}

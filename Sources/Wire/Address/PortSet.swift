import Bytes

/// A set of TCP ports, kept as sorted runs.
package struct PortSet: Hashable, Sendable {
    /// Neighbouring ports, and how many ports of the set stand before them.
    struct Run: Hashable, Sendable {
        var first: UInt16
        var last: UInt16
        var before: UInt32

        var count: UInt32 { UInt32(last) - UInt32(first) + 1 }
    }

    private(set) var runs: [Run] = []

    package static let all = PortSet(0...UInt16.max)

    package init() {}

    package init(_ port: UInt16) {
        self.init(port...port)
    }

    package init(_ ports: ClosedRange<UInt16>) {
        runs = [Run(first: ports.lowerBound, last: ports.upperBound, before: 0)]
    }

    /// The union of some ranges in any order.
    package init(_ ranges: some Sequence<ClosedRange<UInt16>>) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { extend(with: range) }
    }

    package var isEmpty: Bool { runs.isEmpty }

    package var count: UInt32 { runs.last.map { $0.before + $0.count } ?? 0 }

    package var ranges: [ClosedRange<UInt16>] { runs.map { $0.first...$0.last } }

    package func contains(_ port: UInt16) -> Bool {
        let next = runs.partitioningIndex { $0.first > port }
        return next > 0 && runs[next - 1].last >= port
    }

    /// The port at a position less than `count`, lowest first.
    package subscript(position: UInt32) -> UInt16 {
        let run = runs[runs.partitioningIndex { $0.before > position } - 1]
        return run.first + UInt16(truncatingIfNeeded: position - run.before)
    }

    package func union(_ other: PortSet) -> PortSet {
        self == other || other.isEmpty ? self : isEmpty ? other : PortSet(ranges + other.ranges)
    }

    package func intersection(_ other: PortSet) -> PortSet {
        subtracting(PortSet.all.subtracting(other))
    }

    package func subtracting(_ other: PortSet) -> PortSet {
        var result = PortSet()
        var place = 0
        for run in runs {
            var first = UInt32(run.first)
            while place < other.runs.count, other.runs[place].last < run.first { place += 1 }
            var cut = place
            while cut < other.runs.count, other.runs[cut].first <= run.last {
                let hole = other.runs[cut]
                if UInt32(hole.first) > first { result.extend(with: UInt16(first)...hole.first - 1) }
                first = UInt32(hole.last) + 1
                cut += 1
            }
            if first <= UInt32(run.last) { result.extend(with: UInt16(first)...run.last) }
        }
        return result
    }

    /// Adds a range that starts no earlier than the last run does.
    private mutating func extend(with range: ClosedRange<UInt16>) {
        if let last = runs.last, UInt32(range.lowerBound) <= UInt32(last.last) + 1 {
            runs[runs.count - 1].last = max(last.last, range.upperBound)
        } else {
            runs.append(Run(first: range.lowerBound, last: range.upperBound, before: count))
        }
    }
}

extension PortSet: CustomStringConvertible {
    package var description: String {
        runs.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: ",")
    }
}

extension PortSet {
    /// Reads a list such as `443,8443,9000-9010`.
    package init(parsing text: some StringProtocol) throws(AddressSyntaxError) {
        try self.init(parsing: Array(text.utf8).span)
    }

    package init(parsing text: Span<UInt8>) throws(AddressSyntaxError) {
        var ranges: [ClosedRange<UInt16>] = []
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: ",") {
            ranges.append(try PortSet.range(text.extracting(start..<index)))
            start = index + 1
        }
        self.init(ranges)
    }

    private static func range(_ text: Span<UInt8>) throws(AddressSyntaxError) -> ClosedRange<UInt16> {
        let dash = text.firstIndex(of: UInt8(ascii: "-"))
        let first = try port(text.extracting(0..<(dash ?? text.count)))
        guard let dash else { return first...first }
        let last = try port(text.extracting(dash + 1..<text.count))
        guard first <= last else {
            throw AddressSyntaxError("the port range \(first)-\(last) ends before it starts")
        }
        return first...last
    }

    private static func port(_ text: Span<UInt8>) throws(AddressSyntaxError) -> UInt16 {
        var value = 0
        guard !text.isEmpty else { throw AddressSyntaxError("a port is missing") }
        for index in text.indices {
            guard text[index] >= 0x30, text[index] <= 0x39 else {
                throw AddressSyntaxError("\(AddressSyntaxError.quote(text)) is not a port")
            }
            value = min(value * 10 + Int(text[index] - 0x30), 1 << 20)
        }
        guard value > 0, value <= Int(UInt16.max) else {
            throw AddressSyntaxError("port \(AddressSyntaxError.quote(text)) is not between 1 and 65535")
        }
        return UInt16(value)
    }
}

import Wire

/// Port sets under numbers, each set once: a million targets share a few of them.
struct PortTable: Sendable {
    private(set) var sets: [PortSet] = []
    private var numbers: [PortSet: UInt32] = [:]
    private var unions: [[UInt32]: UInt32] = [:]

    subscript(number: UInt32) -> PortSet { sets[Int(number)] }

    mutating func number(of set: PortSet) -> UInt32 {
        if let number = numbers[set] { return number }
        let number = UInt32(sets.count)
        sets.append(set)
        numbers[set] = number
        return number
    }

    /// The number of the union of some sets.
    mutating func union(_ parts: some Collection<UInt32>) -> UInt32 {
        let parts = Set(parts).sorted()
        if parts.count == 1 { return parts[0] }
        if let known = unions[parts] { return known }
        let union = number(of: PortSet(parts.flatMap { self[$0].ranges }))
        unions[parts] = union
        return union
    }

    /// Drops what only building needs.
    mutating func finish() {
        numbers = [:]
        unions = [:]
    }
}

/// Which shards of a job are stored, seen from one vantage point: a bit for each.
struct ShardMap: Equatable {
    private(set) var bytes: [UInt8] = []

    init(_ numbers: some Sequence<UInt32>) {
        for number in numbers where number > 0 && number <= FleetJob.mostShards {
            let (byte, bit) = Int(number - 1).quotientAndRemainder(dividingBy: 8)
            if byte >= bytes.count { bytes += [UInt8](repeating: 0, count: byte + 1 - bytes.count) }
            bytes[byte] |= 1 << UInt8(bit)
        }
    }

    /// As another collector has written it.
    init(bytes: [UInt8]) { self.bytes = Array(bytes.prefix(Int(FleetJob.mostShards) / 8)) }

    func contains(_ number: UInt32) -> Bool {
        guard number > 0 else { return false }
        let (byte, bit) = Int(number - 1).quotientAndRemainder(dividingBy: 8)
        return byte < bytes.count && bytes[byte] & 1 << UInt8(bit) != 0
    }

    mutating func formUnion(_ other: ShardMap) {
        if other.bytes.count > bytes.count {
            bytes += [UInt8](repeating: 0, count: other.bytes.count - bytes.count)
        }
        for (index, byte) in other.bytes.enumerated() { bytes[index] |= byte }
    }
}

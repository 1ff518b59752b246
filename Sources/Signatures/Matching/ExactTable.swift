/// Whole values by field, in one hash table for all rules.
///
/// The hash is taken over bytes with bit 5 set, so that letters of either case meet; each hit is compared in
/// full.
struct ExactTable: Sendable {
    fileprivate struct Slot: Sendable {
        var hash: UInt32 = 0
        var atom: Int32 = -1
        var start: Int32 = 0
        var length: Int32 = 0
        var field: UInt16 = 0
        var cased = false
    }

    fileprivate let slots: FrozenArray<Slot>
    fileprivate let bytes: FrozenArray<UInt8>

    /// - Parameter values: field, bytes (lower case unless cased), and what a hit reports.
    init(_ values: [(field: Int, bytes: [UInt8], cased: Bool, atom: Int32)]) {
        var size = 16
        while size < 2 * values.count { size *= 2 }
        var slots = Array(repeating: Slot(), count: size)
        var bytes: [UInt8] = []
        let mask = size - 1
        for value in values {
            let hash = value.bytes.withUnsafeBufferPointer { exactHash(value.field, $0) }
            var place = Int(hash) & mask
            while slots[place].atom >= 0 { place = (place + 1) & mask }
            slots[place] = Slot(
                hash: hash,
                atom: value.atom,
                start: Int32(bytes.count),
                length: Int32(value.bytes.count),
                field: UInt16(value.field),
                cased: value.cased
            )
            bytes += value.bytes
        }
        self.slots = FrozenArray(slots)
        self.bytes = FrozenArray(bytes)
    }

    fileprivate init(slots: [Slot], bytes: [UInt8]) {
        self.slots = FrozenArray(slots)
        self.bytes = FrozenArray(bytes)
    }

    /// The table for one who keeps it alive.
    var view: View { View(slots: slots.base, bytes: bytes.base, mask: slots.count - 1) }

    struct View {
        fileprivate let slots: UnsafePointer<Slot>
        fileprivate let bytes: UnsafePointer<UInt8>
        fileprivate let mask: Int
    }
}

extension ExactTable.View {
    /// Reports the atom of every entry that equals the value.
    @inline(__always)
    func find(_ field: Int, _ value: UnsafeBufferPointer<UInt8>, _ report: (Int32) -> Void) {
        let hash = exactHash(field, value)
        var place = Int(hash) & mask
        while slots[place].atom >= 0 {
            let slot = slots[place]
            if slot.hash == hash, slot.field == field, slot.length == value.count, equals(slot, value) {
                report(slot.atom)
            }
            place = (place + 1) & mask
        }
    }

    private func equals(_ slot: ExactTable.Slot, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in 0..<value.count {
            let wanted = bytes[Int(slot.start) + index]
            let byte = value[index]
            if byte == wanted { continue }
            if slot.cased || (byte | 0x20) != wanted || !(0x41...0x5a).contains(byte) { return false }
        }
        return true
    }
}

/// Over bytes with bit 5 set, eight at a time.
private func exactHash(_ field: Int, _ value: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash = UInt64(field) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(value.count)
    let raw = UnsafeRawBufferPointer(value)
    var index = 0
    while index + 8 <= value.count {
        let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) | 0x2020_2020_2020_2020
        hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 32
        index += 8
    }
    var rest: UInt64 = 0
    while index < value.count {
        rest = rest << 8 | UInt64(value[index] | 0x20)
        index += 1
    }
    hash = (hash ^ rest) &* 0xc4ce_b9fe_1a85_ec53
    return UInt32(truncatingIfNeeded: hash ^ hash >> 33)
}

/// How the table lies in the cache: its hashes are those of this build.
extension CacheWriter {
    mutating func put(_ table: ExactTable) {
        put(table.bytes.elements)
        put(table.slots.elements) { writer, slot in
            writer.put(Int64(slot.atom))
            guard slot.atom >= 0 else { return }
            writer.put(Int64(slot.hash))
            writer.put(Int64(slot.start))
            writer.put(Int64(slot.length))
            writer.put(Int64(slot.field))
            writer.put(slot.cased)
        }
    }
}

extension CacheReader {
    /// - Parameter atoms: how many there are.
    mutating func exactTable(_ atoms: Int) throws(Broken) -> ExactTable {
        let bytes = try blob()
        let count = Int32(truncatingIfNeeded: bytes.count)
        let slots = try list { reader throws(Broken) in
            var slot = ExactTable.Slot()
            slot.atom = try reader.small(-1...Int32(truncatingIfNeeded: atoms) - 1)
            guard slot.atom >= 0 else { return slot }
            slot.hash = try reader.small(0...UInt32.max)
            slot.start = try reader.small(0...count)
            slot.length = try reader.small(0...count - slot.start)
            slot.field = try reader.small(0...UInt16.max)
            slot.cased = try reader.flag()
            return slot
        }
        // A search ends at an empty slot, and its places are cut to a power of two.
        guard slots.count.nonzeroBitCount == 1, slots.contains(where: { $0.atom < 0 }) else {
            throw Broken()
        }
        return ExactTable(slots: slots, bytes: bytes)
    }
}

/// How an index file looks: words of 64 bits, the entries sorted by their keys.
///
/// It is written and read on one machine, so numbers stand as the machine has them.
struct IndexLayout {
    /// Changed with every change of the form, or of what readers make of lists.
    static let magic: UInt64 = 0x3330_2d73_636f_692d  // "-iocs-03"
    static let headerBytes = 512

    /// Where each number stands in the header, in words.
    enum Slot: Int, CaseIterable {
        case magic, entries, bucketBits, kinds, lengthsV4, lengthsV6Low, lengthsV6High, isWholeV6
        case filterWords, bucketsOffset, entriesOffset, textsOffset, textsBytes, faultsOffset, faultsBytes
        case faults, bytes, lists
        /// The first of as many as there are reasons.
        case passedOver
    }

    /// One listed value.
    struct Entry {
        var high: UInt64
        var low: UInt64
        /// Where its note begins among the texts, in units of eight bytes.
        var note: UInt32
        /// Days since 1970; 0 for none.
        var day: UInt16
        var until: UInt16
    }

    /// What of a note is looked at before its texts are: its first byte.
    struct Flags: OptionSet {
        let rawValue: UInt8

        static let confirmed = Flags(rawValue: 1)
        /// It names the case in which it was decided.
        static let decided = Flags(rawValue: 2)
        static let software = Flags(rawValue: 4)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ note: IndicatorNote) {
            self = []
            if note.isConfirmed { insert(.confirmed) }
            if note.reference?.isEmpty == false { insert(.decided) }
            if note.software?.isEmpty == false { insert(.software) }
        }

        /// What somebody confirmed comes before what was decided, and that before what has a name.
        var rank: Int {
            (contains(.confirmed) ? 4 : 0) + (contains(.decided) ? 2 : 0) + (contains(.software) ? 1 : 0)
        }
    }

    let entries: Int
    let bucketBits: Int
    let filterWords: Int
    let textsBytes: Int
    let faultsBytes: Int

    init(entries: Int, textsBytes: Int, faultsBytes: Int) {
        self.entries = entries
        // About four entries a bucket, so that a look at one is a look at two cache lines.
        var bits = 0
        while entries >> bits > 4 { bits += 1 }
        bucketBits = bits
        // Sixteen bits an entry.
        filterWords = max(1, (entries + 3) / 4)
        self.textsBytes = textsBytes
        self.faultsBytes = faultsBytes
    }

    var buckets: Int { 1 << bucketBits }
    var filterOffset: Int { Self.headerBytes }
    var bucketsOffset: Int { filterOffset + filterWords * 8 }
    var entriesOffset: Int { (bucketsOffset + (buckets + 1) * 4 + 63) / 64 * 64 }
    var textsOffset: Int { entriesOffset + entries * MemoryLayout<Entry>.stride }
    var faultsOffset: Int { textsOffset + textsBytes }
    var bytes: Int { faultsOffset + faultsBytes }

    /// The bucket of a key.
    static func bucket(_ high: UInt64, bits: Int) -> Int {
        bits == 0 ? 0 : Int(truncatingIfNeeded: high >> UInt64(64 - bits))
    }

    /// The word of the filter that a key has bits in, and the bits.
    static func filter(_ key: IndicatorKey, words: Int) -> (word: Int, bits: UInt64) {
        let hash = key.filterWord
        let word = Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(words)).high)
        var bits: UInt64 = 0
        for shift: UInt64 in [0, 6, 12, 18] { bits |= 1 << (hash >> shift & 63) }
        return (word, bits)
    }
}

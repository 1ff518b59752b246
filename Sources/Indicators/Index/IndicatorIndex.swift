import Glibc

/// An index of listed values on disk, read as memory: any number of threads look into it at once.
///
/// The file is ours: nobody else can have written it, and it is never cut. What it says of places in itself
/// is checked all the same before it is followed.
package final class IndicatorIndex: @unchecked Sendable {  // Nothing of it ever changes.
    private let base: UnsafeRawPointer
    private let size: Int
    private let filter: UnsafePointer<UInt64>
    private let buckets: UnsafePointer<UInt32>
    private let entries: UnsafePointer<IndexLayout.Entry>
    private let layout: IndexLayout

    /// How many values are listed.
    package var count: Int { layout.entries }
    /// From how many lists.
    package let lists: Int
    /// How many lines and parts of lists could not be read.
    package let faultCount: Int
    /// How many of their entries count for nothing, and why.
    package let passedOver: PassedOverCounts
    /// A bit for each kind that is listed, by its raw value.
    let kinds: UInt64
    /// A bit for each length of a listed network.
    let lengthsV4: UInt64
    let lengthsV6: UInt128
    let isWholeV6: Bool

    /// Takes a file that is open; it can be closed afterwards.
    ///
    /// - Returns: nil for what is no index of this version.
    package init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= IndexLayout.headerBytes else { return nil }
        size = Int(status.st_size)
        guard let memory = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
            return nil
        }
        base = UnsafeRawPointer(memory)
        let header = base.assumingMemoryBound(to: UInt64.self)
        func value(_ slot: IndexLayout.Slot) -> UInt64 { header[slot.rawValue] }
        func number(_ slot: IndexLayout.Slot) -> Int { Int(clamping: value(slot)) }
        let entries = number(.entries)
        let texts = number(.textsBytes)
        let faults = number(.faultsBytes)
        // What fits into the file can be added and multiplied.
        let isPossible = max(entries, texts, faults) <= size
        layout = IndexLayout(
            entries: isPossible ? entries : 0,
            textsBytes: isPossible ? texts : 0,
            faultsBytes: isPossible ? faults : 0
        )
        lists = number(.lists)
        faultCount = number(.faults)
        var passedOver = PassedOverCounts()
        for reason in PassedOver.allCases {
            passedOver[reason] = Int(clamping: header[IndexLayout.Slot.passedOver.rawValue + reason.rawValue])
        }
        self.passedOver = passedOver
        kinds = value(.kinds)
        lengthsV4 = value(.lengthsV4)
        lengthsV6 = UInt128(value(.lengthsV6High)) << 64 | UInt128(value(.lengthsV6Low))
        isWholeV6 = value(.isWholeV6) != 0
        filter = (base + layout.filterOffset).assumingMemoryBound(to: UInt64.self)
        let isWhole =
            isPossible && value(.magic) == IndexLayout.magic && layout.bytes == size
            && number(.bytes) == size && number(.bucketBits) == layout.bucketBits
            && number(.filterWords) == layout.filterWords
        buckets = (base + (isWhole ? layout.bucketsOffset : 0)).assumingMemoryBound(to: UInt32.self)
        self.entries = (base + (isWhole ? layout.entriesOffset : 0)).assumingMemoryBound(
            to: IndexLayout.Entry.self
        )
        guard isWhole else { return nil }
        madvise(memory, size, MADV_RANDOM)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: base), size) }

    /// Whether values of a kind are listed at all.
    func has(_ kind: IndicatorKind) -> Bool { kinds & 1 << UInt64(kind.rawValue) != 0 }

    /// Whether the value can be listed; it nearly never says yes of one that is not.
    func mayHold(_ key: IndicatorKey) -> Bool {
        let (word, bits) = IndexLayout.filter(key, words: layout.filterWords)
        return filter[word] & bits == bits
    }

    /// The entries of a value; the heaviest come first, and of what weighs the same the newest.
    func find(_ key: IndicatorKey) -> Range<Int> {
        guard mayHold(key) else { return 0..<0 }
        let bucket = IndexLayout.bucket(key.high, bits: layout.bucketBits)
        let end = min(Int(buckets[bucket + 1]), count)
        var low = min(Int(buckets[bucket]), end)
        var high = end
        while low < high {
            let middle = low + (high - low) / 2
            if self.key(middle) < key { low = middle + 1 } else { high = middle }
        }
        var last = low
        while last < end, self.key(last) == key { last += 1 }
        return low..<last
    }

    private func key(_ place: Int) -> IndicatorKey {
        IndicatorKey(high: entries[place].high, low: entries[place].low)
    }

    /// What the list says of the entry at a place, with the days on which it was listed and ends; 0 for none.
    func entry(_ place: Int) -> (note: IndicatorNote, day: UInt16, until: UInt16) {
        let entry = entries[place]
        return (note(Int(entry.note)), entry.day, entry.until)
    }

    /// What an entry weighs by, without its texts.
    func facts(_ place: Int) -> (flags: IndexLayout.Flags, day: UInt16, until: UInt16) {
        let entry = entries[place]
        let byte = Int(entry.note) * 8
        let flags: UInt8 =
            byte < layout.textsBytes
            ? base.load(fromByteOffset: layout.textsOffset + byte, as: UInt8.self) : 0
        return (IndexLayout.Flags(rawValue: flags), entry.day, entry.until)
    }

    /// What tells the notes of two entries apart.
    func noteNumber(_ place: Int) -> UInt32 { entries[place].note }

    private func note(_ number: Int) -> IndicatorNote {
        let texts = UnsafeRawBufferPointer(start: base + layout.textsOffset, count: layout.textsBytes)
        var place = number * 8
        guard place < texts.count else { return IndicatorNote(feed: "") }
        let flags = texts[place]
        place += 1
        func text() -> String? {
            guard place + 2 <= texts.count else { return nil }
            let count = Int(texts[place]) | Int(texts[place + 1]) << 8
            place += 2
            guard count > 0, place + count <= texts.count else { return nil }
            defer { place += count }
            return String(decoding: texts[place..<place + count], as: UTF8.self)
        }
        var note = IndicatorNote(feed: text() ?? "")
        note.description = text()
        note.tlp = text()
        note.software = text()
        note.softwareID = text()
        note.reference = text()
        note.isConfirmed = IndexLayout.Flags(rawValue: flags).contains(.confirmed)
        return note
    }

    /// What could not be read of the lists, the first hundred.
    package var faults: [String] {
        guard layout.faultsBytes > 0 else { return [] }
        let bytes = UnsafeRawBufferPointer(start: base + layout.faultsOffset, count: layout.faultsBytes)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

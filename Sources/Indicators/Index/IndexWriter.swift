import Glibc
package import Observations

/// Makes an index file of indicators, in whatever order they come and however many they are.
///
/// They wait in a file of their own; then each is put into its bucket of the index, and the buckets are
/// sorted. What is held in memory does not grow with their number.
package final class IndexWriter {
    private let entries: SpillFile
    private let texts: SpillFile
    private var notes: [IndicatorNote: UInt32] = [:]
    private var lastNote: (note: IndicatorNote, place: UInt32)?
    private var kinds: UInt64 = 0
    private var lengthsV4: UInt64 = 0
    private var lengthsV6: UInt128 = 0
    private var isWholeV6 = false
    private var faults: [String] = []

    /// How many indicators there are.
    package private(set) var count = 0
    /// How many lines and parts could not be read.
    package private(set) var faultCount = 0
    /// How many entries count for nothing, and why.
    package var passedOver = PassedOverCounts()
    package var lists = 0
    /// Whether nothing can be kept any more.
    private(set) var isBroken = false

    /// More notes than this are not compared with each new one.
    private static let mostNotes = 100_000
    /// Longer texts of a note are cut off, in bytes.
    private static let longestText = 1024
    /// So many faults are kept with the index, to be told again when it is used again.
    static let mostFaults = 100

    /// - Parameter folder: where files can be kept until the index is written.
    package init(in folder: String) throws(FileError) {
        entries = try SpillFile(in: folder)
        texts = try SpillFile(in: folder)
    }

    /// Adds what a list says of a value.
    package func add(_ indicator: Indicator, _ note: IndicatorNote) throws(FileError) {
        guard count < Int(Int32.max) else {
            throw FileError("the lists", "hold more than two billion entries")
        }
        var entry = IndexLayout.Entry(
            high: indicator.key.high,
            low: indicator.key.low,
            note: try place(of: note),
            day: indicator.day,
            until: indicator.until
        )
        kinds |= 1 << UInt64(indicator.kind.rawValue)
        if indicator.kind == .range {
            if indicator.isV4 {
                lengthsV4 |= 1 << UInt64(indicator.length)
            } else if indicator.length == 128 {
                isWholeV6 = true
            } else {
                lengthsV6 |= 1 << UInt128(indicator.length)
            }
        }
        var failure: FileError?
        withUnsafeBytes(of: &entry) { bytes in
            do throws(FileError) { try entries.append(bytes) } catch { failure = error }
        }
        if let failure {
            isBroken = true
            throw failure
        }
        count += 1
    }

    /// Counts what could not be read.
    package func fail(_ error: FileError) {
        faultCount += 1
        if faults.count < Self.mostFaults { faults.append(error.description) }
    }

    // MARK: Notes

    private func place(of note: IndicatorNote) throws(FileError) -> UInt32 {
        if let lastNote, lastNote.note == note { return lastNote.place }
        if let place = notes[note] {
            lastNote = (note, place)
            return place
        }
        guard let place = UInt32(exactly: texts.count / 8) else {
            throw FileError("the lists", "hold more than 32 GiB of text")
        }
        let bytes = Self.encode(note)
        var failure: FileError?
        bytes.withUnsafeBytes { bytes in
            do throws(FileError) { try texts.append(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        if notes.count >= Self.mostNotes { notes.removeAll(keepingCapacity: true) }
        notes[note] = place
        lastNote = (note, place)
        return place
    }

    /// A byte of flags, and six texts with their lengths; up to a multiple of eight bytes.
    private static func encode(_ note: IndicatorNote) -> [UInt8] {
        var bytes: [UInt8] = [IndexLayout.Flags(note).rawValue]
        let members = [
            note.feed, note.description, note.tlp, note.software, note.softwareID, note.reference,
        ]
        for text in members {
            // Not in the middle of a character.
            let text = String(decoding: Array((text ?? "").utf8.prefix(longestText)), as: UTF8.self)
            let count = min(text.utf8.count, 65_535)
            bytes.append(UInt8(truncatingIfNeeded: count))
            bytes.append(UInt8(truncatingIfNeeded: count >> 8))
            bytes += text.utf8.prefix(count)
        }
        while !bytes.count.isMultiple(of: 8) { bytes.append(0) }
        return bytes
    }

    // MARK: The index

    /// Writes the index into a file that is open for reading and writing, and empty.
    ///
    /// - Parameter path: what the file is called in errors.
    package func finish(into descriptor: Int32, _ path: String) throws(FileError) {
        var texts = faults.joined(separator: "\n")
        let layout = IndexLayout(entries: count, textsBytes: self.texts.count, faultsBytes: texts.utf8.count)
        // The room is taken first: a disk that fills up while memory is written to would be the end.
        let code = posix_fallocate(descriptor, 0, off_t(layout.bytes))
        guard code == 0 else { throw FileError(path, code) }
        let protection = PROT_READ | PROT_WRITE
        guard let base = mmap(nil, layout.bytes, protection, MAP_SHARED, descriptor, 0), base != MAP_FAILED
        else { throw FileError(path, errno) }
        defer { munmap(base, layout.bytes) }
        writeHeader(base, layout)
        try self.texts.withBytes { bytes in
            UnsafeMutableRawBufferPointer(start: base + layout.textsOffset, count: bytes.count).copyMemory(
                from: bytes
            )
        }
        texts.withUTF8 { bytes in
            UnsafeMutableRawBufferPointer(start: base + layout.faultsOffset, count: bytes.count).copyMemory(
                from: UnsafeRawBufferPointer(bytes)
            )
        }
        try entries.withBytes { bytes in Self.sort(bytes, into: base, layout) }
    }

    private func writeHeader(_ base: UnsafeMutableRawPointer, _ layout: IndexLayout) {
        let header = base.assumingMemoryBound(to: UInt64.self)
        func put(_ slot: IndexLayout.Slot, _ value: UInt64) { header[slot.rawValue] = value }
        func put(_ slot: IndexLayout.Slot, _ value: Int) { put(slot, UInt64(value)) }
        put(.magic, IndexLayout.magic)
        put(.entries, layout.entries)
        put(.bucketBits, layout.bucketBits)
        put(.kinds, kinds)
        put(.lengthsV4, lengthsV4)
        put(.lengthsV6Low, UInt64(truncatingIfNeeded: lengthsV6))
        put(.lengthsV6High, UInt64(truncatingIfNeeded: lengthsV6 >> 64))
        put(.isWholeV6, isWholeV6 ? 1 : 0)
        put(.filterWords, layout.filterWords)
        put(.bucketsOffset, layout.bucketsOffset)
        put(.entriesOffset, layout.entriesOffset)
        put(.textsOffset, layout.textsOffset)
        put(.textsBytes, layout.textsBytes)
        put(.faultsOffset, layout.faultsOffset)
        put(.faultsBytes, layout.faultsBytes)
        put(.faults, faultCount)
        put(.bytes, layout.bytes)
        put(.lists, lists)
        for reason in PassedOver.allCases {
            header[IndexLayout.Slot.passedOver.rawValue + reason.rawValue] = UInt64(passedOver[reason])
        }
    }

    /// Counts the entries of each bucket, puts each into its place, and sorts the buckets.
    private static func sort(
        _ bytes: UnsafeRawBufferPointer,
        into base: UnsafeMutableRawPointer,
        _ layout: IndexLayout
    ) {
        let source = bytes.bindMemory(to: IndexLayout.Entry.self)
        let starts = (base + layout.bucketsOffset).assumingMemoryBound(to: UInt32.self)
        let target = (base + layout.entriesOffset).assumingMemoryBound(to: IndexLayout.Entry.self)
        let filter = (base + layout.filterOffset).assumingMemoryBound(to: UInt64.self)
        let texts = UnsafeRawBufferPointer(start: base + layout.textsOffset, count: layout.textsBytes)
        func rank(_ entry: IndexLayout.Entry) -> Int {
            IndexLayout.Flags(rawValue: texts[Int(entry.note) * 8]).rank
        }
        let bits = layout.bucketBits
        for entry in source {
            starts[IndexLayout.bucket(entry.high, bits: bits) + 1] += 1
            let (word, mask) = IndexLayout.filter(
                IndicatorKey(high: entry.high, low: entry.low),
                words: layout.filterWords
            )
            filter[word] |= mask
        }
        for bucket in 0..<layout.buckets { starts[bucket + 1] += starts[bucket] }
        // Each bucket is filled from its end, so that its begin is where it was counted to be.
        var free = (0..<layout.buckets).map { starts[$0 + 1] }
        for entry in source {
            let bucket = IndexLayout.bucket(entry.high, bits: bits)
            free[bucket] -= 1
            target[Int(free[bucket])] = entry
        }
        for bucket in 0..<layout.buckets {
            let range = Int(starts[bucket])..<Int(starts[bucket + 1])
            guard range.count > 1 else { continue }
            var part = UnsafeMutableBufferPointer(start: target + range.lowerBound, count: range.count)
            part.sort { left, right in
                if left.high != right.high { return left.high < right.high }
                if left.low != right.low { return left.low < right.low }
                // The heaviest of a value comes first, and of what weighs the same the newest.
                let ranks = (rank(left), rank(right))
                if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
                return left.day != right.day ? left.day > right.day : left.note < right.note
            }
        }
    }
}

import Glibc

/// Looks for words in bytes: of files of many megabytes, and of very many names, where a collection's own
/// search takes far longer.
package enum ByteSearch {
    /// Where a word first stands, at a place or behind it; nil for none, and for an empty word.
    package static func first(_ word: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Range<Int>? {
        bytes.withUnsafeBytes { first(word, in: $0, from: start) }
    }

    /// Where a byte first stands, at a place or behind it.
    package static func first(
        _ byte: UInt8,
        in bytes: UnsafeRawBufferPointer,
        from start: Int = 0
    ) -> Int? {
        guard start >= 0, start < bytes.count, let base = bytes.baseAddress else { return nil }
        return memchr(base + start, Int32(byte), bytes.count - start).map { UnsafeRawPointer($0) - base }
    }

    package static func first(
        _ word: [UInt8],
        in bytes: UnsafeRawBufferPointer,
        from start: Int = 0
    ) -> Range<Int>? {
        guard let head = word.first, start >= 0, let base = bytes.baseAddress else { return nil }
        var place = start
        while place + word.count <= bytes.count,
            let found = memchr(base + place, Int32(head), bytes.count - word.count + 1 - place)
        {
            place = UnsafeRawPointer(found) - base
            if memcmp(base + place, word, word.count) == 0 { return place..<place + word.count }
            place += 1
        }
        return nil
    }
}

extension Collection where Element == UInt8 {
    /// Whether other bytes stand in these.
    package func hold(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        let found = withContiguousStorageIfAvailable {
            ByteSearch.first(bytes, in: UnsafeRawBufferPointer($0)) != nil
        }
        return found ?? (ByteSearch.first(bytes, in: Array(self)) != nil)
    }
}

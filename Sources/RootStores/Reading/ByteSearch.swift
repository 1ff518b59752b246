import Glibc

/// Looks for words in files of many megabytes, which a collection's own search would take minutes for.
enum ByteSearch {
    /// Where a word stands first at a place or behind it.
    static func first(_ word: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Range<Int>? {
        guard let head = word.first, start >= 0 else { return nil }
        return bytes.withUnsafeBytes { room -> Range<Int>? in
            guard let base = room.baseAddress else { return nil }
            var place = start
            while place + word.count <= room.count,
                let found = memchr(base + place, Int32(head), room.count - word.count + 1 - place)
            {
                place = UnsafeRawPointer(found) - base
                if memcmp(base + place, word, word.count) == 0 { return place..<place + word.count }
                place += 1
            }
            return nil
        }
    }
}

/// The title of an HTML page, read without a parser of HTML.
///
/// Scanners compare titles as text, and so does this: the first `<title …>` up
/// to the next `</title`, with character references resolved, runs of blanks
/// folded into one and the ends trimmed, at most 256 characters.
package enum HTMLTitle {
    package static let limit = 256

    /// The title in `page`, or nil when it has none; an empty title is "".
    package static func find(in page: Span<UInt8>) -> String? {
        guard let start = contentStart(page) else { return nil }
        var end = start
        // No end tag: what an unclosed title swallows is cut by the limit.
        while end < page.count, !isAt("</title", page, end) { end += 1 }
        var bytes: [UInt8] = []
        for index in start..<min(end, start + 16 * limit) { bytes.append(page[index]) }
        return folded(CharacterReferences.resolve(String(decoding: bytes, as: UTF8.self)))
    }

    /// Where the text of the first `title` element begins.
    private static func contentStart(_ page: Span<UInt8>) -> Int? {
        var index = 0
        while index < page.count {
            guard page[index] == 0x3c, isAt("<title", page, index) else {
                index += 1
                continue
            }
            index += 6
            // `<titles>` is another element.
            guard index < page.count, page[index] == 0x3e || page[index] == 0x2f || isBlank(page[index])
            else { continue }
            while index < page.count, page[index] != 0x3e { index += 1 }
            return index < page.count ? index + 1 : nil
        }
        return nil
    }

    private static func isAt(_ tag: StaticString, _ page: Span<UInt8>, _ index: Int) -> Bool {
        guard tag.utf8CodeUnitCount <= page.count - index else { return false }
        return tag.withUTF8Buffer { tag in
            for place in 0..<tag.count where unsafe lowercased(page[index + place]) != tag[place] {
                return false
            }
            return true
        }
    }

    private static func folded(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var blank = false
        var count = 0
        for scalar in text.unicodeScalars {
            guard !scalar.properties.isWhitespace, scalar.value != 0xfeff else {
                blank = !result.isEmpty
                continue
            }
            guard count + (blank ? 1 : 0) < limit else { break }
            if blank {
                result.append(" ")
                count += 1
            }
            blank = false
            result.append(scalar)
            count += 1
        }
        return String(result)
    }
}

@inlinable
package func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 9 < 5
}

/// The encoding that a page is in, as a browser finds it: a byte order mark, the header, the page's own word.
package enum PageCharset {
    /// Bytes at a page's beginning in which its own word counts (HTML, section 13.2.3.2).
    static let prescanLimit = 1024

    /// The Encoding Standard's name of the encoding, or nil when nothing says it.
    ///
    /// - Parameter contentType: the value of the header.
    package static func find(in page: Span<UInt8>, contentType: ArraySlice<UInt8>?) -> String? {
        if starts(page, 0xfe, 0xff) { return "utf-16be" }
        if starts(page, 0xff, 0xfe) { return "utf-16le" }
        if starts(page, 0xef, 0xbb), page.count > 2, page[2] == 0xbf { return "utf-8" }
        if let contentType, let name = charset(contentType).flatMap(CharsetLabel.encoding) { return name }
        return prescan(page.extracting(first: min(page.count, prescanLimit)))
    }

    private static func starts(_ page: Span<UInt8>, _ one: UInt8, _ two: UInt8) -> Bool {
        page.count > 1 && page[0] == one && page[1] == two
    }

    /// The first `meta` that names a known encoding.
    private static func prescan(_ page: Span<UInt8>) -> String? {
        var index = 0
        while let tag = page.index(of: 0x3c, from: index) {
            if page.holds("<!--", at: tag) {
                var place = tag + 2
                while place < page.count, !page.holds("-->", at: place) { place += 1 }
                index = place + 3
            } else if tag + 1 < page.count, isLetter(page[tag + 1]) {
                if isMeta(page, tag + 1), let name = meta(page, tag + 5) { return name }
                index = endOfTag(page, tag + 1)
            } else if tag + 2 < page.count, page[tag + 1] == 0x2f, isLetter(page[tag + 2]) {
                index = endOfTag(page, tag + 2)
            } else if tag + 1 < page.count, [0x21, 0x2f, 0x3f].contains(page[tag + 1]) {
                guard let end = page.index(of: 0x3e, from: tag) else { return nil }
                index = end + 1
            } else {
                index = tag + 1
            }
        }
        return nil
    }

    private static func isMeta(_ page: Span<UInt8>, _ start: Int) -> Bool {
        guard start + 4 < page.count, isTagBlank(page[start + 4]) || page[start + 4] == 0x2f else {
            return false
        }
        return zip(start..<(start + 4), "meta".utf8).allSatisfy { lowercased(page[$0]) == $1 }
    }

    private static func endOfTag(_ page: Span<UInt8>, _ start: Int) -> Int {
        var place = start
        while place < page.count, !isTagBlank(page[place]), page[place] != 0x3e { place += 1 }
        var attributes = HTMLAttributes(place)
        while attributes.next(in: page) != nil {}
        return attributes.index
    }

    private static func meta(_ page: Span<UInt8>, _ start: Int) -> String? {
        let attributes = start..<page.count
        func value(_ name: String) -> [UInt8]? {
            HTMLAttributes.value(name, in: page, attributes).map { Array($0.utf8) }
        }
        var name = value("charset").flatMap(CharsetLabel.encoding)
        if name == nil, value("http-equiv")?.map(lowercased).elementsEqual("content-type".utf8) == true {
            name = value("content").flatMap { charset($0[...]) }.flatMap(CharsetLabel.encoding)
        }
        // A page whose beginning was read byte by byte is not in UTF-16.
        switch name {
        case "utf-16le", "utf-16be": return "utf-8"
        case "x-user-defined": return "windows-1252"
        default: return name
        }
    }

    /// The value of `charset=` in a Content-Type (HTML, section 2.4.3).
    static func charset(_ type: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let name = Array("charset".utf8)
        var start = type.startIndex
        while start + name.count <= type.endIndex {
            defer { start += 1 }
            guard type[start..<(start + name.count)].elementsEqual(name, by: { lowercased($0) == $1 }) else {
                continue
            }
            var rest = type[(start + name.count)...].drop(while: isTagBlank)
            guard rest.first == 0x3d else { continue }
            rest = rest.dropFirst().drop(while: isTagBlank)
            guard let quote = rest.first else { return nil }
            guard quote == 0x22 || quote == 0x27 else { return rest.prefix { !isTagBlank($0) && $0 != 0x3b } }
            let value = rest.dropFirst().prefix { $0 != quote }
            return value.endIndex < rest.endIndex ? value : nil
        }
        return nil
    }
}

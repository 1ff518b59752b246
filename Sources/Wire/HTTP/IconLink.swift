/// Where a page says its icon is: `<link rel="icon" href="…">` (HTML, section 4.6.7.8).
package enum IconLink {
    /// The `href` of the first link whose `rel` has the word `icon`, references resolved.
    package static func find(in page: Span<UInt8>) -> String? {
        var index = 0
        while index + 6 < page.count {
            guard page[index] == 0x3c, isLink(page, index) else {
                index += 1
                continue
            }
            var end = index
            while end < page.count, page[end] != 0x3e, end - index < 2048 { end += 1 }
            var tag: [UInt8] = []
            for place in (index + 5)..<end { tag.append(page[place]) }
            let attributes = attributes(tag)
            let words = attributes["rel"]?.lowercased().split(whereSeparator: \.isWhitespace)
            if words?.contains("icon") == true, let href = attributes["href"], !href.isEmpty {
                return CharacterReferences.resolve(href)
            }
            index = end
        }
        return nil
    }

    private static func isLink(_ page: Span<UInt8>, _ index: Int) -> Bool {
        var place = index + 1
        for expected in "link".utf8 {
            guard lowercased(page[place]) == expected else { return false }
            place += 1
        }
        return isBlank(page[place]) || page[place] == 0x2f
    }

    /// The attributes of a tag, the first of a name counting.
    private static func attributes(_ tag: [UInt8]) -> [String: String] {
        var found: [String: String] = [:]
        var rest = tag[...]
        while true {
            rest = rest.drop { isBlank($0) || $0 == 0x2f }
            guard !rest.isEmpty else { return found }
            let name = rest.prefix { !isBlank($0) && $0 != 0x3d && $0 != 0x2f }
            rest = rest.dropFirst(max(1, name.count)).drop(while: isBlank)
            var value: ArraySlice<UInt8> = []
            if rest.first == 0x3d {
                rest = rest.dropFirst().drop(while: isBlank)
                if let quote = rest.first, quote == 0x22 || quote == 0x27 {
                    value = rest.dropFirst().prefix { $0 != quote }
                    rest = rest.dropFirst(value.count + 2)
                } else {
                    value = rest.prefix { !isBlank($0) }
                    rest = rest.dropFirst(value.count)
                }
            }
            let key = String(decoding: name.map(lowercased), as: UTF8.self)
            if found[key] == nil { found[key] = String(decoding: value, as: UTF8.self) }
        }
    }
}

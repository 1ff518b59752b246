import Bytes

/// Walks over the start tags of a page as a browser's tokenizer meets them (HTML, section 13.2.5).
///
/// It builds no tree. What it keeps of one is what decides how bytes are read: text in which no
/// tag counts, and SVG and MathML, whose `title` and `script` are other elements.
package struct HTMLScanner {
    /// A start tag.
    package struct Tag {
        /// In lower case; empty when it is longer than any that matters.
        package let name: String
        /// Where its attributes are, its end aside.
        package let attributes: Range<Int>
        /// The text that belongs to it, for elements without tags in them; empty for others.
        package let text: Range<Int>
        /// It lies in a `template`, which is not part of the document.
        package let isInert: Bool
    }

    /// What surrounds the present place: SVG or MathML, or HTML within them.
    private struct Context {
        let name: String
        let isForeign: Bool
    }

    private static let nameLimit = 15
    private static let depthLimit = 512
    /// Elements whose text holds no tags; a browser that runs scripts counts `noscript` among them.
    private static let textElements: Set = [
        "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp",
    ]
    /// Places in SVG and MathML where HTML goes on.
    private static let integrationPoints: Set = [
        "annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext", "title",
    ]
    /// HTML elements that end SVG and MathML (section 13.2.6.5).
    private static let breakouts: Set = [
        "b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed",
        "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "menu", "meta", "nobr",
        "ol", "p", "pre", "ruby", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tt", "u",
        "ul", "var",
    ]

    private var index = 0
    private var contexts: [Context] = []
    private var templates = 0

    package init() {}

    private var isForeign: Bool { contexts.last?.isForeign == true }

    /// The next start tag, or nil at the page's end.
    package mutating func next(in page: Span<UInt8>) -> Tag? {
        while let tag = page.index(of: 0x3c, from: index) {
            guard tag + 1 < page.count else { break }
            let byte = page[tag + 1]
            if byte == 0x21 || byte == 0x3f {
                index = endOfDeclaration(page, tag + 2, isMarkup: byte == 0x21)
            } else if byte == 0x2f {
                endTag(page, tag + 2)
            } else if isLetter(byte) {
                if let found = startTag(page, tag + 1) { return found }
            } else {
                index = tag + 1
            }
        }
        index = page.count
        return nil
    }

    /// The place behind a comment, a DOCTYPE, a CDATA section or what is read as a comment.
    private func endOfDeclaration(_ page: Span<UInt8>, _ start: Int, isMarkup: Bool) -> Int {
        if isMarkup, page.holds("--", at: start) {
            // `<!-->` and `<!--->` are whole.
            if page.holds(">", at: start + 2) { return start + 3 }
            if page.holds("->", at: start + 2) { return start + 4 }
            var place = start + 2
            while let dash = page.index(of: 0x2d, from: place) {
                if page.holds("-->", at: dash) { return dash + 3 }
                if page.holds("--!>", at: dash) { return dash + 4 }
                place = dash + 1
            }
            return page.count
        }
        if isMarkup, isForeign, page.holds("[CDATA[", at: start) {
            var place = start + 7
            while let bracket = page.index(of: 0x5d, from: place) {
                if page.holds("]]>", at: bracket) { return bracket + 3 }
                place = bracket + 1
            }
            return page.count
        }
        return page.index(of: 0x3e, from: start).map { $0 + 1 } ?? page.count
    }

    private mutating func endTag(_ page: Span<UInt8>, _ start: Int) {
        guard start < page.count, isLetter(page[start]) else {
            index = page.index(of: 0x3e, from: start).map { $0 + 1 } ?? page.count
            return
        }
        let (name, attributes) = Self.tag(page, start)
        index = min(page.count, attributes.upperBound + 1)
        if name == "template", templates > 0, !isForeign { templates -= 1 }
        if isForeign, name == "p" || name == "br" { leaveForeign() }
        if let place = contexts.lastIndex(where: { $0.name == name }) { contexts.removeSubrange(place...) }
    }

    /// Reads a start tag; nil when its end is missing, for then it is none.
    private mutating func startTag(_ page: Span<UInt8>, _ start: Int) -> Tag? {
        let (name, attributes) = Self.tag(page, start)
        guard attributes.upperBound < page.count else {
            index = page.count
            return nil
        }
        index = attributes.upperBound + 1
        let isClosed = page[attributes.upperBound - 1] == 0x2f
        if isForeign, Self.breakouts.contains(name) { leaveForeign() }
        guard !isForeign else {
            if !isClosed, Self.integrationPoints.contains(name) { push(name, isForeign: false) }
            if !isClosed, name == "svg" || name == "math" { push(name, isForeign: true) }
            return nil
        }
        if name == "svg" || name == "math" {
            if !isClosed { push(name, isForeign: true) }
            return nil
        }
        if name == "template" { templates += 1 }
        var text = index..<index
        if name == "plaintext" {
            text = index..<page.count
            index = page.count
        } else if Self.textElements.contains(name) {
            let end = name == "script" ? Self.endOfScript(page, index) : Self.end(of: name, page, index)
            text = index..<end
            index = end
        }
        return Tag(name: name, attributes: attributes, text: text, isInert: templates > 0)
    }

    private mutating func push(_ name: String, isForeign: Bool) {
        if contexts.count < Self.depthLimit { contexts.append(Context(name: name, isForeign: isForeign)) }
    }

    /// Back to the innermost place where HTML is read.
    private mutating func leaveForeign() {
        while isForeign { contexts.removeLast() }
    }

    /// A tag's name and where its attributes are; their end is that of the page when the tag has none.
    private static func tag(_ page: Span<UInt8>, _ start: Int) -> (name: String, attributes: Range<Int>) {
        var place = start
        var bytes: [UInt8] = []
        while place < page.count, !isTagBlank(page[place]), page[place] != 0x2f, page[place] != 0x3e {
            if bytes.count <= nameLimit { bytes.append(lowercased(page[place])) }
            place += 1
        }
        let name = bytes.count > nameLimit ? "" : String(decoding: bytes, as: UTF8.self)
        var attributes = HTMLAttributes(place)
        while attributes.next(in: page) != nil {}
        return (name, place..<attributes.index)
    }

    /// Where `</name` ends an element's text.
    private static func end(of name: String, _ page: Span<UInt8>, _ start: Int) -> Int {
        var place = start
        while let tag = page.index(of: 0x3c, from: place) {
            if page.holds("/", at: tag + 1), isName(name, page, tag + 2) { return tag }
            place = tag + 1
        }
        return page.count
    }

    /// The same for a script, where `<!--<script>` hides one end tag (section 13.2.5.15 and the following).
    private static func endOfScript(_ page: Span<UInt8>, _ start: Int) -> Int {
        var place = start
        var isEscaped = false
        var isDoubled = false
        while place < page.count {
            if !isEscaped, page.holds("<!--", at: place) {
                isEscaped = true
                // The dashes may be those of the end too, as in `<!-->`.
                place += 2
            } else if isEscaped, page.holds("-->", at: place) {
                (isEscaped, isDoubled) = (false, false)
                place += 3
            } else if page[place] == 0x3c, page.holds("/", at: place + 1), isName("script", page, place + 2) {
                guard isDoubled else { return place }
                isDoubled = false
                place += 8
            } else if page[place] == 0x3c, isEscaped, isName("script", page, place + 1) {
                isDoubled = true
                place += 7
            } else {
                place += 1
            }
        }
        return page.count
    }

    private static func isName(_ name: String, _ page: Span<UInt8>, _ start: Int) -> Bool {
        let end = start + name.utf8.count
        guard end < page.count else { return false }
        var place = start
        for byte in name.utf8 {
            guard lowercased(page[place]) == byte else { return false }
            place += 1
        }
        return isTagBlank(page[end]) || page[end] == 0x2f || page[end] == 0x3e
    }
}

/// The attributes of a tag, one after the other, up to the tag's end.
package struct HTMLAttributes {
    /// Where the next one begins; the place of `>`, or the page's end, when there is none.
    package private(set) var index: Int

    package init(_ start: Int) { index = start }

    /// The next attribute's name and value, as they stand.
    package mutating func next(in page: Span<UInt8>) -> (name: Range<Int>, value: Range<Int>)? {
        skip(page) { isTagBlank($0) || $0 == 0x2f }
        guard index < page.count, page[index] != 0x3e else { return nil }
        let start = index
        // A name may begin with an equals sign.
        index += 1
        skip(page) { !isTagBlank($0) && $0 != 0x2f && $0 != 0x3e && $0 != 0x3d }
        let name = start..<index
        skip(page, isTagBlank)
        guard index < page.count, page[index] == 0x3d else { return (name, index..<index) }
        index += 1
        skip(page, isTagBlank)
        guard index < page.count, page[index] != 0x3e else { return (name, index..<index) }
        let quote = page[index]
        guard quote == 0x22 || quote == 0x27 else {
            let start = index
            skip(page) { !isTagBlank($0) && $0 != 0x3e }
            return (name, start..<index)
        }
        let value = index + 1
        index = page.index(of: quote, from: value) ?? page.count
        defer { index = min(page.count, index + 1) }
        return (name, value..<index)
    }

    /// The value of the first attribute called `name`, which is in lower case, with references resolved.
    package static func value(_ name: String, in page: Span<UInt8>, _ range: Range<Int>) -> String? {
        var attributes = HTMLAttributes(range.lowerBound)
        while let found = attributes.next(in: page) {
            guard found.name.count == name.utf8.count,
                zip(found.name, name.utf8).allSatisfy({ lowercased(page[$0]) == $1 })
            else { continue }
            return CharacterReferences.resolve(page.text(found.value), inAttribute: true)
        }
        return nil
    }

    private mutating func skip(_ page: Span<UInt8>, _ matches: (UInt8) -> Bool) {
        while index < page.count, matches(page[index]) { index += 1 }
    }
}

/// Blanks in tags: tab, line feed, form feed, carriage return and space.
func isTagBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 9 || byte == 10 || byte == 12 || byte == 13
}

func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

extension Span<UInt8> {
    func index(of byte: UInt8, from start: Int) -> Int? {
        var place = start
        while place < count {
            if self[place] == byte { return place }
            place += 1
        }
        return nil
    }

    /// Whether `text`, which is in ASCII, stands at `place`.
    func holds(_ text: StaticString, at place: Int) -> Bool {
        guard place >= 0, text.utf8CodeUnitCount <= count - place else { return false }
        return text.withUTF8Buffer { text in
            for offset in 0..<text.count where unsafe self[place + offset] != text[offset] { return false }
            return true
        }
    }

    /// The bytes of `range` as text; what is not UTF-8 as U+FFFD.
    func text(_ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        bytes.append(extracting(range))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Takes XML apart as scanners write it: tags with attributes, and the text between them.
///
/// No document type is read and no entity but XML's own five and characters by number: nothing expands.
struct XMLScanner {
    enum Token {
        case start(name: String, attributes: [String: String], isEmpty: Bool)
        case end(name: String)
        case text(String)
        /// A tag too long to be read, or one that is none.
        case broken(String)
    }

    /// A tag can hold what a script printed, a certificate's text among it.
    private static let mostBytes = 16 << 20

    private var tag: [UInt8] = []
    private var text: [UInt8] = []
    private var isInTag = false
    private var quote: UInt8?
    private var isSkipping = false
    private(set) var line = 1

    /// What stands where no text belongs: the rest of a damaged tag, another file behind the end.
    static let strayText = "text where only tags belong"

    /// The line of text behind the last tag; nil for none.
    var strayLine: Int? { !isInTag && text.contains { $0 > 0x20 || $0 == 0 } ? line : nil }

    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ body: (Token, Int) throws -> Void) throws {
        for byte in bytes {
            if byte == 0x0a { line += 1 }
            if isInTag {
                try inTag(byte, body)
            } else if byte == 0x3c {
                if !text.isEmpty {
                    if text.contains(where: { $0 > 0x20 || $0 == 0 }) {
                        try body(.text(Self.decoded(text[...])), line)
                    }
                    text.removeAll(keepingCapacity: true)
                }
                isInTag = true
            } else if text.count < Self.mostBytes {
                text.append(byte)
            }
        }
    }

    private mutating func inTag(_ byte: UInt8, _ body: (Token, Int) throws -> Void) throws {
        if byte == 0x3e, quote == nil, !isOpenComment {
            isInTag = false
            defer { tag.removeAll(keepingCapacity: tag.capacity < 1 << 16) }
            if isSkipping {
                isSkipping = false
                return try body(.broken("a tag longer than 16 MiB"), line)
            }
            if let token = Self.token(tag) { try body(token, line) }
            return
        }
        // Quotes count within tags only, not within comments and declarations.
        if tag.first != 0x21, tag.first != 0x3f {
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == 0x22 || byte == 0x27 {
                quote = byte
            }
        }
        guard !isSkipping else { return }
        tag.append(byte)
        if tag.count > Self.mostBytes {
            isSkipping = true
            tag = []
        }
    }

    private var isOpenComment: Bool {
        tag.starts(with: [0x21, 0x2d, 0x2d]) && !(tag.count >= 5 && tag.suffix(2) == [0x2d, 0x2d])
    }

    private static func token(_ tag: [UInt8]) -> Token? {
        guard let first = tag.first, first != 0x21, first != 0x3f else { return nil }
        if first == 0x2f {
            return .end(name: String(decoding: tag.dropFirst().prefix { $0 > 0x20 }, as: UTF8.self))
        }
        let isEmpty = tag.last == 0x2f
        let name = tag.prefix { $0 > 0x20 && $0 != 0x2f }
        guard !name.isEmpty else { return .broken("a tag without a name") }
        return .start(
            name: String(decoding: name, as: UTF8.self),
            attributes: attributes(tag.dropFirst(name.count)),
            isEmpty: isEmpty
        )
    }

    private static func attributes(_ bytes: ArraySlice<UInt8>) -> [String: String] {
        var found: [String: String] = [:]
        var rest = bytes.drop { $0 <= 0x20 }
        while let equals = rest.firstIndex(of: 0x3d), found.count < 256 {
            let name = rest[..<equals].filter { $0 > 0x20 }
            rest = rest[(equals + 1)...].drop { $0 <= 0x20 }
            guard let quote = rest.first, quote == 0x22 || quote == 0x27,
                let end = rest.dropFirst().firstIndex(of: quote)
            else { break }
            found[String(decoding: name, as: UTF8.self)] = decoded(rest[(rest.startIndex + 1)..<end])
            rest = rest[(end + 1)...].drop { $0 <= 0x20 }
        }
        return found
    }

    /// Text with its character references undone.
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(0x26) else { return String(decoding: bytes, as: UTF8.self) }
        var out: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == 0x26, let end = bytes[index...].prefix(12).firstIndex(of: 0x3b) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            let name = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
            switch name {
            case "lt": out.append(0x3c)
            case "gt": out.append(0x3e)
            case "amp": out.append(0x26)
            case "quot": out.append(0x22)
            case "apos": out.append(0x27)
            default:
                let number =
                    name.hasPrefix("#x")
                    ? UInt32(name.dropFirst(2), radix: 16)
                    : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
                guard let scalar = number.flatMap({ Unicode.Scalar($0) }) else {
                    out += bytes[index...end]
                    index = end + 1
                    continue
                }
                out += Array(String(Character(scalar)).utf8)
            }
            index = end + 1
        }
        return String(decoding: out, as: UTF8.self)
    }
}

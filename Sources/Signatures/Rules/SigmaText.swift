/// A Sigma string: literal bytes and wildcards.
struct SigmaText: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case literal([UInt8])
        /// `*`: any run of characters.
        case any
        /// `?`: exactly one character.
        case one
    }

    private(set) var parts: [Part] = []

    init(parts: [Part]) { self.parts = parts }

    init(literal: [UInt8]) {
        if !literal.isEmpty { parts = [.literal(literal)] }
    }

    /// Reads Sigma's escapes: a backslash before `*`, `?` or a backslash takes their meaning, and is itself
    /// before anything else.
    init(_ text: String) {
        var literal: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            let isSpecial = byte == 0x2a || byte == 0x3f
            if isEscaped {
                if !isSpecial && byte != 0x5c { literal.append(0x5c) }
                literal.append(byte)
                isEscaped = false
            } else if byte == 0x5c {
                isEscaped = true
            } else if isSpecial {
                append(.literal(literal))
                literal = []
                append(byte == 0x2a ? .any : .one)
            } else {
                literal.append(byte)
            }
        }
        if isEscaped { literal.append(0x5c) }
        append(.literal(literal))
    }

    private mutating func append(_ part: Part) {
        if part == .literal([]) || part == .any && parts.last == .any { return }
        parts.append(part)
    }

    /// The bytes, when there is no wildcard.
    var literal: [UInt8]? {
        if parts.isEmpty { return [] }
        if case .literal(let bytes) = parts[0], parts.count == 1 { return bytes }
        return nil
    }

    var hasWildcard: Bool { literal == nil }

    /// The text with any run of characters before it, after it, or both.
    func open(start: Bool, end: Bool) -> SigmaText {
        var result = SigmaText(literal: [])
        if start { result.append(.any) }
        for part in parts { result.append(part) }
        if end { result.append(.any) }
        return result
    }

    /// As one would write it in a rule.
    var source: String {
        parts.map { part in
            switch part {
            case .any: "*"
            case .one: "?"
            case .literal(let bytes):
                String(decoding: bytes, as: UTF8.self).replacing("\\", with: "\\\\")
                    .replacing("*", with: "\\*").replacing("?", with: "\\?")
            }
        }
        .joined()
    }

    /// The same as a regular expression in bytes; it holds for the whole value.
    var expression: String {
        var text = parts.first == .any ? "" : "\\A"
        for (index, part) in parts.enumerated() {
            switch part {
            case .any: if index > 0 && index < parts.count - 1 { text += ".*" }
            // One character of UTF-8, whatever its length.
            case .one: text += "(?:[\\x00-\\x7f]|[\\xc2-\\xf4][\\x80-\\xbf]{1,3})"
            case .literal(let bytes): for byte in bytes { text += escape(byte) }
            }
        }
        return parts.last == .any ? text : text + "\\z"
    }

    private func escape(_ byte: UInt8) -> String {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: String(UnicodeScalar(byte))
        default: "\\x" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
}

/// Lower case for ASCII letters, which is all that Sigma's case-insensitivity covers here.
func folded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
}

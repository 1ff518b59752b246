/// HTML character references: `&amp;`, `&#233;`, `&#xe9;` (HTML, section 13.2.5.72 and the following).
package enum CharacterReferences {
    /// `text` with its references resolved; an unknown name stays as it was written.
    ///
    /// - Parameter inAttribute: names without a semicolon don't count before `=`, letters and digits.
    package static func resolve(_ text: String, inAttribute: Bool = false) -> String {
        guard text.utf8.contains(0x26) else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if first == "&", let (scalars, end) = reference(rest, inAttribute) {
                result.append(contentsOf: scalars)
                rest = rest[end...]
            } else {
                result.append(first)
                rest.removeFirst()
            }
        }
        return String(result)
    }

    /// What the reference at the beginning of `text` stands for, and where it ends.
    private static func reference(
        _ text: Substring.UnicodeScalarView,
        _ inAttribute: Bool
    ) -> (scalars: [Unicode.Scalar], end: String.Index)? {
        let body = text.dropFirst()
        guard body.first == "#" else { return named(body, inAttribute) }
        let isHex = body.dropFirst().first.map { $0 == "x" || $0 == "X" } ?? false
        let digits = body.dropFirst(isHex ? 2 : 1).prefix {
            isHex ? $0.properties.isASCIIHexDigit : "0"..."9" ~= $0
        }
        guard !digits.isEmpty else { return nil }
        let scalar = numeric(digits, isHex ? 16 : 10)
        let isClosed = digits.endIndex < text.endIndex && text[digits.endIndex] == ";"
        return ([scalar], isClosed ? text.index(after: digits.endIndex) : digits.endIndex)
    }

    /// The longest name that the list has: with its semicolon, or one of those that need none.
    private static func named(
        _ body: Substring.UnicodeScalarView,
        _ inAttribute: Bool
    ) -> (scalars: [Unicode.Scalar], end: String.Index)? {
        var name = body.prefix(NamedReferences.longest).prefix(while: isAlphanumeric)
        while !name.isEmpty {
            let next = name.endIndex < body.endIndex ? body[name.endIndex] : nil
            if let entry = NamedReferences.all[Substring(name)] {
                if next == ";" { return (entry.scalars, body.index(after: name.endIndex)) }
                if entry.isLegacy {
                    let goesOn = next.map { $0 == "=" || isAlphanumeric($0) } ?? false
                    return inAttribute && goesOn ? nil : (entry.scalars, name.endIndex)
                }
            }
            name.removeLast()
        }
        return nil
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (isLetter(UInt8(scalar.value)) || isDigit(UInt8(scalar.value)))
    }

    /// A number as HTML reads it: what is no character becomes U+FFFD, and C1 is read as Windows-1252.
    private static func numeric(_ digits: Substring.UnicodeScalarView, _ radix: UInt32) -> Unicode.Scalar {
        var number: UInt32 = 0
        for digit in digits {
            guard number < 0x11_0000 else { break }
            number = number * radix + value(digit)
        }
        if let meant = windows1252[number] { return meant }
        guard number != 0, let scalar = Unicode.Scalar(number) else { return "\u{fffd}" }
        return scalar
    }

    private static func value(_ digit: Unicode.Scalar) -> UInt32 {
        digit.value < 0x40 ? digit.value - 0x30 : (digit.value | 0x20) - 0x57
    }

    private static let windows1252: [UInt32: Unicode.Scalar] = [
        0x80: "€", 0x82: "‚", 0x83: "ƒ", 0x84: "„", 0x85: "…", 0x86: "†", 0x87: "‡", 0x88: "ˆ", 0x89: "‰",
        0x8a: "Š", 0x8b: "‹", 0x8c: "Œ", 0x8e: "Ž", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•",
        0x96: "–", 0x97: "—", 0x98: "˜", 0x99: "™", 0x9a: "š", 0x9b: "›", 0x9c: "œ", 0x9e: "ž", 0x9f: "Ÿ",
    ]
}

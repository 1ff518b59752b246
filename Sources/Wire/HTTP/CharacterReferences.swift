/// HTML character references: `&amp;`, `&#233;`, `&#xe9;`.
///
/// The named ones are those of HTML 4 that titles hold; an unknown name stays as it was written.
package enum CharacterReferences {
    package static func resolve(_ text: String) -> String {
        guard text.utf8.contains(0x26) else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if first == "&", let (scalar, end) = reference(rest) {
                result.append(scalar)
                rest = rest[end...]
            } else {
                result.append(first)
                rest.removeFirst()
            }
        }
        return String(result)
    }

    /// The character that the reference at the beginning of `text` stands for, and where the reference ends.
    private static func reference(
        _ text: Substring.UnicodeScalarView
    ) -> (scalar: Unicode.Scalar, end: String.Index)? {
        let body = text.dropFirst().prefix(12)
        let name = body.prefix {
            ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9" ~= $0) || $0 == "#"
        }
        let scalar = name.first == "#" ? numeric(String(name.dropFirst())) : named[String(name)]
        guard let scalar else { return nil }
        let closed = name.endIndex < text.endIndex && text[name.endIndex] == ";"
        return (scalar, closed ? text.index(after: name.endIndex) : name.endIndex)
    }

    /// A number as HTML reads it: what is no character becomes U+FFFD, and C1 is read as Windows-1252.
    private static func numeric(_ digits: String) -> Unicode.Scalar? {
        let isHex = digits.first == "x" || digits.first == "X"
        guard let number = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits) else { return nil }
        if let meant = windows1252[number] { return meant }
        guard number != 0, let scalar = Unicode.Scalar(number) else { return "\u{fffd}" }
        return scalar
    }

    private static let windows1252: [UInt32: Unicode.Scalar] = [
        0x80: "€", 0x82: "‚", 0x83: "ƒ", 0x84: "„", 0x85: "…", 0x86: "†", 0x87: "‡", 0x88: "ˆ", 0x89: "‰",
        0x8a: "Š", 0x8b: "‹", 0x8c: "Œ", 0x8e: "Ž", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•",
        0x96: "–", 0x97: "—", 0x98: "˜", 0x99: "™", 0x9a: "š", 0x9b: "›", 0x9c: "œ", 0x9e: "ž", 0x9f: "Ÿ",
    ]

    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "AMP": "&", "LT": "<", "GT": ">",
        "nbsp": "\u{a0}", "iexcl": "¡", "cent": "¢", "pound": "£", "yen": "¥", "sect": "§", "copy": "©",
        "laquo": "«", "raquo": "»", "reg": "®", "deg": "°", "plusmn": "±", "middot": "·", "para": "¶",
        "Agrave": "À", "Aacute": "Á", "Acirc": "Â", "Atilde": "Ã", "Auml": "Ä", "Aring": "Å", "AElig": "Æ",
        "Ccedil": "Ç", "Egrave": "È", "Eacute": "É", "Ecirc": "Ê", "Euml": "Ë", "Iacute": "Í", "Ntilde": "Ñ",
        "Oacute": "Ó", "Ocirc": "Ô", "Otilde": "Õ", "Ouml": "Ö", "Oslash": "Ø", "Uacute": "Ú", "Uuml": "Ü",
        "szlig": "ß", "agrave": "à", "aacute": "á", "acirc": "â", "atilde": "ã", "auml": "ä", "aring": "å",
        "aelig": "æ", "ccedil": "ç", "egrave": "è", "eacute": "é", "ecirc": "ê", "euml": "ë", "igrave": "ì",
        "iacute": "í", "icirc": "î", "iuml": "ï", "ntilde": "ñ", "ograve": "ò", "oacute": "ó", "ocirc": "ô",
        "otilde": "õ", "ouml": "ö", "oslash": "ø", "ugrave": "ù", "uacute": "ú", "ucirc": "û", "uuml": "ü",
        "yacute": "ý", "yuml": "ÿ", "times": "×", "divide": "÷", "ndash": "–", "mdash": "—", "lsquo": "‘",
        "rsquo": "’", "ldquo": "“", "rdquo": "”", "sbquo": "‚", "bdquo": "„", "bull": "•", "hellip": "…",
        "trade": "™", "euro": "€", "larr": "←", "rarr": "→", "lsaquo": "‹", "rsaquo": "›", "check": "✓",
    ]
}

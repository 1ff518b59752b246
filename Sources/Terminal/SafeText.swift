import Bytes

/// Text from servers made harmless for where it goes.
package enum SafeText {
    /// For a terminal: what nobody would see (`HiddenCharacter`) as `\u{…}`.
    package static func terminal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: HiddenCharacter.contains) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if HiddenCharacter.contains(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Text of one line without anything that a terminal acts on, from which `unescaped` gets it back.
    ///
    /// It is the text that `terminal` writes; a backslash that could be taken for one of those is written so
    /// too.
    private static func escaped(_ text: String) -> String {
        var needs = false
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte < 0x20 || byte > 0x7e || byte == 0x75 && previous == 0x5c { needs = true }
            previous = byte
        }
        guard needs else { return text }
        return terminal(text.replacing("\\u{", with: "\\u{5c}u{"))
    }

    /// Puts back what `csv` wrote as `\u{…}`.
    package static func unescaped(_ cell: [UInt8]) -> [UInt8] {
        guard cell.contains(0x5c) else { return cell }
        var result: [UInt8] = []
        var index = 0
        while index < cell.count {
            if cell[index...].starts(with: [0x5c, 0x75, 0x7b]),
                let end = cell[index...].prefix(10).firstIndex(of: 0x7d),
                let value = UInt32(String(decoding: cell[index + 3..<end], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                result += Array(String(scalar).utf8)
                index = end + 1
            } else {
                result.append(cell[index])
                index += 1
            }
        }
        return result
    }

    /// A cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula and no terminal acts on.
    ///
    /// What nobody would see (`HiddenCharacter`), line ends among it, is written as `\u{…}`, as `terminal`
    /// writes it; a row is one line.
    /// What begins with `=`, `+`, `-` or `@` gets an apostrophe in front, as spreadsheets mark
    /// text; a reader of ours takes it off again (`CSVReader`). A spreadsheet that was told another
    /// separator, as some languages set it, does not see the quotes: so does what stands behind a `;`, a tab
    /// or a line end.
    package static func csv(_ text: String) -> String {
        let cell = guarded(escaped(text))
        guard cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2c || isSeparator($0) }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x3b || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    private static func guarded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        for index in 0...bytes.count {
            let isStart = index == 0 || isSeparator(bytes[index - 1])
            if isStart, isGuarded(bytes[index...]) { result.append(0x27) }
            if index < bytes.count { result.append(bytes[index]) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Takes off the apostrophes that `csv` put into a cell.
    package static func unguarded(_ cell: [UInt8]) -> [UInt8] {
        guard cell.contains(0x27) else { return cell }
        return cell.indices.filter { index in
            let isStart = index == 0 || isSeparator(cell[index - 1])
            return !(isStart && cell[index] == 0x27 && isGuarded(cell[index...]))
        }.map { cell[$0] }
    }

    /// Whether a text begins as a formula does, after any number of apostrophes and of what can't be seen.
    ///
    /// The apostrophes count so that reading takes off exactly what writing put there. Some spreadsheets also
    /// take the full-width forms of `=`, `+`, `-` and `@`.
    private static func isGuarded(_ text: ArraySlice<UInt8>) -> Bool {
        var start = text.drop { $0 == 0x27 }
        switch start.first {
        case 0x09, 0x0a, 0x0d: return true
        default: break
        }
        while let count = invisibleStart(start) { start.removeFirst(count) }
        switch start.first {
        case 0x3d, 0x2b, 0x2d, 0x40: return true
        case 0xef:
            let rest = Array(start.prefix(3))
            return rest.count == 3 && rest[1] == 0xbc && [0x9d, 0x8b, 0x8d, 0xa0].contains(rest[2])
        default: return false
        }
    }

    /// How long the blank, quote or character without width is that a text begins with.
    private static func invisibleStart(_ text: ArraySlice<UInt8>) -> Int? {
        let start = Array(text.prefix(3))
        guard let first = start.first, !isSeparator(first) else { return nil }
        switch first {
        case 0x00...0x20, 0x22, 0x7f: return 1
        case 0xc2 where start.count > 1 && (start[1] == 0xa0 || start[1] == 0xad): return 2
        // U+200B to U+200F, U+2060 and U+FEFF.
        case 0xe2 where start.count > 2 && start[1] == 0x80 && (0x8b...0x8f).contains(start[2]): return 3
        case 0xe2 where start.count > 2 && start[1] == 0x81 && start[2] == 0xa0: return 3
        case 0xef where start.count > 2 && start[1] == 0xbb && start[2] == 0xbf: return 3
        default: return nil
        }
    }

    /// Text or an attribute's value in HTML, XML and SVG.
    ///
    /// What nobody would see (`HiddenCharacter`), line ends among it, is written as `\u{…}`, as `terminal`
    /// writes it; XML could not even hold all of it.
    package static func markup(_ text: String) -> String {
        // Most texts hold nothing else.
        if text.utf8.allSatisfy(isPlainInMarkup) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where HiddenCharacter.contains(scalar): result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16))}"
    }

    /// Whether a byte is a sign of ASCII that means itself in HTML, XML and SVG.
    private static func isPlainInMarkup(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x26, 0x27, 0x3c, 0x3e: false
        default: 0x20...0x7e ~= byte
        }
    }

    /// A quoted string of Graphviz's DOT language.
    package static func dot(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += " "
            case _ where HiddenCharacter.contains(scalar):
                result += "\\\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

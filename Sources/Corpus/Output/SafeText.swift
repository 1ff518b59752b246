/// Text from servers made harmless for where it goes.
package enum SafeText {
    /// For a terminal: control characters, and those that change the direction of the text, as `\u{…}`.
    package static func terminal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isActive) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isActive(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }

    /// A cell of a CSV file (RFC 4180) that no spreadsheet takes for a formula.
    ///
    /// What begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in front, as
    /// spreadsheets mark text; a reader of ours takes it off again (`CSVReader`).
    package static func csv(_ text: String) -> String {
        var cell = text
        if isGuarded(cell.utf8) { cell = "'" + cell }
        guard
            cell.utf8.contains(where: { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d || $0 == 0x3b })
        else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    /// Whether a text begins as a formula does, after any number of apostrophes.
    ///
    /// The apostrophes count so that reading takes off exactly what writing put there. Some spreadsheets also
    /// take the full-width forms of `=`, `+`, `-` and `@`.
    static func isGuarded(_ text: some Sequence<UInt8>) -> Bool {
        let start = text.drop { $0 == 0x27 }.prefix(3).map { $0 }
        switch start.first {
        case 0x3d, 0x2b, 0x2d, 0x40, 0x09, 0x0a, 0x0d: return true
        case 0xef: return start.count == 3 && start[1] == 0xbc && [0x9d, 0x8b, 0x8d, 0xa0].contains(start[2])
        default: return false
        }
    }

    /// Text or an attribute's value in HTML, XML and SVG; characters that XML can't hold become U+FFFD.
    package static func markup(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t", "\r": result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff:
                result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A quoted string of Graphviz's DOT language.
    package static func dot(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Lines of a report: labels in a column, values broken at the width, everything escaped.
///
/// Values come from servers. They pass `printable` on their way in, and no
/// other way leads into the text, so that nothing of theirs reaches the terminal as a command.
package struct ReportText {
    private static let labelWidth = 14
    /// Characters of one value; what is longer is cut, and says so.
    private static let valueLimit = 1000

    package let style: ReportStyle
    package private(set) var text = ""

    package init(_ style: ReportStyle) { self.style = style }

    /// A heading with an empty line before it.
    package mutating func heading(_ title: String) {
        if !text.isEmpty { text += "\n" }
        append(title, .heading, first: 0, rest: 2)
    }

    /// A line over the whole width.
    package mutating func line(_ value: String, _ ink: Ink = .plain, indent: Int = 0) {
        append(value, ink, first: indent, rest: indent)
    }

    /// A label and its value; nothing for a value that is not there.
    package mutating func row(_ label: String, _ value: String?, _ ink: Ink = .plain, indent: Int = 2) {
        guard let value, !value.isEmpty else { return }
        let label = shown(String(label.prefix(24)))
        let columns = Self.columnCount(label[...])
        let padding = String(repeating: " ", count: max(1, Self.labelWidth - columns))
        text += String(repeating: " ", count: indent) + inked(label, .faint) + padding
        let start = indent + max(Self.labelWidth, columns + 1)
        append(value, ink, first: 0, rest: start, used: start)
    }

    /// A label and several values, each on lines of its own.
    package mutating func rows(_ label: String, _ values: [String], _ ink: Ink = .plain, indent: Int = 2) {
        for (index, value) in values.enumerated() { row(index == 0 ? label : "", value, ink, indent: indent) }
    }

    /// A command or a search: never broken, so that it can be copied.
    package mutating func verbatim(_ label: String, _ value: String, indent: Int = 2) {
        let label = shown(label)
        let padding = String(repeating: " ", count: max(1, Self.labelWidth - label.count))
        text +=
            String(repeating: " ", count: indent) + inked(label, .faint) + padding + SafeText.terminal(value)
            + "\n"
    }

    private mutating func append(_ value: String, _ ink: Ink, first: Int, rest: Int, used: Int? = nil) {
        let lines = Self.wrapped(shown(value), to: max(20, style.width - (used ?? first)))
        for (index, line) in lines.enumerated() {
            text += String(repeating: " ", count: index == 0 ? first : rest) + inked(line, ink) + "\n"
        }
    }

    private func shown(_ value: String) -> String {
        let text = SafeText.terminal(String(value.prefix(Self.valueLimit)))
        return value.count > Self.valueLimit ? text + " …" : text
    }

    private func inked(_ text: String, _ ink: Ink) -> String {
        style.usesColour && ink != .plain && !text.isEmpty ? "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// `text` in lines of at most `width` columns, broken at blanks where there are any.
    package static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var columns = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let size = columnCount(word)
            if columns > 0, columns + 1 + size > width {
                lines.append(line)
                line = ""
                columns = 0
            } else if !line.isEmpty || columns > 0 {
                line += " "
                columns += 1
            }
            for character in word {
                let size = columnCount(String(character)[...])
                if columns + size > width {
                    lines.append(line)
                    line = ""
                    columns = 0
                }
                line.append(character)
                columns += size
            }
        }
        return lines + [line]
    }

    /// `text` in lines of at most `width` columns, broken at blanks alone: a longer word has a longer line.
    ///
    /// - Parameter longest: words of more columns are broken, into pieces that fit.
    package static func filled(_ text: String, to width: Int, longest: Int = .max) -> [String] {
        var lines: [String] = []
        var (line, columns) = ("", 0)
        func end() {
            lines.append(line)
            (line, columns) = ("", 0)
        }
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let size = columnCount(word)
            if columns > 0, columns + 1 + size > width {
                end()
            } else if !line.isEmpty || columns > 0 {
                line += " "
                columns += 1
            }
            guard size > longest else {
                line += word
                columns += size
                continue
            }
            for scalar in word.unicodeScalars {
                let size = columnCount(scalar)
                if columns > 0, columns + size > width { end() }
                line.unicodeScalars.append(scalar)
                columns += size
            }
        }
        return lines + [line]
    }

    /// Columns that a terminal gives to `text`: two for East Asian wide characters and pictographs, none for
    /// marks.
    package static func columnCount(_ text: Substring) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columnCount($1) }
    }

    private static func columnCount(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return isWide(scalar.value) ? 2 : 1
        }
    }

    /// Of UAX #11, `EastAsianWidth.txt`: what is W or F; of the planes of pictographs all.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x1b2fb,
            0x1f000...0x1faff, 0x20000...0x3fffd:
            true
        case 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x23f0, 0x23f3, 0x25fd...0x25fe,
            0x2614...0x2615, 0x2648...0x2653, 0x267f, 0x2693, 0x26a1, 0x26aa...0x26ab, 0x26bd...0x26be,
            0x26c4...0x26c5, 0x26ce, 0x26d4, 0x26ea, 0x26f2...0x26f3, 0x26f5, 0x26fa, 0x26fd, 0x2705,
            0x270a...0x270b, 0x2728, 0x274c, 0x274e, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27b0,
            0x27bf, 0x2b1b...0x2b1c, 0x2b50, 0x2b55:
            true
        default: false
        }
    }
}

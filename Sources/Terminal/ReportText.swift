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
        let padding = String(repeating: " ", count: max(1, Self.labelWidth - label.count))
        text += String(repeating: " ", count: indent) + inked(label, .faint) + padding
        let start = indent + max(Self.labelWidth, label.count + 1)
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
    package static func filled(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var (line, columns) = ("", 0)
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let size = columnCount(word)
            if columns > 0, columns + 1 + size > width {
                lines.append(line)
                (line, columns) = ("", 0)
            } else if !line.isEmpty || columns > 0 {
                line += " "
                columns += 1
            }
            line += word
            columns += size
        }
        return lines + [line]
    }

    /// Columns that a terminal gives to `text`: two for East Asian wide characters and pictographs, none for
    /// marks.
    package static func columnCount(_ text: Substring) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: return sum
            default: break
            }
            switch scalar.value {
            case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
                0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
                return sum + 2
            default: return sum + 1
            }
        }
    }
}

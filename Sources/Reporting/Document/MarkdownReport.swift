import Bytes
import Terminal

/// A report as Markdown (CommonMark with the tables of GitHub).
struct MarkdownReport {
    private let document: ReportDocument

    init(_ document: ReportDocument) { self.document = document }

    func write(to out: inout ByteBuffer) {
        out.append("# \(Self.escaped(document.title))\n\n\(Self.escaped(document.subtitle))\n")
        for block in document.blocks {
            out.append("\n")
            append(block, to: &out)
        }
    }

    private func append(_ block: ReportBlock, to out: inout ByteBuffer) {
        switch block {
        case .heading(let text): out.append("## \(Self.escaped(text))\n")
        case .subheading(let text): out.append("### \(Self.escaped(text))\n")
        case .paragraph(let text): out.append(Self.escaped(text) + "\n")
        case .warning(let text): out.append("> **Note:** \(Self.escaped(text))\n")
        case .list(let items): for item in items { out.append("- \(Self.escaped(item))\n") }
        case .facts(let facts): append(facts, to: &out)
        case .table(let head, let rows):
            append(row: head, to: &out)
            out.append("|" + String(repeating: " --- |", count: head.count) + "\n")
            for row in rows { append(row: row, to: &out) }
        case .lead(let title, _, _, let facts):
            out.append("### \(Self.escaped(title))\n\n")
            append(facts, to: &out)
        }
    }

    private func append(_ facts: [ReportBlock.Fact], to out: inout ByteBuffer) {
        for fact in facts {
            guard fact.values.count != 1 else {
                out.append("- \(Self.escaped(fact.name)): \(Self.escaped(fact.values[0]))\n")
                continue
            }
            out.append("- \(Self.escaped(fact.name)):\n")
            for value in fact.values { out.append("  - \(Self.escaped(value))\n") }
        }
    }

    private func append(row: [String], to out: inout ByteBuffer) {
        out.append("|")
        for cell in row { out.append(" \(Self.escaped(cell)) |") }
        out.append("\n")
    }

    /// Text that is nothing but text: no mark-up, no HTML, no link, one line.
    ///
    /// A backslash takes its meaning from any sign of ASCII (CommonMark 2.4). What GitHub makes a link of
    /// without mark-up is broken up, too.
    static func escaped(_ text: String) -> String {
        let signs = Array(SafeText.terminal(text).unicodeScalars)
        let digits = signs.prefix { ("0"..."9").contains($0) }.count
        var result = ""
        for (place, sign) in signs.enumerated() {
            switch sign {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "!", "@", "$":
                result += "\\"
            // At a line's begin these are lists, headings and lines below headings.
            case "#", "-", "+", "=":
                if place == 0 { result += "\\" }
            case ".", ")":
                let isNumber = place == digits && digits > 0
                if isNumber, place + 1 == signs.count || signs[place + 1] == " " { result += "\\" }
            default: break
            }
            result.unicodeScalars.append(sign)
        }
        return result.replacing("://", with: "\\://").replacing("www.", with: "www\\.")
            .replacing("WWW.", with: "WWW\\.")
    }
}

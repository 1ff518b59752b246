import Bytes
package import Observations
import Signatures
package import Terminal

/// One line an endpoint, for a person at a terminal: where, whose certificate, until when, and what it is.
///
/// Rows are written while the sweep goes on, so the widths do not depend on what comes. An address is never
/// cut: somebody will type it.
package struct EndpointTable {
    /// What a row is made of.
    package static let fields: [RecordField] = [
        .timestamp, .errorCode, .address, .ip, .port, .domain, .subject, .subjectCommonName,
        .subjectOrganization, .issuer, .issuerCommonName, .issuerOrganization, .notAfter, .selfSigned,
        .selfIssued, .httpStatus, .httpTitle, .tlsVersion, .leads, .dismissed,
    ]

    private let style: ReportStyle
    private let endpointWidth = 21
    private let daysWidth = 5
    private let leadWidth: Int
    /// Subject and issuer, with the blank between them.
    private let namesWidth: Int

    package init(_ style: ReportStyle) {
        self.style = style
        leadWidth = max(16, style.width / 4)
        namesWidth = max(15, style.width - endpointWidth - daysWidth - leadWidth - 3)
    }

    /// A subject says more than an issuer, and gets a little more of the room for both.
    private func subjectWidth(_ room: Int) -> Int { max(1, (room - 1) * 11 / 20) }

    /// The heads of the columns.
    package var head: String {
        let cells = [
            padded("ENDPOINT", endpointWidth), padded("SUBJECT", subjectWidth(namesWidth)),
            padded("ISSUER", namesWidth - 1 - subjectWidth(namesWidth)), "DAYS".leftPadded(daysWidth),
            "LEAD",
        ]
        return inked(cells.joined(separator: " "), .heading) + "\n"
    }

    /// The row of the record that was picked last, with its line end.
    package func row(_ record: RecordPicker) -> String {
        let place = SafeText.terminal(Self.endpoint(record))
        // What a long address takes, names give.
        let room = namesWidth - max(0, ReportText.columnCount(place[...]) - endpointWidth)
        var row = padded(place, endpointWidth) + " "
        guard record.has(.notAfter) || record.has(.subject) else {
            let (text, ink) = Self.otherwise(record)
            let width = max(1, room) + 1 + daysWidth
            let lead = lead(record)
            row +=
                lead.isEmpty
                ? inked(cut(text, width), ink) : inked(padded(cut(text, width), width), ink) + " "
            return row + lead + "\n"
        }
        let width = subjectWidth(room)
        row += padded(cut(Self.subject(record), width), width) + " "
        row += padded(cut(Self.issuer(record), max(1, room - 1 - width)), room - 1 - width) + " "
        row += days(record) + " "
        return (row + lead(record)).trimmedRight + "\n"
    }

    /// The endpoint as one would type it.
    package static func endpoint(_ record: RecordPicker) -> String {
        let host = record.text(.domain) ?? record.text(.ip) ?? record.text(.address) ?? "?"
        let port = record.text(.port) ?? "?"
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func subject(_ record: RecordPicker) -> String {
        name(record, [.subjectCommonName, .subjectOrganization, .subject]) ?? "(empty)"
    }

    private static func issuer(_ record: RecordPicker) -> String {
        if record.boolean(.selfSigned) || record.boolean(.selfIssued) { return "itself" }
        return name(record, [.issuerCommonName, .issuerOrganization, .issuer]) ?? "(empty)"
    }

    private static func name(_ record: RecordPicker, _ fields: [RecordField]) -> String? {
        fields.lazy.compactMap { record.text($0) }.first { !$0.isEmpty }
    }

    /// What an endpoint without a certificate showed, or why it showed nothing.
    private static func otherwise(_ record: RecordPicker) -> (String, Ink) {
        if let code = record.text(.errorCode) { return (code, .faint) }
        if let status = record.text(.httpStatus) {
            let title = record.text(.httpTitle).map { " \($0)" } ?? ""
            return ("HTTP \(status)\(title)", .plain)
        }
        return (record.text(.tlsVersion).map { "TLS \($0), no certificate" } ?? "nothing", .faint)
    }

    /// Whole days from the record's own time to the certificate's end.
    private func days(_ record: RecordPicker) -> String {
        guard let end = record.text(.notAfter).flatMap({ RFC3339.milliseconds($0) }),
            let now = record.text(.timestamp).flatMap({ RFC3339.milliseconds($0) })
        else { return "?".leftPadded(daysWidth) }
        let days = UTCCalendar.floor(end - now, 86_400_000)
        let text = days > 99_999 ? ">99k" : days < -9_999 ? "<-9k" : "\(days)"
        return inked(text.leftPadded(daysWidth), days < 0 ? .warning : days < 30 ? .heading : .plain)
    }

    /// The strongest lead, its confidence, and how many others there are; those that somebody has dismissed
    /// last.
    private func lead(_ record: RecordPicker) -> String {
        let leads = record.leads
        let dismissed = Set(record.texts(.dismissed))
        let open = leads.filter { !dismissed.contains($0.software) }
        guard let first = (open.isEmpty ? leads : open).max(by: { $0.confidence < $1.confidence }) else {
            return ""
        }
        let word = open.isEmpty ? "dismissed" : first.label.rawValue
        let numbers = " \(first.confidence) \(word)" + (leads.count > 1 ? " +\(leads.count - 1)" : "")
        let name = cut(first.software, max(4, leadWidth - numbers.count))
        let ink: Ink =
            switch first.label {
            case _ where open.isEmpty: .faint
            case .high: .alarm
            case .medium: .warning
            case .low: .plain
            }
        return inked(name + numbers, ink)
    }

    private func inked(_ text: String, _ ink: Ink) -> String {
        style.usesColour && ink != .plain ? "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m" : text
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - ReportText.columnCount(text[...])))
    }

    /// Text made harmless, in at most `width` columns.
    private func cut(_ text: String, _ width: Int) -> String {
        let text = SafeText.terminal(String(text.prefix(4 * width + 8)))
        guard ReportText.columnCount(text[...]) > width else { return text }
        var result = ""
        var columns = 0
        for character in text {
            columns += ReportText.columnCount(String(character)[...])
            if columns >= width { break }
            result.append(character)
        }
        return result + "…"
    }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    fileprivate var trimmedRight: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

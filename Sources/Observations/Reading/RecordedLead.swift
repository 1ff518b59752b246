/// A lead as a record tells it: the one reading of `hallmark.leads`.
///
/// Whoever concludes anything from leads reads them here, or asks `RecordVerdict`, which does. What is no
/// lead makes its line no record: passed over in silence it would read as if nothing had been found.
package struct RecordedLead: Equatable, Sendable {
    /// The software's name, of 1 to `longestName` bytes.
    package let software: String
    /// The ATT&CK id.
    package let id: String?
    /// 0 to 99.
    package let confidence: Int
    /// What the lead says against itself (`hallmark.leads.against`); nil where it tells neither that nor its
    /// kinds of evidence, because whoever wrote it left both out.
    package let against: [String]?

    package var label: LeadLabel { LeadLabel(confidence: confidence) }

    /// No record has more leads: an assessment tells 32.
    static let most = 1000

    /// No software's name has more bytes.
    private static let longestName = 256

    /// What a lead has to tell.
    static let form =
        "one tells a software's name of 1 to \(longestName) bytes, a confidence from 0 to 99, and no label but its"

    /// A software's name as a lead can tell it: cut where it is longer.
    package static func name(_ text: String) -> String {
        guard text.utf8.count > longestName else { return text }
        var bytes = 0
        let kept = text.unicodeScalars.prefix { scalar in
            bytes += UTF8.width(scalar)
            return bytes <= longestName
        }
        return String(String.UnicodeScalarView(kept))
    }

    /// - Returns: nil for what is none: without a name or a confidence, or with a label that does not go with
    ///   its confidence, which no assessment says.
    private init?(_ lead: JSONNode) {
        guard let software = lead.at("software.name")?.string, 1...Self.longestName ~= software.utf8.count,
            let confidence = lead["confidence"]?.integer, 0...99 ~= confidence
        else { return nil }
        if let label = lead["label"], !label.isNull {
            guard label.string == LeadLabel(confidence: confidence).rawValue else { return nil }
        }
        self.software = software
        self.confidence = confidence
        id = lead.at("software.id")?.string
        let isExplained = lead["against"] != nil || lead["kinds"] != nil
        against = isExplained ? lead["against"]?.parts.compactMap(\.string) ?? [] : nil
    }

    /// The leads of a list.
    ///
    /// - Parameter node: `hallmark.leads`, or nil where a record has none.
    /// - Returns: nil when an element of it is no lead.
    package static func all(_ node: JSONNode?) -> [RecordedLead]? {
        guard let node, !node.isNull else { return [] }
        guard node.isArray || node.isObject else { return nil }
        var leads: [RecordedLead] = []
        for part in node.objects {
            guard leads.count < most, let lead = RecordedLead(part) else { return nil }
            leads.append(lead)
        }
        return leads
    }

    /// - Parameters:
    ///   - text: the JSON of `hallmark.leads`.
    ///   - tree: what reads it.
    static func all(json text: UnsafeRawBufferPointer, _ tree: JSONTree) -> [RecordedLead]? {
        (try? tree.read(text)).flatMap { all($0) }
    }
}

extension JSONNode {
    /// The objects of a list; an object that stands alone for a list of one.
    package var objects: [JSONNode] { isObject ? [self] : isArray ? parts.filter(\.isObject) : [] }

    /// The leads of a record; none of a line that is no record (`RecordVerdict`).
    package var leads: [RecordedLead] { RecordedLead.all(at("hallmark.leads")) ?? [] }
}

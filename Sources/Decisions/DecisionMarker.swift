package import Bytes
package import Observations

/// Marks records with what was decided of them.
///
/// It belongs to one thread.
package final class DecisionMarker {
    private let index: DecisionIndex
    private let tree = JSONTree()
    /// The strongest lead of all that were seen that is not dismissed.
    package private(set) var highest: LeadLabel?
    /// How many leads were dismissed, by software.
    package private(set) var dismissed: [String: Int] = [:]
    /// Where the first of them are, and by what they are dismissed.
    package private(set) var examples: [String] = []
    /// So many are told.
    private static let mostExamples = 10
    /// The leads of the record that was looked at last that are dismissed, by software, and by what.
    package private(set) var dismissals: [String: Decision] = [:]

    package init(_ index: DecisionIndex) { self.index = index }

    /// Adds `hallmark.decisions` to a record that it finds decisions for.
    ///
    /// - Returns: the strongest lead of the record that is not dismissed.
    @discardableResult
    package func mark(_ line: inout ByteBuffer) -> LeadLabel? {
        dismissals = [:]
        let (members, open) = line.withSpan { span in span.withUnsafeBufferPointer { look($0) } }
        if let open { highest = max(highest ?? open, open) }
        guard let members else { return open }
        HallmarkObject.append(Array(members.utf8).span, to: &line)
        return open
    }

    /// The endpoint as one would type it.
    private static func place(_ record: JSONNode) -> String {
        let host =
            ["server.domain", "server.ip", "server.address"].lazy
            .compactMap { record.at($0)?.string }.first ?? "?"
        let port = record.at("server.port")?.integer.map(String.init) ?? "?"
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// What is to be added, and the strongest lead that is not dismissed.
    private func look(_ line: UnsafeBufferPointer<UInt8>) -> (String?, LeadLabel?) {
        guard let record = try? tree.read(UnsafeRawBufferPointer(line)) else { return (nil, nil) }
        let leads = LeadEvidence.leads(record)
        let rulings = index.rulings(on: record, leads)
        guard !rulings.isEmpty else { return (nil, leads.map(\.label).max()) }
        var out = ByteBuffer()
        out.append("\"decisions\":[")
        for ruling in rulings {
            for software in ruling.dismissed { dismissals[software] = ruling.decision }
            out.element()
            out.member("time", RFC3339.text(ruling.decision.time))
            ruling.decision.appendMembers(to: &out)
            if !ruling.dismissed.isEmpty {
                out.array("dismissed")
                for software in ruling.dismissed {
                    out.comma()
                    out.string(software)
                }
                out.endArray()
            }
            out.endObject()
        }
        out.append("]")
        for lead in leads {
            guard let dismissal = dismissals[lead.software] else { continue }
            dismissed[lead.software, default: 0] += 1
            guard examples.count < Self.mostExamples else { continue }
            examples.append("\(Self.place(record)) \(lead.software): \(dismissal.dismissal)")
        }
        return (out.text, leads.filter { dismissals[$0.software] == nil }.map(\.label).max())
    }
}

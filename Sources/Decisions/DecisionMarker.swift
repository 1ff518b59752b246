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
    /// How many leads were dismissed.
    package private(set) var dismissed = 0

    package init(_ index: DecisionIndex) { self.index = index }

    /// Adds `hallmark.decisions` to a record that it finds decisions for.
    ///
    /// - Returns: the strongest lead of the record that is not dismissed.
    @discardableResult
    package func mark(_ line: inout ByteBuffer) -> LeadLabel? {
        let (members, open) = line.withSpan { span in span.withUnsafeBufferPointer { look($0) } }
        if let open { highest = max(highest ?? open, open) }
        guard let members else { return open }
        HallmarkObject.append(Array(members.utf8).span, to: &line)
        return open
    }

    /// What is to be added, and the strongest lead that is not dismissed.
    private func look(_ line: UnsafeBufferPointer<UInt8>) -> (String?, LeadLabel?) {
        guard let record = try? tree.read(UnsafeRawBufferPointer(line)) else { return (nil, nil) }
        let leads = LeadEvidence.leads(record)
        let rulings = index.rulings(on: record, leads)
        guard !rulings.isEmpty else { return (nil, leads.map(\.label).max()) }
        var out = ByteBuffer()
        out.append("\"decisions\":[")
        var dismissed: Set<String> = []
        for ruling in rulings {
            dismissed.formUnion(ruling.dismissed)
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
        self.dismissed += leads.count { dismissed.contains($0.software) }
        return (out.text, leads.filter { !dismissed.contains($0.software) }.map(\.label).max())
    }
}

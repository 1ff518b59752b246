import Bytes
import Terminal
import Wire

/// What is to be blocked, for a firewall, a resolver or a proxy.
package struct Blocklist {
    /// What a line may hold.
    package enum Kind: String, CaseIterable, Sendable {
        case addresses, names, certificates, keys
    }

    /// What is to be blocked, with why, since when and until when.
    package struct Entry: Equatable, Sendable {
        package let kind: Kind
        package let value: String
        package let decision: Decision
    }

    package let entries: [Entry]
    /// Decisions to block something that no list can hold: a mark.
    package let without: [Decision]

    package init(_ index: DecisionIndex) {
        var entries: [Entry] = []
        var without: [Decision] = []
        for decision in index.holding where decision.verdict == .block {
            switch decision.subject {
            case .endpoint(let host, _):
                entries.append(
                    Entry(kind: IPAddress(host) == nil ? .names : .addresses, value: host, decision: decision)
                )
            case .certificate(let digest):
                entries.append(Entry(kind: .certificates, value: digest, decision: decision))
            case .key(let digest): entries.append(Entry(kind: .keys, value: digest, decision: decision))
            case .mark: without.append(decision)
            }
        }
        self.entries = entries
        self.without = without
    }

    /// Whether nothing of these kinds is to be blocked.
    package func isEmpty(_ kinds: Set<Kind>) -> Bool { !entries.contains { kinds.contains($0.kind) } }

    /// One value a line, with the reasons of all its entries behind `#`.
    package func text(_ kinds: Set<Kind>) -> String {
        var values: [String] = []
        var reasons: [String: [String]] = [:]
        for entry in entries where kinds.contains(entry.kind) {
            if reasons[entry.value] == nil { values.append(entry.value) }
            reasons[entry.value, default: []].append(Self.reason(entry.decision))
        }
        return values.map { value in
            let all = (reasons[value] ?? []).joined(separator: "; ")
            return "\(value) # \(SafeText.terminal(all))\n"
        }.joined()
    }

    /// A table with one row an entry.
    package func csv(_ kinds: Set<Kind>) -> String {
        var text = "kind,value,port,because,by,case,decided,until\r\n"
        for entry in entries where kinds.contains(entry.kind) {
            let decision = entry.decision
            var port = ""
            if case .endpoint(_, let number?) = decision.subject { port = "\(number)" }
            let cells = [
                entry.kind.rawValue, entry.value, port, decision.because, decision.by,
                decision.reference ?? "",
                RFC3339.text(decision.time), decision.until.map(RFC3339.text) ?? "",
            ]
            text += cells.map(SafeText.csv).joined(separator: ",") + "\r\n"
        }
        return text
    }

    private static func reason(_ decision: Decision) -> String {
        var parts = [decision.because]
        if case .endpoint(_, let port?) = decision.subject { parts.append("port \(port)") }
        if !decision.by.isEmpty { parts.append("by \(decision.by)") }
        if let reference = decision.reference { parts.append("case \(reference)") }
        parts.append("decided \(RFC3339.day(decision.time))")
        if let until = decision.until { parts.append("until \(RFC3339.day(until))") }
        return parts.joined(separator: ", ")
    }
}

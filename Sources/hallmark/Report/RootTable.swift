import Bytes
import Observations
import RootStores

/// Findings of trust stores for people: each root once, with all that is to be said of it and where it
/// stands.
struct RootTable {
    /// The text of each root, the most urgent first.
    let roots: [String]

    init(_ findings: [RootFinding]) {
        var order: [String] = []
        var groups: [String: [RootFinding]] = [:]
        for finding in findings {
            // What is missing in a store is another matter than what stands in others.
            let key = finding.root.sha256.text + (finding.name == .removed ? " removed" : "")
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(finding)
        }
        let texts = order.compactMap { key in groups[key].map { (Self.worst($0), Self.text($0)) } }
        roots = texts.enumerated().sorted { left, right in
            (right.element.0, left.offset) < (left.element.0, right.offset)
        }
        .map(\.element.1)
    }

    private static func worst(_ findings: [RootFinding]) -> Severity {
        findings.map(\.severity).max() ?? .info
    }

    private static func text(_ findings: [RootFinding]) -> String {
        guard let first = findings.first else { return "" }
        var names: [String] = []
        var messages: [String] = []
        var places: [String] = []
        for finding in findings {
            if !names.contains(finding.name.rawValue) { names.append(finding.name.rawValue) }
            if !messages.contains(finding.message) { messages.append(finding.message) }
            let place = finding.store + (finding.place.isEmpty ? "" : " (\(finding.place))")
            if !places.contains(place) { places.append(place) }
        }
        let head = "\(worst(findings).rawValue) \(names.joined(separator: ", "))"
        return
            ([head, "  \(first.root.name)", "  SHA-256 \(first.root.sha256.text)"]
            + places.map { "  in \($0)" } + messages.map { "  \($0)" }).joined(separator: "\n") + "\n"
    }
}

import Bytes
package import Observations
import Terminal

/// What `scan --summary` writes, in the words of a report.
package enum RunSummary {
    /// Larger files are no summary, in bytes.
    package static let largest = 16 << 20

    /// Reads a summary.
    ///
    /// - Parameters:
    ///   - bytes: the file, or what a corpus keeps of the run.
    ///   - name: what a person calls the run.
    /// - Throws: when it is no summary of a scan.
    package static func read(_ bytes: [UInt8], name: String) throws(FileError) -> ReportInput.Run {
        let tree = JSONTree()
        do {
            return try bytes.withUnsafeBytes { try run(try tree.read($0), name) }
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(name, "\(error)")
        }
    }

    private static func run(_ root: JSONNode, _ name: String) throws -> ReportInput.Run {
        guard root.isObject, root["scan_id"]?.string != nil, root["records"]?.integer != nil else {
            throw FileError(name, "is no summary of a scan (scan --summary)")
        }
        var run = ReportInput.Run(name: name)
        run.scan = EndpointReader.text(root, "scan_id")
        run.hasMatched = root.at("signatures.rules")?.integer ?? 0 > 0
        func add(_ label: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            run.facts.append((label, value))
        }
        func number(_ name: String) -> Int { min(max(root[name]?.integer ?? 0, 0), 1 << 48) }
        let (start, end) = (EndpointReader.time(root, "start"), EndpointReader.time(root, "end"))
        add("began", start.map(RFC3339.secondsText))
        add("ended", end.map(RFC3339.secondsText))
        add("scope", EndpointReader.text(root, "scope"))
        let made = max(0, number("records") - number("records_before"))
        add("records", grouped(UInt64(made)))
        if let start, let end, end > start {
            let seconds = max(1, (end - start) / 1000)
            add(
                "rate",
                "\(grouped(UInt64(made / seconds))) records a second over \(counted(seconds, "second"))"
            )
            let connections = number("connections")
            add(
                "connections",
                "\(grouped(UInt64(connections))), \(grouped(UInt64(connections / seconds))) a second"
            )
        }
        add(number("resumed") > 0 ? "errors of all its runs" : "errors", counts(root["errors"]))
        let words = (root["command_line"].map { Array($0.parts.prefix(200)) } ?? []).compactMap(\.string)
        add("command", EndpointReader.cut(words.joined(separator: " "), to: 2000))
        add(
            "seed and shard",
            EndpointReader.text(root, "seed").map { seed in
                "\(seed), \(EndpointReader.text(root, "shard") ?? "?")"
            }
        )
        add("rules", root.at("signatures.rules")?.integer.map { grouped(UInt64(clamping: $0)) })
        add("scan", EndpointReader.text(root, "scan_id"))
        if root["interrupted"]?.truth == true { run.gaps.append("it was stopped before its end") }
        // The other records are those of what earlier runs have done.
        if let targets = root["targets"]?.integer, targets > made + number("resumed") {
            let rest = targets - made - number("resumed")
            run.gaps.append("\(counted(rest, "target")) \(rest == 1 ? "has" : "have") no record")
        }
        func gap(_ name: String, _ noun: String, _ what: String) {
            if number(name) > 0 { run.gaps.append("\(counted(number(name), noun)) \(what)") }
        }
        gap("target_errors", "target", "could not be understood")
        gap("lost_here", "endpoint", "not looked at, or not by every probe, because of the scanning machine")
        gap("untested_endpoints", "endpoint", "looked at further, but not for every mark")
        let unread = root.at("signatures.unread")?.integer ?? 0
        if unread > 0 { run.gaps.append("\(counted(unread, "rule")) could not be read") }
        return run
    }

    /// `connection_refused 12, tls_alert 3`, the most first.
    private static func counts(_ node: JSONNode?) -> String? {
        guard let node, node.isObject else { return nil }
        let counts = node.parts.prefix(50).map { (EndpointReader.cut($0.name), $0.integer ?? 0) }
        return counts.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map {
            "\($0.0) \(grouped(UInt64(clamping: $0.1)))"
        }
        .joined(separator: ", ")
    }
}

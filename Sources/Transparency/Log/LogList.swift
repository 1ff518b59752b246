import Bytes
import Observations

/// A list of logs, version 3 of the form that Chrome and Apple publish.
package struct LogList: Sendable {
    package private(set) var logs: [LogDescription] = []
    /// Placeholders of logs that are read by another interface, or by none; they are not logs.
    package private(set) var placeholders = 0
    /// Entries that can't be read, each with what is wrong.
    package private(set) var faults: [String] = []
    /// When the list was made, as it says.
    package private(set) var timestamp = ""

    package init(logs: [LogDescription]) { self.logs = logs }

    /// - Throws: for what is no log list at all.
    package init(_ bytes: [UInt8]) throws(LogSyntaxError) {
        let tree = JSONTree()
        var list = LogList(logs: [])
        // An editor may have put a byte order mark in front.
        let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
        let isList = text.withUnsafeBytes { bytes in
            guard let node = try? tree.read(bytes), let operators = node["operators"], operators.isArray
            else {
                return false
            }
            list.timestamp = node["log_list_timestamp"]?.string ?? ""
            for one in operators.parts { list.read(operator: one) }
            return true
        }
        guard isList else {
            throw LogSyntaxError("it is no log list of version 3: there is no list of operators")
        }
        self = list
    }

    /// The log of an identifier.
    package func log(_ id: TreeHash) -> LogDescription? { logs.first { $0.logID == id } }

    private mutating func read(operator node: JSONNode) {
        let name = node["name"]?.string ?? ""
        // Every operator has a list of logs, though nothing may be on it.
        let lists = [node["logs"], node["tiled_logs"]].compactMap(\.self)
        if lists.isEmpty || lists.contains(where: { !$0.isArray }) {
            faults.append("the operator '\(name)': there is no list of logs")
        }
        for log in node["logs"].map({ Array($0.parts) }) ?? [] { read(log, .rfc6962, log["url"], name) }
        for log in node["tiled_logs"].map({ Array($0.parts) }) ?? [] {
            read(log, .staticTiles, log["monitoring_url"], name)
        }
    }

    private mutating func read(
        _ node: JSONNode,
        _ interface: LogDescription.Interface,
        _ url: JSONNode?,
        _ operatorName: String
    ) {
        let description = node["description"]?.string ?? "a log of \(operatorName)"
        guard let url = url?.string, url.hasPrefix("https://") || url.hasPrefix("http://") else {
            return faults.append("\(description): there is no address")
        }
        // Operators that have static logs alone are listed with a log that does not exist.
        if Self.isPlaceholder(url) { return placeholders += 1 }
        guard let key = node["key"]?.bytes.flatMap({ [UInt8](base64: $0) }),
            let id = node["log_id"]?.bytes.flatMap({ [UInt8](base64: $0) }).flatMap({ TreeHash($0) })
        else { return faults.append("\(description): key or log_id is missing or no base64") }
        var log = LogDescription(name: description, url: url, interface: interface, key: key)
        guard log.logID == id else {
            return faults.append("\(description): log_id is not the SHA-256 of the key")
        }
        log.operatedBy = operatorName
        if let delay = node["mmd"]?.integer, 1...31_536_000 ~= delay { log.maximumMergeDelay = delay }
        readState(node["state"], &log)
        if let interval = node["temporal_interval"],
            let start = interval["start_inclusive"]?.string.flatMap({ RFC3339.milliseconds($0) }),
            let end = interval["end_exclusive"]?.string.flatMap({ RFC3339.milliseconds($0) }), start < end
        {
            log.interval = start..<end
        }
        logs.append(log)
    }

    private mutating func readState(_ node: JSONNode?, _ log: inout LogDescription) {
        guard let state = node.flatMap({ Array($0.parts).first }) else { return }
        // A state that was invented later is none that we follow.
        log.state = LogDescription.State(rawValue: state.name) ?? .pending
        if log.state == .pending, state.name != "pending" {
            faults.append("\(log.name): its state '\(state.name)' is not known")
        }
        log.stateSince = state["timestamp"]?.string.flatMap { RFC3339.milliseconds($0) }
        let end = state["final_tree_head"]
        log.finalSize = end?["tree_size"]?.integer.flatMap { UInt64(exactly: $0) }
        log.finalRoot = end?["sha256_root_hash"]?.bytes.flatMap { [UInt8](base64: $0) }.flatMap {
            TreeHash($0)
        }
    }

    private static func isPlaceholder(_ url: String) -> Bool {
        let host = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != ":" }
        return host == "example.com" || host.hasSuffix(".example.com")
    }
}

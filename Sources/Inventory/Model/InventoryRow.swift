import Terminal

/// One entry of an inventory, from whatever format: names and their values.
package struct InventoryRow: Equatable, Sendable {
    /// The line or the entry's number, for messages.
    package var line: Int
    package var values: [String: [String]]

    package init(line: Int, values: [String: [String]]) {
        self.line = line
        self.values = values
    }

    /// The columns, in the order in which they were introduced: whoever appends rows to an adopted inventory
    /// counts on it, so that a new one comes last.
    package static let columns = [
        "kind", "address", "ports", "owner", "labels", "certificates", "keys", "tbs", "issuers",
        "names", "key_policy", "max_lifetime_days", "min_tls", "expiring_days", "issuer_keys",
    ]

    /// What to say of a name that is no column.
    static func unknown(_ column: String) -> String {
        let near = Spelling.nearest(to: column, among: columns).map { ": is it '\($0)'?" } ?? ""
        return "an inventory has no column '\(column)'\(near)"
            + (near.isEmpty
                ? "; it has \(columns.joined(separator: ", ")), and notes under names that begin with note or comment"
                : "")
    }

    /// Whether an inventory may hold a column of this name; `note…` and `comment…` are for people.
    static func isKnown(_ column: String) -> Bool {
        columns.contains(column) || column.hasPrefix("note") || column.hasPrefix("comment")
    }
}

/// How long ago somebody looked at the facts of rules.
package enum RuleAge {
    /// Milliseconds since 1970 of a day's begin, UTC; nil when the text is no day.
    package static func day(_ text: String) -> Int64? {
        text.utf8.count == 10 ? SigmaDate.milliseconds(text.utf8) : nil
    }

    /// The rules that nobody has looked at since `time`, or that expired before it, the oldest first.
    package static func stale(_ rules: [SigmaRule], before time: Int64) -> [SigmaRule] {
        func age(_ rule: SigmaRule) -> Int64 { rule.lastSeen ?? Int64.min }
        let stale = rules.filter { age($0) < time || $0.hallmark.expires.map { $0 < time } ?? false }
        return stale.sorted { (age($0), $0.title) < (age($1), $1.title) }
    }
}

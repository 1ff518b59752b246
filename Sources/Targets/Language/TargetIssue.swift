import Wire

/// Something wrong in a list of targets, and where it stands.
package struct TargetIssue: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's name, `standard input` or the option that held the text.
    package let source: String
    /// Counted from 1; nil where there are no lines.
    package let line: Int?
    /// The text in question, in quotes and fit for a terminal.
    package let text: String
    package let why: String

    package init(source: String, line: Int? = nil, text: Span<UInt8>, why: String) {
        self.source = source
        self.line = line
        self.text = text.isEmpty ? "" : AddressSyntaxError.quote(text)
        self.why = why
    }

    package init(source: String, line: Int? = nil, why: String) {
        self.source = source
        self.line = line
        self.text = ""
        self.why = why
    }

    package var description: String {
        var parts = [line.map { "\(source):\($0)" } ?? source]
        if !text.isEmpty { parts.append(text) }
        return (parts + [why]).joined(separator: ": ")
    }
}

/// What was wrong, counted in full and kept up to a bound: a list of targets may be any file by mistake.
package struct TargetIssues: Sendable {
    package private(set) var first: [TargetIssue] = []
    package private(set) var count = 0

    /// The most that are kept.
    package static let limit = 1000

    package init() {}

    package mutating func append(_ issue: TargetIssue) {
        count += 1
        if first.count < TargetIssues.limit { first.append(issue) }
    }

    package mutating func append(_ others: TargetIssues) {
        for issue in others.first { append(issue) }
        count += others.count - others.first.count
    }

    /// What was collected, which is forgotten with this.
    package mutating func take() -> TargetIssues {
        defer { self = TargetIssues() }
        return self
    }
}

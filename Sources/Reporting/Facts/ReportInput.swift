package import Decisions

/// What a report tells beside what stands in records.
package struct ReportInput {
    /// A permission to scan.
    package struct Scope {
        package let name, authorization: String
        package let includes: [String]
        package let rate: Int?

        package init(name: String, authorization: String, includes: [String], rate: Int?) {
            self.name = name
            self.authorization = authorization
            self.includes = includes
            self.rate = rate
        }
    }

    /// A run, as its summary tells it.
    package struct Run {
        package var name: String
        /// Names and values, in their order.
        package var facts: [(name: String, value: String)]
        /// What that run could not do.
        package var gaps: [String]
        /// The scan's id.
        package var scan: String?
        /// Whether it matched rules with what it saw.
        package var hasMatched = false

        package init(name: String, facts: [(name: String, value: String)] = [], gaps: [String] = []) {
            self.name = name
            self.facts = facts
            self.gaps = gaps
        }
    }

    package var title = "TLS sweep report"
    /// When it is made, in milliseconds since 1970.
    package var now: Int
    package var version: String
    /// What was read: names of files.
    package var sources: [String] = []
    /// Whether that is a corpus, which keeps what was seen, and little of how.
    package var isOfCorpus = false
    package var scopes: [Scope] = []
    package var runs: [Run] = []
    /// What was compared with: an inventory, an earlier sweep, a date; nil when nothing was.
    package var inventory: String?
    package var baseline: String?
    package var findings: [ReportFinding] = []
    /// Findings that a corpus keeps besides.
    package var keptFindings = 0
    /// Within how many days of when it was seen a certificate counts as about to end.
    package var expiringDays = 30
    package var decisions: [Decision] = []
    /// What was named and could not be read.
    package var unread: [String] = []
    /// How many rows a table of endpoints has at most.
    package var mostRows = 5000

    package init(now: Int, version: String) {
        self.now = now
        self.version = version
    }
}

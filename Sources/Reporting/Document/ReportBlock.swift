package import Observations

/// A part of a report, as plain text: whoever writes it makes it harmless for where it goes.
package enum ReportBlock: Equatable, Sendable {
    case heading(String)
    case subheading(String)
    case paragraph(String)
    /// What must not be overlooked.
    case warning(String)
    case list([String])
    /// Names with one value or several.
    case facts([Fact])
    case table(head: [String], rows: [[String]])
    /// A lead, with what speaks for it.
    case lead(title: String, label: LeadLabel, isDismissed: Bool, facts: [Fact])

    package struct Fact: Equatable, Sendable {
        package let name: String
        package let values: [String]

        package init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }

        package init(_ name: String, _ value: String) { self.init(name, [value]) }
    }
}

/// A report before it is written.
package struct ReportDocument: Equatable, Sendable {
    package var title: String
    /// Under the title: when, by what.
    package var subtitle: String
    package var blocks: [ReportBlock] = []

    package init(title: String, subtitle: String) {
        self.title = title
        self.subtitle = subtitle
    }
}

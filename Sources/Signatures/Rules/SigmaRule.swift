package import Observations
import YAML

/// A detection rule, read and checked.
package struct SigmaRule: Sendable {
    package let title: String
    /// Lower-case UUID; nil in a person's own rules that have none.
    package let id: String?
    /// The other name by which correlations and filters may call it.
    package let name: String?
    package let status: String?
    package let text: String?
    package let references: [String]
    package let author: String?
    package let date: String?
    /// When the rule was last changed.
    package let modified: String?
    package let tags: [String]
    package let falsePositives: [String]
    package let level: Level
    /// The first folder below the library, such as `c2` or `benign`.
    package let family: String
    let logSource: LogSource
    package let hallmark: HallmarkBlock
    /// Kinds of the evidence that its matches give.
    package let kinds: Set<EvidenceKind>
    var condition: Expression
    let node: YAMLNode
    /// Whether it is a person's own, and not a shipped one.
    var isOwn = false

    package var file: String { node.file }

    /// Milliseconds since 1970 of the day on which somebody last looked at the rule; nil when it does not
    /// say.
    package var lastSeen: Int64? {
        [date, modified].compactMap { $0.flatMap { SigmaDate.milliseconds($0.utf8) } }.max()
    }

    /// Whether `reference`, an id or a name, means this rule.
    func isCalled(_ reference: String) -> Bool {
        reference == name || id != nil && reference.lowercased() == id
    }
}

/// Sigma's levels, from the least to the most urgent.
package enum Level: String, CaseIterable, Sendable, Comparable {
    case informational, low, medium, high, critical

    package static func < (left: Level, right: Level) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// How often innocent software shows the same.
package enum Specificity: String, CaseIterable, Sendable {
    case unique, strong, weak
}

/// What the `hallmark` block of a rule says.
package struct HallmarkBlock: Sendable {
    /// What a match means.
    package enum Subject: Sendable {
        case software([Software])
        case benign(Benign)
        /// An oddity that is recorded and raises no lead.
        case trait
    }

    package var subject: Subject
    package var specificity: Specificity
    package var isDualUse = false
    /// Milliseconds since 1970 after which the fact counts one step less.
    package var expires: Int64?
    /// The first version or date of the software that shows this; nil where it is not known.
    package var since: String?
    /// The last one.
    package var until: String?
    /// Names of other software whose artefacts the same generator makes.
    package var sharesGenerator: [String] = []
    package var requests: [RuleRequest] = []
    package var overlaps: [String] = []
    package var matches: [RuleExample] = []
    package var nearMisses: [RuleExample] = []

    package var software: [Software] {
        if case .software(let list) = subject { list } else { [] }
    }

    package var benign: Benign? {
        if case .benign(let benign) = subject { benign } else { nil }
    }
}

package struct Software: Hashable, Sendable {
    package let name: String
    /// The ATT&CK id.
    package let id: String?

    package init(name: String, id: String?) {
        // Longer than a lead may tell it nobody could read the record.
        self.name = RecordedLead.name(name)
        self.id = id
    }
}

/// The innocent thing that a benign rule recognises.
package struct Benign: Sendable {
    package let name: String
    /// Names of the software that it is taken for.
    package let lookalikeOf: [String]
    /// Whether it may be taken for any.
    package let isOfAny: Bool
    /// Whether it lowers a lead, or is only told beside it.
    package let lowers: Bool
}

/// An HTTP request that a rule needs to be sent.
package struct RuleRequest: Hashable, Sendable {
    package let method: String
    package let path: String
    package let headers: [String: String]
    package let body: String?
}

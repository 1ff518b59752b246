package import Observations

/// What labels and specificities were worth: how often software was named that a member of a population
/// shows, and how often some that it does not show.
package struct Calibration {
    /// What a member of a population is.
    package enum Truth: Equatable, Sendable {
        case innocent
        /// Made by, or an answer of, this software.
        case software(String)
    }

    /// How often something that was said was so.
    package struct Worth: Equatable, Sendable {
        package fileprivate(set) var right = 0
        package fileprivate(set) var wrong = 0
    }

    /// Leads by their label.
    package private(set) var labels: [LeadLabel: Worth] = [:]
    /// Matches of rules that name software, by the rule's specificity.
    package private(set) var specificities: [Specificity: Worth] = [:]
    package private(set) var innocent = 0
    package private(set) var guilty = 0
    /// Members that show software and got no lead for it.
    package private(set) var missed = 0

    package init() {}

    /// Counts one member.
    ///
    /// Software that shares the generator of what is shown counts as right: nothing tells them apart.
    ///
    /// - Parameter rules: all rules, in the order of the set.
    package mutating func add(_ assessment: Assessment, _ rules: [SigmaRule], showing truth: Truth) {
        var shown: Set<String> = []
        switch truth {
        case .innocent: innocent += 1
        case .software(let name):
            guilty += 1
            shown = [name]
            for match in assessment.matches {
                let rule = rules[match.rule].hallmark
                let names = rule.software.map(\.name)
                if names.contains(name) { shown.formUnion(rule.sharesGenerator) }
                if rule.sharesGenerator.contains(name) { shown.formUnion(names) }
            }
            if !assessment.leads.contains(where: { $0.software.name == name }) { missed += 1 }
        }
        for match in assessment.matches {
            let rule = rules[match.rule].hallmark
            guard !rule.software.isEmpty else { continue }
            let isRight = rule.software.contains { shown.contains($0.name) }
            count(isRight, in: &specificities[rule.specificity, default: Worth()])
        }
        for lead in assessment.leads {
            count(shown.contains(lead.software.name), in: &labels[lead.label, default: Worth()])
        }
    }

    private func count(_ isRight: Bool, in worth: inout Worth) {
        if isRight { worth.right += 1 } else { worth.wrong += 1 }
    }

    /// The counts as a table in Markdown.
    package var table: String {
        var rows = ["| what was said | right | wrong | share |", "| --- | ---: | ---: | ---: |"]
        for label in LeadLabel.allCases.reversed() {
            rows.append(Self.row("lead, \(label.rawValue)", labels[label] ?? Worth()))
        }
        for specificity in Specificity.allCases {
            rows.append(
                Self.row("match, \(specificity.rawValue)", specificities[specificity] ?? Worth())
            )
        }
        return rows.joined(separator: "\n")
    }

    private static func row(_ what: String, _ worth: Worth) -> String {
        let all = worth.right + worth.wrong
        let share = all == 0 ? "–" : "\((worth.right * 200 + all) / (2 * all)) %"
        return "| \(what) | \(worth.right) | \(worth.wrong) | \(share) |"
    }
}

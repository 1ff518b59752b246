import Bytes
package import Observations

/// What speaks for a lead, as a record tells it, in texts that can be compared.
package enum LeadEvidence {
    /// A lead of a record with what speaks for it.
    package struct Lead {
        package let software: String
        package let label: LeadLabel
        /// A text for each value that a rule found: the rule, the field and the value.
        package let items: [String]
    }

    /// The leads of a record.
    package static func leads(_ record: JSONNode) -> [Lead] {
        record.leads.prefix(64).map { lead in
            Lead(software: lead.software, label: lead.label, items: items(record, lead.software))
        }
    }

    /// The findings of a record, each as an item of evidence.
    package static func findings(_ record: JSONNode) -> [String] {
        guard let findings = record.at("hallmark.findings") else { return [] }
        return findings.objects.prefix(64).compactMap { finding in
            guard let name = finding["name"]?.string else { return nil }
            let severity = finding["severity"]?.string.flatMap { Severity(rawValue: $0) } ?? .info
            return self.finding(name, severity, about: finding["about"]?.string ?? "")
        }
    }

    /// A finding of a comparison as an item of evidence.
    ///
    /// - Parameter about: what tells it from others of its name; of those that have it the severity counts,
    ///   too: a stronger lead to the same software is more than was decided.
    package static func finding(_ name: String, _ severity: Severity, about: String) -> String {
        about.isEmpty ? "finding \(name)" : "finding \(name) \(severity.rawValue) \(about)"
    }

    /// What is known of a lead of which only the software and its strength are kept, as in a corpus.
    package static func text(_ software: String, _ label: LeadLabel) -> String {
        "\(label.rawValue) \(software)"
    }

    /// How strong a lead was of which what spoke for it is kept as well.
    package static func strength(_ software: String, _ label: LeadLabel) -> String {
        "strength \(label.rawValue) \(software)"
    }

    private static func items(_ record: JSONNode, _ software: String) -> [String] {
        var items: [String] = listed(record, software)
        guard let matches = record.at("hallmark.matches") else { return items }
        for match in matches.objects where match.at("software.name")?.string == software {
            guard let found = match["evidence"] else { continue }
            let rule = match.at("rule.id")?.string ?? match.at("rule.name")?.string ?? ""
            for evidence in found.objects where items.count < Decision.mostEvidence {
                guard let field = evidence["field"]?.string, let value = evidence["value"]?.string else {
                    continue
                }
                items.append("\(rule) \(field)=\(value)")
            }
        }
        return items
    }

    /// What others list of the record that speaks for the software.
    private static func listed(_ record: JSONNode, _ software: String) -> [String] {
        guard let indicators = record.at("hallmark.indicators") else { return [] }
        return indicators.objects.prefix(Decision.mostEvidence).compactMap { mark in
            let named = mark.at("software.name")?.string
            guard (named ?? KnownInfrastructure.name) == software,
                let feed = mark["feed"]?.string, let field = mark["field"]?.string,
                let value = mark["value"]?.string
            else { return nil }
            // One list may name another software later, have it confirmed, or list the address and not its
            // network.
            var word = "list:" + feed
            if let kind = mark["kind"]?.string { word += ":" + kind }
            if let named { word += ":" + named }
            if mark["confirmed"]?.truth == true { word += ":confirmed" }
            return "\(word.replacing(" ", with: "_")) \(field)=\(value)"
        }
    }
}

extension Decision {
    /// Whether what speaks for a lead now was known when it was decided.
    ///
    /// Evidence that is no longer there changes nothing; a new rule, another value or a stronger lead does.
    func covers(_ lead: LeadEvidence.Lead) -> Bool {
        guard !evidence.isEmpty else { return true }
        // By their bytes: texts that Unicode takes for equal are not the same value.
        let known = Set(evidence.map { Array($0.utf8) })
        func isKnown(_ item: String) -> Bool { known.contains(Array(item.utf8)) }
        if !lead.items.isEmpty, lead.items.allSatisfy(isKnown) {
            // What speaks for it may weigh more by now, as a list's entry that was confirmed anew.
            let strengths = LeadLabel.allCases.filter { isKnown(LeadEvidence.strength(lead.software, $0)) }
            if strengths.max().map({ $0 >= lead.label }) ?? true { return true }
        }
        return LeadLabel.allCases.contains { label in
            guard label >= lead.label else { return false }
            // A corpus keeps of a lead no more than its strength, which a decision on records knows as well.
            return isKnown(LeadEvidence.text(lead.software, label))
                || lead.items.isEmpty && isKnown(LeadEvidence.strength(lead.software, label))
        }
    }

    /// The ids of the rules that spoke for the leads that were decided.
    package var rules: Set<String> {
        Set(
            evidence.compactMap { item in
                let word = item.prefix { $0 != " " }
                // An item that tells no rule begins with the strength of a lead, or with such a word.
                return LeadLabel(rawValue: String(word)) == nil && !["finding", "strength"].contains(word)
                    && !word.hasPrefix("list:")
                    && item.contains("=")
                    ? String(word) : nil
            }
        )
    }
}

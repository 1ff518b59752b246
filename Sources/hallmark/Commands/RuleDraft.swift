import Corpus
import Foundation
import Observations

/// The beginning of a rule, written from the marks of an observation.
///
/// The selection holds what is most likely to be the software's: of each family of marks the rarest one that
/// is neither innocent nor of this one copy, such as a random serial number. All else stands in remarks
/// beside it.
struct RuleDraft {
    /// What the rule is drafted from, in words: an endpoint.
    let subject: String
    /// The software's name, where somebody gave it.
    let software: String?
    /// Which kind of evidence the rule is of; nil for the one that tells most.
    let kind: EvidenceKind?
    /// The marks, the weightiest first.
    let marks: [Weighed]
    /// Whether a corpus weighed the marks; without one nothing is known of their rarity.
    let isWeighed: Bool
    /// Today, as YYYY-MM-DD.
    let date: String

    /// A mark, and what is known of its rarity.
    struct Weighed {
        let mark: Mark
        let count: Int
        let total: Int
        /// In bits.
        let weight: Double
        /// What innocent thing shows it.
        let benign: String?
        /// Whether it is rare enough to lead somewhere.
        let isTelling: Bool

        init(_ shared: SharedMark) {
            mark = shared.mark
            count = shared.count
            total = shared.total
            weight = shared.weight
            benign = shared.benign
            isTelling = shared.followed
        }

        /// A mark of which no corpus was asked.
        init(_ mark: Mark, benign: String?) {
            self.mark = mark
            (count, total, weight, isTelling) = (1, 1, 0, true)
            self.benign = benign
        }
    }

    /// A part of the rule: a field and its value.
    private struct Line {
        let field: Field
        let mark: Weighed
        let evidence: EvidenceKind

        init?(_ mark: Weighed) {
            // JA4S and JA4X stand under a licence of their own; a long value may have been cut off.
            guard let name = mark.mark.kind.source?.name, let field = Field.named(name),
                let evidence = field.evidence, mark.mark.value.utf8.count <= RuleDraft.longest,
                !["tls.server.ja4s", "tls.server.ja4x"].contains(name)
            else { return nil }
            self.field = field
            self.mark = mark
            self.evidence = evidence
        }

        /// Whether it is likely to be other in each copy of the software.
        var isOfCopy: Bool {
            [.key, .certificate, .serial, .validity].contains(mark.mark.kind.family) && mark.count < 2
        }
    }

    /// Longer values, in bytes, are no beginning of a rule.
    private static let longest = 250
    /// More parts than this make a rule that finds one copy.
    private static let mostParts = 4

    /// The rule's text; nil when the observation shows nothing that a rule could ask for.
    var text: String? {
        let lines = marks.compactMap(Line.init)
        guard let kind = kind ?? Self.strongest(lines) else { return nil }
        let ofKind = lines.filter { $0.evidence == kind }
        var chosen = choose(ofKind) { isRare($0) && !$0.isOfCopy }
        // Better a rule for this copy than none.
        if chosen.isEmpty { chosen = choose(ofKind) { isRare($0) } }
        if chosen.isEmpty { chosen = choose(ofKind) { _ in true } }
        guard let first = chosen.first else { return nil }
        let names = Set(chosen.map(\.field.name))
        let rest = lines.filter { !names.contains($0.field.name) }
        let name = software ?? "Unnamed software"
        var near = chosen.map { ($0.field.name, example($0.field, $0.mark.mark.value)) }
        near[0].1 = example(first.field, first.field.kind == .long ? "0" : first.mark.mark.value + " (other)")
        let match = chosen.map { ($0.field.name, example($0.field, $0.mark.mark.value)) }
        return head + """
            title: \(Self.quoted("Draft: \(name) as \(subject) shows it"))
            id: \(UUID().uuidString.lowercased())
            status: experimental
            description: What this is, and why nobody else would show it.
            references: []
            date: \(date)
            logsource:
              product: hallmark
              category: tls_observation
            detection:
              selection:
            \(chosen.map { "    \($0.field.name): \(pattern($0))  # \(remark($0.mark))\n" }.joined())\
              condition: selection
            falsepositives:
              - Not known yet.
            level: medium
            hallmark:
              software: {name: \(Self.quoted(name))}
              specificity: strong
              examples:
                match:
            \(Self.example(match))\
                no_match:
            \(Self.example(near))
            """ + remarks(rest)
    }

    // MARK: Choice

    private func isRare(_ line: Line) -> Bool {
        line.mark.benign == nil && (!isWeighed || line.mark.isTelling && line.mark.weight >= 1)
    }

    /// The first of each family, in the order of their weight.
    private func choose(_ lines: [Line], _ condition: (Line) -> Bool) -> [Line] {
        var families: Set<FieldMark.Family> = []
        return Array(
            lines.filter { condition($0) && families.insert($0.mark.mark.kind.family).inserted }
                .prefix(Self.mostParts)
        )
    }

    private static func strongest(_ lines: [Line]) -> EvidenceKind? {
        var sums: [EvidenceKind: Double] = [:]
        for line in lines where !line.isOfCopy {
            // Without weights, the number of marks is what is known.
            sums[line.evidence, default: 0] += max(line.mark.weight, 0.01)
        }
        return sums.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? lines.first?.evidence
    }

    // MARK: Text

    private var head: String {
        """
        # The beginning of a rule. Before it is one:
        #   say in title, description and references what this is and how one knows;
        #   strike from the selection what an operator chooses, and add what the remarks below have and the tool makes;
        #   hallmark signatures lint FILE, and hallmark match SWEEP --signatures FOLDER --only-leads.

        """
    }

    private func remarks(_ lines: [Line]) -> String {
        var text = ""
        let parts: [(String, [Line])] = [
            ("Rare, too, and of this copy alone, it seems:", lines.filter { isRare($0) && $0.isOfCopy }),
            (
                isWeighed
                    ? "Rare, too, and said by the above or another kind of evidence, which wants a rule of its own:"
                    : "There, too; how rare it is a corpus would tell (--corpus):",
                lines.filter { isRare($0) && !$0.isOfCopy }
            ),
            ("Common, or known of what is innocent:", lines.filter { !isRare($0) }),
        ]
        for (title, lines) in parts where !lines.isEmpty {
            text += "\n# \(title)\n"
            for line in lines { text += "#   \(line.field.name): \(pattern(line))  # \(remark(line.mark))\n" }
        }
        return text
    }

    private func remark(_ mark: Weighed) -> String {
        if let benign = mark.benign { return Self.plain("innocent: \(benign)") }
        guard isWeighed else { return "rarity not known" }
        let all = mark.mark.kind.isOfService ? "sightings" : "certificates"
        return "\(mark.count) of \(mark.total) \(all), \(SharedMark.shown(mark.weight)) bits"
    }

    /// A value as Sigma has it: what would be a wildcard is none.
    private func pattern(_ line: Line) -> String {
        let value = line.mark.mark.value
        if line.field.kind == .long { return example(line.field, value) }
        return Self.quoted(
            value.replacing("\\", with: "\\\\").replacing("*", with: "\\*").replacing("?", with: "\\?")
        )
    }

    private func example(_ field: Field, _ value: String) -> String {
        field.kind == .long && Int(value) != nil ? value : Self.quoted(value)
    }

    private static func example(_ members: [(String, String)]) -> String {
        members.enumerated().map { place, member in
            "        \(place == 0 ? "-" : " ") \(member.0): \(member.1)\n"
        }.joined()
    }

    /// Text of a server as a scalar of YAML, in which nothing ends the scalar or acts on a terminal.
    private static func quoted(_ text: String) -> String {
        guard plain(text) != text else { return "'" + text.replacing("'", with: "''") + "'" }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where plain(String(scalar)) == String(scalar): result.unicodeScalars.append(scalar)
            case _:
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return "\"" + result + "\""
    }

    /// Text without what is no letter, digit, mark, sign or blank.
    private static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                false
            default: true
            }
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: scalars)
        return result
    }
}

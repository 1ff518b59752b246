import Foundation
import Observations

@testable import Signatures
import YAML

/// Makes `Docs/signatures-coverage.md` from `vocabulary/coverage.yml` and the rules.
struct CoveragePage {
    /// A piece of published evidence.
    struct Piece {
        let seen: String
        let specificity: String
        /// Paths below `signatures/`.
        let rules: [String]
        /// Why no rule carries it.
        let reason: String?
    }

    struct Subject {
        let name: String
        let family: String
        let evidence: [Piece]
    }

    let subjects: [Subject]

    init(_ text: String) throws {
        guard let list = try YAMLReader.parse(text, file: "coverage.yml").first else {
            subjects = []
            return
        }
        subjects = try list.list().map { node in
            Subject(
                name: try node.required("software").string(),
                family: try node.required("family").string(),
                evidence: try node.required("evidence").list().map { piece in
                    Piece(
                        seen: try piece.required("seen").string(),
                        specificity: try piece.required("specificity").string(),
                        rules: try piece["rules"]?.strings() ?? [],
                        reason: try piece["none"]?.string()
                    )
                }
            )
        }
    }

    /// - Parameter rules: the rules by path.
    func text(_ rules: [String: SigmaRule]) -> String {
        let families = subjects.map(\.family).reduce(into: [String]()) { list, family in
            if !list.contains(family) { list.append(family) }
        }
        var page = """
            # What the library covers

            Each piece of evidence that was published for a tool, and the rule that carries it or why none does. This page is
            made from `vocabulary/coverage.yml` by the tests (`RECORD_SNAPSHOTS=1` writes it anew). A hash that is too
            long for the table is shortened; the rule has it whole. Behind a rule stands which generations of the software show it, where
            its source says so. Under a name stand the kinds of evidence that its rules have; kinds are independent of each other, so
            that what is missing there would be worth most.

            | family | names | with a rule | pieces of evidence | without a rule | rules |
            | --- | ---: | ---: | ---: | ---: | ---: |

            """
        for family in families { page += row(of: family) }
        page +=
            "\nCorrelation rules over a sweep stand in `signatures/correlation` and belong to no family.\n"
        for family in families {
            page += "\n## \(family)\n"
            for subject in subjects where subject.family == family { page += section(subject, rules) }
        }
        return page
    }

    private func row(of family: String) -> String {
        let mine = subjects.filter { $0.family == family }
        let pieces = mine.flatMap(\.evidence)
        let numbers = [
            mine.count,
            mine.count { $0.evidence.contains { !$0.rules.isEmpty } },
            pieces.count,
            pieces.count(where: \.rules.isEmpty),
            Set(pieces.flatMap(\.rules)).count,
        ]
        return "| \(family) | " + numbers.map(String.init).joined(separator: " | ") + " |\n"
    }

    private func section(_ subject: Subject, _ rules: [String: SigmaRule]) -> String {
        var text = "\n### \(markdown(subject.name))\n\n"
        if !["benign", "trait"].contains(subject.family) {
            let known = Set(subject.evidence.flatMap(\.rules).flatMap { rules[$0]?.kinds ?? [] })
            let missing = EvidenceKind.allCases.filter { !known.contains($0) }
            text +=
                "Evidence of: \(names(EvidenceKind.allCases.filter(known.contains))). None of: \(names(missing)).\n\n"
        }
        text += "| evidence | specificity | rule |\n| --- | --- | --- |\n"
        for piece in subject.evidence {
            let links = piece.rules.map { path in
                "[\(markdown(rules[path]?.title ?? path))](../signatures/\(path))" + generation(rules[path])
            }
            let answer = piece.reason.map { "none: " + markdown($0) } ?? links.joined(separator: "; ")
            text += "| \(markdown(piece.seen)) | \(piece.specificity) | \(answer) |\n"
        }
        return text
    }

    private func names(_ kinds: [EvidenceKind]) -> String {
        kinds.isEmpty ? "–" : kinds.map(\.rawValue).joined(separator: ", ")
    }

    /// Which versions of the software show what a rule looks for.
    private func generation(_ rule: SigmaRule?) -> String {
        let parts = [
            rule?.hallmark.since.map { "since \(markdown($0))" },
            rule?.hallmark.until.map { "until \(markdown($0))" },
        ]
        let told = parts.compactMap(\.self)
        return told.isEmpty ? "" : " (" + told.joined(separator: ", ") + ")"
    }

    /// Text that Markdown shows as it is.
    private func markdown(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "|", "*", "_", "`", "[", "]", "\\", "#": result += "\\\(character)"
            default: result.append(character)
            }
        }
    }
}

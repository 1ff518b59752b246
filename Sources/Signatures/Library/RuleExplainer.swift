import Observations

/// Says in plain words what a rule looks for.
package struct RuleExplainer {
    private let rule: SigmaRule

    package init(_ rule: SigmaRule) { self.rule = rule }

    /// The condition as indented lines.
    package var condition: [String] { lines(rule.condition, 0) }

    /// The fields that the condition tests, each with what it holds.
    package var fields: [(name: String, text: String)] {
        var seen: Set<String> = []
        let names = rule.condition.tests.flatMap { test in
            if case .fieldReference(let other, _, _) = test.predicate {
                [test.field, other]
            } else {
                [test.field]
            }
        }
        return names.filter { seen.insert($0).inserted }.map { name in
            if let member = FieldCatalog.member(name) {
                return (name, "The values of the header \(member).")
            }
            return (name, Field.all.first { $0.name == name }?.text ?? "")
        }
    }

    /// What a match means, in a sentence.
    package var meaning: String {
        switch rule.hallmark.subject {
        case .software(let list):
            let names = list.map(\.name).joined(separator: " or ")
            let strength =
                switch rule.hallmark.specificity {
                case .unique: "practically nothing else shows this"
                case .strong: "little else shows this; a second kind of evidence is wanted"
                case .weak: "innocent software shows this too; alone it means little"
                }
            return "Speaks for \(names): \(strength)."
        case .benign(let benign):
            let whom = benign.isOfAny ? "any software" : benign.lookalikeOf.joined(separator: ", ")
            return
                "Innocent: \(benign.name). \(benign.lowers ? "Lowers" : "Is told beside") a lead for \(whom)."
        case .trait: return "An oddity that is recorded and raises no lead of its own."
        }
    }

    /// Which versions or dates of the software the rule holds for; nil when it does not say.
    package var generations: String? {
        switch (rule.hallmark.since, rule.hallmark.until) {
        case (let since?, let until?): "\(since) to \(until)"
        case (let since?, nil): "\(since) and later"
        case (nil, let until?): "up to \(until)"
        case (nil, nil): nil
        }
    }

    private func lines(_ expression: Expression, _ depth: Int) -> [String] {
        let margin = String(repeating: "  ", count: depth)
        switch expression {
        case .test(let test): return [margin + words(test)]
        case .not(.test(let test)) where test.predicate == .exists:
            return [margin + "\(test.field) is absent"]
        case .not(let inner): return [margin + "not:"] + lines(inner, depth + 1)
        case .and(let parts): return [margin + "all of:"] + parts.flatMap { lines($0, depth + 1) }
        case .or(let parts): return [margin + "any of:"] + parts.flatMap { lines($0, depth + 1) }
        }
    }

    private func words(_ test: FieldTest) -> String {
        switch test.predicate {
        case .text(let text, let cased):
            let kind = FieldCatalog.kind(of: test.field)
            if kind == .long || kind == .boolean, let literal = text.literal {
                return "\(test.field) is \(String(decoding: literal, as: UTF8.self))"
            }
            return "\(test.field) \(words(text))\(cased ? ", in this case" : "")"
        case .expression(let text, let flags):
            var manner = flags.contains(.caseless) ? ", in any case" : ""
            if flags.contains(.multiline) { manner += ", line by line" }
            if flags.contains(.dotAll) { manner += ", across lines" }
            return "\(test.field) matches the regular expression \(text)\(manner)"
        case .compare(let comparison, let number):
            let isDate = FieldCatalog.kind(of: test.field) == .date
            return "\(test.field) \(words(comparison, isDate)) \(isDate ? date(number) : "\(number)")"
        case .part(let part, let comparison, let number):
            return "the \(part.rawValue) of \(test.field) \(words(comparison, false)) \(number)"
        case .network(let network): return "\(test.field) lies in \(network)"
        case .exists: return "\(test.field) is there"
        case .fieldReference(let other, let mode, _):
            let verb =
                switch mode {
                case .whole: "equals"
                case .contains: "contains"
                case .start: "begins with"
                case .end: "ends with"
                }
            return "\(test.field) \(verb) \(other)"
        }
    }

    private func words(_ comparison: Comparison, _ isDate: Bool) -> String {
        switch comparison {
        case .equal: "is"
        case .less: isDate ? "is before" : "is less than"
        case .lessOrEqual: isDate ? "is not after" : "is at most"
        case .greater: isDate ? "is after" : "is more than"
        case .greaterOrEqual: isDate ? "is not before" : "is at least"
        }
    }

    /// Milliseconds since 1970 as people write a time.
    private func date(_ milliseconds: Int64) -> String {
        func digits(_ part: DatePart, _ count: Int) -> String {
            let text = "\(SigmaDate.part(part, of: milliseconds))"
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let day = "\(digits(.year, 4))-\(digits(.month, 2))-\(digits(.day, 2))"
        let time = "\(digits(.hour, 2)):\(digits(.minute, 2))"
        return time == "00:00" ? day : "\(day) \(time) UTC"
    }

    private func words(_ text: SigmaText) -> String {
        func quoted(_ parts: some Sequence<SigmaText.Part>) -> String? {
            var result = SigmaText(literal: [])
            for case .literal(let bytes) in parts { result = SigmaText(literal: bytes) }
            return result.literal.map { quote(String(decoding: $0, as: UTF8.self)) }
        }
        let parts = text.parts
        let literals = parts.filter { if case .literal = $0 { true } else { false } }
        if parts == [.any] { return "is there" }
        if let literal = text.literal {
            return literal.isEmpty
                ? "is empty" : "is " + quote(String(decoding: literal, as: UTF8.self))
        }
        if literals.count == 1, !parts.contains(.one), let only = quoted(literals) {
            if parts.count == 3 { return "contains \(only)" }
            if parts.count == 2 { return parts[0] == .any ? "ends with \(only)" : "begins with \(only)" }
        }
        return "is like " + quote(text.source)
    }
}

/// Text in quotes, on one line.
private func quote(_ text: String) -> String {
    "\"" + text.replacing("\r", with: "\\r").replacing("\n", with: "\\n").replacing("\r\n", with: "\\r\\n")
        + "\""
}

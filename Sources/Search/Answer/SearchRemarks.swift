import Observations
import Terminal

/// What a query means other than whoever wrote it may think.
struct SearchRemarks {
    /// Said in any case.
    private(set) var always: [String] = []
    /// Said when nothing was found.
    private(set) var whenEmpty: [String] = []
    private let unit: SearchUnit

    init(_ tree: KQLNode, of unit: SearchUnit) {
        self.unit = unit
        look(tree, within: "")
        // A list of a thousand values has one thing to be said of it.
        always = Array(always.prefix(3))
        whenEmpty = Array(whenEmpty.prefix(1))
    }

    /// - Parameter list: what stands before each name, within braces.
    private mutating func look(_ node: KQLNode, within list: String) {
        switch node {
        case .and(let parts), .or(let parts): for part in parts { look(part, within: list) }
        case .not(let part): look(part, within: list)
        case .nested(let path, let part): look(part, within: (path.plain ?? "") + ".")
        case .equals(let field, let value):
            if case .phrase(let text) = value, text.contains("*") {
                whenEmpty.append("a '*' within quotes is a star: without quotes it stands for anything")
            }
            if field == .null || field.isAny {
                look(bare: value)
            } else if let name = field.plain {
                look(value, of: list + name)
            }
        case .range(let field, let comparison, let value):
            if let name = field.plain { look(comparison, value, of: list + name) }
        }
    }

    /// A value that no record holds is found nowhere.
    private mutating func look(_ value: KQLLiteral, of name: String) {
        guard let text = value.plain, let kind = Field.named(name)?.kind,
            // Of the others a part may be asked for: a network, a month; what is none is an error.
            kind == .keyword || kind == .long, let fault = Field.fault(of: text, in: name)
        else { return }
        whenEmpty.append("\(name): \(fault)")
    }

    /// Numbers beyond those that a field can have.
    private mutating func look(_ comparison: KQLNode.Comparison, _ value: KQLLiteral, of name: String) {
        guard let bounds = Field.bounds[name], let number = value.plain.flatMap({ Int($0) }) else { return }
        let isBeyond =
            switch comparison {
            case .less: number <= bounds.lowerBound
            case .atMost: number < bounds.lowerBound
            case .greater: number >= bounds.upperBound
            case .atLeast: number > bounds.upperBound
            }
        guard isBeyond else { return }
        whenEmpty.append("\(name): numbers there are from \(bounds.lowerBound) to \(bounds.upperBound)")
    }

    /// Signs by which other languages compare.
    private static let signs: Set<String> = ["!=", "==", "=", "<>", "~", "=~", "!~"]

    /// The name of a field among bare words was meant to be asked, by the signs of another language.
    private mutating func look(fieldIn word: String, before next: String) {
        let name = String(word.prefix { !"=!<>~".contains($0) })
        // A single sign within a word may be one of a name's own, as in CN=gate.
        let isCompared = ["!=", "=="].contains(where: word.contains) || Self.signs.contains(next)
        let isField = Field.named(name) != nil || SearchField.byName[name] != nil
        guard
            isField && (name.contains(".") || name.hasPrefix("@"))
                || isCompared && name.first?.isLetter == true
        else { return }
        let hint = isField ? "" : Spelling.hint(name, among: SearchField.all.map(\.name))
        always.append(
            "'\(name)' is looked for as a word here\(hint): a field is asked by 'field: value' or by <, <=, >, >=, and all but a value by 'not field: value'"
        )
    }

    private mutating func look(bare value: KQLLiteral) {
        guard !value.isAny, let bare = try? BareWords(value) else { return }
        if case .text = value {
            for (place, word) in bare.words.enumerated() {
                let next = place + 1 < bare.words.count ? bare.words[place + 1] : ""
                look(fieldIn: word, before: next)
            }
        }
        for word in bare.words {
            guard let fault = bare.isPrefix ? WordFault.ofStart(word) : WordFault.of(word) else { continue }
            whenEmpty.append(fault)
        }
        for word in bare.words where WordForm(word) != nil && WordForm.hasPath(word) {
            always.append(
                "'\(word)' is looked for as '\(WordForm.authority(of: word) ?? "")': a corpus keeps no paths"
            )
        }
        // A word of signs and digits that begins an address is looked for as that.
        let isStart = bare.isPrefix && bare.words.contains(where: LeafBuilder.isStartOfAddress)
        guard unit != .findings, !isStart else { return }
        for (word, searched) in bare.cut
        where WordForm(word) == nil && WordForm.authority(of: word) == nil && Int(word) == nil {
            always.append(
                "'\(word)' is looked for as '\(searched)': signs are no part of words; a field has them, as in tls.server.subject: *…*"
            )
        }
    }
}

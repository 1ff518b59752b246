import Corpus
import Terminal

extension CorpusSearch {
    /// So many rows that can't be judged are counted.
    private static let mostUnjudged = 10_000

    /// So many facts are named.
    private static let mostNamed = 3

    /// What of the question can't be answered, because something of certificates is not known.
    ///
    /// What is not known is neither over nor well: it is no row of the answer, which says nothing of it.
    ///
    /// - Parameter field: what is counted by; what does not have it is in no group.
    package func unjudged(groupedBy field: String? = nil) throws -> [String] {
        guard unit != .findings else { return [] }
        var texts: [String] = []
        let asked = try missing(ToldFact.asked(in: tree, LeafBuilder(corpus: corpus, now: now)))
        if !asked.isEmpty,
            let text = try text(asked, "could not be judged", { try $0.undecided(tree, $1) })
        {
            texts.append(text)
        }
        let grouped = field.flatMap { SearchField.byName[$0] }.flatMap { ToldFact.held(by: $0) }
        let lacking = try missing(grouped.map { [$0] } ?? [])
        if !lacking.isEmpty, let text = try text(lacking, "is in no group", { try $0.lacking($1, tree) }) {
            texts.append(text)
        }
        return texts
    }

    /// Those of some facts that may be missing somewhere in the corpus.
    ///
    /// What has no index is counted at once: to look for the first takes as long.
    private func missing(_ facts: [ToldFact]) throws -> [ToldFact] {
        try facts.filter { fact in
            guard let candidates = fact.missing.candidates else { return true }
            var isAny = false
            try corpus.select("\(candidates.sql) LIMIT 1") { _ in isAny = true }
            return isAny
        }
    }

    /// - Returns: nil where it is so of no row.
    private func text(
        _ facts: [ToldFact],
        _ what: String,
        _ condition: (SearchCompiler, [ToldFact]) throws -> Condition
    ) throws -> String? {
        func number(_ facts: [ToldFact], atMost most: Int) throws -> Int {
            let compiler = SearchCompiler(corpus, unit, now: now, few: few, times: 3)
            return try counting(try condition(compiler, facts)).count(atMost: most)
        }
        let count = try number(facts, atMost: Self.mostUnjudged)
        guard count > 0 else { return nil }
        let facts = facts.count == 1 ? facts : try facts.filter { try number([$0], atMost: 1) > 0 }
        let rows = counted(min(count, Self.mostUnjudged), String(unit.rawValue.dropLast()))
        let number = count > Self.mostUnjudged ? "more than \(rows)" : rows
        let who = unit == .certificates ? number : "the certificates of \(number)"
        var words: [String] = []
        for fact in facts where !words.contains(fact.word) { words.append(fact.word) }
        // A name with wildcards may be that of any field.
        let shown = words.prefix(Self.mostNamed).joined(separator: " or ")
        let others = words.count - Self.mostNamed
        let more = others > 0 ? " or \(others) \(others == 1 ? "other" : "others")" : ""
        let queries = facts.prefix(Self.mostNamed).map { "not \($0.field.name): *" }.joined(separator: " or ")
        // What not every certificate has is lacking where it is known to be, too.
        let finds = facts.allSatisfy(\.isOfEvery) ? "asks for them" : "finds them among others"
        return "\(shown)\(more) of \(who) \(what): the corpus does not have it; '\(queries)' \(finds)"
    }
}

extension SearchCompiler {
    /// Rows of which nobody can tell whether they are asked for, for want of some facts.
    fileprivate func undecided(_ tree: KQLNode, _ facts: [ToldFact]) throws -> Condition {
        try joined([
            lacking(facts), compile(tree, .most), Self.negated(compile(tree, .least)),
        ])
    }

    /// Rows that are asked for and lack a fact.
    fileprivate func lacking(_ facts: [ToldFact], _ tree: KQLNode) throws -> Condition {
        try joined([lacking(facts), compile(tree)])
    }

    private func lacking(_ facts: [ToldFact]) throws -> Condition {
        Self.joined(try facts.map { try lacking($0) }, "OR")
    }

    private func joined(_ parts: [Condition]) -> Condition { Self.joined(parts, "AND") }
}

import Corpus
import Terminal

extension CorpusSearch {
    /// So many rows that can't be judged are counted.
    private static let mostUnjudged = 10_000

    /// What of the question can't be answered, because the times of some certificates are not known.
    ///
    /// What is not known is neither over nor well: it is no row of the answer, which says nothing of it.
    ///
    /// - Parameter field: what is counted by; what does not have it is in no group.
    package func unjudged(groupedBy field: String? = nil) throws -> [String] {
        guard unit != .findings else { return [] }
        var texts: [String] = []
        let asked = try missing(CertificateTime.asked(in: tree))
        if !asked.isEmpty,
            let text = try text(asked, "could not be judged", { try $0.undecided(tree, asked) })
        {
            texts.append(text)
        }
        let grouped = field.flatMap { SearchField.byName[$0] }.flatMap { CertificateTime($0) }
        let lacking = try missing(grouped.map { [$0] } ?? [])
        if !lacking.isEmpty, let text = try text(lacking, "is in no group", { try $0.lacking(lacking, tree) })
        {
            texts.append(text)
        }
        return texts
    }

    /// Those of some times that are missing somewhere in the corpus: an index tells.
    private func missing(_ times: Set<CertificateTime>) throws -> [CertificateTime] {
        try CertificateTime.allCases.filter { time in
            guard times.contains(time) else { return false }
            var isAny = false
            let sql = "SELECT 1 FROM certificates WHERE \(time.rawValue) IS NULL LIMIT 1"
            try corpus.select(sql) { _ in isAny = true }
            return isAny
        }
    }

    /// - Returns: nil where it is so of no row.
    private func text(
        _ times: [CertificateTime],
        _ what: String,
        _ condition: (SearchCompiler) throws -> Condition
    ) throws -> String? {
        let compiler = SearchCompiler(corpus, unit, now: now, few: few)
        let count = try counting(try condition(compiler)).count(atMost: Self.mostUnjudged)
        guard count > 0 else { return nil }
        let rows = counted(min(count, Self.mostUnjudged), String(unit.rawValue.dropLast()))
        let number = count > Self.mostUnjudged ? "more than \(rows)" : rows
        let who = unit == .certificates ? number : "the certificates of \(number)"
        let words = times.map(\.word).joined(separator: " or ")
        let queries = times.map { "not \($0.field): *" }.joined(separator: " or ")
        return "\(words) of \(who) \(what): the corpus does not have it; '\(queries)' asks for them"
    }
}

extension SearchCompiler {
    /// Rows of which nobody can tell whether they are asked for, for want of some times.
    fileprivate func undecided(_ tree: KQLNode, _ times: [CertificateTime]) throws -> Condition {
        try joined([
            any(of: times.map(\.missing)), compile(tree, .most), Self.negated(compile(tree, .least)),
        ])
    }

    /// Rows that are asked for and lack a time.
    fileprivate func lacking(_ times: [CertificateTime], _ tree: KQLNode) throws -> Condition {
        try joined([any(of: times.map(\.missing)), compile(tree)])
    }

    private func joined(_ parts: [Condition]) -> Condition { Self.joined(parts, "AND") }
}

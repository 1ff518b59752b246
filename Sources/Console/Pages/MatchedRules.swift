import Corpus

/// Which rules matched endpoints with leads, as the triage shows them.
///
/// Of what a rule found a corpus keeps the rule alone.
struct MatchedRules {
    private var rules: [String: Set<String>] = [:]
    private let known: [String: ConsoleRule]

    /// - Parameter library: the rules; nil where they can't be read.
    init(
        _ records: some Sequence<SeenRecord>,
        in corpus: CorpusFile,
        library: ConsoleRule.Library?
    ) throws {
        let places = Set(records.map(\.ip))
        known = Dictionary(library?.rules.map { ($0.id, $0) } ?? [], uniquingKeysWith: { first, _ in first })
        guard !places.isEmpty else { return }
        var found: [String: Set<String>] = [:]
        for place in places {
            try corpus.rules(ofLeadsAt: place) { endpoint, rule in
                found["\(endpoint.ip) \(endpoint.port) \(endpoint.name)", default: []].insert(rule)
            }
        }
        rules = found
    }

    /// What spoke for the leads of a record, by rule, and where to see the rest.
    func markup(of record: SeenRecord) -> Markup {
        let matched = rules["\(record.ip) \(record.port) \(record["server.domain"])"] ?? []
        let software = Set(record.leads.map(\.software))
        let links = matched.sorted().map { id -> (speaks: Bool, link: Markup) in
            guard let rule = known[id] else { return (false, "<li>\(short: id)</li>") }
            let link = Link.to("/signatures", [("id", id)])
            return (
                !software.isDisjoint(with: rule.software),
                "<li><a href=\"\(link)\">\(rule.title)</a> <small>\(rule.family), \(rule.level)</small></li>"
            )
        }
        let (speaking, others) = (links.filter(\.speaks).map(\.link), links.filter { !$0.speaks }.map(\.link))
        let evidence: Markup =
            speaking.isEmpty
            ? "<p>The corpus does not tell which rule matched.</p>"
            : "<p>Evidence: what these rules look for was there.</p><ul>\(speaking)</ul>"
        let context: Markup = others.isEmpty ? "" : "<p>Other rules that matched it:</p><ul>\(others)</ul>"
        return """
            \(evidence)\(context)
            <p class="hint">A rule's page says what else looks so. The values that it found stand in the record that was
            matched, not in the corpus: <code>hallmark validate \(record.endpoint)</code> looks again.</p>
            """
    }
}

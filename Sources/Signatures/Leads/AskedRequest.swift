/// An HTTP request that rules need, and how much it can tell.
struct AskedRequest: Sendable {
    let request: RuleRequest
    /// The rules that need it, by their place in the set.
    let rules: [Int]

    /// The requests of all rules, each once, those first that the most and the surest rules ask for.
    static func all(_ rules: [SigmaRule]) -> [AskedRequest] {
        var places: [RuleRequest: Int] = [:]
        var requests: [(request: RuleRequest, rules: [Int])] = []
        for (index, rule) in rules.enumerated() {
            for request in rule.hallmark.requests {
                if let place = places[request] {
                    requests[place].rules.append(index)
                } else {
                    places[request] = requests.count
                    requests.append((request, [index]))
                }
            }
        }
        let weighed = requests.enumerated().map { place, one in
            (place, one.rules.reduce(0) { $0 + weight(rules[$1]) })
        }
        return weighed.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            .map { AskedRequest(request: requests[$0.0].request, rules: requests[$0.0].rules) }
    }

    /// What an answer can add to a lead; a little where it can only lower one.
    static func weight(_ rule: SigmaRule) -> Double {
        rule.hallmark.software.isEmpty
            ? 0.01 : Confidence.weight(rule.hallmark.specificity, isExpired: false)
    }
}

extension MatchScratch {
    /// The requests that could still complete a match, by their place in the set, after what the last
    /// observation holds.
    ///
    /// A person's own rules come first, which have been named for this run. Then what the host itself points
    /// to: the target of its redirect. Then those for software that has matched, by how sure that match and
    /// the rule that asks are, and at last those that the most and the surest rules ask for. What is refuted
    /// already is left out.
    package func openRequests() -> [Int] {
        var told: [Software: Double] = [:]
        for match in matched {
            let rule = ruleSet.rule(match.rule)
            for software in rule.hallmark.software {
                told[software] = max(told[software] ?? 0, AskedRequest.weight(rule))
            }
        }
        let targets = redirectTargets
        var open: [(place: Int, first: Int, known: Double, all: Double)] = []
        for (place, asked) in ruleSet.leadTables.asked.enumerated() {
            let rules = asked.rules.filter { !isRefuted($0) }
            guard !rules.isEmpty else { continue }
            let weights = rules.map { AskedRequest.weight(ruleSet.rule($0)) }
            let known = zip(rules, weights).map { rule, weight in
                weight * (ruleSet.rule(rule).hallmark.software.compactMap { told[$0] }.max() ?? 0)
            }
            let isOwn = rules.contains { ruleSet.rule($0).isOwn }
            let isPointedTo = asked.request.method == "GET" && targets.contains(asked.request.path)
            let first = isOwn ? 2 : isPointedTo ? 1 : 0
            open.append((place, first, known.max() ?? 0, weights.reduce(0, +)))
        }
        return open.sorted {
            ($1.first, $1.known, $1.all, $0.place) < ($0.first, $0.known, $0.all, $1.place)
        }
        .map(\.place)
    }

    /// The paths on the same host that answers of the last observation redirect to.
    private var redirectTargets: Set<String> {
        Set(texts("http.response.header.location").compactMap(Self.path))
    }

    /// The path of a redirect's target; nil for one without, or on a host that is named.
    private static func path(of location: String) -> String? {
        var rest = location[...]
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            guard let slash = rest.dropFirst(scheme.count).firstIndex(of: "/") else { return nil }
            rest = rest[slash...]
        }
        rest = rest.prefix { $0 != "#" }
        guard rest.hasPrefix("/"), !rest.hasPrefix("//"), rest.utf8.count <= 1024 else { return nil }
        return String(rest)
    }

    /// Whether a person's own rules know innocent TLS stacks, and the last observation's is none that any
    /// rule knows.
    package var hasUnknownStack: Bool {
        let tables = ruleSet.leadTables
        return tables.areOwnStacksKnown && !matched.contains { tables.innocentStacks.contains($0.rule) }
    }
}

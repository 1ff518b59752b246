/// The requests that a rule needs without listing them in `hallmark.requests`: those for the paths it tests.
enum ImpliedRequests {
    /// Requests that are made of one rule's paths; who has more lists them.
    private static let most = 16

    private static let placeFields: Set<String> = ["url.path", "url.full", "url.query"]

    /// The requests for the exact paths that a condition wants and `listed` does not ask for.
    ///
    /// `/` is asked for in any case. A rule that wants a method which can't be sent for it, as a POST whose
    /// body nobody knows, implies nothing.
    static func of(_ condition: Expression, listed: [RuleRequest]) -> [RuleRequest] {
        guard let method = method(condition) else { return [] }
        let known = paths(listed)
        var paths: [String] = []
        for test in condition.positiveTests where test.field == "url.path" {
            guard let path = path(test), !known.contains(path), !paths.contains(path) else { continue }
            paths.append(path)
        }
        return paths.prefix(most).map { RuleRequest(method: method, path: $0, headers: [:], body: nil) }
    }

    /// Whether a rule wants a path, or a query, for which nothing asks.
    ///
    /// A rule that lists its requests knows where its patterns are to be found.
    static func isUnaskable(_ rule: SigmaRule) -> Bool {
        let requests = rule.hallmark.requests
        let known = paths(requests)
        return rule.condition.positiveTests.contains { test in
            guard placeFields.contains(test.field) else { return false }
            if test.field == "url.path", let path = literal(test) { return !known.contains(path) }
            return requests.isEmpty
        }
    }

    /// The paths that are asked for, without their queries.
    private static func paths(_ requests: [RuleRequest]) -> Set<String> {
        Set(requests.map { String($0.path.prefix { $0 != "?" }) } + ["/"])
    }

    private static func method(_ condition: Expression) -> String? {
        let wanted = condition.positiveTests.filter { $0.field == "http.request.method" }
        guard !wanted.isEmpty else { return "GET" }
        return wanted.lazy.compactMap { literal($0)?.uppercased() }
            .first { ["GET", "HEAD", "OPTIONS"].contains($0) }
    }

    /// The path of a test, if it is one that can be sent.
    private static func path(_ test: FieldTest) -> String? {
        guard let text = literal(test), HallmarkReader.isPath(text) else { return nil }
        return text
    }

    private static func literal(_ test: FieldTest) -> String? {
        guard case .text(let text, _) = test.predicate, let bytes = text.literal else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

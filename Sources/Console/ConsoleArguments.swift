/// What each path may be asked with: an argument that nobody heeds would answer another question than was
/// asked.
enum ConsoleArguments {
    /// Refuses what a request has behind the `?` that its path does not know, and what stands there twice.
    ///
    /// What a path's arguments may hold says who reads them.
    static func check(_ request: ConsoleRequest) throws(ConsoleError) {
        guard let known = arguments(of: request.path) else { return }
        var met: Set<String> = []
        for name in request.query.map(\.name) {
            guard known.contains(name) else {
                let shown = name.prefix(100)
                let others =
                    known.isEmpty ? "which takes none" : "which takes \(known.joined(separator: ", "))"
                throw ConsoleError.wrong("'\(shown)' is no argument of \(request.path), \(others).")
            }
            guard met.insert(name).inserted || repeated.contains(request.path) else {
                throw ConsoleError.wrong("'\(name)' stands there twice.")
            }
        }
    }

    /// Nil for a path that there is not.
    private static func arguments(of path: String) -> [String]? {
        pages[path] ?? OpenAPI.arguments(of: path)
    }

    private static let repeated: Set<String> = ["/graph", "/graph.svg", "/graph.graphml", "/api/graph"]

    private static let pages: [String: [String]] = [
        "/": [], "/triage": ["all"], "/search": ["q", "of"], "/endpoint": ["ip", "port", "from", "to"],
        "/certificate": ["sha256"], "/graph": ["q"], "/graph.svg": ["q"], "/graph.graphml": ["q"],
        "/sweeps": ["from", "to"], "/signatures": ["id", "q", "family"], "/decisions": [], "/decide": [],
    ]
}

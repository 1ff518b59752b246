import Observations
import TestSupport
import Testing

@testable import Signatures

/// What is asked first of a host, and what was not asked of it.
@Suite struct AskedRequestTests {
    private static func rule(_ path: String, _ tool: String, _ specificity: String = "strong") -> String {
        """
        title: Page of \(tool) at \(path)
        logsource: {product: hallmark}
        detection: {s: {url.path: \(path), http.response.title: x}, condition: s}
        hallmark: {software: {name: \(tool)}, specificity: \(specificity), requests: [{path: \(path)}]}

        """
    }

    private static func loaded() throws -> RuleSet {
        let scratch = Scratch()
        for (name, text) in [
            ("a", rule("/a", "A", "unique")), ("b", rule("/b", "B", "unique")),
            ("c", rule("/c", "C", "weak")),
        ] { try scratch.write(name + ".yml", text) }
        let own = Scratch()
        try own.write("own.yml", rule("/own", "Own", "weak"))
        let place = LibraryPlace(path: scratch.path, isInstalled: true)
        return try LoadedRules(place, [own.path], cache: nil).set
    }

    private static func paths(_ set: RuleSet, _ line: String) throws -> [String] {
        let scratch = MatchScratch(set)
        try scratch.match(line)
        return scratch.openRequests().map { set.requests[$0].path }
    }

    /// A person's own rule is asked for first, however little it tells; then what the host points to.
    @Test(arguments: [
        ("", ["/own", "/a", "/b", "/c"]), ("/c", ["/own", "/c", "/a", "/b"]),
        ("/c#top", ["/own", "/c", "/a", "/b"]), ("https://host.example/b", ["/own", "/b", "/a", "/c"]),
        ("//other.example/c", ["/own", "/a", "/b", "/c"]),
        ("https://host.example", ["/own", "/a", "/b", "/c"]),
        ("c", ["/own", "/a", "/b", "/c"]),
    ])
    func order(_ location: String, _ paths: [String]) throws {
        let header = location.isEmpty ? "{}" : #"{"location":["\#(location)"]}"#
        let line = #"{"url":{"path":"/"},"http":{"response":{"status_code":302,"header":\#(header)}}}"#
        #expect(try Self.paths(Self.loaded(), line) == paths)
    }
}

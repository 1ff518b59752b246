import Foundation
import Search
import TestSupport
import Testing

/// The language against Kibana's grammar.
@Suite struct KQLTests {
    /// A query and its tree, or nothing where Kibana refuses it.
    struct Case: Decodable {
        let query: String
        let tree: String?
    }

    private static func cases() throws -> [Case] {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/kql", withExtension: "json"))
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    }

    private func tree(_ query: String) -> String? { (try? KQLParser.parse(query))?.description }

    @Test func treesAreThoseOfKibanasGrammar() throws {
        let cases = try Self.cases()
        #expect(cases.count > 150)
        for expected in cases { #expect(tree(expected.query) == expected.tree, "\(expected.query)") }
    }

    /// The table itself is what somebody else's parser makes of the queries.
    @Test(.enabled(if: !PythonPackages.isOffline)) func theTableIsAnothersParsers() throws {
        let cases = try Self.cases()
        let queries = try JSONEncoder().encode(cases.map(\.query))
        let output = try check(
            "python3",
            ["-B", projectFolder + "/Tests/Tools/kql_trees.py"],
            input: Array(queries)
        )
        let trees = try JSONDecoder().decode([String?].self, from: Data(output.text.utf8))
        #expect(trees == cases.map(\.tree))
    }

    @Test(arguments: [
        ("foo:(bar", "column 9: the query ends here, and more is expected"),
        ("\"foo", "column 1: a quotation mark without its other one"),
        (
            "server.ip: 2001:db8::1",
            "column 16: ':' can't stand here; a value with one, as an IPv6 address or a time, is put in quotes"
        ),
        (
            "foo)",
            "column 4: ')' can't stand here; within a value it is written '\\)', or the value in quotes"
        ),
    ])
    func anErrorSaysWhereAndWhat(query: String, text: String) {
        #expect(throws: KQLError.self) { try KQLParser.parse(query) }
        do { _ = try KQLParser.parse(query) } catch { #expect(error.description == text) }
    }

    @Test func depthAndLengthAreBounded() {
        let open = String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60)
        #expect(tree(open) == "is(null, \"a\")")
        #expect(tree(String(repeating: "(", count: 5000) + "a" + String(repeating: ")", count: 5000)) == nil)
        #expect(tree(String(repeating: "a:(", count: 5000)) == nil)
        #expect(tree(String(repeating: "a:{", count: 5000)) == nil)
        #expect(tree(String(repeating: "not ", count: 5000) + "a") == nil)
        #expect(tree(String(repeating: "a", count: 1 << 17)) == nil)
        let many = Array(repeating: "a:b", count: 5000).joined(separator: " or ")
        #expect(tree(many)?.count ?? 0 > 5000)
    }
}

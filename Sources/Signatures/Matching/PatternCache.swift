/// Keeps compiled pattern databases between runs.
package struct PatternCache: Sendable {
    package static var standard: PatternCache? { nil }

    func load(_ lists: [[PatternDatabase.Pattern]]) -> [PatternDatabase]? { nil }

    func store(_ databases: [PatternDatabase], for lists: [[PatternDatabase.Pattern]]) {}
}

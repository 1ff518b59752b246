import Observations

@testable import Signatures

/// A rule of one search, with what it needs around it.
func rule(_ detection: String, hallmark: String = "", level: String = "high", title: String = "A rule")
    -> String
{
    """
    title: \(title)
    logsource: {product: hallmark, category: tls_observation}
    detection:
    \(detection.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n"))
    level: \(level)
    \(hallmark)
    """
}

func load(_ texts: [String]) throws -> RuleSet {
    try RuleSet(texts.flatMap { try RuleReader.read($0, file: "rule.yml") })
}

/// The shipped library with a rule of a person's own, compiled once for all that need no more.
enum ShippedRules {
    /// Asks for networks, and holds until 2027.
    static let own = """
        title: Ours
        logsource: {product: hallmark}
        detection:
          s: {server.ip|cidr: [192.0.2.0/24, '2001:db8::/32'], hallmark.certificate.is_ca: false}
          condition: s
        hallmark: {software: {name: Ours}, specificity: strong, expires: 2027-01-01}
        """

    static let withOwn = Result {
        let folder = #filePath.replacing("Tests/SignaturesTests/Helpers.swift", with: "signatures")
        let documents = try SignatureLibrary.read([folder]).documents
        return try RuleSet(documents + RuleReader.read(own, file: "own.yml"))
    }
}

/// The titles of the rules that match a line.
func matches(_ set: RuleSet, _ line: String) throws -> [String] {
    let scratch = MatchScratch(set)
    try scratch.match(line)
    return scratch.matched.map { set.rules[$0.rule].title }.sorted()
}

/// Whether one search over fields matches a line of JSON.
func matches(_ search: String, _ line: String) throws -> Bool {
    try !matches(load([rule("selection:\n" + indent(search) + "\ncondition: selection")]), line).isEmpty
}

func indent(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
}

extension MatchScratch {
    func match(_ line: String) throws {
        try Array(line.utf8).withUnsafeBufferPointer { try match($0) }
    }
}

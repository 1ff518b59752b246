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

import Foundation
import Observations
import TestSupport
import Testing

@testable import Signatures

/// Our reading and matching held to pySigma's: every shipped rule is read by it without an error, and its SQLite
/// backend's queries find the same observations.
@Suite struct PySigmaTests {
    private static let root = #filePath.replacing("/Tests/SignaturesTests/PySigmaTests.swift", with: "")

    private struct Answer: Decodable {
        let errors: [String: String]
        let found: [String: [Int]]
    }

    private static func ask(_ paths: [String], _ observations: [String], members: [String]) throws -> Answer {
        let scratch = Scratch()
        let rows = try observations.enumerated().flatMap { try flatten($1, number: $0, members: members) }
        try scratch.write("rules", paths.joined(separator: "\n"))
        try scratch.write("rows", rows.joined(separator: "\n"))
        let kinds = Dictionary(uniqueKeysWithValues: Field.all.map { ($0.name, $0.kind.rawValue) })
        let fields = try JSONEncoder().encode(kinds)
        try scratch.write("fields", String(decoding: fields, as: UTF8.self))
        let result = try check(
            "python3",
            [
                root + "/Tests/Tools/sigma_differential.py", root + "/.build/python-sigma",
                scratch.file("rules"),
                scratch.file("rows"), scratch.file("fields"),
            ]
        )
        return try JSONDecoder().decode(Answer.self, from: Data(result.output))
    }

    /// One row for each exchange, as the matcher sees it; a table has one value a field.
    private static func flatten(_ line: String, number: Int, members: [String]) throws -> [String] {
        let reader = ObservationReader(members: members, skipping: [])
        let bytes = Array(line.utf8)
        return try bytes.withUnsafeBufferPointer { bytes in
            let view = try reader.read(bytes)
            return try (0..<max(1, view.exchanges)).map { exchange in
                var row: [String: Any] = ["row": number]
                for index in 0..<view.count where view[index].isVisible(in: exchange) {
                    let value = view[index]
                    let name = reader.names[value.field]
                    #expect(row[name] == nil, "\(name) has several values in \(line)")
                    if let number = value.integer {
                        row[name] = number
                    } else if let truth = value.truth {
                        row[name] = truth ? 1 : 0
                    } else {
                        row[name] = value.string
                    }
                }
                return String(decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self)
            }
        }
    }

    /// What we find, by path.
    private static func find(_ set: RuleSet, _ observations: [String]) throws -> [String: [Int]] {
        let scratch = MatchScratch(set)
        var found: [String: [Int]] = Dictionary(uniqueKeysWithValues: set.rules.map { ($0.file, []) })
        for (number, line) in observations.enumerated() {
            try scratch.match(line)
            for match in scratch.matched { found[set.rules[match.rule].file, default: []].append(number) }
        }
        return found
    }

    /// Differences that are known, by what the rule holds, and why.
    ///
    /// `cidr`: pySigma spells a network out as text patterns, which an address written otherwise does not meet.
    /// `|week`: SQLite counts weeks from the year's first Monday, we count as ISO 8601 does.
    private static let explained = ["|cidr", "|week"]

    private func compare(_ set: RuleSet, _ answer: Answer, _ observations: [String]) throws {
        #expect(answer.errors.isEmpty, "\(answer.errors)")
        let ours = try Self.find(set, observations)
        var compared = 0
        for rule in set.rules {
            let text = (try? String(contentsOfFile: rule.file, encoding: .utf8)) ?? ""
            if Self.explained.contains(where: text.contains) { continue }
            compared += 1
            let theirs = answer.found[rule.file] ?? []
            let difference = Set(theirs).symmetricDifference(ours[rule.file] ?? []).sorted()
            #expect(
                difference.isEmpty,
                "\(rule.file): \(difference.count) differ, such as \(difference.first.map { observations[$0] } ?? "")\n\(text)"
            )
        }
        #expect(compared > set.rules.count * 9 / 10)
    }

    @Test func shippedRulesFindTheSame() throws {
        let library = try SignatureLibrary.read([Self.root + "/signatures"], ja4plus: true)
        #expect(library.errors.isEmpty, "\(library.errors)")
        let set = try RuleSet(library.documents)
        // Every example of every rule is an observation for all rules; those with several values in a field aside.
        var observations: [String] = []
        var line = ByteBuffer()
        for rule in set.rules {
            for example in rule.hallmark.matches + rule.hallmark.nearMisses {
                line.removeAll()
                try example.encode(into: &line)
                let text = line.withSpan { span in
                    String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
                }
                if try Self.isFlat(text, set.members) { observations.append(text) }
            }
        }
        #expect(observations.count > 2 * set.rules.count * 8 / 10)
        let answer = try Self.ask(set.rules.map(\.file), observations, members: set.members)
        try compare(set, answer, observations)
    }

    /// Whether no field has several values in an exchange.
    private static func isFlat(_ line: String, _ members: [String]) throws -> Bool {
        let reader = ObservationReader(members: members, skipping: [])
        return try Array(line.utf8).withUnsafeBufferPointer { bytes in
            let view = try reader.read(bytes)
            for exchange in 0..<max(1, view.exchanges) {
                var seen: Set<Int> = []
                for index in 0..<view.count where view[index].isVisible(in: exchange) {
                    guard seen.insert(view[index].field).inserted else { return false }
                }
            }
            return true
        }
    }

    @Test func generatedRulesFindTheSame() throws {
        let scratch = Scratch()
        var generator = RuleGenerator(seed: 7)
        generator.maximumValues = 1
        let paths = try (0..<500).map { try scratch.write("\($0).yml", generator.rule($0)) }
        let observations = (0..<500).map { _ in generator.observation() }
        let library = try SignatureLibrary.read([scratch.path])
        #expect(library.errors.isEmpty, "\(library.errors)")
        let set = try RuleSet(library.documents)
        let answer = try Self.ask(paths, observations, members: set.members)
        try compare(set, answer, observations)
    }
}

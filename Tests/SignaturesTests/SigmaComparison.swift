import Foundation
import Inventory
import Observations
import TestSupport
import Testing

@testable import Signatures
import YAML

/// The same rules over the same observations, by us and by pySigma's SQLite backend.
///
/// `Tests/Tools/sigma_differential.py` tells how fields with several values become columns.
struct SigmaComparison {
    /// The ways in which the two are known to differ, and why.
    ///
    /// A difference that none of them covers is a failure, and so is one of them that no difference needs any
    /// more.
    enum Explanation: CaseIterable {
        /// `cidr` compares addresses; pySigma spells the network out as text patterns, which text that is no
        /// address can meet, and an address that is not in its shortest form does not.
        case address
        /// A network of length 0 is all addresses of its family; pySigma makes it `*`, which any text meets.
        case anyAddress
        /// `week` counts as ISO 8601 does; SQLite's `%W` counts from the year's first Monday.
        case week
        /// An upper bound is asked of all events of a time span; pySigma asks it of every event with those
        /// before it, of which the first is always alone.
        case upperBound
        /// An observation without a time counts as one of 1970-01-01; pySigma leaves it out.
        case noTime
    }

    private let collections: [[String]]
    private let sets: [RuleSet]
    private let observations: [String]
    private let fields: [[String: [String]]]
    private let answer: Answer

    private struct Answer: Decodable {
        let errors: [String: String]
        let found: [String: [Int]]
        let alerts: [String: [Alert]]
    }

    private struct Alert: Decodable {
        let group: [String: String]
        let count: Int
    }

    private struct Job: Encodable {
        let collections: [[String]]
        let kinds: [String: String]
        let scalars: [String]
        let observations: [String]
    }

    /// - Parameter collections: rule files; those of one list know each other.
    init(_ collections: [[String]], _ observations: [String], ja4plus: Bool = false) throws {
        self.collections = collections
        self.observations = observations
        sets = try collections.map { paths in
            let library = try SignatureLibrary.read(paths, ja4plus: ja4plus)
            #expect(library.errors.isEmpty, "\(library.errors)")
            return try RuleSet(library.documents)
        }
        fields = try observations.map { try NaiveEvaluator.fields(of: $0) }
        let correlations = sets.flatMap(\.correlations)
        let job = Job(
            collections: collections,
            kinds: Dictionary(uniqueKeysWithValues: Field.all.map { ($0.name, $0.kind.rawValue) }),
            scalars: Set(correlations.flatMap { $0.groupBy + [$0.field].compactMap(\.self) }).sorted(),
            observations: observations
        )
        let scratch = Scratch()
        let root = #filePath.replacing("/Tests/SignaturesTests/SigmaComparison.swift", with: "")
        try JSONEncoder().encode(job).write(to: URL(fileURLWithPath: scratch.file("job")))
        let tool = root + "/Tests/Tools/sigma_differential.py"
        let result = try TestSupport.check(
            "python3",
            [tool, root + "/.build/python-sigma", scratch.file("job")]
        )
        answer = try JSONDecoder().decode(Answer.self, from: Data(result.output))
    }

    /// Records every difference that has no explanation.
    ///
    /// - Returns: the explanations that were needed.
    func check() throws -> Set<Explanation> {
        #expect(answer.errors.isEmpty, "\(answer.errors)")
        var used: Set<Explanation> = []
        var agreed = 0
        for (paths, set) in zip(collections, sets) {
            let (found, findings) = try find(set)
            for (place, rule) in set.rules.enumerated() {
                let theirs = try #require(answer.found[rule.title])
                if !found[place].isDisjoint(with: theirs) { agreed += 1 }
                for number in found[place].symmetricDifference(theirs).sorted() {
                    let explanation = explain(rule, fields[number])
                    let who = found[place].contains(number) ? "we alone find" : "pySigma alone finds"
                    #expect(
                        explanation != nil,
                        "\(rule.file): \(who) \(observations[number])\n\(text(paths, rule))"
                    )
                    if let explanation { used.insert(explanation) }
                }
            }
            for rule in set.correlations {
                used.formUnion(try compare(rule, findings.filter { $0.rule.title == rule.title }))
            }
        }
        // Rules that find nothing would agree as well.
        #expect(agreed > sets.reduce(0) { $0 + $1.rules.count } / 2)
        return used
    }

    /// A rule as it stands in its file, with the rest of its collection when that is small.
    private func text(_ paths: [String], _ rule: SigmaRule) -> String {
        (paths.count < 10 ? paths : [rule.file])
            .compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }.joined(separator: "\n---\n")
    }

    /// What we find: the observations of each rule, and the groups of correlations.
    private func find(_ set: RuleSet) throws -> ([Set<Int>], [Correlator.Finding]) {
        let scratch = MatchScratch(set)
        var correlator = Correlator(set)
        var found = [Set<Int>](repeating: [], count: set.rules.count)
        for (number, line) in observations.enumerated() {
            try scratch.match(line)
            for match in scratch.matched { found[match.rule].insert(number) }
            correlator.add(correlator.events(scratch))
        }
        return (found, correlator.finish())
    }

    private func explain(_ rule: SigmaRule, _ fields: [String: [String]]) -> Explanation? {
        for test in rule.condition.tests {
            let values = fields[test.field] ?? []
            switch test.predicate {
            case .network(let network) where network.description.hasSuffix("/0"):
                if !values.isEmpty { return .anyAddress }
            case .network: if values.contains(where: { !Self.isShortestAddress($0) }) { return .address }
            case .part(.week, _, _): if values.contains(where: Self.isCountedOtherwise) { return .week }
            default: continue
            }
        }
        return nil
    }

    /// Whether a text is an address as the system's C library writes it.
    private static func isShortestAddress(_ text: String) -> Bool {
        for family in [AF_INET, AF_INET6] {
            var bytes = [UInt8](repeating: 0, count: 16)
            var characters = [CChar](repeating: 0, count: 64)
            guard inet_pton(family, text, &bytes) == 1,
                inet_ntop(family, bytes, &characters, socklen_t(characters.count)) != nil
            else { continue }
            return String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) == text
        }
        return false
    }

    /// Whether the week of a date by ISO 8601 is not the number of Mondays of its year so far, which `%W` is.
    private static func isCountedOtherwise(_ text: String) -> Bool {
        guard let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            let zone = TimeZone(secondsFromGMT: 0)
        else { return false }
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = zone
        guard let day = calendar.ordinality(of: .day, in: .year, for: date) else { return false }
        let daysSinceMonday = (calendar.component(.weekday, from: date) + 5) % 7
        return (day + 6 - daysSinceMonday) / 7 != calendar.component(.weekOfYear, from: date)
    }

    /// The groups of a correlation with the highest count of each.
    private func compare(_ rule: CorrelationRule, _ findings: [Correlator.Finding]) throws -> Set<Explanation>
    {
        var used: Set<Explanation> = []
        let counted = rule.kind == .eventCount || rule.kind == .valueCount
        var ours: [[String]: Int] = [:]
        for finding in findings {
            let group = finding.group.map { $0.lowercased() }
            #expect(ours[group] == nil, "\(rule.title) finds a group twice: \(group)")
            ours[group] = counted ? finding.count : 0
        }
        var theirs: [[String]: Int] = [:]
        for alert in try #require(answer.alerts[rule.title]) {
            let group = rule.groupBy.map { alert.group[$0]?.lowercased() ?? "" }
            theirs[group] = max(theirs[group] ?? 0, counted ? alert.count : 0)
        }
        let withoutTime = Set(findings.filter { $0.first == 0 }.map { $0.group.map { $0.lowercased() } })
        let isBounded = rule.bounds.contains { ![.gt, .gte].contains($0.0) }
        for group in Set(ours.keys).union(theirs.keys) where ours[group] != theirs[group] {
            if withoutTime.contains(group) {
                used.insert(.noTime)
            } else if isBounded, ours[group] == nil || theirs[group] != nil {
                used.insert(.upperBound)
            } else {
                Issue.record(
                    "\(rule.node.file): \(group) counts \(String(describing: ours[group])) for us, \(String(describing: theirs[group])) for pySigma"
                )
            }
        }
        return used
    }
}

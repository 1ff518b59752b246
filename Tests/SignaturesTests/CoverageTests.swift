import Foundation
import Testing

@testable import Signatures

/// The shipped library against the list of published evidence that it was written from.
@Suite struct CoverageTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The page's data, and the rules by path below `signatures/`; read once, for it takes a second.
    private static let shipped = Result {
        let signatures = root.appendingPathComponent("signatures").resolvingSymlinksInPath().path
        let list = try String(contentsOfFile: signatures + "/../vocabulary/coverage.yml", encoding: .utf8)
        var rules: [String: SigmaRule] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: signatures)
        where path.hasSuffix(".yml") && !path.hasPrefix("correlation/") {
            let text = try String(contentsOfFile: signatures + "/" + path, encoding: .utf8)
            for case .rule(let rule) in try RuleReader.read(text, file: path) {
                rules[path] = rule
            }
        }
        return (page: try CoveragePage(list), rules: rules)
    }

    private let page: CoveragePage
    private let rules: [String: SigmaRule]

    init() throws { (page, rules) = try Self.shipped.get() }

    @Test func everyRuleCarriesEvidenceAndEveryPathIsARule() {
        let named = Set(page.subjects.flatMap(\.evidence).flatMap(\.rules))
        #expect(named.subtracting(rules.keys).sorted() == [])
        #expect(Set(rules.keys).subtracting(named).sorted() == [])
    }

    @Test func everyPieceHasEitherARuleOrAReason() {
        for piece in page.subjects.flatMap(\.evidence) {
            #expect(piece.rules.isEmpty == (piece.reason != nil), "\(piece.seen)")
        }
    }

    /// A piece is worth what its best rule is worth, or less.
    @Test func noPieceClaimsMoreThanItsRules() throws {
        let fromWeakToUnique: [Specificity] = [.weak, .strong, .unique]
        for piece in page.subjects.flatMap(\.evidence) where !piece.rules.isEmpty {
            let claimed = try #require(Specificity(rawValue: piece.specificity), "\(piece.seen)")
            let best = fromWeakToUnique.last { rank in
                piece.rules.contains { rules[$0]?.hallmark.specificity == rank }
            }
            let worth = fromWeakToUnique.prefix(through: fromWeakToUnique.firstIndex(of: best ?? .weak) ?? 0)
            #expect(worth.contains(claimed), "\(piece.seen)")
        }
    }

    @Test func theLibraryIsAsLargeAsItClaims() {
        let tools = page.subjects.filter { !["benign", "trait"].contains($0.family) }
        #expect(tools.count { $0.evidence.contains { !$0.rules.isEmpty } } >= 350)
        #expect(rules.count { !$0.key.hasPrefix("benign/") } >= 850)
        #expect(rules.count { $0.key.hasPrefix("benign/") } >= 100)
    }

    @Test func thePageIsUpToDate() throws {
        let file = Self.root.appendingPathComponent("Docs/signatures-coverage.md")
        let text = page.text(rules)
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("Docs/signatures-coverage.md was written; run again without RECORD_SNAPSHOTS")
            return
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "RECORD_SNAPSHOTS=1 writes it anew")
    }
}

import Foundation
import Targets
import TestSupport
import Testing

/// The table of lists and ranges in Docs/targets.md: each of its rows is what a list with its lines comes to.
@Suite struct TargetTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let lines: [String]
        /// The third column as it stands.
        let outcome: String

        var testDescription: String { name }

        /// The texts in backquotes.
        static func codes(_ text: some StringProtocol) -> [String] {
            String(text).matches(of: /`([^`]+)`/).map { String($0.output.1) }
        }
    }

    static let rows: [Row] = {
        guard let page = try? String(contentsOfFile: projectFolder + "/Docs/targets.md", encoding: .utf8)
        else {
            return []
        }
        return page.split(separator: "\n").drop { !$0.hasPrefix("| what it is |") }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
            .map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                let lines = Row.codes(cells[1]).map { $0.replacing("⇥", with: "\t") }
                return Row(name: cells[0], lines: lines, outcome: cells[2])
            }
    }()

    @Test func theTableIsThere() { #expect(Self.rows.count > 30) }

    @Test(arguments: rows) func rowIsTrue(_ row: Row) throws {
        let scratch = Scratch()
        // As Windows writes it, too.
        for ending in ["\n", "\r\n"] {
            var builder = TargetPlanBuilder(TargetOptions(inOrder: true))
            try builder.add(file: scratch.write("list", row.lines.joined(separator: ending) + ending))
            let plan = try builder.finish()
            let isLeft = plan.total > 0
            let targets = visit(plan).map(\.description)
            if row.outcome.hasPrefix("refused") {
                #expect(builder.issues.count > 0 || !isLeft, "\(targets)")
                // Nothing is read by halves: what is left of a refused list is a whole line of it.
                if row.outcome == "refused" { #expect(targets.isEmpty) }
                continue
            }
            #expect(builder.issues.count == 0, "\(builder.issues.first)")
            let told = Row.codes(row.outcome)
            #expect(targets == told.filter { !$0.contains(" ") })
            #expect(plan.counts.passedOverLines == told.filter { $0.contains(" ") })
        }
    }

    /// A stream of the same lines brings the same targets.
    @Test(arguments: rows) func rowIsTrueOfAStream(_ row: Row) throws {
        let scratch = Scratch()
        let path = try scratch.write("list", row.lines.joined(separator: "\n"))
        let file = open(path, O_RDONLY)
        defer { close(file) }
        let feed = try TargetFeed(try plan([], TargetOptions(inOrder: true)), input: file)
        var targets: [Target] = []
        while case .targets = feed.pull(100, into: &targets) {}
        let told = Row.codes(row.outcome)
        guard !row.outcome.hasPrefix("refused") else {
            if row.outcome == "refused" { #expect(targets.isEmpty) }
            return
        }
        #expect(targets.map(\.description) == told.filter { !$0.contains(" ") })
        #expect(feed.inputCounts.passedOverLines == told.filter { $0.contains(" ") })
    }
}

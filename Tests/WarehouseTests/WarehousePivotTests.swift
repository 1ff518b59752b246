import Bytes
import Foundation
import Observations
import TestSupport
import Testing

@testable import Corpus
@testable import Warehouse

/// A pivot over ClickHouse says what it says over a corpus of the same records.
@Suite(.serialized, .enabled(if: !PythonPackages.isOffline)) struct WarehousePivotTests {
    private static let lab = Result { try WarehouseLab() }

    /// The values of each kind of mark, with how many records have them.
    private static func marks(_ lab: WarehouseLab) -> [MarkKind: [String: Int]] {
        let picker = RecordPicker()
        var counts: [MarkKind: [String: Int]] = [:]
        for line in lab.sweep where (try? picker.read(line.utf8)) != nil {
            let marks = (CertificateFacts(picker)?.marks ?? []) + ServiceFacts(picker).marks
            for mark in marks { counts[mark.kind, default: [:]][mark.value, default: 0] += 1 }
        }
        return counts
    }

    /// What the table's columns and conditions count is what a corpus has counted, for all marks.
    @Test func everyMarkHasTheSameCount() throws {
        let lab = try Self.lab.get()
        let store = try lab.store()
        var marks: [Mark] = []
        for (kind, values) in Self.marks(lab) {
            // Rare ones and common ones, long ones and short ones.
            let sorted = values.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            let chosen = sorted.count < 60 ? sorted : Array(sorted.prefix(20) + sorted.suffix(20))
            let long = sorted.filter { $0.utf8.count > 250 }.prefix(5)
            marks += Set(chosen + long).map { Mark(kind, $0) }
        }
        #expect(Set(marks.map(\.kind)).count == MarkKind.allCases.count)
        try store.prefetch(.weights(marks))
        let totals = try lab.corpus.read { db in
            let reader = PivotReader(db, hash: lab.corpus.hash, since: .min, until: .max)
            for mark in marks {
                let expected = try reader.count(mark) ?? (try reader.has(mark) ? 1 : 0)
                let found = try store.count(mark)
                #expect(found == expected, "\(mark.kind.alias)=\(mark.value.prefix(100))")
            }
            return (try reader.certificateTotal(), try reader.sightingTotal())
        }
        #expect(try store.certificateTotal() == totals.0)
        #expect(try store.sightingTotal() == totals.1)
    }

    private struct Question {
        let text: String
        let query: PivotQuery
        var options = PivotOptions()
    }

    /// A hundred and more, of every kind.
    private static func questions(_ lab: WarehouseLab) throws -> [Question] {
        var questions: [Question] = []
        func ask(_ text: String, _ change: (inout PivotOptions) -> Void = { _ in }) throws {
            var question = Question(text: text, query: try PivotQuery(text))
            question.options.limit = 20_000
            change(&question.options)
            questions.append(question)
        }
        let picker = RecordPicker()
        var digests: [String] = []
        var places: [String] = []
        for line in lab.sweep where (try? picker.read(line.utf8)) != nil {
            if let digest = picker.text(.sha256), !digests.contains(digest) { digests.append(digest) }
            if let ip = picker.text(.ip), let port = picker.integer(.port), port < 65_536 {
                let host = ip.contains(":") ? "[\(ip)]" : ip
                if !places.contains("\(host):\(port)") { places.append("\(host):\(port)") }
            }
        }
        for place in stride(from: 0, to: digests.count, by: digests.count / 14) { try ask(digests[place]) }
        try ask(String(repeating: "0", count: 64))
        for place in stride(from: 3, to: places.count, by: places.count / 14) { try ask(places[place]) }
        for ip in ["203.0.113.1", "198.51.0.8", "2001:db8::49", "192.0.2.79", "192.0.2.99"] { try ask(ip) }
        for name in [
            "host1.site0.example", "host9.site3.example", "www.host21.site7.example", "mail.plain.example",
            "nobody.example", "name=*.site10.example",
        ] {
            try ask(name)
        }
        for domain in ["*.site7.example", "*.many0.example", "*.example.net", "*.nobody.example"] {
            try ask(domain)
        }
        for software in ["Cobalt Strike", "Sliver", "Mythic", "Havoc"] { try ask("lead=" + software) }
        for (kind, values) in Self.marks(lab).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let sorted = values.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            try ask("\(kind.alias)=\(sorted[sorted.count / 2])")
        }
        let family = "203.0.113.1:4443"
        for text in [
            family, digests[5], digests[40], "serial=08BB00EE", "lead=Sliver", "host9.site3.example",
        ] {
            try ask(text) { $0.depth = 2 }
            try ask(text) { $0.since = 1_792_300_000_000 }
            try ask(text) { ($0.since, $0.until) = (1_792_100_000_000, 1_792_200_000_000) }
            try ask(text) { ($0.depth, $0.leastScore) = (2, 9) }
            try ask(text) { $0.order = .time }
        }
        for lines in [lab.sweep.prefix(2), lab.sweep[900..<903], lab.sweep.suffix(1)] {
            let records = lines.map { Array($0.utf8) }
            questions.append(Question(text: "a file", query: .records(records)))
            questions[questions.count - 1].options.limit = 20_000
        }
        return questions
    }

    @Test func answersAreEqual() throws {
        let lab = try Self.lab.get()
        let questions = try Self.questions(lab)
        #expect(questions.count >= 100)
        var found = 0
        for question in questions {
            let expected = try Pivot.run(question.query, in: lab.corpus, question.options)
            let store = try lab.store(question.options)
            let answer = try Pivot.run(question.query, over: store, question.options)
            #expect(answer.outcome == expected.outcome, "\(question.text)")
            let lines = try (WarehouseLab.lines(answer), WarehouseLab.lines(expected))
            guard lines.0 != lines.1 else {
                found += lines.0.count
                continue
            }
            let more = Set(lines.0).subtracting(lines.1).sorted()
            let less = Set(lines.1).subtracting(lines.0).sorted()
            Issue.record(
                """
                \(question.text) \(question.options.depth): \(more.count) of \(lines.0.count), \(less.count) of \
                \(lines.1.count)
                + \((more.first ?? "").prefix(1500))
                - \((less.first ?? "").prefix(1500))
                """
            )
        }
        #expect(found > 2000)
    }

    /// Where a limit cuts, others of the same weight may stand there.
    @Test func limitsLeaveTheBest() throws {
        let lab = try Self.lab.get()
        for text in ["serial=08BB00EE", "198.51.0.8", "host9.site3.example"] {
            var options = PivotOptions()
            options.limit = 3
            let query = try PivotQuery(text)
            let expected = try Pivot.run(query, in: lab.corpus, options)
            let answer = try Pivot.run(query, over: lab.store(), options)
            #expect(answer.results.map(\.score) == expected.results.map(\.score), "\(text)")
            #expect(answer.isCut == expected.isCut)
        }
    }
}

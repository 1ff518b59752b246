import Bytes
import Foundation
import Indicators
import Observations
import Signatures
import TestSupport
import Testing

/// What is told of a record of which more is listed than it tells.
@Suite struct HeaviestMarkTests {
    private static func look(_ lists: [String], _ record: String = ListTests.record) throws
        -> (marks: [ListedMark], leftOut: LeftOutMarks)
    {
        let scratch = Scratch()
        let files = try lists.enumerated().map { try scratch.write("list\($0).txt", $1 + "\n") }
        let index = try IndicatorLists(files, cache: nil).index
        #expect(index.faults.isEmpty, "\(index.faults)")
        let known = KnownMarks(index)
        let reader = ObservationReader()
        let view = try Array(record.utf8).withUnsafeBufferPointer { try reader.read($0) }
        let time = RFC3339.milliseconds("2026-11-18T10:00:00Z") ?? 0
        return withExtendedLifetime(reader) { (known.look(view, at: Int64(time)), known.leftOut) }
    }

    private static let settings = ["confirmed: yes", "case: T-1", "software: Sliver"]

    /// Eight newer lists of the same address hide none that says more.
    @Test(arguments: settings) func theNinthListCountsWhereItSaysMore(_ setting: String) throws {
        let newer = (0..<12).map { "#! feed: f\($0)\n#! date: 2026-11-1\($0 % 8)\n203.0.113.7" }
        let older = "#! feed: Ours\n#! date: 2026-10-01\n#! \(setting)\n203.0.113.7"
        let (marks, leftOut) = try Self.look(newer + [older])
        #expect(marks.count == 8 && marks[0].feed == "Ours", "\(marks.map(\.feed))")
        #expect(leftOut.count == 5)
        // And the newest of the others follow.
        #expect(marks.dropFirst().allSatisfy { $0.date ?? 0 >= RFC3339.milliseconds("2026-11-12") ?? 0 })
    }

    /// More than a thousand newer entries of one value hide no other either.
    @Test func manyEntriesOfOneValueHideNone() throws {
        let many = (0..<5000).map { "203.0.113.7 # \($0)" }.joined(separator: "\n")
        let lists = ["#! date: 2026-11-10\n" + many, "#! date: 2026-10-01\n#! confirmed: yes\n203.0.113.7"]
        let (marks, leftOut) = try Self.look(lists)
        #expect(marks.count == 8 && marks[0].isConfirmed && leftOut.count == 4993)
    }

    /// A certificate with many innocent names hides the confirmed one, wherever it stands.
    @Test(arguments: [41, 3000]) func innocentNamesHideNoOther(_ count: Int) throws {
        let names = (0..<count).map { "n\($0).example" }
        let innocent = names.dropLast().joined(separator: "\n")
        let record =
            #"{"tls":{"server":{"x509":{"alternative_names":["\#(names.joined(separator: "\",\""))"]}}}}"#
        let ours = "#! feed: Ours\n#! confirmed: yes\n\(names[count - 1])"
        let (marks, leftOut) = try Self.look([innocent, ours], record)
        #expect(marks.count == 32 && marks.last?.feed == "Ours", "\(marks.count)")
        #expect(leftOut.count == count - 32)
        #expect(
            leftOut.text == "\(count - 32) more entries of lists left out: an observation tells the 32 "
                + "heaviest, and of one value 8"
        )
    }

    /// Of kinds that say nothing more the heavier counts, and then the newer.
    @Test func theHeavierKindAndThenTheNewerCount() throws {
        let names = (0..<40).map { "n\($0).example" }
        let record =
            #"{"tls":{"server":{"x509":{"serial_number":"A1B2","alternative_names":["\#(names.joined(separator: "\",\""))"]},"hash":{"sha1":"\#(ListTests.sha1)"},"jarm":"\#(ListTests.jarm)"}}}"#
        let lists = names.enumerated().map {
            "#! date: 2026-11-01\n" + ($0 < 10 ? "#! date: 2026-11-10\n" : "") + $1
        }
        let (marks, leftOut) = try Self.look(
            lists + ["#! date: 2026-01-01\n\(ListTests.sha1)\n\(ListTests.jarm)"],
            record
        )
        #expect(marks.count == 32 && leftOut.count == 10)
        #expect(marks[0].kind == .certificate && !marks.contains { $0.kind == .jarm })
        let newer = RFC3339.milliseconds("2026-11-10")
        #expect(marks.filter { $0.date == newer }.count == 10)
    }

    @Test func whatIsToldInFullLeavesNothingOut() throws {
        let list = "#! date: 2026-11-01\n203.0.113.7\ngate.example\n*.wild.example\n\(ListTests.sha1)"
        // The name stands in two fields, and in a list twice.
        let (marks, leftOut) = try Self.look([list + "\ngate.example"])
        #expect(marks.count == 4 && leftOut.count == 0 && leftOut.text == nil)
    }
}

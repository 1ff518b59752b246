package import Bytes
package import Signatures

/// Matches signatures against a record, and writes what they tell into it.
package final class AssessStage: RecordStage {
    package let assessor: Assessor

    /// - Parameter lists: what others list, if that counts, too.
    package init(_ rules: RuleSet, lists: (any MarkLists)? = nil) { assessor = Assessor(rules, lists: lists) }

    package func apply(to line: inout ByteBuffer, _ record: inout PassingRecord) {
        // A line of our own can always be read.
        record.assessment = try? assessor.assess(&line, isOwn: true, lookedFor: record.lookedFor)
        record.highest = record.assessment?.highest
    }
}

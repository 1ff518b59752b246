/// Tells our own lines that are no records: what a comparison found, what a correlation rule counted.
///
/// They stand in the output of `match` and `compare`. Who reads records passes them over and counts them:
/// they tell of no endpoint that the records beside them do not tell of, and say no lead of their own.
package final class ConclusionLines {
    private let picker = RecordPicker(RecordField.judged + [.correlationCount, .findingName])

    package init() {}

    /// Whether a line is one of these; it has `RecordPicker.padding` readable bytes behind it.
    package func hold(padded line: UnsafeRawBufferPointer) -> Bool {
        (try? picker.read(padded: line)) != nil && isConclusion
    }

    /// Whether a line is one of these.
    package func hold(_ line: some Collection<UInt8>) -> Bool {
        (try? picker.read(line)) != nil && isConclusion
    }

    /// What the line that was looked at last is, where it is whole.
    package var verdict: RecordVerdict {
        (try? picker.checkWhole()) == nil ? .refused(.foreign) : picker.verdict
    }

    private var isConclusion: Bool {
        switch picker.text(.dataset) {
        case LineKind.finding.datasets[0]: break
        case LineKind.correlation.datasets[0]:
            // What was seen of an endpoint stands in no such line: somebody else put it there.
            guard picker.has(.correlationCount), !picker.has(.ip), !picker.has(.sha256) else { return false }
        default: return false
        }
        return (picker.has(.correlationCount) || picker.has(.findingName))
            && (try? picker.checkWhole()) != nil
    }
}

/// Tells our own lines that are no records: what a comparison found, what a correlation rule counted.
///
/// They stand in the output of `match` and `compare`. Who reads records passes them over and counts them:
/// they tell of no endpoint that the records beside them do not tell of, and say no lead of their own.
package final class ConclusionLines {
    private let picker = RecordPicker([.dataset, .correlationCount, .findingName, .ip, .sha256])

    package init() {}

    /// Whether a line is one of these; it has `RecordPicker.padding` readable bytes behind it.
    package func hold(padded line: UnsafeRawBufferPointer) -> Bool {
        (try? picker.read(padded: line)) != nil && isConclusion
    }

    /// Whether a line is one of these.
    package func hold(_ line: some Collection<UInt8>) -> Bool {
        (try? picker.read(line)) != nil && isConclusion
    }

    /// Whether the line that was looked at last is a certificate of a log, which stands on no endpoint.
    package var isLogged: Bool {
        picker.text(.dataset) == RecordDataset.logged.rawValue && picker.has(.sha256)
            && (try? picker.checkWhole()) != nil
    }

    /// Whether the line that was looked at last is a record of what others saw that names no endpoint.
    package var isNameless: Bool {
        picker.text(.dataset) == RecordDataset.imported.rawValue && !picker.has(.ip)
            && (try? picker.checkWhole()) != nil
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

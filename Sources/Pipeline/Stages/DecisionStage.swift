package import Bytes
package import Decisions

/// Marks leads that were decided before; it comes behind whatever finds leads.
package final class DecisionStage: RecordStage {
    private let marker: DecisionMarker

    package init(_ index: DecisionIndex) { marker = DecisionMarker(index) }

    package func apply(to line: inout ByteBuffer, _ record: inout PassingRecord) {
        guard record.hasLead else { return }
        record.highest = marker.mark(&line)
        record.dismissals = marker.dismissals.mapValues(\.dismissal)
    }
}

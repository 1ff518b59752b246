package import Bytes

/// Takes records through stages to the sinks; it belongs to one thread.
package final class RecordPipeline<Receipt: Sendable> {
    private let stages: [any RecordStage]
    private let intakes: [any RecordIntake]
    private let delivery: Delivery<Receipt>

    /// - Parameter stages: in the order in which they are applied.
    package init(_ stages: [any RecordStage], to delivery: Delivery<Receipt>) {
        self.stages = stages
        self.delivery = delivery
        intakes = delivery.sinks.map { $0.intake() }
    }

    /// Takes one line of NDJSON, its line end included, which stages add to.
    package func pass(_ line: inout ByteBuffer, _ record: inout PassingRecord) {
        for stage in stages { stage.apply(to: &line, &record) }
        for intake in intakes { intake.take(line, record) }
    }

    /// Whether enough has gathered to be delivered.
    package var isFull: Bool { intakes.contains { $0.isFull } }

    /// Delivers what has gathered, and with it the source's receipt.
    package func deliver(_ receipt: Receipt) { delivery.deliver(intakes, receipt) }
}

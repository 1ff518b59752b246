import Bytes
import Pipeline
import Synchronization
import Testing

/// What a sink that fails means for the others, and for what the source is told.
@Suite struct DeliveryTests {
    /// Takes so many batches, and no more.
    private final class FailingSink: RecordSink {
        private let left: Mutex<Int>

        init(after batches: Int) { left = Mutex(batches) }

        func intake() -> any RecordIntake { Intake(self) }
        func settle(within milliseconds: Int?) -> Bool { left.withLock { $0 > 0 } }

        private final class Intake: RecordIntake {
            private let sink: FailingSink

            init(_ sink: FailingSink) { self.sink = sink }

            func take(_ line: borrowing ByteBuffer, _ record: PassingRecord) {}
            var isFull: Bool { false }

            func deliver() -> Bool {
                sink.left.withLock { left in
                    left -= 1
                    return left >= 0
                }
            }
        }
    }

    /// What the source was told, batch by batch.
    private final class Source: Sendable {
        let told = Mutex<(acknowledged: [Int], refused: [Int])>(([], []))

        func delivery(to sinks: [any RecordSink]) -> Delivery<Int> {
            Delivery(to: sinks) { [self] receipt in
                told.withLock { $0.acknowledged.append(receipt) }
            } refuse: { [self] receipt in
                told.withLock { $0.refused.append(receipt) }
            }
        }

        var acknowledged: [Int] { told.withLock { $0.acknowledged } }
        var refused: [Int] { told.withLock { $0.refused } }
    }

    private func pass(_ text: String, _ pipeline: RecordPipeline<Int>) {
        var line = ByteBuffer()
        line.append(text)
        var record = PassingRecord()
        pipeline.pass(&line, &record)
    }

    @Test func whatOneSinkDidNotTakeIsNotAcknowledgedAndTheOthersGoOn() {
        let (memory, source) = (MemorySink(), Source())
        let delivery = source.delivery(to: [FailingSink(after: 2), memory])
        let pipeline = RecordPipeline([], to: delivery)
        for batch in 0..<5 {
            pass("{\"n\":\(batch)}\n", pipeline)
            pipeline.deliver(batch)
        }
        #expect(source.acknowledged == [0, 1])
        #expect(source.refused == [2, 3, 4])
        #expect(memory.lines.map { String(decoding: $0, as: UTF8.self) } == (0..<5).map { "{\"n\":\($0)}\n" })
    }

    /// A note of what is done may be kept only while it is true of every sink.
    @Test func aNoteIsKeptOnlyWhenAllIsStored() {
        let source = Source()
        let failing = FailingSink(after: 1)
        let delivery = source.delivery(to: [MemorySink(), failing])
        let pipeline = RecordPipeline([], to: delivery)
        #expect(delivery.settled { source.acknowledged } == [])
        pipeline.deliver(0)
        // It took the batch, and could not store it.
        #expect(delivery.settled { source.acknowledged } == nil)
        pipeline.deliver(1)
        #expect(delivery.settled { source.acknowledged } == nil)
        #expect(source.acknowledged == [0] && source.refused == [1])
    }

    /// Stages work in their order, and each sees what those before it have found.
    @Test func stagesComeBeforeSinksInTheirOrder() {
        final class Mark: RecordStage {
            let mark: String

            init(_ mark: String) { self.mark = mark }

            func apply(to line: inout ByteBuffer, _ record: inout PassingRecord) { line.append(mark) }
        }
        let (memory, source) = (MemorySink(), Source())
        let pipeline = RecordPipeline([Mark("a"), Mark("b")], to: source.delivery(to: [memory]))
        pass("-", pipeline)
        pipeline.deliver(0)
        #expect(memory.lines.map { String(decoding: $0, as: UTF8.self) } == ["-ab"])
    }

    @Test func manyThreadsLoseNothing() async {
        let (memory, source) = (MemorySink(), Source())
        let delivery = source.delivery(to: [memory])
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    let pipeline = RecordPipeline([], to: delivery)
                    for number in 0..<100 {
                        var line = ByteBuffer()
                        line.append("\(thread * 100 + number)")
                        var record = PassingRecord()
                        pipeline.pass(&line, &record)
                        if number % 7 == 0 { pipeline.deliver(1) }
                    }
                    pipeline.deliver(1)
                }
            }
        }
        let numbers = memory.lines.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        #expect(numbers.sorted() == Array(0..<800))
        #expect(source.acknowledged.count == 8 * 16 && source.refused.isEmpty)
    }
}

import Bytes
import Synchronization

/// Keeps the lines of a few records, in the order in which they came.
package final class MemorySink: RecordSink {
    private let kept = Mutex<[[UInt8]]>([])

    package init() {}

    /// NDJSON, each with its line end.
    package var lines: [[UInt8]] { kept.withLock { $0 } }

    package func intake() -> any RecordIntake { MemoryIntake(self) }

    fileprivate func add(_ lines: [[UInt8]]) { kept.withLock { $0 += lines } }
}

private final class MemoryIntake: RecordIntake {
    private let sink: MemorySink
    private var lines: [[UInt8]] = []

    init(_ sink: MemorySink) { self.sink = sink }

    func take(_ line: borrowing ByteBuffer, _ record: PassingRecord) {
        lines.append(line.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } })
    }

    var isFull: Bool { false }

    func deliver() -> Bool {
        sink.add(lines)
        lines = []
        return true
    }
}

import Bytes
package import Corpus

/// A corpus that remembers every record, whatever is written of it elsewhere.
package final class CorpusSink: RecordSink {
    package let writer: CorpusWriter

    package init(_ writer: CorpusWriter) { self.writer = writer }

    package func intake() -> any RecordIntake { CorpusIntake(writer) }

    package func settle(within milliseconds: Int?) -> Bool { writer.settle(within: milliseconds) }
}

/// One thread's lines for the corpus, whose own thread gathers those of all.
private final class CorpusIntake: RecordIntake {
    private let writer: CorpusWriter

    init(_ writer: CorpusWriter) { self.writer = writer }

    func take(_ line: borrowing ByteBuffer, _ record: PassingRecord) { line.withSpan { writer.add($0) } }

    var isFull: Bool { false }

    func deliver() -> Bool { writer.failure == nil }
}

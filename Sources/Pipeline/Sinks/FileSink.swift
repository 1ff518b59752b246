package import Observations
import Bytes
import Targets
import Synchronization
import Terminal

/// A file or standard output, in the form that was asked for.
package final class FileSink: RecordSink {
    /// Which records are written.
    package struct Choice: Sendable {
        package var onlyLeads = false
        /// Whether endpoints that showed nothing are left out.
        package var omitsFailures = false

        package init(onlyLeads: Bool = false, omitsFailures: Bool = false) {
            (self.onlyLeads, self.omitsFailures) = (onlyLeads, omitsFailures)
        }

        func takes(_ record: PassingRecord) -> Bool {
            record.hasLead || !onlyLeads && (record.isSuccess || !omitsFailures)
        }
    }

    private struct State: ~Copyable {
        var file: OutputFile
        var failure: OutputFailure?
        var lost = 0
    }

    private let state: Mutex<State>
    private let form: RecordForm
    private let choice: Choice
    private let isStopped: @Sendable () -> Bool
    private let failed: @Sendable () -> Void

    /// - Parameters:
    ///   - isStopped: asked while a reader takes nothing; true gives up.
    ///   - failed: called when nothing more can be written.
    package init(
        _ file: consuming OutputFile,
        _ form: RecordForm = .ndjson,
        _ choice: Choice = Choice(),
        isStopped: @escaping @Sendable () -> Bool = { false },
        failed: @escaping @Sendable () -> Void = {}
    ) {
        state = Mutex(State(file: file))
        (self.form, self.choice, self.isStopped, self.failed) = (form, choice, isStopped, failed)
    }

    /// Why the output ended early, if it did.
    package var failure: OutputFailure? { state.withLock { $0.failure } }

    /// Records that were made and not written.
    package var lost: Int { state.withLock { $0.lost } }

    /// Which file it is, how long, and where; nil for what is none that could be gone on with.
    package var place: (path: String, length: Int64, identity: FileIdentity)? {
        state.withLock { state in
            state.file.identity.map { (state.file.path, state.file.offset, $0) }
        }
    }

    /// Writes what stands before the first record.
    package func begin() {
        let head = form.head()
        if !head.isEmpty { write(head, records: 0) }
    }

    package func intake() -> any RecordIntake { FileIntake(self, form.writer(), choice) }

    /// - Returns: false after a failure, now or before.
    @discardableResult
    fileprivate func write(_ lines: borrowing ByteBuffer, records: Int) -> Bool {
        state.withLock { state in
            guard state.failure == nil else {
                state.lost += records
                return false
            }
            if state.file.isTerminal { Terminal.clearProgress() }
            state.failure = lines.withSpan { state.file.write($0, isStopped: isStopped) }
            guard state.failure != nil else { return true }
            state.lost += records
            failed()
            return false
        }
    }
}

/// One thread's lines for a file.
private final class FileIntake: RecordIntake {
    private let sink: FileSink
    private let choice: FileSink.Choice
    private var writer: any RecordWriter
    private var batch = ByteBuffer(capacity: 2 * batchSize)
    private var records = 0

    /// Bytes; the kernel takes large blocks at half the price of small ones.
    private static let batchSize = 256 * 1024

    init(_ sink: FileSink, _ writer: any RecordWriter, _ choice: FileSink.Choice) {
        (self.sink, self.writer, self.choice) = (sink, writer, choice)
    }

    func take(_ line: borrowing ByteBuffer, _ record: PassingRecord) {
        guard choice.takes(record) else { return }
        writer.append(line, to: &batch)
        records += 1
    }

    var isFull: Bool { batch.count >= Self.batchSize }

    func deliver() -> Bool {
        let isTaken = sink.write(batch, records: records)
        batch.removeAll()
        records = 0
        return isTaken
    }
}

import Bytes
import Import
import Observations

/// A file that another program wrote, as a source of records.
///
/// `hallmark import` reads many files of one kind together; here each stands alone.
final class ForeignFile: RecordSource {
    let name: String
    private let format: ForeignFormat

    init(_ path: String, _ format: ForeignFormat) {
        name = path
        self.format = format
    }

    func read(take: (RecordBlock) throws -> Void, unread: (FileError) -> Void) throws {
        // The import keeps the function that writes, and is gone when this returns.
        try withoutActuallyEscaping(take) { take in
            let batch = Batch(take)
            var options = ImportRun.Options()
            options.ingestedAt = WallClock.nanoseconds
            let run = ImportRun(options) { try batch.add($0) }
            do {
                let input = try ImportInput(name)
                run.begin(file: input.path)
                let reader = format.makeReader(run)
                try reader.read(input)
                try reader.finish()
            } catch let error as FileError where !batch.hasFailed {
                unread(error)
            }
            try run.finish()
            try batch.end()
            for reason in run.counts.skipped {
                let more = reason.count > 1 ? ", the first of \(reason.count)" : ""
                unread(FileError(reason.first, reason.text + more))
            }
        }
    }

    /// Lines on their way to who takes them.
    private final class Batch {
        private var lines = LineBatch()
        private let take: (RecordBlock) throws -> Void
        /// Whether what takes the lines threw something.
        private(set) var hasFailed = false

        init(_ take: @escaping (RecordBlock) throws -> Void) {
            self.take = take
        }

        func add(_ span: Span<UInt8>) throws {
            lines.lines.append(span)
            try noting { try lines.giveIfFull(take) }
        }

        func end() throws { try noting { try lines.give(take) } }

        private func noting(_ body: () throws -> Void) throws {
            do { try body() } catch {
                hasFailed = true
                throw error
            }
        }
    }
}

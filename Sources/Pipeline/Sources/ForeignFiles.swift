import Bytes
import Import
package import Observations

/// A file of another program's, and what it is read as.
package struct ForeignInput {
    /// Nil for a file in which nothing stands yet that tells what it is, and that is waited for.
    let format: ForeignFormat?
    let path: String
    let priority: Int
    /// The file, where it can't be opened twice.
    let opened: ImportInput?

    init(_ format: ForeignFormat, _ input: ImportInput, isKept: Bool) {
        self.format = format
        path = input.path
        priority = format.priority(format.told(input.head) ?? input.head)
        opened = isKept ? input : nil
    }

    /// A file in which nothing stands yet that tells what it is.
    init(awaited path: String) {
        format = nil
        self.path = path
        priority = 0
        opened = nil
    }

    /// What a person is told of a file that is waited for; nil for one that is there.
    package var awaited: String? {
        format == nil ? "\(path): nothing stands in it yet, or nothing that is known; it is waited for" : nil
    }
}

/// The files that other programs wrote, as one source of records: what stands in one is joined with what
/// stands in another.
package final class ForeignFiles: RecordSource {
    private var files: [ForeignInput] = []
    private let options: ImportRun.Options

    init(_ options: ImportRun.Options) { self.options = options }

    var isEmpty: Bool { files.isEmpty }

    func add(_ file: ForeignInput) { files.append(file) }

    package var name: String {
        let first = files.first.map { $0.path == "-" ? "standard input" : $0.path } ?? ""
        return files.count > 1 ? "\(first) and \(files.count - 1) more" : first
    }

    package func read(take: (RecordBlock) throws -> Void, unread: (FileError) -> Void) throws {
        // The import keeps the function that writes, and is gone when this returns.
        try withoutActuallyEscaping(take) { take in
            let batch = Batch(take)
            let run = ImportRun(options) { try batch.add($0) }
            let session = ImportSession(run)
            try session.read(files, fail: unread)
            try batch.end()
            for reason in run.counts.skipped + run.counts.lost {
                let more = reason.count > 1 ? ", the first of \(reason.count)" : ""
                unread(FileError(reason.first, reason.text + more))
            }
        }
    }

    /// Lines on their way to who takes them.
    private final class Batch {
        private var lines = LineBatch()
        private let take: (RecordBlock) throws -> Void

        init(_ take: @escaping (RecordBlock) throws -> Void) { self.take = take }

        func add(_ span: Span<UInt8>) throws {
            lines.lines.append(span)
            try lines.giveIfFull(take)
        }

        func end() throws { try lines.give(take) }
    }
}

package import Import
package import Observations

/// Reads files of other programs, each with the reader of its kind.
package final class ImportSession {
    package let run: ImportRun
    private var readers: [String: any ForeignReader] = [:]
    /// The names of the readers, in the order in which they were made.
    private var order: [String] = []
    /// Files in folders that are of no kind that is known.
    package private(set) var passedOver = 0

    package init(_ run: ImportRun) { self.run = run }

    /// Finds what files and folders hold.
    ///
    /// - Parameters:
    ///   - formats: those to look for.
    ///   - isNamed: whether all files are of the first format, however they look.
    ///   - fail: is told of files that could not be read, or are of no kind that is known.
    package func find(
        _ paths: [String],
        _ formats: [ForeignFormat],
        isNamed: Bool,
        fail: (FileError) -> Void
    ) -> [ForeignInput] {
        var found: [ForeignInput] = []
        for file in paths.flatMap({ list($0, fail) }) {
            do throws(FileError) {
                let input = try ImportInput(file.path)
                if let format = isNamed ? formats.first : ForeignFormats.find(input.head, among: formats) {
                    // A pipe can be opened once; files are closed again, for there may be many.
                    found.append(ForeignInput(format, input, isKept: !file.isRegular))
                } else if file.isListed {
                    passedOver += 1
                } else if input.head.bytes.allSatisfy({ $0 <= 0x20 }) {
                    fail(FileError(file.path, "there is nothing in it"))
                } else {
                    let tried = formats.map(\.name).joined(separator: ", ")
                    fail(
                        FileError(
                            file.path,
                            "is of no kind that is known; tried \(tried) (--from FORMAT names one)"
                        )
                    )
                }
            } catch {
                fail(error)
            }
        }
        return found
    }

    private func list(_ path: String, _ fail: (FileError) -> Void) -> [InputFile] {
        var hasFault = false
        let files = InputFile.list(path) {
            hasFault = true
            fail($0)
        }
        if files.isEmpty, !hasFault { fail(FileError(path, "there is no file in it")) }
        return files
    }

    /// Reads files, and writes all that is held at the end.
    ///
    /// - Parameter fail: is told of files that could not be read to their end.
    package func read(_ files: [ForeignInput], fail: (FileError) -> Void) throws {
        for file in Self.ordered(files) {
            do {
                run.begin(file: file.path)
                try reader(file.format).read(file.opened ?? ImportInput(file.path))
            } catch let error as FileError where !run.hasFailedToWrite {
                fail(error)
            }
        }
        try finish()
    }

    /// In the order in which they are read: what others are joined with comes first.
    static func ordered(_ files: [ForeignInput]) -> [ForeignInput] {
        files.enumerated().sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
            .map(\.element)
    }

    func reader(_ format: ForeignFormat) -> any ForeignReader {
        if let reader = readers[format.name] { return reader }
        let reader = format.makeReader(run)
        readers[format.name] = reader
        order.append(format.name)
        return reader
    }

    /// Writes what was seen so far, while files grow.
    func settle() throws {
        for name in order { try readers[name]?.settle() }
        try run.finish()
    }

    func finish() throws {
        for name in order { try readers[name]?.finish() }
        try run.finish()
    }
}

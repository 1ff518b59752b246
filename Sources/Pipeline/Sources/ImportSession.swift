import Glibc
package import Import
package import Observations

/// Reads files of other programs, each with the reader of its kind.
package final class ImportSession {
    package let run: ImportRun
    private var readers: [String: any ForeignReader] = [:]
    /// The names of the readers, in the order in which they were made.
    private var order: [String] = []
    /// Files in folders that are of no kind that is known, and do not look like logs.
    package private(set) var passedOver: [String] = []
    /// The formats that were looked for.
    private(set) var formats: [ForeignFormat] = []

    package init(_ run: ImportRun) { self.run = run }

    /// Files that were named, and those that were named again, which are read once.
    private var known: Set<FileIdentity> = []
    package private(set) var repeated: [String] = []

    /// Finds what files and folders hold.
    ///
    /// - Parameters:
    ///   - formats: those to look for.
    ///   - isNamed: whether all files are of the first format, however they look.
    ///   - isFollowing: whether a file may be empty or not there yet.
    ///   - fail: is told of files that could not be read, or are of no kind that is known.
    package func find(
        _ paths: [String],
        _ formats: [ForeignFormat],
        isNamed: Bool,
        isFollowing: Bool = false,
        fail: (FileError) -> Void
    ) -> [ForeignInput] {
        self.formats = formats
        var found: [ForeignInput] = []
        for path in paths {
            let (before, passed) = (found.count, passedOver.count)
            var hasFailed = false
            func failed(_ error: FileError) {
                hasFailed = true
                fail(error)
            }
            for file in list(path, failed) {
                if let identity = FileIdentity(path: file.path), !known.insert(identity).inserted {
                    repeated.append(file.path)
                    continue
                }
                do throws(FileError) {
                    if let input = try find(file, isNamed, isFollowing) { found.append(input) }
                } catch {
                    failed(error)
                }
            }
            // Nothing in a folder was looked into: that is not to say that nothing is there.
            if found.count == before, !hasFailed, passedOver.count > passed {
                fail(FileError(path, "there is no file in it of a kind that is known"))
            }
        }
        return found
    }

    /// What a file is; nil for one that is passed over.
    private func find(
        _ file: InputFile,
        _ isNamed: Bool,
        _ isFollowing: Bool
    ) throws(FileError) -> ForeignInput? {
        if isFollowing, !file.isListed, access(file.path, F_OK) != 0, errno == ENOENT {
            return ForeignInput(awaited: file.path)
        }
        let input = try ImportInput(file.path)
        if let format = isNamed ? formats.first : ForeignFormats.find(input.head, among: formats) {
            // A pipe can be opened once; files are closed again, for there may be many.
            return ForeignInput(format, input, isKept: !file.isRegular)
        }
        // Its writer may be within the first lines.
        if isFollowing, !file.isListed, file.isRegular, input.head.bytes.count < FileHead.size {
            return ForeignInput(awaited: file.path)
        }
        if input.head.bytes.allSatisfy({ $0 <= 0x20 }) {
            guard file.isListed else { throw FileError(file.path, "there is nothing in it") }
        } else if !file.isListed || file.looksLikeLog(input.head) {
            throw unknown(file.path)
        }
        passedOver.append(file.path)
        return nil
    }

    /// What is said of a file of no kind that is known.
    func unknown(_ path: String) -> FileError {
        let tried = formats.map(\.name).joined(separator: ", ")
        return FileError(path, "is of no kind that is known; tried \(tried) (--from FORMAT names one)")
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
            guard let format = file.format else { continue }
            do {
                run.begin(file: file.path)
                try reader(format).read(file.opened ?? ImportInput(file.path))
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

/// A kind of file that others write, and how to read it.
package struct ForeignFormat: Sendable {
    /// The word of `--from`: `zeek`.
    package let name: String
    /// What it is, for messages: `Zeek's ssl.log and x509.log`.
    package let title: String
    /// Whether a file is of this kind, by its first bytes.
    package let recognises: @Sendable (FileHead) -> Bool
    /// Whether a file has to be read before others of its kind: those with the smallest number come first.
    package let priority: @Sendable (FileHead) -> Int
    /// Makes the reader of all files of this kind in one run.
    package let makeReader: @Sendable (ImportRun) -> any ForeignReader

    /// A head as this kind of file has it: the one given, or what stands behind its first line, which may be
    /// broken.
    ///
    /// - Returns: nil for a file of another kind.
    package func told(_ head: FileHead) -> FileHead? {
        if recognises(head) { return head }
        return head.withoutFirstLine.flatMap { recognises($0) ? $0 : nil }
    }

    package init(
        name: String,
        title: String,
        recognises: @escaping @Sendable (FileHead) -> Bool,
        priority: @escaping @Sendable (FileHead) -> Int = { _ in 0 },
        makeReader: @escaping @Sendable (ImportRun) -> any ForeignReader
    ) {
        self.name = name
        self.title = title
        self.recognises = recognises
        self.priority = priority
        self.makeReader = makeReader
    }
}

/// Reads the files of one kind in one run.
///
/// One reader reads all of them, so that what stands in one can be joined with what stands in another. It
/// says each line or entry to the run: as an observation, or as skipped with the reason.
package protocol ForeignReader: AnyObject {
    /// Reads a file to its end.
    ///
    /// Of files that grow several are read at a time, in turns: a reader keeps what belongs to one file in
    /// this function.
    ///
    /// - Throws: a `FileError` when the file can't be read on; whatever else, the output's errors among it,
    ///   ends the run.
    func read(_ input: ImportInput) throws

    /// Gives what has been held back for long, while more is coming.
    ///
    /// Called now and then as long as files that grow are read.
    func settle() throws

    /// Gives what was held back, after the last file.
    func finish() throws
}

extension ForeignReader {
    package func settle() throws {}
    package func finish() throws {}
}

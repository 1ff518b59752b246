/// A file of our own records, or standard input: NDJSON, or JSON in another form that becomes lines.
package final class RecordFile: RecordSource {
    package let name: String
    /// As it was given.
    package let path: String
    private var opened: InputBytes?

    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - opened: the same, opened and looked at already, for what can't be opened twice.
    package init(_ path: String, opened: InputBytes? = nil) {
        self.path = path
        name = path == "-" ? "standard input" : path
        self.opened = opened
    }

    package func read(take: (RecordBlock) throws -> Void, unread: (FileError) -> Void) throws {
        let input: InputBytes
        do throws(FileError) {
            if let opened { input = opened } else { input = try InputBytes(path) }
            try input.expectRecords()
        } catch {
            return unread(error)
        }
        opened = nil
        var blocks = LineBlocks(input)
        var told = 0
        while true {
            let block: RecordBlock?
            do throws(FileError) { block = try blocks.next() } catch { return unread(error) }
            for line in blocks.skipped.dropFirst(told) {
                unread(FileError("\(name):\(line)", "the line is longer than 64 MiB"))
            }
            told = blocks.skipped.count
            guard let block else { return }
            try take(block)
        }
    }
}

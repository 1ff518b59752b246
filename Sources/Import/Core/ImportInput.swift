package import Observations

/// A file that is being imported: its bytes, unpacked, or its lines.
package final class ImportInput {
    /// The file's name as it was given; `-` for standard input.
    package let path: String
    package let head: FileHead
    /// The bytes, for who reads them as something else.
    package let source: InputBytes

    /// Opens a file and looks at its first bytes, which stay to be read.
    package init(_ path: String) throws(FileError) {
        self.path = path
        source = try InputBytes(path, takesAnything: true)
        head = try FileHead(path: path, source)
    }

    /// Bytes that are there already.
    package init(_ bytes: [UInt8], path: String = "memory") throws(FileError) {
        self.path = path
        source = InputBytes(bytes, takesAnything: true)
        head = try FileHead(path: path, source)
    }

    /// From now on the end is waited at for what is appended.
    package func follow(_ growth: FileGrowth) { source.follow(growth) }

    /// Reads bytes on.
    ///
    /// - Returns: how many were read; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try source.read(into: buffer)
    }

    /// Calls `body` with each line that is not blank, without its end, and its number from 1.
    ///
    /// `RecordPicker.padding` bytes after the line can be read.
    package func lines(
        _ run: ImportRun,
        _ body: (UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        var reader = LineReader(source)
        var told = 0
        while true {
            let found: Void? = try reader.nextNumbered { line, number in
                run.countLine()
                let whole = line.last == 0x0d ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
                try body(whole, number)
            }
            for number in reader.skipped.dropFirst(told) {
                run.countLine()
                run.skip("longer than 64 MiB", line: number)
            }
            told = reader.skipped.count
            if found == nil { return }
        }
    }
}

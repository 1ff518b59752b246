import Bytes
import Foundation
import Observations

/// Lines of a file that are read again by their places; of what can't be read twice, such as a pipe or a
/// packed file, they are copied into a file without a name.
struct KeptLines: ~Copyable {
    /// The file; nil for what is none.
    private let path: String?
    private var isCopied = false
    private var descriptor: Int32 = -1
    private var waiting: [UInt8] = []
    private var written = 0

    init(_ path: String?) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Keeps a line, or a copy of it.
    ///
    /// - Parameter place: where it stands in the file; nil where it can't be read again.
    /// - Returns: its place for `read`.
    mutating func keep(_ line: UnsafeRawBufferPointer, _ place: Int?) throws(FileError) -> Int {
        if let place, path != nil { return place }
        isCopied = true
        if descriptor < 0 { try make() }
        let place = written + waiting.count
        waiting += line
        if waiting.count >= 1 << 20 { try flush() }
        return place
    }

    /// Reads a line again.
    mutating func read(_ place: Int, _ length: Int) throws(FileError) -> [UInt8] {
        if isCopied { try flush() }
        if descriptor < 0, let path {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw FileError(path, errno) }
        }
        var bytes = [UInt8](repeating: 0, count: length)
        let count = bytes.withUnsafeMutableBytes { DescriptorIO.read(descriptor, at: place, into: $0) }
        // As the line was read the first time.
        bytes.withUnsafeMutableBufferPointer { LineBlocks.blankSeparators($0) }
        guard count == length else {
            let name = path ?? "a copy of the lines"
            throw count < 0 ? FileError(name, errno) : FileError(name, "the file changed while it was read")
        }
        return bytes
    }

    private mutating func make() throws(FileError) {
        let folder = FileManager.default.temporaryDirectory.path
        var name = Array("\(folder)/hallmark-lines-XXXXXX".utf8CString)
        descriptor = name.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkstemp($0) } ?? -1 }
        guard descriptor >= 0 else { throw FileError(folder, errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    private mutating func flush() throws(FileError) {
        guard waiting.withUnsafeBytes({ DescriptorIO.write(descriptor, $0, at: written) }) else {
            throw FileError(FileManager.default.temporaryDirectory.path, errno)
        }
        written += waiting.count
        waiting.removeAll(keepingCapacity: true)
    }
}

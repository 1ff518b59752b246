import Foundation
import Observations

/// Lines of a file that are read again by their places; of what can't be read twice, such as a pipe or a
/// packed file, they are copied into a file without a name.
struct KeptLines: ~Copyable {
    private let path: String
    /// Whether lines are copied; said before the first is kept.
    var isCopied = false
    private var descriptor: Int32 = -1
    private var waiting: [UInt8] = []
    private var written = 0

    init(_ path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Copies a line.
    ///
    /// - Returns: its place.
    mutating func keep(_ line: UnsafeRawBufferPointer) throws(FileError) -> Int {
        if descriptor < 0 { try make() }
        let place = written + waiting.count
        waiting += line
        if waiting.count >= 1 << 20 { try flush() }
        return place
    }

    /// Reads a line again.
    mutating func read(_ place: Int, _ length: Int) throws(FileError) -> [UInt8] {
        if isCopied { try flush() }
        if descriptor < 0 {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw FileError(path, errno) }
        }
        var bytes = [UInt8](repeating: 0, count: length)
        var done = 0
        while done < length {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: done), length - done, place + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw count < 0
                    ? FileError(path, errno) : FileError(path, "the file changed while it was read")
            }
            done += count
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
        var done = 0
        while done < waiting.count {
            let count = waiting.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, written + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw FileError(FileManager.default.temporaryDirectory.path, errno)
            }
            done += count
        }
        written += done
        waiting.removeAll(keepingCapacity: true)
    }
}

import Bytes
import Glibc
import Observations

/// A file without a name that is written from begin to end and then read as memory.
final class SpillFile {
    private let descriptor: Int32
    private let folder: String
    private var buffer: [UInt8] = []
    private(set) var count = 0

    private static let bufferSize = 1 << 20

    /// - Parameter folder: where it is kept as long as it is open.
    init(in folder: String) throws(FileError) {
        self.folder = folder
        var path = Array("\(folder)/iocs-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw FileError(folder, errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(path)
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit { close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        buffer.append(contentsOf: bytes)
        count += bytes.count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private func flush() throws(FileError) {
        defer { buffer.removeAll(keepingCapacity: true) }
        guard buffer.withUnsafeBytes({ DescriptorIO.write(descriptor, $0) }) else {
            throw FileError(folder, errno)
        }
    }

    /// Calls `body` with all that was written.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
        try flush()
        guard count > 0 else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let memory = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
            throw FileError(folder, errno)
        }
        madvise(memory, count, MADV_SEQUENTIAL)
        body(UnsafeRawBufferPointer(start: memory, count: count))
        munmap(memory, count)
    }
}

import Glibc

/// A file that is posted a piece at a time, from its begin with each attempt.
final class UploadFile {
    let size: Int
    private let descriptor: CInt
    private var offset = 0

    /// - Throws: why it can't be read.
    init(_ path: String) throws(FetchError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            throw FetchError(.local, "\(path): \(String(cString: strerror(code)))")
        }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    func rewind() { offset = 0 }

    /// Reads on.
    ///
    /// - Returns: how many bytes; nil when the file can't be read, or is shorter than it was.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let wanted = min(buffer.count, size - offset)
        guard wanted > 0 else { return 0 }
        let count = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
        guard count > 0 else { return nil }
        offset += count
        return count
    }
}

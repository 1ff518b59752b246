import Glibc
package import Synchronization

/// A file that can't be read, and why.
package struct FileError: Error, CustomStringConvertible {
    package let description: String

    package init(_ path: String, _ code: Int32) {
        self.init(path, String(cString: strerror(code)))
    }

    package init(_ path: String, _ reason: String) {
        description = "\(path == "-" ? "standard input" : path): \(reason)"
    }
}

/// The bytes of a file or of standard input that is read as lines: unpacked, and without a byte order mark.
///
/// What can't be read as lines is refused by name at the first read.
package final class InputBytes {
    /// What this program has read of its input so far, in bytes, for who shows how far it is.
    package static let bytesRead = Atomic<Int>(0)

    private let path: String
    private let descriptor: Int32
    private let seen: ((UnsafeRawBufferPointer) -> Void)?
    private var head: [UInt8] = []
    private var headPlace = 0
    private var gzip: GzipStream?
    private var hasBegun = false
    private let takesAnything: Bool
    private var isRegular = false

    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - takesAnything: whether what are no lines of observations is read all the same.
    ///   - seen: is called with all bytes of the file as it stands, in order.
    package init(
        _ path: String,
        takesAnything: Bool = false,
        seen: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) throws(FileError) {
        self.path = path
        self.takesAnything = takesAnything
        self.seen = seen
        // 0 is standard input.
        descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, errno) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw FileError(path, EISDIR)
        }
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// Bytes that are there already.
    package init(_ bytes: [UInt8], takesAnything: Bool = false) {
        path = "memory"
        self.takesAnything = takesAnything
        seen = nil
        descriptor = -1
        isRegular = true
        head = bytes
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// - Returns: how many bytes were read; 0 at the end.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        if !hasBegun { try begin() }
        guard output.count > 0 else { return 0 }
        if headPlace < head.count {
            let part = head[headPlace...].prefix(output.count)
            output.copyBytes(from: part)
            headPlace += part.count
            return part.count
        }
        return try unpacked(into: output)
    }

    /// The first bytes, unpacked, which stay to be read: `count` of them if there are as many.
    ///
    /// Of a pipe, what its writer has written up to the end of a line.
    package func peek(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
        if !hasBegun { try begin() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: InputFormat.headSize, alignment: 16)
        defer { buffer.deallocate() }
        while head.count < count, isRegular || !head.contains(0x0a) {
            let read = try unpacked(into: buffer)
            if read == 0 { break }
            head += buffer[..<read]
        }
        return head[headPlace...]
    }

    private func begin() throws(FileError) {
        hasBegun = true
        try fillHead { buffer throws(FileError) in try self.load(into: buffer) }
        var format = InputFormat(head)
        if format == .gzip {
            guard let stream = GzipStream() else { throw FileError(path, ENOMEM) }
            gzip = stream
            packed = head
            head = []
            try fillHead { buffer throws(FileError) in try self.unpacked(into: buffer) }
            format = InputFormat(head)
        }
        if let refusal = format.refusal, !takesAnything || format == .utf16 { throw FileError(path, refusal) }
        if head.starts(with: [0xef, 0xbb, 0xbf]) { headPlace = 3 }
    }

    /// Packed bytes that were read for the head.
    private var packed: [UInt8] = []

    /// Reads until the format shows.
    ///
    /// A pipe gives what its writer has written, and is not waited for any longer.
    private func fillHead(
        _ read: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: InputFormat.headSize, alignment: 16)
        defer { buffer.deallocate() }
        while head.count < 16 || head.allSatisfy(InputFormat.isBlank) && head.count < InputFormat.headSize {
            let count = try read(buffer)
            if count == 0 { return }
            head += buffer[..<count]
        }
    }

    private func unpacked(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        guard let gzip else { return try load(into: output) }
        do {
            let count = try gzip.read(into: output) { buffer throws(FileError) in
                guard packed.isEmpty else {
                    let part = packed.prefix(buffer.count)
                    buffer.copyBytes(from: part)
                    packed.removeFirst(part.count)
                    return part.count
                }
                return try load(into: buffer)
            }
            if count == 0, !gzip.isComplete { throw FileError(path, "the gzip file is cut off") }
            return count
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(path, "the gzip file is damaged")
        }
    }

    private func load(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        while descriptor >= 0 {
            let count = Glibc.read(descriptor, output.baseAddress, output.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, errno) }
            Self.bytesRead.add(count, ordering: .relaxed)
            seen?(UnsafeRawBufferPointer(rebasing: output[..<count]))
            return count
        }
        return 0
    }
}

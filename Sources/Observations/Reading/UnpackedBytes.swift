import Bytes
import Glibc
import Synchronization

/// The bytes of a file or of standard input, unpacked where they are packed with gzip or zstd.
package final class UnpackedBytes {
    private let path: String
    private var descriptor: Int32
    /// Waits at the end for what is appended; nil where the end is the end.
    var growth: FileGrowth? {
        // From now on its first bytes are known.
        didSet { _ = growth?.hasBegunAnew(descriptor) }
    }
    /// The first bytes, as many as tell what it is; nil until they are read.
    private var head: [UInt8]?
    private var headPlace = 0
    /// What went wrong behind the head, to be said when all before it has been read.
    private var fault: FileError?
    private var unpacker: (any Unpacker)?
    /// Packed bytes that were read for the head.
    private var packed: [UInt8] = []
    /// Whether it was waited for the first bytes.
    private var hasBegun = false
    /// Bytes that were there already, as long as they are not read; nil where a file is read.
    private var memory: ArraySlice<UInt8>?

    /// - Parameter path: the file, or `-` for standard input.
    package init(_ path: String) throws(FileError) {
        self.path = path
        // 0 is standard input.
        descriptor = path == "-" ? dup(0) : AwaitedFile.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, EISDIR) }
        guard Self.mayEnd(descriptor) else { throw FileError(path, "is a device, which has no end") }
    }

    /// Whether what is read from an open file may come to an end.
    ///
    /// Many devices have none. A terminal has one, and so has what is always empty.
    package static func mayEnd(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return true }
        let isDevice = [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
        return !isDevice || isatty(descriptor) != 0 || status.st_rdev == Self.null
    }

    /// Bytes that are there already.
    init(_ bytes: [UInt8]) {
        path = "memory"
        descriptor = -1
        memory = bytes[...]
    }

    /// `/dev/null`, by its numbers (1 and 3).
    private static let null: dev_t = 1 << 8 | 3

    deinit { if descriptor >= 0 { close(descriptor) } }

    var isPacked: Bool { unpacker != nil }

    /// Whether the next read will not have to wait for a writer.
    var isReady: Bool {
        if memory != nil || headPlace < head?.count ?? 0 { return true }
        if let growth { return !growth.isAtEnd(descriptor) }
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // What can't be told is read.
        return poll(&poller, 1, 0) != 0
    }

    /// Whether the bytes stand in a file as they are read, so that they can be read again by their places.
    var isPlainFile: Bool {
        var status = stat()
        return unpacker == nil && growth == nil && fstat(descriptor, &status) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }

    /// The first bytes, which `read` gives out all the same.
    ///
    /// A pipe gives what its writer has written, and is not waited for any longer.
    package func peek() throws(FileError) -> [UInt8] {
        if let head { return head }
        var first: [UInt8] = []
        try fill(&first) { buffer throws(FileError) in try self.load(into: buffer) }
        guard InputFormat(first).isPacked else {
            head = first
            return first
        }
        unpacker = InputFormat(first).unpacker
        guard unpacker != nil else { throw FileError(path, ENOMEM) }
        packed = first
        first = []
        try fill(&first) { buffer throws(FileError) in try self.unpacked(into: buffer) }
        head = first
        return first
    }

    /// At least so many of the bytes that come next, which `read` gives out all the same; fewer at the end,
    /// and of a pipe no more than its writer has written up to the end of a line.
    func peek(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
        var bytes = try peek()
        var status = stat()
        let isRegular = memory != nil || fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: InputFormat.headSize, alignment: 16)
        defer { buffer.deallocate() }
        while bytes.count < count, isRegular || !bytes.contains(0x0a) {
            do throws(FileError) {
                let read = try unpacked(into: buffer)
                if read == 0 { break }
                bytes += buffer[..<read]
            } catch {
                fault = error
                break
            }
        }
        head = bytes
        return bytes[min(headPlace, bytes.count)...]
    }

    /// Passes bytes over that `peek` has shown.
    func skip(_ count: Int) { headPlace = min(headPlace + count, head?.count ?? 0) }

    /// - Returns: how many bytes were read; 0 at the end.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let head = try peek()
        guard output.count > 0 else { return 0 }
        guard headPlace < head.count else {
            if let fault { throw fault }
            return try unpacked(into: output)
        }
        let part = head[headPlace...].prefix(output.count)
        output.copyBytes(from: part)
        headPlace += part.count
        return part.count
    }

    /// All bytes.
    ///
    /// - Throws: for more than `limit`, too: a small packed file can hold any number.
    package static func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        try contents(of: UnpackedBytes(path), limit: limit)
    }

    /// All that is packed in bytes that are there already.
    ///
    /// - Throws: for more than `limit`, too.
    package static func contents(packed bytes: [UInt8], limit: Int) throws(FileError) -> [UInt8] {
        try contents(of: UnpackedBytes(bytes), limit: limit)
    }

    private static func contents(of source: UnpackedBytes, limit: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = try source.read(into: room)
            if count == 0 { return bytes }
            bytes += room[..<count]
            guard bytes.count <= limit else { throw FileError(source.path, "has more than \(limit) bytes") }
        }
    }

    /// Reads until the format shows.
    private func fill(
        _ head: inout [UInt8],
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
        guard let unpacker else { return try load(into: output) }
        let name = type(of: unpacker).name
        do {
            let count = try unpacker.read(into: output) { buffer throws(FileError) in
                guard packed.isEmpty else {
                    let part = packed.prefix(buffer.count)
                    buffer.copyBytes(from: part)
                    packed.removeFirst(part.count)
                    return part.count
                }
                return try load(into: buffer)
            }
            if count == 0, !unpacker.isComplete { throw FileError(path, "the \(name) file is cut off") }
            return count
        } catch let error as FileError {
            throw error
        } catch let error as UnpackingError {
            throw FileError(path, "the \(name) file \(error.reason)")
        } catch {
            throw FileError(path, "the \(name) file can't be unpacked")
        }
    }

    private func load(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        if let part = memory?.prefix(output.count) {
            output.copyBytes(from: part)
            memory?.removeFirst(part.count)
            return part.count
        }
        if !hasBegun {
            hasBegun = true
            AwaitedFile.awaitBeginning(of: descriptor, path)
        }
        while true {
            if let growth, output.count > 0, growth.hasBegunAnew(descriptor) {
                lseek(descriptor, 0, SEEK_SET)
                output[0] = 0x0a
                return 1
            }
            let count = DescriptorIO.read(descriptor, into: output)
            guard count >= 0 else { throw FileError(path, errno) }
            InputBytes.bytesRead.add(count, ordering: .relaxed)
            guard count == 0, output.count > 0, let growth else { return count }
            switch try growth.next(&descriptor) {
            case .end: return 0
            case .more: continue
            case .another:
                // What the writer had begun when the file was taken from it ends here.
                output[0] = 0x0a
                return 1
            }
        }
    }
}

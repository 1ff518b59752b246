import Glibc
package import Synchronization

/// A file that can't be read, and why.
package struct FileError: Error, CustomStringConvertible {
    package let description: String

    package init(_ path: String, _ code: Int32) {
        description = "\(path): \(String(cString: strerror(code)))"
    }
}

/// Reads a file or standard input line by line, without copying the lines.
///
/// Lines longer than 64 MiB are skipped and counted: no record of ours is nearly as long.
package struct LineReader: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var atEnd = false
    private let seen: ((UnsafeRawBufferPointer) -> Void)?

    /// What this program has read of its input so far, in bytes, for who shows how far it is.
    package static let bytesRead = Atomic<Int>(0)

    /// How many lines were too long to be read.
    package private(set) var skipped = 0
    /// Where in the file the next line begins.
    private var offset = 0
    /// Where in the file the line began that was given out last.
    package private(set) var lineOffset = 0

    private static let mostBytes = 64 << 20

    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - seen: is called with all bytes of the file, in order.
    package init(_ path: String, seen: ((UnsafeRawBufferPointer) -> Void)? = nil) throws(FileError) {
        self.path = path
        self.seen = seen
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, errno) }
        buffer = .allocate(byteCount: 1 << 20 + RecordPicker.padding, alignment: 64)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Calls `body` with the next line, without its end, which has `RecordPicker.padding` readable bytes after it.
    ///
    /// - Returns: what `body` returned, or nil at the end of the file. Empty lines are left out.
    package mutating func next<R>(
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R? {
        while let base = buffer.baseAddress {
            let rest = UnsafeRawBufferPointer(start: base + start, count: end - start)
            if let feed = memchr(base + start, 0x0a, rest.count) {
                let length = UnsafeRawPointer(feed) - UnsafeRawPointer(base + start)
                start += length + 1
                lineOffset = offset
                offset += length + 1
                if length > 0 { return try body(UnsafeRawBufferPointer(rebasing: rest[..<length])) }
            } else if atEnd {
                start = end
                lineOffset = offset
                offset += rest.count
                return rest.isEmpty ? nil : try body(rest)
            } else {
                try fill()
            }
        }
        return nil
    }

    /// Moves what is left of the buffer to its begin and reads on.
    private mutating func fill() throws(FileError) {
        let rest = end - start
        let room = buffer.count - RecordPicker.padding
        if start > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
        } else if rest == room {
            if room >= Self.mostBytes { return try skipLine() }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: 2 * room + RecordPicker.padding,
                alignment: 64
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<rest]))
            buffer.deallocate()
            buffer = larger
        }
        (start, end) = (0, rest)
        end += try load(at: rest)
    }

    private mutating func load(at place: Int) throws(FileError) -> Int {
        let room = buffer.count - RecordPicker.padding - place
        while true {
            let count = read(descriptor, buffer.baseAddress.map { $0 + place }, room)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path, errno) }
            if count == 0 { atEnd = true }
            Self.bytesRead.add(count, ordering: .relaxed)
            seen?(UnsafeRawBufferPointer(rebasing: buffer[place..<place + count]))
            return count
        }
    }

    /// Drops the line that fills the buffer, up to its end.
    private mutating func skipLine() throws(FileError) {
        skipped += 1
        offset += end
        (start, end) = (0, 0)
        while !atEnd {
            end = try load(at: 0)
            for index in 0..<end where buffer[index] == 0x0a {
                start = index + 1
                offset += start
                return
            }
            offset += end
        }
        end = 0
    }
}

import Bytes
import Dispatch
import Glibc
import Synchronization

/// Opens and begins to read what another program may first have to open or to write: named pipes, standard
/// input.
///
/// Whoever waits for one can't tell that from work that takes long, so that after a moment it is said.
package enum AwaitedFile {
    /// For so many milliseconds nothing is said.
    private static let patience: CInt = 2000

    private static let listener = Mutex<@Sendable (String) -> Void>({ _ in })
    /// What was said, each once.
    private static let said = Mutex<Set<String>>([])

    /// - Parameter body: is given the words for a person, on any thread.
    package static func onWaiting(_ body: @escaping @Sendable (String) -> Void) {
        listener.withLock { $0 = body }
    }

    private static func say(_ words: String) {
        guard said.withLock({ $0.insert(words).inserted }) else { return }
        listener.withLock { $0 }(words)
    }

    private static let inputWords = "waiting for standard input, on which nothing has come yet"

    /// From now on, nothing more is said of standard input.
    package static func hasSaidOfInput() { said.withLock { _ = $0.insert(inputWords) } }

    /// Says that nothing has come on standard input.
    package static func sayOfInput() { say(inputWords) }

    /// Opens a file as the system does, and says so when it takes long because it is a named pipe.
    ///
    /// - Returns: the descriptor, or -1 with the reason in `errno`.
    package static func open(_ path: String, _ flags: CInt, mode: UInt32 = 0) -> CInt {
        guard isPipe(path) else { return Glibc.open(path, flags, mode) }
        let isRead = flags & O_ACCMODE == O_RDONLY
        let word = DispatchWorkItem {
            say("waiting for another program to \(isRead ? "write to" : "read from") the pipe \(path)")
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(patience)), execute: word)
        let descriptor = Glibc.open(path, flags, mode)
        let code = errno
        word.cancel()
        errno = code
        return descriptor
    }

    /// Whether a path leads to a named pipe.
    package static func isPipe(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// Returns when the first bytes or the end are there, or when it has been said that they are waited for.
    ///
    /// - Parameter path: of the open file; `-` and `/dev/stdin` are standard input.
    package static func awaitBeginning(of descriptor: CInt, _ path: String) {
        var status = stat()
        guard fstat(descriptor, &status) == 0,
            ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
        else { return }
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var result: CInt
        repeat { result = poll(&poller, 1, patience) } while result < 0 && errno == EINTR
        guard result == 0 else { return }
        let isInput = path == "-" || path == "/dev/stdin"
        say(isInput ? inputWords : "waiting for another program to write to the pipe \(path)")
    }

    /// All bytes of a file as they are: what is packed stays packed.
    ///
    /// - Throws: what the system says, and for more than `limit` bytes.
    package static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError(path, errno) }
        defer { close(file) }
        awaitBeginning(of: file, path)
        var bytes: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = DescriptorIO.read(file, into: room)
            if count == 0 { return bytes }
            guard count > 0 else { throw FileError(path, errno) }
            bytes += room[..<count]
            guard bytes.count <= limit else { throw FileError(path, "has more than \(limit) bytes") }
        }
    }
}

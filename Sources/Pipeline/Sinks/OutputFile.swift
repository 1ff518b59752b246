package import Observations
import Glibc
import Targets
import Terminal

/// Why records could not be written.
package struct OutputFailure: Error, CustomStringConvertible {
    let path: String
    let code: CInt
    /// Another run writes to the file.
    var isInUse = false
    /// The file is shorter than what was written to it before.
    var isShort = false

    /// The scan was ended while the reader took nothing.
    package var isStop: Bool { code == ECANCELED }

    /// The reader went away, as `head` does: no error, but the end.
    package var isBrokenPipe: Bool { code == EPIPE }

    package var description: String {
        if isInUse { return "\(path): another run is writing to it" }
        if isShort {
            return
                "\(path): is shorter than what was written to it before: it was moved or cut. Bring it back, or begin "
                + "anew with another file and without what was noted of this one"
        }
        let reason = String(cString: strerror(code))
        let help = code == ENOSPC || code == EDQUOT ? "; make room" : ""
        return "\(path): \(reason)\(help)"
    }
}

/// Standard output or a file, to which whole batches of lines are appended.
package struct OutputFile: ~Copyable {
    package let path: String
    /// Which file on disk it is; nil for anything else, of which a torn line can't be taken back.
    package let identity: FileIdentity?
    private let descriptor: CInt
    private let isOwned: Bool
    /// Whether a person sees what is written, perhaps beside a line of progress.
    package var isTerminal: Bool { !isOwned && Terminal.isOutputTerminal }
    private var isRegular: Bool { identity != nil }
    /// Whether a write takes what fits and comes back.
    private let isNonBlocking: Bool
    /// Bytes in the file, as far as whole batches go.
    package private(set) var offset: Int64 = 0

    /// Standard output.
    package init() {
        let name = "standard output"
        // A pipe that is opened once more can be told not to block, without telling so whoever shares it.
        let own =
            Self.isPipe(STDOUT_FILENO)
            ? Glibc.open("/proc/self/fd/\(STDOUT_FILENO)", O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1
        if own >= 0 {
            self.init(path: name, descriptor: own, isOwned: true, identity: nil, isNonBlocking: true)
        } else {
            self.init(path: name, descriptor: STDOUT_FILENO, isOwned: false, identity: nil)
        }
    }

    private init(
        path: String,
        descriptor: CInt,
        isOwned: Bool,
        identity: FileIdentity?,
        isNonBlocking: Bool = false
    ) {
        self.path = path
        self.descriptor = descriptor
        self.isOwned = isOwned
        self.identity = identity
        self.isNonBlocking = isNonBlocking
    }

    private static func isPipe(_ descriptor: CInt) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// Opens a file, or makes it, and keeps other runs away from it; what it holds stays until `begin`.
    ///
    /// - Parameter makes: false to find out whether it could be made: where there is none, an empty one
    ///   without a name is opened in its folder, and a pipe is not opened at all, since its reader would take
    ///   that for an output without a line.
    package static func open(path: String, makes: Bool = true) throws(OutputFailure) -> OutputFile {
        let isOnlyAsked = !makes && AwaitedFile.isPipe(path)
        if isOnlyAsked, access(path, W_OK) != 0 { throw OutputFailure(path: path, code: errno) }
        let opened = isOnlyAsked ? "/dev/null" : path
        var descriptor = AwaitedFile.open(
            opened,
            O_WRONLY | O_CLOEXEC | (makes ? O_CREAT : 0),
            mode: 0o644
        )
        if descriptor < 0, errno == ENOENT, !makes, !path.hasSuffix("/") {
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
            descriptor = Glibc.open(folder, O_WRONLY | O_CLOEXEC | temporary, 0o644)
        }
        guard descriptor >= 0 else { throw OutputFailure(path: path, code: errno) }
        let file = OutputFile(
            path: path,
            descriptor: descriptor,
            isOwned: true,
            identity: FileIdentity(descriptor: descriptor),
            isNonBlocking: isPipe(descriptor) && fcntl(descriptor, F_SETFL, O_WRONLY | O_NONBLOCK) == 0
        )
        guard file.identity == nil || FileLock.take(descriptor) else {
            throw OutputFailure(path: path, code: EWOULDBLOCK, isInUse: true)
        }
        return file
    }

    /// O_TMPFILE, which Swift does not import.
    private static var temporary: CInt { 0o20_000_000 | O_DIRECTORY }

    /// Whether there is something in the file that could be lost.
    package var isEmpty: Bool {
        var status = stat()
        return identity == nil || fstat(descriptor, &status) == 0 && status.st_size == 0
    }

    /// Makes the file ready for records.
    ///
    /// - Parameter kept: bytes that stay; what is behind them is cut off. 0 to begin anew.
    package mutating func begin(keeping kept: Int64) throws(OutputFailure) {
        guard identity != nil else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw OutputFailure(path: path, code: errno) }
        // A file grows by being cut to a longer length: by bytes that are no records.
        guard Int64(status.st_size) >= kept else {
            throw OutputFailure(path: path, code: EINVAL, isShort: true)
        }
        guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, off_t(kept), SEEK_SET) >= 0 else {
            throw OutputFailure(path: path, code: errno)
        }
        offset = kept
    }

    deinit { if isOwned { _ = close(descriptor) } }

    /// Writes all of `bytes`, or takes back what was written of them and says why.
    ///
    /// - Parameter isStopped: asked every tenth of a second while a reader takes nothing; true gives up.
    package mutating func write(_ bytes: Span<UInt8>, isStopped: () -> Bool = { false }) -> OutputFailure? {
        var done = 0
        let code: CInt = bytes.withUnsafeBytes { bytes in
            while done < bytes.count {
                guard let base = bytes.baseAddress else { return 0 }
                // What is ready takes a page without blocking, and perhaps no more.
                let limit = isRegular || isNonBlocking ? Int.max : 4096
                guard isRegular || isReady() else {
                    if isStopped() { return ECANCELED }
                    continue
                }
                let count = Glibc.write(descriptor, base + done, min(limit, bytes.count - done))
                if count > 0 {
                    done += count
                } else if count < 0 && errno == EAGAIN {
                    // Somebody made the pipe non-blocking, and has filled it meanwhile.
                    continue
                } else if count < 0 && errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        guard code == 0 else {
            if identity != nil && done > 0 {
                _ = ftruncate(descriptor, off_t(offset))
                _ = lseek(descriptor, off_t(offset), SEEK_SET)
            }
            return OutputFailure(path: path, code: code)
        }
        offset += Int64(bytes.count)
        return nil
    }

    /// Has what was written reach the disk; of a pipe there is nothing to be had.
    package func sync() { if isRegular { _ = fdatasync(descriptor) } }

    /// Whether the reader takes something, or never will; waits a tenth of a second for it.
    private func isReady() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&waiting, 1, 100) > 0
    }
}

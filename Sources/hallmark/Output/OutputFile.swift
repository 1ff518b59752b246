import Glibc

/// Why records could not be written.
struct OutputFailure: Error, CustomStringConvertible {
    let path: String
    let code: CInt

    /// The scan was ended while the reader took nothing.
    var isStop: Bool { code == ECANCELED }

    /// The reader went away, as `head` does: no error, but the end.
    var isBrokenPipe: Bool { code == EPIPE }

    var description: String {
        let reason = String(cString: strerror(code))
        let help = code == ENOSPC || code == EDQUOT ? "; make room, then go on with --resume" : ""
        return "\(path): \(reason)\(help)"
    }
}

/// Standard output or a file, to which whole batches of lines are appended.
struct OutputFile: ~Copyable {
    let path: String
    private let descriptor: CInt
    private let isOwned: Bool
    /// Whether it is a file on disk, so that a torn line can be taken back.
    private let isRegular: Bool
    /// Bytes in the file, as far as whole batches go.
    private(set) var offset: Int64 = 0

    /// Standard output.
    init() {
        self.init(
            path: "standard output",
            descriptor: STDOUT_FILENO,
            isOwned: false,
            isRegular: false,
            offset: 0
        )
    }

    private init(path: String, descriptor: CInt, isOwned: Bool, isRegular: Bool, offset: Int64) {
        self.path = path
        self.descriptor = descriptor
        self.isOwned = isOwned
        self.isRegular = isRegular
        self.offset = offset
    }

    /// Makes a file or, when `keeping`, goes on with one.
    ///
    /// - Parameter keeping: bytes that stay; what is behind them is cut off. Nil to begin anew.
    static func open(path: String, keeping: Int64?) throws(OutputFailure) -> OutputFile {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (keeping == nil ? O_TRUNC : 0)
        let descriptor = Glibc.open(path, flags, 0o644)
        guard descriptor >= 0 else { throw OutputFailure(path: path, code: errno) }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let offset = isRegular ? min(keeping ?? 0, Int64(status.st_size)) : 0
        if isRegular, keeping != nil,
            ftruncate(descriptor, off_t(offset)) != 0 || lseek(descriptor, off_t(offset), SEEK_SET) < 0
        {
            let code = errno
            _ = close(descriptor)
            throw OutputFailure(path: path, code: code)
        }
        return OutputFile(
            path: path,
            descriptor: descriptor,
            isOwned: true,
            isRegular: isRegular,
            offset: offset
        )
    }

    deinit { if isOwned { _ = close(descriptor) } }

    /// Writes all of `bytes`, or takes back what was written of them and says why.
    ///
    /// - Parameter isStopped: asked every tenth of a second while a reader takes nothing; true gives up.
    mutating func write(_ bytes: Span<UInt8>, isStopped: () -> Bool = { false }) -> OutputFailure? {
        var done = 0
        let code: CInt = bytes.withUnsafeBytes { bytes in
            while done < bytes.count {
                guard let base = bytes.baseAddress else { return 0 }
                // A pipe that is ready takes a page without blocking, and perhaps no more.
                let limit = isRegular ? Int.max : 4096
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
            if isRegular && done > 0 {
                _ = ftruncate(descriptor, off_t(offset))
                _ = lseek(descriptor, off_t(offset), SEEK_SET)
            }
            return OutputFailure(path: path, code: code)
        }
        offset += Int64(bytes.count)
        return nil
    }

    /// Whether the reader takes something, or never will; waits a tenth of a second for it.
    private func isReady() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&waiting, 1, 100) > 0
    }
}

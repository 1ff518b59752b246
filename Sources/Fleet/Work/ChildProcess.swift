import Glibc
package import Observations
import Synchronization

/// Held from the making of a pipe to the start of its program: no other program that starts meanwhile shall
/// inherit it.
private let starting = Mutex(())

/// A program whose standard output we read, and to whose standard input we write; its standard error is ours.
///
/// Foundation's `Process` waits for whatever inherited its socket, and so for the children of other threads.
package final class ChildProcess {
    private let identifier: pid_t
    /// Both are -1 once they are closed.
    private var output: CInt
    private var input: CInt
    private var result: CInt?
    /// When it was let go on last.
    private var allowed: ContinuousClock.Instant?

    /// `F_SETPIPE_SZ` (fcntl(2)), which Glibc's module leaves out.
    private static let setPipeSize: CInt = 1031
    /// Bytes that a pipe holds.
    private static let pipeSize: CInt = 1 << 20

    /// The numbers of standard input and output.
    private static let input: CInt = 0
    private static let output: CInt = 1

    /// What a start has made: the process, its output and its input.
    private typealias Started = (identifier: pid_t, output: CInt, input: CInt)

    /// - Parameters:
    ///   - environment: variables beside our own.
    ///   - orders: what it reads first.
    package convenience init(
        _ program: String,
        _ arguments: [String],
        environment: [String],
        orders: [UInt8]
    ) throws(FileError) {
        try self.init(started: starting.withLock { _ in Self.start(program, arguments, environment) })
        guard send(orders) else {
            stop()
            throw FileError(program, "takes no orders")
        }
    }

    private init(started: Result<Started, FileError>) throws(FileError) {
        (identifier, output, input) = try started.get()
    }

    private static func start(
        _ program: String,
        _ arguments: [String],
        _ environment: [String]
    ) -> Result<Started, FileError> {
        // Other than a pipe, a socket can be written to without a signal when nobody reads any more.
        var pair: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
            return .failure(FileError(program, errno))
        }
        var pipe: [CInt] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else {
            let code = errno
            for end in pair { close(end) }
            return .failure(FileError(program, code))
        }
        for end in pipe + pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A batch of records fits: neither side waits for the other at every few of them. An own limit of the
        // system's leaves it at what it is.
        _ = fcntl(pipe[1], Self.setPipeSize, Self.pipeSize)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pair[1], Self.input)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], Self.output)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own: Ctrl-C is the worker's, which ends its scans in order.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables =
            Self.inherited(without: environment).map { strdup($0) } + environment.map { strdup($0) } + [nil]
        defer {
            for word in words { free(word) }
            for variable in variables { free(variable) }
        }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, program, &actions, &attributes, &words, &variables)
        close(pipe[1])
        close(pair[1])
        guard code == 0 else {
            close(pipe[0])
            close(pair[0])
            return .failure(FileError(program, code))
        }
        return .success((identifier, pipe[0], pair[0]))
    }

    deinit {
        stop()
    }

    private static func inherited(without names: [String]) -> [String] {
        var result: [String] = []
        var place = environ
        while let text = place.pointee {
            let variable = String(cString: text)
            let name = variable.prefix { $0 != "=" }
            if !names.contains(where: { $0.hasPrefix(name + "=") }) { result.append(variable) }
            place += 1
        }
        return result
    }

    /// Writes all of what it reads; false when it reads nothing for ten seconds, or no more.
    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = write(rest)
            if sent > 0 {
                rest = rest.dropFirst(sent)
                continue
            }
            guard sent == 0 || errno == EAGAIN || errno == EINTR else { return false }
            var waiting = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
            guard poll(&waiting, 1, 10_000) > 0 else { return false }
        }
        return true
    }

    private func write(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes {
            Glibc.send(input, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
    }

    /// Lets it go on for so long from now; who is not told any more ends.
    ///
    /// Who reads a lot from it may call it every time: it is told twice a second.
    package func allow(_ duration: Duration) {
        let now = ContinuousClock.now
        guard input >= 0, allowed.map({ now - $0 >= .milliseconds(500) }) ?? true else { return }
        allowed = now
        // Who reads nothing has its end before it.
        _ = write(ScanOrders.deadline(after: duration)[...])
    }

    /// What a reading brought.
    package enum Reading: Equatable {
        /// So many bytes.
        case some(Int)
        case nothing
        case end
    }

    /// Reads what there is, or waits a while for it.
    ///
    /// - Parameter buffer: gets it; not empty.
    package func read(into buffer: UnsafeMutableRawBufferPointer, milliseconds: Int32) -> Reading {
        var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return .nothing }
        let count = Glibc.read(output, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return .nothing }
        return count > 0 ? .some(count) : .end
    }

    /// Ends it: what it still writes, nobody reads.
    ///
    /// One that has not ended by itself after ten seconds is killed.
    package func stop() {
        for end in [output, input] where end >= 0 { close(end) }
        (output, input) = (-1, -1)
        guard result == nil else { return }
        kill(identifier, SIGTERM)
        for _ in 0..<100 {
            var status: CInt = 0
            if waitpid(identifier, &status, WNOHANG) != 0 {
                result = Self.code(status)
                return
            }
            usleep(100_000)
        }
        kill(identifier, SIGKILL)
        _ = wait()
    }

    /// Waits for its end.
    ///
    /// - Returns: its exit code; over 128, the signal that ended it.
    package func wait() -> CInt {
        if let result { return result }
        var status: CInt = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        let code = Self.code(status)
        result = code
        return code
    }

    /// The exit code in what the system says of an end.
    private static func code(_ status: CInt) -> CInt {
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }
}

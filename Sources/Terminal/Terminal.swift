import Bytes
import Glibc
import Logging
import Synchronization

/// Standard error, where everything goes that is not a record: the only door to it.
package enum Terminal {
    /// One that is dumb takes no line away again.
    package static let isErrorTerminal =
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    /// Where standard output goes, for who wants to know which file that is.
    package static let outputDescriptor = STDOUT_FILENO
    package static let isOutputTerminal = isatty(STDOUT_FILENO) == 1

    /// Whether a line of progress stands where the next text would go.
    private static let hasProgress = Mutex(false)

    /// What `say` goes through; lines for a person until something else is asked for.
    private static let log = Mutex(Log(.text, from: .trace))

    private struct Log {
        let format: LogFormat
        let logger: Logger

        init(_ format: LogFormat, from level: LogLevel) {
            self.format = format
            logger = Logger(label: "hallmark") { _ in LogWriter(format, from: level) }
        }
    }

    /// From now on, what is said is written so, and what matters less than `level` is not.
    package static func setLog(_ format: LogFormat, from level: LogLevel) {
        log.withLock { $0 = Log(format, from: level) }
    }

    /// Says one line on standard error; whatever it holds of others' text is made safe.
    package static func say(_ text: String, _ level: LogLevel = .info) {
        log.withLock { $0.logger }.log(level: level.level, "\(text)")
    }

    /// Writes a line that is safe, in the place of the line of progress.
    static func put(line: String) {
        hasProgress.withLock { hasProgress in
            writeError((hasProgress ? "\r\u{1b}[K" : "") + line + "\n")
            hasProgress = false
        }
    }

    /// Says several lines; line ends in `text` are ours.
    package static func say(lines text: String, _ level: LogLevel = .info) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { say(String(line), level) }
    }

    /// Shows how far the work is, in the place of what was shown before.
    ///
    /// A log that programs read has no such line.
    package static func showProgress(_ text: String) {
        guard log.withLock({ $0.format }) == .text else { return }
        let text = SafeText.terminal(text)
        hasProgress.withLock { hasProgress in
            writeError("\r" + text.prefix(width - 1) + "\u{1b}[K")
            hasProgress = true
        }
    }

    /// Takes the line of progress away.
    package static func clearProgress() {
        hasProgress.withLock { hasProgress in
            if hasProgress { writeError("\r\u{1b}[K") }
            hasProgress = false
        }
    }

    private static func writeError(_ text: String) {
        // Nobody can be told that standard error takes nothing.
        _ = Array(text.utf8).withUnsafeBytes { DescriptorIO.write(STDERR_FILENO, $0) }
    }

    /// Columns of the terminal, 80 when unknown.
    package static var width: Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
        return isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

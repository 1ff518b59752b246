import Corpus
import Foundation
import Glibc

/// Standard output in large pieces; a reader that went away ends the program quietly.
final class BufferedOutput {
    private var bytes: [UInt8] = []

    func write(_ span: Span<UInt8>) throws {
        span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        if bytes.count >= 1 << 16 { try flush() }
    }

    func write(_ text: String) throws {
        bytes.append(contentsOf: text.utf8)
        if bytes.count >= 1 << 16 { try flush() }
    }

    func flush() throws {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                if errno == EPIPE { Foundation.exit(0) }
                throw CorpusError.failed("standard output: \(String(cString: strerror(errno)))")
            }
            start += count
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Says something to the person at the terminal: on standard error.
func note(_ text: String) {
    Terminal.note(SafeText.terminal(text))
}

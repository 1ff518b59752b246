import Bytes
import Foundation
import Glibc

/// Why standard output could not be written.
package struct StandardOutputError: Error, CustomStringConvertible {
    let code: CInt

    package var description: String { "standard output: \(String(cString: strerror(code)))" }
}

/// Standard output in large pieces: the one way by which commands print.
///
/// A failed write is an error, so that a full disk does not pass for an empty answer. A reader that went
/// away, as `head` does, ends the program quietly. What is written must be safe for a terminal: `line` and
/// `table` make it so.
package final class StandardOutput {
    private var bytes: [UInt8] = []

    package init() {}

    /// Writes lines of JSON that may be others'.
    package func writeRecords(_ span: Span<UInt8>) throws(StandardOutputError) {
        var odd: UInt8 = 0
        for index in span.indices { odd |= span[index] & 0x80 | (span[index] == 0x7f ? 1 : 0) }
        guard odd != 0 else { return try write(span) }
        var safe = ByteBuffer(capacity: span.count + 1024)
        safe.append(records: span)
        let text = safe.withSpan { span in span.withUnsafeBufferPointer { Array($0) } }
        try write(text.span)
    }

    /// Writes bytes as they are: what was made safe where it was made.
    package func write(_ span: Span<UInt8>) throws(StandardOutputError) {
        span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        if bytes.count >= 1 << 16 { try flush() }
    }

    /// Writes text that was made safe where it was made: reports, tables and files of other formats.
    package func write(_ text: String) throws(StandardOutputError) {
        bytes.append(contentsOf: text.utf8)
        if bytes.count >= 1 << 16 { try flush() }
    }

    /// Writes one line of text that may hold what others wrote.
    package func line(_ text: String) throws(StandardOutputError) {
        try write(SafeText.terminal(text) + "\n")
    }

    /// Writes lines of text that may hold what others wrote; line ends in `text` are ours.
    package func lines(_ text: String) throws(StandardOutputError) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            try self.line(String(line))
        }
    }

    /// Writes lines of prose that may hold what others wrote, broken at blanks where they are wider than the
    /// terminal; what follows stands as far to the right as the line does.
    ///
    /// - Parameter whole: beginnings of lines that are never broken, as they are there to be copied.
    package func prose(_ text: String, whole: [String] = []) throws(StandardOutputError) {
        let width = ReportStyle.outputWidth ?? TextTable.usualWidth
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard !whole.contains(where: line.hasPrefix) else {
                try self.line(String(line))
                continue
            }
            let indent = String(line.prefix { $0 == " " })
            let rest = SafeText.terminal(String(line.dropFirst(indent.count)))
            for part in ReportText.filled(rest, to: width - indent.count) { try write(indent + part + "\n") }
        }
    }

    /// Writes rows in columns, the first of them the heads.
    package func table(_ rows: [[String]]) throws(StandardOutputError) {
        guard let head = rows.first else { return }
        var table = TextTable(head, widest: .max)
        for row in rows.dropFirst() { table.add(row) }
        try write(table.text)
    }

    /// Writes a value as one line of JSON with sorted keys.
    package func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try writeRecords(Array(try encoder.encode(value)).span)
        try write("\n")
    }

    /// Hands everything to the system.
    package func flush() throws(StandardOutputError) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count >= 0 {
                start += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody made the pipe non-blocking: wait for its reader.
                var waiting = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            case EPIPE: Foundation.exit(0)
            case let code:
                bytes.removeAll()
                throw StandardOutputError(code: code)
            }
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

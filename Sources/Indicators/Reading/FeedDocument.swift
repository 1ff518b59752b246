import Bytes
import Glibc
import Observations

/// A feed in JSON: its bytes, and on which of its lines something stands.
final class FeedDocument {
    let path: String
    private let bytes: [UInt8]
    private let tree = JSONTree()

    /// Larger documents are refused.
    static let maximumBytes = 256 << 20

    /// How many faults were given their lines.
    ///
    /// Looking for one reads the document from its begin: a feed of faults alone must not have it read as
    /// often as it has members.
    private var placed = 0

    init(_ path: String, _ source: InputBytes) throws(FileError) {
        self.path = path
        bytes = try source.rest(limit: Self.maximumBytes)
    }

    /// Calls `body` with the document's value, which is good until `body` returns.
    func read(_ body: (JSONNode) throws -> Void) throws {
        try bytes.withUnsafeBytes { text in
            let root: JSONNode
            do throws(RecordError) {
                // What a byte order mark stands before is JSON all the same.
                let mark = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
                root = try tree.read(UnsafeRawBufferPointer(rebasing: text[mark...]))
            } catch {
                throw FileError(path, error.description)
            }
            try body(root)
        }
    }

    /// A fault of what has an id, or of the document.
    func fault(_ id: String?, _ problem: String) -> FileError {
        guard let id, !id.isEmpty else { return FileError(path, problem) }
        guard placed < IndexWriter.mostFaults, let line = line(of: Array(id.utf8)) else {
            return FileError(path, "\(id): \(problem)")
        }
        placed += 1
        return FileError("\(path):\(line)", "\(id): \(problem)")
    }

    /// The line on which a text first stands, from one.
    private func line(of text: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var (start, line) = (bytes.startIndex, 1)
            while start < bytes.endIndex {
                let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.endIndex
                let length = end - start
                if length >= text.count,
                    Self.contains(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), text)
                {
                    return line
                }
                (start, line) = (end + 1, line + 1)
            }
            return nil
        }
    }

    private static func contains(_ line: UnsafeRawBufferPointer, _ text: [UInt8]) -> Bool {
        guard let begin = line.baseAddress else { return false }
        var place = 0
        while place + text.count <= line.count,
            let found = memchr(begin + place, Int32(text[0]), line.count - text.count - place + 1)
        {
            place = UnsafeRawPointer(found) - begin
            if memcmp(begin + place, text, text.count) == 0 { return true }
            place += 1
        }
        return false
    }
}

/// What takes the indicators of a feed, and is told what can't be read.
struct IndicatorSink {
    let add: (Indicator, IndicatorNote) throws -> Void
    let fail: (FileError) -> Void
    /// Counts what is listed and is no mark of an endpoint: digests of files, URLs, mail addresses.
    let passOver: () -> Void
}

import Bytes
import Observations

/// A feed in JSON: its bytes, and on which of its lines something stands.
final class FeedDocument {
    let path: String
    private let bytes: [UInt8]
    private let tree = JSONTree()

    /// Larger documents are refused.
    static let maximumBytes = 256 << 20

    /// How many faults were looked up, for their lines.
    ///
    /// Looking for one reads the document from its begin: a feed of faults alone must not have it read as
    /// often as it has members.
    private var lookedUp = 0

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
        guard lookedUp < IndexWriter.mostFaults else { return FileError(path, "\(id): \(problem)") }
        lookedUp += 1
        // An id that is spelled with escapes stands nowhere as it is.
        guard let place = ByteSearch.first(Array(id.utf8), in: bytes) else {
            return FileError(path, "\(id): \(problem)")
        }
        let line = bytes[..<place.lowerBound].count { $0 == 0x0a } + 1
        return FileError("\(path):\(line)", "\(id): \(problem)")
    }
}

/// What takes the indicators of a feed, and is told what can't be read.
struct IndicatorSink {
    let add: (Indicator, IndicatorNote) throws -> Void
    let fail: (FileError) -> Void
    /// Counts what is listed and counts for nothing, as digests of files, URLs and what was revoked.
    let passOver: (PassedOver) -> Void
}

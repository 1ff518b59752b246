import Glibc
import Import
package import Observations

/// A kind of files, beside our own records and certificates, that records are read from.
///
/// A format of another program that `Import` knows is one without further work. Any other kind is a
/// `RecordSource` in a file of its own and one entry of `all`.
package struct InputKind: Sendable {
    private let recognises: @Sendable (FileHead) -> Bool
    private let open: @Sendable (String) -> any RecordSource

    /// - Parameters:
    ///   - recognises: tells by the first bytes, unpacked, whether a file is of this kind.
    ///   - open: makes the source of the file of a path.
    init(
        recognises: @escaping @Sendable (FileHead) -> Bool,
        open: @escaping @Sendable (String) -> any RecordSource
    ) {
        self.recognises = recognises
        self.open = open
    }

    /// Every kind; the first that recognises a file reads it.
    static let all: [InputKind] = foreign

    /// What `hallmark import` reads, except for what is read without it.
    private static let foreign = ForeignFormats.all.filter {
        !["certificates", "hallmark"].contains($0.name)
    }
    .map { format in InputKind(recognises: format.recognises) { ForeignFile($0, format) } }

    /// The source of a regular file; nil for one of no kind, and for our own records and certificates.
    package static func source(_ path: String) -> (any RecordSource)? {
        // What can't be read is told by whoever reads it as records.
        guard path != "-", isRegular(path), let input = try? ImportInput(path) else {
            return nil
        }
        return isOurs(input.head) ? nil : all.first { $0.recognises(input.head) }?.open(path)
    }

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether a file is told apart without the formats of others, whose mappings take a moment to read.
    private static func isOurs(_ head: FileHead) -> Bool {
        switch InputFormat(head.bytes) {
        case .certificate, .pem, .empty: true
        default:
            head.hasMember("hallmark")
                || RecordDataset.allCases.contains { head.contains("\"\($0.rawValue)\"") }
        }
    }
}

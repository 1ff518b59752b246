import Bytes

/// The certificates of a PEM or DER file, as records that hold a certificate and no endpoint.
package final class CertificateSource: RecordSource {
    package let name: String
    private let path: String
    private var opened: InputBytes?

    /// - Parameter opened: the file, opened and looked at already, for what can't be opened twice.
    package init(_ path: String, opened: InputBytes? = nil) {
        self.path = path
        name = path == "-" ? "standard input" : path
        self.opened = opened
    }

    package func read(take: (RecordBlock) throws -> Void, unread: (FileError) -> Void) throws {
        let contents: CertificateFile.Contents
        do throws(FileError) {
            if let opened {
                contents = CertificateFile.contents(
                    of: try opened.rest(limit: CertificateFile.mostBytes),
                    name: name
                )
            } else {
                contents = try CertificateFile.contents(of: path)
            }
        } catch {
            return unread(error)
        }
        opened = nil
        for fault in contents.faults { unread(fault) }
        let now = Int(WallClock.nanoseconds / 1_000_000)
        var batch = LineBatch()
        for certificate in contents.certificates {
            batch.lines.append(CertificateFile.record(certificate, at: now).span)
            try batch.giveIfFull(take)
        }
        try batch.give(take)
    }
}

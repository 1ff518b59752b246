import Bytes
import Glibc
import Wire

/// Certificates in files: DER, PEM with any number of them, or observations.
package enum CertificateFile {
    /// What a file holds, by its first bytes.
    package enum Kind: Equatable, Sendable {
        case der, pem, ndjson
    }

    /// Looks at the first bytes of a file.
    ///
    /// A pipe and standard input hold observations, because their first bytes
    /// can't be read twice.
    ///
    /// - Throws: a `FileError` for what can't be read, and for what is neither, by its name.
    package static func look(at path: String) throws(FileError) -> Kind {
        var status = stat()
        if path == "-" { return .ndjson }
        guard stat(path, &status) == 0 else { throw FileError(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, EISDIR) }
        if [S_IFIFO, S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT) { return .ndjson }
        let format = InputFormat(try UnpackedBytes(path).peek())
        switch format {
        case .certificate: return .der
        case .pem: return .pem
        case .empty, .lines, .jsonArray, .jsonDocument, .sequence: return .ndjson
        case .other: throw FileError(path, "is neither NDJSON, PEM nor DER")
        default: throw FileError(path, format.refusal ?? "can't be read")
        }
    }

    /// - Returns: nil for a file that can't be read or is none of the three.
    package static func kind(of path: String) -> Kind? { try? look(at: path) }

    /// What a PEM or DER file holds.
    package struct Contents: Sendable {
        /// The DER of each certificate.
        package var certificates: [[UInt8]] = []
        /// What is no certificate although it says so, each with its file and line.
        package var faults: [FileError] = []
        /// The same of bytes without a file's name.
        package fileprivate(set) var lineFaults: [(line: Int, reason: String)] = []

        package init(certificates: [[UInt8]] = []) { self.certificates = certificates }
    }

    /// The certificates of PEM or DER, and what in it says that it is one and is none.
    ///
    /// Bytes without any are a fault.
    package static func contents(of bytes: [UInt8]) -> Contents {
        if InputFormat(bytes) == .certificate {
            let found = DERCertificates(bytes)
            var contents = Contents(certificates: found.certificates)
            contents.lineFaults = found.fault.map { [(1, $0)] } ?? []
            return contents
        }
        let blocks = PEMBlocks(bytes)
        var contents = Contents(certificates: blocks.certificates)
        contents.lineFaults = blocks.faults
        if contents.certificates.isEmpty, blocks.faults.isEmpty {
            contents.lineFaults = [(1, nothing(in: blocks))]
        }
        return contents
    }

    /// What is said of a text without a certificate.
    private static func nothing(in blocks: PEMBlocks) -> String {
        let labels = blocks.otherLabels.joined(separator: ", ")
        return labels.isEmpty ? "no certificate in it" : "holds \(labels), no certificate"
    }

    /// No bundle of certificates is nearly as long.
    package static let mostBytes = 256 << 20

    /// The certificates of a PEM or DER file; a file without any is a fault.
    package static func contents(of path: String) throws(FileError) -> Contents {
        contents(of: try UnpackedBytes.contents(of: path, limit: mostBytes), name: path)
    }

    /// The same of bytes that are there already.
    ///
    /// - Parameter name: what the faults name.
    package static func contents(of bytes: [UInt8], name: String) -> Contents {
        guard InputFormat(bytes) == .certificate else { return contents(pem: bytes, of: name) }
        let found = DERCertificates(bytes)
        var contents = Contents(certificates: found.certificates)
        contents.faults = found.fault.map { [FileError(name, $0)] } ?? []
        return contents
    }

    /// The certificates of a PEM text; a text without any is a fault.
    ///
    /// - Parameters:
    ///   - path: what the faults name.
    ///   - keepingTrust: whether what OpenSSL notes behind a certificate stays behind it.
    package static func contents(
        pem bytes: [UInt8],
        of path: String,
        keepingTrust: Bool = false
    ) -> Contents {
        var contents = Contents()
        let blocks = PEMBlocks(bytes, keepingTrust: keepingTrust)
        contents.certificates = blocks.certificates
        contents.faults = blocks.faults.map { FileError("\(path):\($0.line)", $0.reason) }
        if contents.certificates.isEmpty, contents.faults.isEmpty {
            contents.faults = [FileError(path, nothing(in: blocks))]
        }
        return contents
    }

    /// The certificates among the blocks of a PEM text (RFC 7468).
    package static func pem(_ bytes: [UInt8]) -> [[UInt8]] { PEMBlocks(bytes).certificates }

    /// The record of a certificate that was read at a time, in milliseconds since 1970.
    package static func record(_ der: [UInt8], at time: Int) -> [UInt8] {
        let members = line(der)
        var out = ByteBuffer(capacity: members.count + 256)
        out.beginRecord(.imported, at: time)
        out.append(0x2c)
        out.append(members.span.extracting(1...))
        return out.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
    }

    /// What a record says of a certificate, and nothing else: no line that anybody gets to see.
    package static func line(_ der: [UInt8]) -> [UInt8] {
        var encoder = CertificateEncoder(chainOutput: .leaf)
        encoder.read(der.span, [ByteRange(0, der.count)].span)
        var out = ByteBuffer(capacity: 8192)
        out.append("{\"tls\":{\"server\":{")
        encoder.writeServer(to: &out)
        out.append("}},\"hallmark\":{")
        encoder.writeCertificate(to: &out)
        out.append("}}\n")
        return out.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
    }
}

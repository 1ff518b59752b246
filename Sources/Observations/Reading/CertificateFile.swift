import Bytes
import Foundation
import Wire

/// Certificates in files: DER, PEM with any number of them, or observations.
package enum CertificateFile {
    /// What a file holds, by its first bytes.
    package enum Kind: Equatable, Sendable {
        case der, pem, ndjson
    }

    /// - Returns: nil for a file that can't be read or is none of the three. An empty file is a sweep of nothing, and a
    ///   pipe is a sweep: its first bytes can't be read twice.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        let isStream =
            stat(path, &status) == 0 && [S_IFIFO, S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT)
        if path == "-" || isStream { return .ndjson }
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        let head = (try? file.read(upToCount: 4096)) ?? Data()
        if head.first == 0x30 { return .der }
        let text = head.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
        if text.first == 0x7b || text.isEmpty { return .ndjson }
        return head.range(of: Data("-----BEGIN".utf8)) == nil ? nil : .pem
    }

    /// The DER of each certificate in a PEM or DER file.
    package static func certificates(in path: String) throws -> [[UInt8]] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if bytes.first == 0x30 { return [bytes] }
        return pem(bytes)
    }

    /// The certificates among the blocks of a PEM text (RFC 7468); what is not base64 is left out.
    package static func pem(_ bytes: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var inside = false
        var block: [UInt8] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            if line.starts(with: "-----BEGIN ".utf8) {
                let label = line.dropFirst(11)
                inside =
                    label.starts(with: "CERTIFICATE-----".utf8)
                    || label.starts(with: "X509 CERTIFICATE-----".utf8)
                    || label.starts(with: "TRUSTED CERTIFICATE-----".utf8)
                block.removeAll()
            } else if line.starts(with: "-----END ".utf8) {
                if inside, let der = block.withUnsafeBytes({ [UInt8](base64: $0) }), !der.isEmpty {
                    result.append(der)
                }
                inside = false
            } else if inside {
                block += line.filter { $0 != 0x20 && $0 != 0x09 }
            }
        }
        return result
    }

    /// A record's line that holds the certificate and no endpoint.
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

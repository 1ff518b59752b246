import Bytes
import Observations

/// Certificates as other programs put them into their records.
package enum ForeignCertificate {
    /// More bytes than this are no certificate that anybody uses.
    private static let mostText = 256 * 1024

    /// The DER of certificates in a text: PEM with any number of them, base64 or hex of one.
    ///
    /// - Returns: nil when it is none of them.
    package static func read(_ text: UnsafeRawBufferPointer) -> [[UInt8]]? {
        guard text.count >= 16, text.count <= mostText else { return nil }
        let bytes = [UInt8](text)
        if bytes.hold(Array("-----BEGIN".utf8)) {
            let found = CertificateFile.pem(bytes)
            return found.isEmpty ? nil : found
        }
        let der: [UInt8]?
        // Base64 of a sequence begins with M, its hex with 30.
        if bytes[0] == 0x33, bytes[1] == 0x30 {
            der = [UInt8](hex: String(decoding: bytes.filter { $0 != 0x3a && $0 > 0x20 }, as: UTF8.self))
        } else {
            var digits = bytes.filter { $0 > 0x20 }
            while !digits.count.isMultiple(of: 4) { digits.append(0x3d) }
            // URLs have two digits of their own (RFC 4648, section 5).
            for index in digits.indices {
                if digits[index] == 0x2d { digits[index] = 0x2b }
                if digits[index] == 0x5f { digits[index] = 0x2f }
            }
            der = digits.withUnsafeBytes { [UInt8](base64: $0) }
        }
        guard let der, der.first == 0x30 else { return nil }
        return [der]
    }
}

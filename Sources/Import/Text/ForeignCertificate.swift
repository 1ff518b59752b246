import Bytes
import Observations

/// Certificates as other programs put them into their records.
package enum ForeignCertificate {
    /// Why bytes that are said to be a certificate are not taken; nil when they are.
    ///
    /// A hash in the record is one of what the server showed: bytes that are not those of the hash that the
    /// source has, or that end before or behind the certificate, would give another.
    static func fault(_ der: [UInt8], _ reported: ReportedCertificate = ReportedCertificate()) -> String? {
        guard reported.hasDigest else {
            return isWhole(der) ? nil : "a certificate that is cut, or that has bytes behind it"
        }
        let isSame =
            reported.sha256.map { $0 == BodyDigest.sha256(der.span).hex } ?? true
            && reported.sha1.map { $0 == BodyDigest.sha1(der.span).hex } ?? true
            && reported.md5.map { $0 == BodyDigest.md5(der.span).hex } ?? true
        return isSame ? nil : "a certificate whose bytes are not those of the hash beside it"
    }

    /// Whether bytes are one element of DER, from their first to their last one.
    static func isWhole(_ der: [UInt8]) -> Bool {
        guard der.count >= 2, der[0] == 0x30 else { return false }
        let count = Int(der[1] & 0x7f)
        guard der[1] & 0x80 != 0 else { return der.count == 2 + count }
        guard 1...4 ~= count, der.count >= 2 + count else { return false }
        return der[2..<2 + count].reduce(0) { $0 << 8 | Int($1) } == der.count - 2 - count
    }

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

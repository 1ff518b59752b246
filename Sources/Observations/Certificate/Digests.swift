import Bytes
internal import COpenSSL
package import Wire

/// The digests a certificate is known by.
package struct CertificateDigests: Sendable {
    package private(set) var sha256 = InlineArray<32, UInt8>(repeating: 0)
    package private(set) var sha1 = InlineArray<20, UInt8>(repeating: 0)
    package private(set) var md5 = InlineArray<16, UInt8>(repeating: 0)

    /// SHA-256 of the SubjectPublicKeyInfo.
    package private(set) var publicKey = InlineArray<32, UInt8>(repeating: 0)

    /// SHA-256 of the TBSCertificate without SCT list and poison.
    package private(set) var body = InlineArray<32, UInt8>(repeating: 0)

    package init() {}

    /// The digests of a certificate's DER and of its key.
    package mutating func hash(_ certificate: Span<UInt8>, _ index: borrowing CertificateIndex) {
        certificate.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &sha256) { cSHA256(bytes.baseAddress, bytes.count, $0.baseAddress) }
            withUnsafeMutableBytes(of: &sha1) { cSHA1(bytes.baseAddress, bytes.count, $0.baseAddress) }
            withUnsafeMutableBytes(of: &md5) { cMD5(bytes.baseAddress, bytes.count, $0.baseAddress) }
        }
        hashKey(certificate, index)
        hashBody(certificate, index)
    }

    /// Only what is said of a certificate after the leaf: its SHA-256 and its key's.
    package mutating func hashShort(_ certificate: Span<UInt8>, _ index: borrowing CertificateIndex) {
        certificate.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &sha256) { cSHA256(bytes.baseAddress, bytes.count, $0.baseAddress) }
        }
        hashKey(certificate, index)
    }

    private mutating func hashKey(_ certificate: Span<UInt8>, _ index: borrowing CertificateIndex) {
        certificate.extracting(index.key.whole.indices).withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &publicKey) {
                cSHA256(bytes.baseAddress, bytes.count, $0.baseAddress)
            }
        }
    }

    /// Hashes the TBSCertificate as it would be without the extensions of Certificate Transparency.
    package mutating func hashBody(_ certificate: Span<UInt8>, _ index: borrowing CertificateIndex) {
        var hash = cHash()
        cHash_begin(&hash, 32)
        CertificateBody.forEachPart(certificate, index) { part in
            part.withUnsafeBytes { cHash_add(&hash, 32, $0.baseAddress, $0.count) }
        }
        withUnsafeMutableBytes(of: &body) { cHash_end(&hash, 32, $0.baseAddress) }
    }
}

/// The digests by which bodies and icons are looked up.
package enum BodyDigest {
    package static func sha256(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 32, cSHA256) }

    /// SHA-256 without an array, for what is hashed for every endpoint.
    static func shortSHA256(_ bytes: Span<UInt8>) -> InlineArray<32, UInt8> {
        var result = InlineArray<32, UInt8>(repeating: 0)
        bytes.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &result) { cSHA256(bytes.baseAddress, bytes.count, $0.baseAddress) }
        }
        return result
    }

    /// MD5, likewise.
    static func shortMD5(_ bytes: Span<UInt8>) -> InlineArray<16, UInt8> {
        var result = InlineArray<16, UInt8>(repeating: 0)
        bytes.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &result) { cMD5(bytes.baseAddress, bytes.count, $0.baseAddress) }
        }
        return result
    }

    package static func sha1(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 20, cSHA1) }

    package static func md5(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 16, cMD5) }

    private typealias Function = (UnsafeRawPointer?, Int, UnsafeMutableRawPointer?) -> Void

    private static func digest(_ bytes: Span<UInt8>, _ count: Int, _ function: Function) -> [UInt8] {
        bytes.withUnsafeBytes { bytes in
            [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
                function(bytes.baseAddress, bytes.count, output.baseAddress)
                initialized = count
            }
        }
    }
}

/// SHA-256 of what comes piece by piece.
struct SHA256Stream {
    private var hash = cHash()

    init() { cHash_begin(&hash, 32) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        cHash_add(&hash, 32, bytes.baseAddress, bytes.count)
    }

    /// The digest; nothing can be added any more.
    mutating func finish() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        result.withUnsafeMutableBytes { cHash_end(&hash, 32, $0.baseAddress) }
        return result
    }
}

internal import COpenSSL
import Bytes
import Observations

/// Private keys in files: which public keys they belong to.
enum PrivateKeys {
    private static let marks = ["PRIVATE KEY-----"].map { Array($0.utf8) }

    /// The SHA-256 of the SubjectPublicKeyInfo of each private key in a PEM text.
    ///
    /// A key under a password can't be told; it is passed over.
    static func publicDigests(of bytes: [UInt8]) -> [Digest256] {
        guard marks.contains(where: { ByteSearch.first($0, in: bytes) != nil }) else { return [] }
        let begin = Array("-----BEGIN ".utf8)
        var digests: [Digest256] = []
        var place = 0
        // More keys than a file of anchors has.
        while digests.count < 64, let start = ByteSearch.first(begin, in: bytes, from: place) {
            place = start.upperBound
            let block = bytes[start.lowerBound...]
            let label = block.prefix(80)
            guard marks.contains(where: { label.firstRange(of: $0) != nil }) else { continue }
            if let digest = digest(block) { digests.append(digest) }
        }
        return digests
    }

    private static func digest(_ pem: ArraySlice<UInt8>) -> Digest256? {
        var info: UnsafeMutablePointer<UInt8>?
        let count = pem.withUnsafeBytes { cPrivateKey_public($0.baseAddress, $0.count, &info) }
        guard count > 0, let info else { return nil }
        defer { cOpenSSL_free(info) }
        let der = Array(UnsafeBufferPointer(start: info, count: Int(count)))
        return Digest256(BodyDigest.sha256(der.span))
    }
}

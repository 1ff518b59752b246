import Bytes
import Foundation
package import Observations
package import Wire

/// What stands for addresses of clients: their sixteen bytes, encrypted with a key that stays with its owner.
///
/// The same address gives the same pseudonym in all runs with the key, and the key turns it back:
/// `openssl enc -d -aes-256-ecb -nopad` (Docs/sources.md).
package struct Pseudonyms: Sendable {
    /// SHA-256 of the key file.
    private let key: [UInt8]

    /// Reads a key file: any bytes, at least sixteen.
    package init(file: String) throws(FileError) {
        let bytes = try AwaitedFile.bytes(of: file, limit: 64 << 20)
        guard bytes.count >= 16 else { throw FileError(file, "is too short for a key: 16 bytes at least") }
        self.init(key: bytes)
    }

    package init(key: [UInt8]) { self.key = BodyDigest.sha256(key.span) }

    /// 32 lower-case hexadecimal digits.
    package func pseudonym(of ip: IPAddress) -> String {
        var block: [UInt8] = []
        // IPv4 as IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2).
        if ip.isV4 { block = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] }
        ip.append(bytesTo: &block)
        return (AddressCipher.encrypt(block, key: key) ?? []).hex.lowercased()
    }
}

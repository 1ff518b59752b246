internal import COpenSSL
import Bytes
import Foundation
import Observations

/// An Ed25519 key (RFC 8032) that signs jobs.
package struct JobKey: Sendable {
    private let secret: [UInt8]
    /// What workers trust.
    package let trusted: TrustedKey

    /// Reads a private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    package init(file: String) throws(FleetError) {
        let bytes = try SmallFile.bytes(file)
        defer { ERR_clear_error() }
        let wrong = FleetError(
            "\(file): is no private Ed25519 key in PEM (openssl genpkey -algorithm ed25519)"
        )
        // A key under a password is refused, not asked for: nobody sits at a job that starts by itself.
        let read = PEMMemory.read(bytes) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
        guard let key = read else { throw wrong }
        defer { EVP_PKEY_free(key) }
        var raw = [UInt8](repeating: 0, count: 32)
        var count = raw.count
        guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519,
            EVP_PKEY_get_raw_private_key(key, &raw, &count) == 1, count == 32
        else { throw wrong }
        try self.init(raw: raw)
    }

    /// - Parameter raw: the key's 32 bytes.
    init(raw: [UInt8]) throws(FleetError) {
        secret = raw
        trusted = try TrustedKey(ofSecret: raw)
    }

    /// The signature of a message, 64 bytes.
    package func sign(_ message: [UInt8]) throws(FleetError) -> [UInt8] {
        defer { ERR_clear_error() }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, secret, secret.count) else {
            throw FleetError("libcrypto takes no Ed25519 key")
        }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw FleetError("no memory for a signature") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64
        else { throw FleetError("libcrypto cannot sign") }
        return signature
    }
}

/// The public half: whose jobs a worker does.
package struct TrustedKey: Sendable, Equatable {
    package let bytes: [UInt8]

    /// Reads a public key in PEM, as `openssl pkey -pubout` writes it.
    package init(file: String) throws(FleetError) {
        let bytes = try SmallFile.bytes(file)
        defer { ERR_clear_error() }
        let wrong = FleetError("\(file): is no public Ed25519 key in PEM (openssl pkey -in KEY -pubout)")
        guard let key = PEMMemory.read(bytes, { PEM_read_bio_PUBKEY($0, nil, nil, nil) }) else { throw wrong }
        defer { EVP_PKEY_free(key) }
        guard let raw = Self.raw(key) else { throw wrong }
        self.bytes = raw
    }

    /// Of a secret key's 32 bytes.
    init(ofSecret secret: [UInt8]) throws(FleetError) {
        defer { ERR_clear_error() }
        let wrong = FleetError("is no Ed25519 key")
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, secret, secret.count) else {
            throw wrong
        }
        defer { EVP_PKEY_free(key) }
        guard let raw = Self.raw(key) else { throw wrong }
        bytes = raw
    }

    private static func raw(_ key: OpaquePointer) -> [UInt8]? {
        var raw = [UInt8](repeating: 0, count: 32)
        var count = raw.count
        guard EVP_PKEY_get_id(key) == EVP_PKEY_ED25519, EVP_PKEY_get_raw_public_key(key, &raw, &count) == 1,
            count == 32
        else { return nil }
        return raw
    }

    /// By what a key is called: the first half of its SHA-256 in hexadecimal.
    package var name: String { Array(BodyDigest.sha256(bytes.span).prefix(16)).hex }

    /// Whether this key made the signature of `message`.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        Ed25519.verifies(signature, of: message, key: bytes)
    }
}

/// Bytes as libcrypto reads them.
private enum PEMMemory {
    /// libcrypto does not copy them: they have to stay where they are until it has read.
    static func read(_ bytes: [UInt8], _ body: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
        bytes.withUnsafeBytes { buffer in
            guard let memory = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else {
                return nil
            }
            defer { BIO_free(memory) }
            return body(memory)
        }
    }
}

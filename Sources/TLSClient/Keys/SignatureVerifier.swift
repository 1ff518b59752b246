import Bytes
import COpenSSL
import Wire

/// Checks a server's CertificateVerify with the key of its leaf (RFC 8446, section 4.4.3).
///
/// ECDSA and RSA go through libcrypto's low-level functions, and objects made once: through EVP a key alone
/// costs more than all that a grab computes. It is not final, so that a fuzzer can put one in its place that
/// believes all.
class SignatureVerifier {
    enum Verdict {
        case genuine
        case forged
        /// An algorithm, a key or a form of it that is not checked here.
        case unchecked
    }

    /// Keys beyond these are a trap for whoever computes with them, and are not tried.
    private static let modulusLimit = 16_384
    private static let exponentLimit = 8

    private var index = CertificateIndex()
    private let p256 = CurveVerifier(NID_X9_62_prime256v1)
    private let p384 = CurveVerifier(NID_secp384r1)
    private let p521 = CurveVerifier(NID_secp521r1)

    /// - Parameters:
    ///   - scheme: the signature scheme that the server names.
    ///   - leaf: the chain's first certificate in DER.
    ///   - transcript: of all messages before the CertificateVerify.
    func check(
        _ scheme: UInt16,
        _ signature: Span<UInt8>,
        leaf: Span<UInt8>,
        transcript: Hash
    ) -> Verdict {
        guard index.read(leaf) else { return .unchecked }
        defer { ERR_clear_error() }
        let content = SignedContent(transcript)
        let signed = content.bytes.span.extracting(0..<content.count)
        switch (scheme, index.key.algorithm) {
        case (0x0403, .elliptic):
            return checkCurve(p256, 0x1_2a86_48ce_3d03_0107, 32, signature, leaf, signed)
        case (0x0503, .elliptic): return checkCurve(p384, 0x1_2b81_0400_22, 48, signature, leaf, signed)
        case (0x0603, .elliptic): return checkCurve(p521, 0x1_2b81_0400_23, 64, signature, leaf, signed)
        case (0x0804, .rsa), (0x0809, .rsaPSS): return checkPSS(EVP_sha256(), 32, signature, leaf, signed)
        case (0x0805, .rsa), (0x080a, .rsaPSS): return checkPSS(EVP_sha384(), 48, signature, leaf, signed)
        case (0x0806, .rsa), (0x080b, .rsaPSS): return checkPSS(EVP_sha512(), 64, signature, leaf, signed)
        case (0x0807, .ed25519): return checkEdwards(EVP_PKEY_ED25519, signature, leaf, signed)
        case (0x0808, .ed448): return checkEdwards(EVP_PKEY_ED448, signature, leaf, signed)
        default: return .unchecked
        }
    }

    /// - Parameter curve: the curve's object identifier; a scheme goes with one curve alone.
    private func checkCurve(
        _ verifier: CurveVerifier?,
        _ curve: UInt128,
        _ size: Int,
        _ signature: Span<UInt8>,
        _ leaf: Span<UInt8>,
        _ signed: Span<UInt8>
    ) -> Verdict {
        let parameters = index.key.identifier.parameters
        guard let verifier, parameters.tag == 0x06, OIDKey(leaf, parameters.content).value == curve else {
            return .unchecked
        }
        let digest = Digest(signed, size: size)
        return verifier.check(digest, signature, point: leaf.extracting(index.key.bits.indices))
    }

    /// RSASSA-PSS with a salt as long as the digest (section 4.2.3).
    private func checkPSS(
        _ function: OpaquePointer?,
        _ size: Int,
        _ signature: Span<UInt8>,
        _ leaf: Span<UInt8>,
        _ signed: Span<UInt8>
    ) -> Verdict {
        let key = index.key
        let (modulus, exponent) = (
            leaf.extracting(key.modulus.indices), leaf.extracting(key.exponent.indices)
        )
        // What an RSASSA-PSS key demands of its signatures stands in its parameters.
        if key.algorithm == .rsaPSS, key.identifier.parameters.tag != 0 { return .unchecked }
        guard !modulus.isEmpty, modulus[0] < 0x80, modulus.count <= Self.modulusLimit / 8 + 1,
            !exponent.isEmpty, exponent[0] < 0x80, exponent.count <= Self.exponentLimit,
            let rsa = RSA_new()
        else { return .unchecked }
        defer { RSA_free(rsa) }
        guard RSA_set0_key(rsa, number(modulus), number(exponent), nil) == 1 else { return .unchecked }
        let length = Int(RSA_size(rsa))
        guard signature.count == length else { return .forged }
        var message = [UInt8](repeating: 0, count: length)
        let isRaised = signature.withUnsafeBufferPointer {
            RSA_public_decrypt(CInt($0.count), $0.baseAddress, &message, rsa, RSA_NO_PADDING) == CInt(length)
        }
        guard isRaised else { return .forged }
        let digest = Digest(signed, size: size)
        let isGenuine = digest.bytes.span.withUnsafeBufferPointer {
            RSA_verify_PKCS1_PSS_mgf1(
                rsa,
                $0.baseAddress,
                function,
                function,
                message,
                RSA_PSS_SALTLEN_DIGEST
            ) == 1
        }
        return isGenuine ? .genuine : .forged
    }

    private func number(_ bytes: Span<UInt8>) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { BN_bin2bn($0.baseAddress, CInt(clamping: $0.count), nil) }
    }

    private func checkEdwards(
        _ type: CInt,
        _ signature: Span<UInt8>,
        _ leaf: Span<UInt8>,
        _ signed: Span<UInt8>
    ) -> Verdict {
        let key = leaf.extracting(index.key.bits.indices).withUnsafeBufferPointer {
            EVP_PKEY_new_raw_public_key(type, nil, $0.baseAddress, $0.count)
        }
        guard let key, let context = EVP_MD_CTX_new() else {
            EVP_PKEY_free(key)
            return .unchecked
        }
        defer {
            EVP_MD_CTX_free(context)
            EVP_PKEY_free(key)
        }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return .unchecked }
        let isGenuine = signature.withUnsafeBufferPointer { signature in
            signed.withUnsafeBufferPointer {
                EVP_DigestVerify(context, signature.baseAddress, signature.count, $0.baseAddress, $0.count)
                    == 1
            }
        }
        return isGenuine ? .genuine : .forged
    }
}

/// What a server signs: a preamble, and the digest of the transcript.
private struct SignedContent {
    private(set) var bytes = InlineArray<160, UInt8>(repeating: 0x20)
    private(set) var count = 64

    init(_ transcript: Hash) {
        let name: StaticString = "TLS 1.3, server CertificateVerify"
        for index in 0..<name.utf8CodeUnitCount { append(name.utf8Start[index]) }
        append(0)
        let digest = transcript.digest
        for index in 0..<transcript.size { append(digest[index]) }
    }

    private mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }
}

/// SHA-256, SHA-384 or SHA-512 of bytes, in the first `size` bytes.
private struct Digest {
    private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
    let size: Int

    init(_ content: Span<UInt8>, size: Int) {
        self.size = size
        content.withUnsafeBytes { content in
            withUnsafeMutableBytes(of: &bytes) {
                cSHA2(CInt(size), content.baseAddress, content.count, $0.baseAddress)
            }
        }
    }
}

/// Checks ECDSA signatures on one curve; the key's room is used for one after another.
private final class CurveVerifier {
    private let group: OpaquePointer
    private let point: OpaquePointer
    private let key: OpaquePointer

    /// Nil when libcrypto lacks the curve, or memory.
    init?(_ curve: CInt) {
        guard let group = EC_GROUP_new_by_curve_name(curve) else { return nil }
        guard let point = EC_POINT_new(group) else {
            EC_GROUP_free(group)
            return nil
        }
        guard let key = EC_KEY_new() else {
            EC_POINT_free(point)
            EC_GROUP_free(group)
            return nil
        }
        EC_KEY_set_group(key, group)
        (self.group, self.point, self.key) = (group, point, key)
    }

    deinit {
        EC_KEY_free(key)
        EC_POINT_free(point)
        EC_GROUP_free(group)
    }

    /// - Parameter point: the key's encoded point.
    func check(
        _ digest: Digest,
        _ signature: Span<UInt8>,
        point bytes: Span<UInt8>
    ) -> SignatureVerifier.Verdict {
        let isKey = bytes.withUnsafeBufferPointer {
            EC_POINT_oct2point(group, point, $0.baseAddress, $0.count, nil) == 1
        }
        guard isKey, EC_POINT_is_at_infinity(group, point) == 0, EC_KEY_set_public_key(key, point) == 1 else {
            return .unchecked
        }
        let size = digest.size
        let result = digest.bytes.span.withUnsafeBufferPointer { digest in
            signature.withUnsafeBufferPointer { signature in
                ECDSA_verify(
                    0,
                    digest.baseAddress,
                    CInt(size),
                    signature.baseAddress,
                    CInt(clamping: signature.count),
                    key
                )
            }
        }
        return result == 1 ? .genuine : .forged
    }
}

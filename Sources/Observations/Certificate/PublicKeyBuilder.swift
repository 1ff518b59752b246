import Bytes
internal import COpenSSL
import Wire

/// Makes libcrypto's keys from the numbers that the certificate reader has found.
///
/// `d2i_PUBKEY` goes through OpenSSL's generic decoders, which costs several times
/// what checking an RSA signature does; from its numbers a key is made at a tenth of it.
struct PublicKeyBuilder: ~Copyable {
    private let rsa = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
    private let elliptic = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
    private let canBuild: Bool

    init() {
        canBuild = EVP_PKEY_fromdata_init(rsa) == 1 && EVP_PKEY_fromdata_init(elliptic) == 1
    }

    deinit {
        EVP_PKEY_CTX_free(rsa)
        EVP_PKEY_CTX_free(elliptic)
    }

    /// The key, to be freed by the caller; nil when it is not one of the common kinds, or not well formed.
    func key(_ certificate: Span<UInt8>, _ key: CertificateKey) -> OpaquePointer? {
        guard canBuild else { return nil }
        switch key.algorithm {
        case .rsa:
            return rsaKey(
                certificate.extracting(key.modulus.indices),
                certificate.extracting(key.exponent.indices)
            )
        case .elliptic:
            // A curve that OpenSSL calls by another name takes the long way.
            guard case .named(let curve) = key.curve else { return nil }
            return ellipticKey(curve.name, certificate.extracting(key.bits.indices))
        default: return nil
        }
    }

    private func rsaKey(_ modulus: Span<UInt8>, _ exponent: Span<UInt8>) -> OpaquePointer? {
        // Negative numbers are for OpenSSL to judge.
        guard modulus.count > 0, exponent.count > 0, modulus[0] < 0x80, exponent[0] < 0x80 else { return nil }
        var (modulus, exponent) = (littleEndian(modulus), littleEndian(exponent))
        return modulus.withUnsafeMutableBufferPointer { modulus in
            exponent.withUnsafeMutableBufferPointer { exponent in
                var parameters = [
                    OSSL_PARAM_construct_BN(lasting("n"), modulus.baseAddress, modulus.count),
                    OSSL_PARAM_construct_BN(lasting("e"), exponent.baseAddress, exponent.count),
                    OSSL_PARAM_construct_end(),
                ]
                return build(rsa, &parameters)
            }
        }
    }

    private func ellipticKey(_ group: StaticString, _ point: Span<UInt8>) -> OpaquePointer? {
        var point = point.indices.map { point[$0] }
        var name = group.withUTF8Buffer { $0.map { CChar(bitPattern: $0) } + [0] }
        return point.withUnsafeMutableBufferPointer { point in
            name.withUnsafeMutableBufferPointer { name in
                var parameters = [
                    OSSL_PARAM_construct_utf8_string(lasting("group"), name.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(lasting("pub"), point.baseAddress, point.count),
                    OSSL_PARAM_construct_end(),
                ]
                return build(elliptic, &parameters)
            }
        }
    }

    private func build(_ context: OpaquePointer?, _ parameters: inout [OSSL_PARAM]) -> OpaquePointer? {
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata(context, &key, cEVP_PKEY_PUBLIC_KEY, &parameters) == 1 else {
            EVP_PKEY_free(key)
            return nil
        }
        return key
    }

    /// A parameter's name, which OpenSSL reads after the call that takes it: a `String` would lend it for the
    /// call only.
    private func lasting(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private func littleEndian(_ number: Span<UInt8>) -> [UInt8] {
        number.indices.reversed().map { number[$0] }
    }
}

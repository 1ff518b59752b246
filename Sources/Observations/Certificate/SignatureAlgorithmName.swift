package import Wire

/// OpenSSL's long name of a signature algorithm; nil when it has none here.
package func signatureAlgorithmName(_ type: OIDKey) -> StaticString? {
    switch type.value >> 8 {
    case 0x1_2a86_4886_f70d_0101: rsaName(UInt8(truncatingIfNeeded: type.value))
    case 0x1_6086_4801_6503_0403: nistName(UInt8(truncatingIfNeeded: type.value))
    default: otherName(type)
    }
}

/// Whether an algorithm, by its long name, signs a digest that collisions are made for: MD2, MD4, MD5, SHA-1.
package func isWeakSignature(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["md2", "md4", "md5", "sha1", "sha-1", "dsa-with-sha"].contains(where: name.hasPrefix)
        || ["ecdsa-with-sha1", "dsawithsha1", "dsawithsha"].contains(name)
}

/// PKCS #1: 1.2.840.113549.1.1.x.
private func rsaName(_ number: UInt8) -> StaticString? {
    switch number {
    case 1: "rsaEncryption"
    case 2: "md2WithRSAEncryption"
    case 3: "md4WithRSAEncryption"
    case 4: "md5WithRSAEncryption"
    case 5: "sha1WithRSAEncryption"
    case 10: "rsassaPss"
    case 11: "sha256WithRSAEncryption"
    case 12: "sha384WithRSAEncryption"
    case 13: "sha512WithRSAEncryption"
    case 14: "sha224WithRSAEncryption"
    case 15: "sha512-224WithRSAEncryption"
    case 16: "sha512-256WithRSAEncryption"
    default: nil
    }
}

/// NIST's signature algorithms: 2.16.840.1.101.3.4.3.x.
private func nistName(_ number: UInt8) -> StaticString? {
    switch number {
    case 1: "dsa_with_SHA224"
    case 2: "dsa_with_SHA256"
    case 3: "dsa_with_SHA384"
    case 4: "dsa_with_SHA512"
    case 5: "dsa_with_SHA3-224"
    case 6: "dsa_with_SHA3-256"
    case 7: "dsa_with_SHA3-384"
    case 8: "dsa_with_SHA3-512"
    case 9: "ecdsa_with_SHA3-224"
    case 10: "ecdsa_with_SHA3-256"
    case 11: "ecdsa_with_SHA3-384"
    case 12: "ecdsa_with_SHA3-512"
    case 13: "RSA-SHA3-224"
    case 14: "RSA-SHA3-256"
    case 15: "RSA-SHA3-384"
    case 16: "RSA-SHA3-512"
    case 17: "ML-DSA-44"
    case 18: "ML-DSA-65"
    case 19: "ML-DSA-87"
    case 20: "SLH-DSA-SHA2-128s"
    case 21: "SLH-DSA-SHA2-128f"
    case 22: "SLH-DSA-SHA2-192s"
    case 23: "SLH-DSA-SHA2-192f"
    case 24: "SLH-DSA-SHA2-256s"
    case 25: "SLH-DSA-SHA2-256f"
    case 26: "SLH-DSA-SHAKE-128s"
    case 27: "SLH-DSA-SHAKE-128f"
    case 28: "SLH-DSA-SHAKE-192s"
    case 29: "SLH-DSA-SHAKE-192f"
    case 30: "SLH-DSA-SHAKE-256s"
    case 31: "SLH-DSA-SHAKE-256f"
    default: nil
    }
}

private func otherName(_ type: OIDKey) -> StaticString? {
    switch type.value {
    case 0x1_2a86_48ce_3d04_01: "ecdsa-with-SHA1"
    case 0x1_2a86_48ce_3d04_0301: "ecdsa-with-SHA224"
    case 0x1_2a86_48ce_3d04_0302: "ecdsa-with-SHA256"
    case 0x1_2a86_48ce_3d04_0303: "ecdsa-with-SHA384"
    case 0x1_2a86_48ce_3d04_0304: "ecdsa-with-SHA512"
    case 0x1_2a86_48ce_3804_03: "dsaWithSHA1"
    case 0x1_2b65_70: "ED25519"
    case 0x1_2b65_71: "ED448"
    case 0x1_2b0e_0302_03: "md5WithRSA"
    case 0x1_2b0e_0302_0d: "dsaWithSHA"
    case 0x1_2b0e_0302_1b: "dsaWithSHA1-old"
    case 0x1_2b0e_0302_1d: "sha1WithRSA"
    case 0x1_2b24_0303_0102: "ripemd160WithRSA"
    case 0x1_2a85_0302_0203: "GOST R 34.11-94 with GOST R 34.10-2001"
    case 0x1_2a85_0302_0204: "GOST R 34.11-94 with GOST R 34.10-94"
    case 0x1_2a85_0307_0101_0302: "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)"
    case 0x1_2a85_0307_0101_0303: "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)"
    case 0x1_2a81_1ccf_5501_8375: "SM2-with-SM3"
    case 0x1_2a81_1ccf_5501_8378: "sm3WithRSAEncryption"
    default: nil
    }
}

/// The kinds of public keys, by their algorithm identifier.
package enum KeyAlgorithm: Sendable {
    case rsa, rsaPSS, rsaOAEP, elliptic, dsa, dh, dhX942, kea
    case ed25519, ed448, x25519, x448
    case gost94, gost2001, gost2012Short, gost2012Long, sm2
    case mlDSA44, mlDSA65, mlDSA87, mlKEM512, mlKEM768, mlKEM1024
    /// SLH-DSA with hashes of 16, 24 or 32 bytes.
    case slhDSA128, slhDSA192, slhDSA256
    case other

    init(_ type: OIDKey) {
        self =
            switch type.value {
            case 0x1_2a86_4886_f70d_0101_01, 0x1_5508_0101: .rsa
            case 0x1_2a86_4886_f70d_0101_07: .rsaOAEP
            case 0x1_2a86_4886_f70d_0101_0a: .rsaPSS
            case 0x1_2a86_48ce_3d02_01, 0x1_2b81_0401_0c, 0x1_2b81_0401_0d: .elliptic
            case 0x1_2a86_48ce_3804_01, 0x1_2b0e_0302_0c: .dsa
            case 0x1_2a86_4886_f70d_0103_01: .dh
            case 0x1_2a86_48ce_3e02_01: .dhX942
            case 0x1_6086_4801_6502_0101_16: .kea
            case 0x1_2b65_6e: .x25519
            case 0x1_2b65_6f: .x448
            case 0x1_2b65_70: .ed25519
            case 0x1_2b65_71: .ed448
            case 0x1_2a85_0302_0214: .gost94
            case 0x1_2a85_0302_0213: .gost2001
            case 0x1_2a85_0307_0101_0101: .gost2012Short
            case 0x1_2a85_0307_0101_0102: .gost2012Long
            case 0x1_2a81_1ccf_5501_822d: .sm2
            case 0x1_6086_4801_6503_0403_11: .mlDSA44
            case 0x1_6086_4801_6503_0403_12: .mlDSA65
            case 0x1_6086_4801_6503_0403_13: .mlDSA87
            case 0x1_6086_4801_6503_0404_01: .mlKEM512
            case 0x1_6086_4801_6503_0404_02: .mlKEM768
            case 0x1_6086_4801_6503_0404_03: .mlKEM1024
            case 0x1_6086_4801_6503_0403_14, 0x1_6086_4801_6503_0403_15,
                0x1_6086_4801_6503_0403_1a, 0x1_6086_4801_6503_0403_1b:
                .slhDSA128
            case 0x1_6086_4801_6503_0403_16, 0x1_6086_4801_6503_0403_17,
                0x1_6086_4801_6503_0403_1c, 0x1_6086_4801_6503_0403_1d:
                .slhDSA192
            case 0x1_6086_4801_6503_0403_18, 0x1_6086_4801_6503_0403_19,
                0x1_6086_4801_6503_0403_1e, 0x1_6086_4801_6503_0403_1f:
                .slhDSA256
            default: .other
            }
    }

    /// Its name in the record; nil for `other`.
    package var name: StaticString? {
        switch self {
        case .rsa: "RSA"
        case .rsaPSS: "RSA-PSS"
        case .rsaOAEP: "RSA-OAEP"
        case .elliptic: "ECDSA"
        case .dsa: "DSA"
        case .dh: "DH"
        case .dhX942: "X9.42 DH"
        case .kea: "KEA"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        case .x25519: "X25519"
        case .x448: "X448"
        case .gost94: "GOST R 34.10-94"
        case .gost2001: "GOST R 34.10-2001"
        case .gost2012Short, .gost2012Long: "GOST R 34.10-2012"
        case .sm2: "SM2"
        case .mlDSA44: "ML-DSA-44"
        case .mlDSA65: "ML-DSA-65"
        case .mlDSA87: "ML-DSA-87"
        case .mlKEM512: "ML-KEM-512"
        case .mlKEM768: "ML-KEM-768"
        case .mlKEM1024: "ML-KEM-1024"
        case .slhDSA128: "SLH-DSA-128"
        case .slhDSA192: "SLH-DSA-192"
        case .slhDSA256: "SLH-DSA-256"
        case .other: nil
        }
    }

    /// The bytes of a key of fixed length.
    var fixedLength: Int? {
        switch self {
        case .ed25519, .x25519, .slhDSA128: 32
        case .x448: 56
        case .ed448: 57
        case .slhDSA192: 48
        case .slhDSA256: 64
        case .mlDSA44: 1312
        case .mlDSA65: 1952
        case .mlDSA87: 2592
        case .mlKEM512: 800
        case .mlKEM768: 1184
        case .mlKEM1024: 1568
        default: nil
        }
    }
}

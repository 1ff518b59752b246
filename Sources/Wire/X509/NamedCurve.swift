/// An elliptic curve that has a name (SEC 2, FIPS 186-4, RFC 5639, X9.62).
package struct NamedCurve: Sendable {
    package let name: StaticString

    /// Bits of its field.
    package let bits: Int

    private init(_ name: StaticString, _ bits: Int) {
        (self.name, self.bits) = (name, bits)
    }

    init?(_ type: OIDKey) {
        guard let curve = Self.prime(type) ?? Self.sec(type) ?? Self.brainpool(type) else {
            return nil
        }
        self = curve
    }

    private static func prime(_ type: OIDKey) -> NamedCurve? {
        switch type.value {
        case 0x1_2a86_48ce_3d03_0101: NamedCurve("P-192", 192)
        case 0x1_2a86_48ce_3d03_0102: NamedCurve("prime192v2", 192)
        case 0x1_2a86_48ce_3d03_0103: NamedCurve("prime192v3", 192)
        case 0x1_2a86_48ce_3d03_0104: NamedCurve("prime239v1", 239)
        case 0x1_2a86_48ce_3d03_0105: NamedCurve("prime239v2", 239)
        case 0x1_2a86_48ce_3d03_0106: NamedCurve("prime239v3", 239)
        case 0x1_2a86_48ce_3d03_0107: NamedCurve("P-256", 256)
        case 0x1_2a81_1ccf_5501_822d: NamedCurve("SM2", 256)
        default: nil
        }
    }

    /// The curves of SEC 2: 1.3.132.0.x.
    private static func sec(_ type: OIDKey) -> NamedCurve? {
        guard type.value >> 8 == 0x1_2b81_0400 else { return nil }
        return switch UInt8(truncatingIfNeeded: type.value) {
        case 1: NamedCurve("sect163k1", 163)
        case 2: NamedCurve("sect163r1", 163)
        case 3: NamedCurve("sect239k1", 239)
        case 4: NamedCurve("sect113r1", 113)
        case 5: NamedCurve("sect113r2", 113)
        case 6: NamedCurve("secp112r1", 112)
        case 7: NamedCurve("secp112r2", 112)
        case 8: NamedCurve("secp160r1", 160)
        case 9: NamedCurve("secp160k1", 160)
        case 10: NamedCurve("secp256k1", 256)
        case 15: NamedCurve("sect163r2", 163)
        case 16: NamedCurve("sect283k1", 283)
        case 17: NamedCurve("sect283r1", 283)
        case 22: NamedCurve("sect131r1", 131)
        case 23: NamedCurve("sect131r2", 131)
        case 24: NamedCurve("sect193r1", 193)
        case 25: NamedCurve("sect193r2", 193)
        case 26: NamedCurve("sect233k1", 233)
        case 27: NamedCurve("sect233r1", 233)
        case 28: NamedCurve("secp128r1", 128)
        case 29: NamedCurve("secp128r2", 128)
        case 30: NamedCurve("secp160r2", 160)
        case 31: NamedCurve("secp192k1", 192)
        case 32: NamedCurve("secp224k1", 224)
        case 33: NamedCurve("P-224", 224)
        case 34: NamedCurve("P-384", 384)
        case 35: NamedCurve("P-521", 521)
        case 36: NamedCurve("sect409k1", 409)
        case 37: NamedCurve("sect409r1", 409)
        case 38: NamedCurve("sect571k1", 571)
        case 39: NamedCurve("sect571r1", 571)
        default: nil
        }
    }

    /// The curves of RFC 5639: 1.3.36.3.3.2.8.1.1.x.
    private static func brainpool(_ type: OIDKey) -> NamedCurve? {
        guard type.value >> 8 == 0x1_2b24_0303_0208_0101 else { return nil }
        return switch UInt8(truncatingIfNeeded: type.value) {
        case 1: NamedCurve("brainpoolP160r1", 160)
        case 2: NamedCurve("brainpoolP160t1", 160)
        case 3: NamedCurve("brainpoolP192r1", 192)
        case 4: NamedCurve("brainpoolP192t1", 192)
        case 5: NamedCurve("brainpoolP224r1", 224)
        case 6: NamedCurve("brainpoolP224t1", 224)
        case 7: NamedCurve("brainpoolP256r1", 256)
        case 8: NamedCurve("brainpoolP256t1", 256)
        case 9: NamedCurve("brainpoolP320r1", 320)
        case 10: NamedCurve("brainpoolP320t1", 320)
        case 11: NamedCurve("brainpoolP384r1", 384)
        case 12: NamedCurve("brainpoolP384t1", 384)
        case 13: NamedCurve("brainpoolP512r1", 512)
        case 14: NamedCurve("brainpoolP512t1", 512)
        default: nil
        }
    }
}

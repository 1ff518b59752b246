package import Bytes

/// The subject's public key (RFC 5280, section 4.1.2.7).
package struct CertificateKey: Sendable {
    /// The SubjectPublicKeyInfo with its header.
    package private(set) var whole = ByteRange.none
    package private(set) var identifier = AlgorithmIdentifier.none
    package private(set) var algorithm = KeyAlgorithm.other

    /// The key's own bytes: the BIT STRING's content after the number of unused bits.
    package private(set) var bits = ByteRange.none

    /// Bits of the modulus, of the prime, of the curve's field, or of a key of fixed length as encoded.
    package private(set) var size: Int?
    package private(set) var curve = Curve.none

    /// RSA's modulus and public exponent, content bytes.
    package private(set) var modulus = ByteRange.none
    package private(set) var exponent = ByteRange.none

    package enum Curve: Sendable {
        case none
        case named(NamedCurve)
        /// A curve whose name is not known here, or a GOST parameter set: its identifier.
        case identifier(ByteRange)
        case explicit
    }

    mutating func read(_ bytes: Span<UInt8>, _ element: DERElement, _ reading: inout CertificateReading) {
        whole = element.whole
        var fields = DERCursor(element.content)
        if let first = fields.next(bytes, &reading.faults, ifTag: 0x30),
            let identifier = AlgorithmIdentifier(bytes, first, &reading)
        {
            self.identifier = identifier
            algorithm = KeyAlgorithm(identifier.key)
        } else {
            reading.anomalies.insert(.unparsablePublicKey)
        }
        guard let string = fields.next(bytes, &reading.faults, ifTag: 0x03) else {
            return reading.anomalies.insert(.unparsablePublicKey)
        }
        bits = reading.bits(bytes, string.content, isWhole: true)
        if !fields.isAtEnd { reading.anomalies.insert(.trailingDataInKey) }
        readBits(bytes, &reading)
    }

    private mutating func readBits(_ bytes: Span<UInt8>, _ reading: inout CertificateReading) {
        switch algorithm {
        case .rsa, .rsaPSS, .rsaOAEP: readRSA(bytes, &reading)
        case .elliptic, .sm2: readPoint(bytes, &reading)
        case .dsa, .dh, .dhX942, .gost94, .kea: readPrime(bytes, &reading)
        case .gost2001, .gost2012Short: readGOST(bytes, &reading, 256)
        case .gost2012Long: readGOST(bytes, &reading, 512)
        default:
            guard let length = algorithm.fixedLength else { return }
            size = length * 8
            if bits.count != length { reading.anomalies.insert(.badKeyLength) }
        }
    }

    /// RFC 8017, appendix A.1.1.
    private mutating func readRSA(_ bytes: Span<UInt8>, _ reading: inout CertificateReading) {
        if algorithm == .rsa, identifier.parameters.tag != 0x05 {
            reading.anomalies.insert(.missingKeyParameters)
        }
        var outer = DERCursor(bits)
        guard var pair = outer.enter(bytes, &reading.faults, 0x30),
            let modulus = pair.next(bytes, &reading.faults, ifTag: 0x02)?.content,
            let exponent = pair.next(bytes, &reading.faults, ifTag: 0x02)?.content,
            let lowest = modulus.indices.last, let first = modulus.indices.first
        else { return reading.anomalies.insert(.unparsablePublicKey) }
        if !pair.isAtEnd || !outer.isAtEnd { reading.anomalies.insert(.trailingDataInKey) }
        (self.modulus, self.exponent) = (modulus, exponent)
        reading.checkInteger(bytes, modulus)
        reading.checkInteger(bytes, exponent)
        let size = reading.bitCount(bytes, modulus)
        self.size = size
        if bytes[first] >= 0x80 || bytes[lowest] & 1 == 0 { reading.anomalies.insert(.badRSAModulus) }
        if size < 2048 { reading.anomalies.insert(.smallRSAKey) }
        if size % 8 != 0 { reading.anomalies.insert(.oddRSAKeySize) }
        checkExponent(bytes, &reading)
    }

    private func checkExponent(_ bytes: Span<UInt8>, _ reading: inout CertificateReading) {
        guard let first = exponent.indices.first, let last = exponent.indices.last, bytes[first] < 0x80,
            bytes[last] & 1 == 1
        else { return reading.anomalies.insert(.badRSAExponent) }
        if reading.bitCount(bytes, exponent) > 64 { reading.anomalies.insert(.largeRSAExponent) }
        guard let value = reading.number(bytes, exponent) else { return }
        if value == 1 { reading.anomalies.insert(.badRSAExponent) }
        if value < 65_537 { reading.anomalies.insert(.smallRSAExponent) }
    }

    /// RFC 5480, section 2.
    private mutating func readPoint(_ bytes: Span<UInt8>, _ reading: inout CertificateReading) {
        let parameters = identifier.parameters
        var fieldBits: Int?
        switch parameters.tag {
        case 0x06:
            let key = OIDKey(bytes, parameters.content)
            if let named = NamedCurve(key) {
                curve = .named(named)
                fieldBits = named.bits
            } else {
                curve = .identifier(parameters.content)
                reading.checkIdentifier(bytes, parameters.content)
            }
        case 0x30:
            curve = .explicit
            reading.anomalies.insert(.explicitCurve)
            fieldBits = explicitFieldBits(bytes, parameters.content, &reading)
            if fieldBits == nil { reading.anomalies.insert(.unparsablePublicKey) }
        default:
            if algorithm == .elliptic { reading.anomalies.insert(.missingKeyParameters) }
        }
        guard let first = bits.indices.first else { return reading.anomalies.insert(.badCurvePoint) }
        // One byte says the form; both coordinates follow, or one.
        let coordinates =
            switch bytes[first] {
            case 2, 3: 1
            case 4, 6, 7: 2
            default: 0
            }
        let length = bits.count - 1
        if coordinates == 0
            || fieldBits.map({ length != coordinates * (($0 + 7) / 8) }) ?? (length % coordinates != 0)
        {
            reading.anomalies.insert(.badCurvePoint)
        }
        size = fieldBits ?? (coordinates > 0 ? length / coordinates * 8 : nil)
    }

    /// SpecifiedECDomain (SEC 1, appendix C.2): bits of the prime, or the degree of a binary field.
    private func explicitFieldBits(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        _ reading: inout CertificateReading
    ) -> Int? {
        var fields = DERCursor(range)
        guard fields.next(bytes, &reading.faults, ifTag: 0x02) != nil,
            var field = fields.enter(bytes, &reading.faults, 0x30),
            let type = field.next(bytes, &reading.faults, ifTag: 0x06)?.content
        else { return nil }
        switch OIDKey(bytes, type).value {
        case 0x1_2a86_48ce_3d01_01:
            return field.next(bytes, &reading.faults, ifTag: 0x02).map { reading.bitCount(bytes, $0.content) }
        case 0x1_2a86_48ce_3d01_02:
            var characteristic = field.enter(bytes, &reading.faults, 0x30)
            return characteristic?.next(bytes, &reading.faults, ifTag: 0x02).flatMap {
                reading.number(bytes, $0.content)
            }
        default: return nil
        }
    }

    /// DSA (RFC 3279, section 2.3.2) and Diffie-Hellman: the prime leads the parameters.
    private mutating func readPrime(_ bytes: Span<UInt8>, _ reading: inout CertificateReading) {
        guard identifier.parameters.tag == 0x30 else {
            if algorithm != .kea { reading.anomalies.insert(.missingKeyParameters) }
            return
        }
        var fields = DERCursor(identifier.parameters.content)
        if let prime = fields.next(bytes, &reading.faults, ifTag: 0x02)?.content {
            size = reading.bitCount(bytes, prime)
        } else if algorithm != .gost94 {
            reading.anomalies.insert(.unparsablePublicKey)
        }
    }

    /// RFC 4491, section 2.3, and RFC 9215: the parameter set's identifier leads the parameters.
    private mutating func readGOST(_ bytes: Span<UInt8>, _ reading: inout CertificateReading, _ size: Int) {
        self.size = size
        guard identifier.parameters.tag == 0x30 else {
            return reading.anomalies.insert(.missingKeyParameters)
        }
        var fields = DERCursor(identifier.parameters.content)
        if let set = fields.next(bytes, &reading.faults, ifTag: 0x06)?.content {
            curve = .identifier(set)
        } else {
            reading.anomalies.insert(.unparsablePublicKey)
        }
    }
}

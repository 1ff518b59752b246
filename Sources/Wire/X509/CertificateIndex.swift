package import Bytes

/// Where the fields of a certificate stand in its DER, and what is wrong with them.
///
/// One index is used for certificate after certificate: its arrays keep their
/// room, so that reading allocates nothing. It can't be copied, so that a
/// borrow of it never retains those arrays.
package struct CertificateIndex: ~Copyable {
    /// More than any certificate message may hold: beyond this nothing is read.
    package static let byteLimit = 1 << 24

    package internal(set) var reading = CertificateReading()

    package var anomalies: CertificateAnomalies { reading.anomalies }

    /// The TBSCertificate with its header, and its content.
    package internal(set) var tbs = DERElement.none

    /// 1 to 3 as a rule, the encoded number plus one; nil when it can't be read.
    package internal(set) var version: Int? = 1
    package internal(set) var serial = ByteRange.none
    package internal(set) var innerAlgorithm = AlgorithmIdentifier.none
    package internal(set) var outerAlgorithm = AlgorithmIdentifier.none

    /// The signature's bytes.
    package internal(set) var signature = ByteRange.none

    package internal(set) var issuerName: ByteRange?
    package internal(set) var issuer: [NameAttribute] = []
    package internal(set) var subjectName: ByteRange?
    package internal(set) var subject: [NameAttribute] = []

    /// Nil when absent or no date.
    package internal(set) var notBefore: CertificateTime?
    package internal(set) var notAfter: CertificateTime?

    package internal(set) var key = CertificateKey()
    package internal(set) var extensions = CertificateExtensions()

    package init() {}

    /// The signature algorithm that counts: the inner one, or the outer one when that is missing.
    package var signatureAlgorithm: AlgorithmIdentifier {
        innerAlgorithm.isPresent ? innerAlgorithm : outerAlgorithm
    }

    /// Reads what can be read; false when `bytes` has no certificate at all.
    package mutating func read(_ bytes: Span<UInt8>) -> Bool {
        clear()
        guard bytes.count <= Self.byteLimit else {
            reading.anomalies.insert(.unparsableCertificate)
            return false
        }
        var outer = DERCursor(ByteRange(0, bytes.count))
        guard let certificate = outer.next(bytes, &reading.faults, ifTag: 0x30) else {
            reading.anomalies.insert(.unparsableCertificate)
            return false
        }
        if !outer.isAtEnd { reading.anomalies.insert(.trailingData) }
        var parts = DERCursor(certificate.content)
        guard let body = parts.next(bytes, &reading.faults, ifTag: 0x30) else {
            reading.anomalies.insert(.unparsableCertificate)
            return false
        }
        tbs = body
        readBody(bytes, body.content)
        readSignature(bytes, &parts)
        checkWhole(bytes)
        noteFaults()
        return true
    }

    /// Reads what can be read of a certificate whose first bytes alone are there.
    ///
    /// Of the anomalies those are kept that no breaking off can bring about.
    package mutating func read(beginning bytes: Span<UInt8>) -> Bool {
        let isRead = read(bytes)
        let found = anomalies
        reading.anomalies = CertificateAnomalies()
        for anomaly in Self.certain where found.contains(anomaly) { reading.anomalies.insert(anomaly) }
        reading.anomalies.insert(.readInPart)
        // A key that reaches to the end may go on after it.
        if key.whole.end >= bytes.count { key = CertificateKey() }
        return isRead
    }

    private static let certain: [CertificateAnomaly] = [
        .unparsableCertificate, .untaggedVersion, .unknownVersion, .explicitDefault, .nonMinimalLength,
        .nonMinimalInteger, .negativeSerial, .longSerial, .generalizedTimeBefore2050, .timeBefore1950,
        .notAfterBeforeNotBefore, .zeroValidity, .smallRSAKey, .duplicateExtension, .extensionsBeforeV3,
    ]

    mutating func clear() {
        reading.clear()
        (tbs, version, serial, signature) = (.none, 1, .none, .none)
        (innerAlgorithm, outerAlgorithm) = (.none, .none)
        (issuerName, subjectName, notBefore, notAfter) = (nil, nil, nil, nil)
        if !issuer.isEmpty { issuer.removeAll(keepingCapacity: true) }
        if !subject.isEmpty { subject.removeAll(keepingCapacity: true) }
        key = CertificateKey()
        extensions.clear()
    }

    private mutating func readSignature(_ bytes: Span<UInt8>, _ parts: inout DERCursor) {
        if parts.isAtEnd { return reading.anomalies.insert(.missingSignature) }
        if let algorithm = parts.next(bytes, &reading.faults, ifTag: 0x30) {
            outerAlgorithm = AlgorithmIdentifier(bytes, algorithm, &reading) ?? .none
        }
        if !outerAlgorithm.isPresent { reading.anomalies.insert(.unparsableSignature) }
        if parts.isAtEnd { return reading.anomalies.insert(.missingSignature) }
        guard let bits = parts.next(bytes, &reading.faults, ifTag: 0x03) else {
            return reading.anomalies.insert(.unparsableSignature)
        }
        signature = reading.bits(bytes, bits.content, isWhole: true)
        if !parts.isAtEnd { reading.anomalies.insert(.trailingDataInCertificate) }
    }

    private mutating func noteFaults() {
        if reading.faults.isEmpty { return }
        if reading.faults.contains(.longLength) { reading.anomalies.insert(.nonMinimalLength) }
        if reading.faults.contains(.openLength) { reading.anomalies.insert(.indefiniteLength) }
        if reading.faults.contains(.overrun) { reading.anomalies.insert(.overlongLength) }
    }
}

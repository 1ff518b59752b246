package import Bytes

/// The extensions and the content of the common ones (RFC 5280, section 4.2; RFC 6962, section 3.3).
package struct CertificateExtensions: ~Copyable {
    /// More extensions, and more parts in one, than any honest certificate has.
    static let limit = 256
    static let partLimit = 16_384

    /// The `[3]` element, for what is hashed without some extensions.
    package private(set) var whole = ByteRange.none
    package private(set) var all: [CertificateExtension] = []

    package internal(set) var alternativeNames: [AlternativeName] = []

    /// The attributes of directory names among the alternative names.
    package internal(set) var directoryAttributes: [NameAttribute] = []

    /// The nine bits of the key usage, digitalSignature at 0x8000; nil without the extension.
    package internal(set) var keyUsage: UInt16?
    package internal(set) var extendedKeyUsage: [ByteRange] = []
    package internal(set) var isCA: Bool?
    package internal(set) var pathLength: Int?
    package internal(set) var subjectKeyID: ByteRange?
    package internal(set) var authorityKeyID: ByteRange?
    package internal(set) var policies: [ByteRange] = []
    package internal(set) var crlURLs: [CertificateText] = []
    package internal(set) var ocspURLs: [CertificateText] = []
    package internal(set) var issuerURLs: [CertificateText] = []

    /// The 32-byte identifiers of the logs in the SCT list.
    package internal(set) var logIDs: [ByteRange] = []

    /// The SignedCertificateTimestampList itself (RFC 6962, section 3.3); nil without the extension.
    package internal(set) var timestampList: ByteRange?

    init() {}

    mutating func clear() {
        guard !whole.isEmpty else { return }
        whole = .none
        (keyUsage, isCA, pathLength, subjectKeyID, authorityKeyID) = (nil, nil, nil, nil, nil)
        timestampList = nil
        all.removeAll(keepingCapacity: true)
        if !alternativeNames.isEmpty { alternativeNames.removeAll(keepingCapacity: true) }
        if !directoryAttributes.isEmpty { directoryAttributes.removeAll(keepingCapacity: true) }
        if !extendedKeyUsage.isEmpty { extendedKeyUsage.removeAll(keepingCapacity: true) }
        if !policies.isEmpty { policies.removeAll(keepingCapacity: true) }
        if !crlURLs.isEmpty { crlURLs.removeAll(keepingCapacity: true) }
        if !ocspURLs.isEmpty { ocspURLs.removeAll(keepingCapacity: true) }
        if !issuerURLs.isEmpty { issuerURLs.removeAll(keepingCapacity: true) }
        if !logIDs.isEmpty { logIDs.removeAll(keepingCapacity: true) }
    }

    mutating func read(_ bytes: Span<UInt8>, _ element: DERElement, _ reading: inout CertificateReading) {
        whole = element.whole
        var outer = DERCursor(element.content)
        guard var list = outer.enter(bytes, &reading.faults, 0x30) else {
            return reading.anomalies.insert(.unparsableExtensions)
        }
        if !outer.isAtEnd { reading.anomalies.insert(.unparsableExtensions) }
        if list.isAtEnd { reading.anomalies.insert(.emptyExtensions) }
        while !list.isAtEnd {
            guard all.count < Self.limit else { return reading.anomalies.insert(.tooManyParts) }
            guard let entry = list.next(bytes, &reading.faults) else {
                return reading.anomalies.insert(.unparsableExtensions)
            }
            readEntry(bytes, entry, &reading)
        }
        checkUsage(&reading)
    }

    private mutating func readEntry(
        _ bytes: Span<UInt8>,
        _ entry: DERElement,
        _ reading: inout CertificateReading
    ) {
        var fields = DERCursor(entry.content)
        guard entry.tag == 0x30, let type = fields.next(bytes, &reading.faults, ifTag: 0x06)?.content else {
            return reading.anomalies.insert(.unparsableExtensions)
        }
        reading.checkIdentifier(bytes, type)
        var isCritical = false
        if let flag = fields.next(bytes, &reading.faults, ifTag: 0x01)?.content {
            isCritical = reading.boolean(bytes, flag)
            if !isCritical { reading.anomalies.insert(.explicitDefault) }
        }
        let value = fields.next(bytes, &reading.faults, ifTag: 0x04)?.content
        let key = OIDKey(bytes, type)
        let isRepeated = all.contains { $0.key == key && (key != .none || areEqual(bytes, $0.type, type)) }
        all.append(
            CertificateExtension(
                whole: entry.whole,
                type: type,
                key: key,
                isCritical: isCritical,
                value: value ?? .none
            )
        )
        guard let value else { return reading.anomalies.insert(.unparsableExtensions) }
        if !fields.isAtEnd { reading.anomalies.insert(.trailingDataInExtension) }
        if isRepeated { return reading.anomalies.insert(.duplicateExtension) }
        readValue(bytes, key, value, isCritical, &reading)
    }

    private mutating func readValue(
        _ bytes: Span<UInt8>,
        _ key: OIDKey,
        _ value: ByteRange,
        _ isCritical: Bool,
        _ reading: inout CertificateReading
    ) {
        var content = DERCursor(value)
        let isRead =
            switch key.value {
            case 0x1_551d_0e: readSubjectKeyID(bytes, &content, &reading)
            case 0x1_551d_0f: readKeyUsage(bytes, &content, &reading)
            case 0x1_551d_11: readAlternativeNames(bytes, &content, &reading)
            case 0x1_551d_13: readBasicConstraints(bytes, &content, &reading)
            case 0x1_551d_1f: readCRLURLs(bytes, &content, &reading)
            case 0x1_551d_20: readPolicies(bytes, &content, &reading)
            case 0x1_551d_23: readAuthorityKeyID(bytes, &content, &reading)
            case 0x1_551d_25: readExtendedKeyUsage(bytes, &content, &reading)
            case 0x1_2b06_0105_0507_0101: readAuthorityAccess(bytes, &content, &reading)
            case 0x1_2b06_0104_01d6_7902_0402: readSCTs(bytes, &content, &reading)
            case 0x1_2b06_0104_01d6_7902_0403: readPoison(bytes, &content, &reading)
            default: skip(key, isCritical, &content, &reading)
            }
        if !isRead {
            reading.anomalies.insert(.unparsableExtension)
        } else if !content.isAtEnd {
            reading.anomalies.insert(.trailingDataInExtension)
        }
    }

    /// An extension whose content is not read.
    private func skip(
        _ key: OIDKey,
        _ isCritical: Bool,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        content = DERCursor(.none)
        // id-ce, the PKIX extensions and Netscape's are known, read or not.
        let isKnown =
            key.value >> 8 == 0x1_551d || key.value >> 8 == 0x1_2b06_0105_0507_01
            || key.value >> 16 == 0x1_6086_4801_86f8_42
        if isCritical, !isKnown { reading.anomalies.insert(.unknownCriticalExtension) }
        return true
    }

    private func checkUsage(_ reading: inout CertificateReading) {
        if isCA != true, pathLength != nil { reading.anomalies.insert(.pathLengthWithoutCA) }
        if isCA != true, let keyUsage, keyUsage & 0x0400 != 0 { reading.anomalies.insert(.certSignWithoutCA) }
    }

    private func areEqual(_ bytes: Span<UInt8>, _ one: ByteRange, _ other: ByteRange) -> Bool {
        one.count == other.count && zip(one.indices, other.indices).allSatisfy { bytes[$0] == bytes[$1] }
    }
}

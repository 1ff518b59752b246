import Bytes

/// Reads distinguished names (RFC 5280, section 4.1.2.4).
struct NameReader {
    /// More attributes than any honest name has; what is beyond them is skipped.
    static let limit = 256

    /// Appends the attributes of a name, whose RDNs are in `range`, to `attributes`.
    ///
    /// - Parameter unparsable: the anomaly of a part that can't be read.
    static func read(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        into attributes: inout [NameAttribute],
        _ reading: inout CertificateReading,
        unparsable: CertificateAnomaly
    ) {
        let start = attributes.count
        var sets = DERCursor(range)
        while !sets.isAtEnd {
            guard let set = sets.next(bytes, &reading.faults) else {
                reading.anomalies.insert(unparsable)
                return
            }
            guard set.tag == 0x31 else {
                reading.anomalies.insert(unparsable)
                continue
            }
            if set.content.isEmpty { reading.anomalies.insert(.emptyRDN) }
            var pairs = DERCursor(set.content)
            var last = ByteRange.none
            while !pairs.isAtEnd {
                guard attributes.count - start < limit else {
                    reading.anomalies.insert(.tooManyParts)
                    return
                }
                guard let pair = pairs.next(bytes, &reading.faults, ifTag: 0x30),
                    let attribute = attribute(bytes, pair.content, last, &reading)
                else {
                    reading.anomalies.insert(unparsable)
                    break
                }
                attributes.append(attribute)
                if !last.isEmpty, !isAscending(bytes, last, pair.whole) {
                    reading.anomalies.insert(.badSetOrder)
                }
                last = pair.whole
            }
        }
    }

    private static func attribute(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        _ last: ByteRange,
        _ reading: inout CertificateReading
    ) -> NameAttribute? {
        var fields = DERCursor(range)
        guard let type = fields.next(bytes, &reading.faults, ifTag: 0x06)?.content,
            let value = fields.next(bytes, &reading.faults)
        else { return nil }
        if !fields.isAtEnd { reading.anomalies.insert(.trailingDataInName) }
        reading.checkIdentifier(bytes, type)
        let part = NamePart(OIDKey(bytes, type))
        let kind = StringReader.Kind(tag: value.tag)
        let text = StringReader.read(bytes, value, kind, &reading.converted, &reading.anomalies)
        check(bytes, part, value, kind, text, &reading)
        return NameAttribute(type: type, part: part, isContinued: !last.isEmpty, value: value, text: text)
    }

    private static func check(
        _ bytes: Span<UInt8>,
        _ part: NamePart,
        _ value: DERElement,
        _ kind: StringReader.Kind?,
        _ text: CertificateText,
        _ reading: inout CertificateReading
    ) {
        guard let kind else {
            reading.anomalies.insert(part == .other ? .nonStringNamePart : .wrongStringType)
            return
        }
        if !isAllowed(kind, part) { reading.anomalies.insert(.wrongStringType) }
        if text.isEmpty { reading.anomalies.insert(.emptyNamePart) }
        if part == .country || part == .jurisdictionCountry, !isCountry(bytes, value.content) {
            reading.anomalies.insert(.badCountry)
        }
        // Characters are at most as many as bytes: only a long value needs counting.
        guard value.content.count > part.upperBound else { return }
        let length =
            switch kind {
            case .bmp: value.content.count / 2
            case .universal: value.content.count / 4
            case .utf8: value.content.indices.count { bytes[$0] & 0xc0 != 0x80 }
            default: value.content.count
            }
        if length > part.upperBound { reading.anomalies.insert(.longNamePart) }
    }

    /// Whether RFC 5280, appendix A.1, and PKCS #9 allow this type of string for the attribute.
    private static func isAllowed(_ kind: StringReader.Kind, _ part: NamePart) -> Bool {
        switch part {
        case .country, .jurisdictionCountry, .serialNumber, .dnQualifier, .telephoneNumber: kind == .printable
        case .emailAddress, .domainComponent: kind == .ia5
        case .other: true
        case .unstructuredName where kind == .ia5: true
        default:
            switch kind {
            case .utf8, .printable, .teletex, .universal, .bmp: true
            case .numeric, .ia5, .visible, .general: false
            }
        }
    }

    private static func isCountry(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        range.count == 2 && range.indices.allSatisfy { 0x41...0x5a ~= bytes[$0] & 0xdf }
    }

    /// Whether the encodings are in the order of a SET OF (X.690, section 11.6).
    private static func isAscending(_ bytes: Span<UInt8>, _ one: ByteRange, _ other: ByteRange) -> Bool {
        for (left, right) in zip(one.indices, other.indices) where bytes[left] != bytes[right] {
            return bytes[left] < bytes[right]
        }
        return one.count <= other.count
    }
}

import Bytes

/// The content of single extensions; each reader is false when it can't be read.
extension CertificateExtensions {
    /// RFC 5280, section 4.2.1.2.
    mutating func readSubjectKeyID(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        subjectKeyID = content.next(bytes, &reading.faults, ifTag: 0x04)?.content
        return subjectKeyID != nil
    }

    /// RFC 5280, section 4.2.1.1; only the key identifier of it.
    mutating func readAuthorityKeyID(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var fields = content.enter(bytes, &reading.faults, 0x30) else { return false }
        authorityKeyID = fields.next(bytes, &reading.faults, ifTag: 0x80)?.content
        return true
    }

    /// RFC 5280, section 4.2.1.3.
    mutating func readKeyUsage(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard let string = content.next(bytes, &reading.faults, ifTag: 0x03)?.content else { return false }
        let range = reading.bits(bytes, string, isWhole: false)
        var bits: UInt16 = 0
        var isBeyond = false
        for (place, index) in range.indices.enumerated() {
            switch place {
            case 0: bits = UInt16(bytes[index]) << 8
            case 1:
                bits |= UInt16(bytes[index] & 0x80)
                isBeyond = bytes[index] & 0x7f != 0
            default: isBeyond = isBeyond || bytes[index] != 0
            }
        }
        keyUsage = bits
        if bits == 0 { reading.anomalies.insert(.emptyKeyUsage) }
        if isBeyond { reading.anomalies.insert(.badKeyUsage) }
        return true
    }

    /// RFC 5280, section 4.2.1.9.
    mutating func readBasicConstraints(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var fields = content.enter(bytes, &reading.faults, 0x30) else { return false }
        var flag = false
        if let element = fields.next(bytes, &reading.faults, ifTag: 0x01) {
            flag = reading.boolean(bytes, element.content)
            if !flag { reading.anomalies.insert(.explicitDefault) }
        }
        isCA = flag
        if let length = fields.next(bytes, &reading.faults, ifTag: 0x02)?.content {
            reading.checkInteger(bytes, length)
            pathLength = reading.number(bytes, length)
            if pathLength == nil { return false }
        }
        if !fields.isAtEnd { reading.anomalies.insert(.trailingDataInExtension) }
        return true
    }

    /// RFC 5280, section 4.2.1.12.
    mutating func readExtendedKeyUsage(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var list = content.enter(bytes, &reading.faults, 0x30) else { return false }
        if list.isAtEnd { reading.anomalies.insert(.emptyExtendedKeyUsage) }
        while !list.isAtEnd {
            guard let type = list.next(bytes, &reading.faults, ifTag: 0x06)?.content else { return false }
            guard Self.hasRoom(extendedKeyUsage.count, &reading) else { return true }
            reading.checkIdentifier(bytes, type)
            extendedKeyUsage.append(type)
        }
        return true
    }

    /// RFC 5280, section 4.2.1.4; without the qualifiers.
    mutating func readPolicies(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var list = content.enter(bytes, &reading.faults, 0x30) else { return false }
        while !list.isAtEnd {
            guard var policy = list.enter(bytes, &reading.faults, 0x30),
                let type = policy.next(bytes, &reading.faults, ifTag: 0x06)?.content
            else { return false }
            guard Self.hasRoom(policies.count, &reading) else { return true }
            reading.checkIdentifier(bytes, type)
            policies.append(type)
        }
        return true
    }

    /// RFC 6962, section 3.1: a NULL.
    mutating func readPoison(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        reading.anomalies.insert(.precertificatePoison)
        return content.next(bytes, &reading.faults, ifTag: 0x05) != nil
    }

    /// RFC 6962, section 3.3: an OCTET STRING that holds a TLS list of TLS structures.
    mutating func readSCTs(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard let string = content.next(bytes, &reading.faults, ifTag: 0x04)?.content, string.count >= 2
        else { return false }
        timestampList = string
        var place = string.indices.lowerBound + 2
        let end = string.indices.upperBound
        guard bytes.u16(place - 2) == end - place else { return false }
        while place < end {
            guard end - place >= 2 else { return false }
            let length = bytes.u16(place)
            place += 2
            guard length <= end - place else { return false }
            // A version 1 SCT: one byte of version, then the log's identifier.
            guard length >= 33, bytes[place] == 0 else { return false }
            guard Self.hasRoom(logIDs.count, &reading) else { return true }
            logIDs.append(ByteRange(place + 1, place + 33))
            place += length
        }
        return true
    }

    static func hasRoom(_ count: Int, _ reading: inout CertificateReading) -> Bool {
        if count < partLimit { return true }
        reading.anomalies.insert(.tooManyParts)
        return false
    }
}

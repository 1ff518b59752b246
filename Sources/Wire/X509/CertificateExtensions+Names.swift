import Bytes

/// The extensions that hold GeneralNames.
extension CertificateExtensions {
    /// RFC 5280, section 4.2.1.6.
    mutating func readAlternativeNames(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var list = content.enter(bytes, &reading.faults, 0x30) else { return false }
        if list.isAtEnd { reading.anomalies.insert(.emptyAlternativeNames) }
        while !list.isAtEnd {
            guard let element = list.next(bytes, &reading.faults) else { return false }
            guard Self.hasRoom(alternativeNames.count, &reading) else { return true }
            appendName(bytes, element, &reading)
        }
        return true
    }

    private mutating func appendName(
        _ bytes: Span<UInt8>,
        _ element: DERElement,
        _ reading: inout CertificateReading
    ) {
        var text = CertificateText(range: element.content, place: .certificate)
        let start = directoryAttributes.count
        let kind: AlternativeName.Kind
        switch element.tag {
        case 0x81: kind = .email
        case 0x82: kind = .dns
        case 0x86: kind = .uri
        case 0x87:
            kind = .address
            if element.content.count != 4, element.content.count != 16 {
                reading.anomalies.insert(.badIPAddress)
            }
        case 0xa4:
            kind = .directory
            readDirectoryName(bytes, element.content, &reading)
        default: kind = .other
        }
        if kind == .email || kind == .dns || kind == .uri {
            text = StringReader.read(bytes, element, .ia5, &reading.converted, &reading.anomalies)
            if text.isEmpty { reading.anomalies.insert(.emptyAlternativeName) }
            if kind == .dns, !text.isEmpty, !isHostName(bytes.extracting(element.content.indices)) {
                reading.anomalies.insert(.badDNSName)
            }
        }
        alternativeNames.append(
            AlternativeName(
                kind: kind,
                element: element,
                text: text,
                attributes: start..<directoryAttributes.count
            )
        )
    }

    private mutating func readDirectoryName(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        _ reading: inout CertificateReading
    ) {
        var inner = DERCursor(range)
        guard directoryAttributes.count < Self.partLimit,
            let name = inner.next(bytes, &reading.faults, ifTag: 0x30)
        else { return reading.anomalies.insert(.unparsableExtension) }
        NameReader.read(
            bytes,
            name.content,
            into: &directoryAttributes,
            &reading,
            unparsable: .unparsableExtension
        )
    }

    /// Letters, digits, `-`, `_` and dots between labels of 1 to 63 bytes; `*` as the first label.
    private func isHostName(_ name: Span<UInt8>) -> Bool {
        var label = 0
        for index in name.indices {
            let byte = name[index]
            if byte == 0x2e {
                guard label > 0 else { return false }
                label = 0
                continue
            }
            label += 1
            let isLetter = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x5f
            guard isLetter || byte == 0x2a && index == 0, label < 64 else { return false }
        }
        return label > 0 && name.count <= 253
    }

    /// RFC 5280, section 4.2.1.13: the URLs of all full names.
    mutating func readCRLURLs(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var points = content.enter(bytes, &reading.faults, 0x30) else { return false }
        while !points.isAtEnd {
            guard var point = points.enter(bytes, &reading.faults, 0x30) else { return false }
            guard var name = point.enter(bytes, &reading.faults, 0xa0) else { continue }
            guard var full = name.enter(bytes, &reading.faults, 0xa0) else { continue }
            while !full.isAtEnd {
                guard let element = full.next(bytes, &reading.faults) else { return false }
                guard element.tag == 0x86 else { continue }
                guard Self.hasRoom(crlURLs.count, &reading) else { return true }
                crlURLs.append(Self.url(bytes, element, &reading))
            }
        }
        return true
    }

    /// RFC 5280, section 4.2.2.1.
    mutating func readAuthorityAccess(
        _ bytes: Span<UInt8>,
        _ content: inout DERCursor,
        _ reading: inout CertificateReading
    ) -> Bool {
        guard var list = content.enter(bytes, &reading.faults, 0x30) else { return false }
        while !list.isAtEnd {
            guard var access = list.enter(bytes, &reading.faults, 0x30),
                let method = access.next(bytes, &reading.faults, ifTag: 0x06)?.content,
                let location = access.next(bytes, &reading.faults)
            else { return false }
            guard location.tag == 0x86 else { continue }
            guard Self.hasRoom(ocspURLs.count + issuerURLs.count, &reading) else { return true }
            switch OIDKey(bytes, method).value {
            case 0x1_2b06_0105_0507_3001: ocspURLs.append(Self.url(bytes, location, &reading))
            case 0x1_2b06_0105_0507_3002: issuerURLs.append(Self.url(bytes, location, &reading))
            default: break
            }
        }
        return true
    }

    private static func url(
        _ bytes: Span<UInt8>,
        _ element: DERElement,
        _ reading: inout CertificateReading
    ) -> CertificateText {
        StringReader.read(bytes, element, .ia5, &reading.converted, &reading.anomalies)
    }
}

package import Wire

/// Parts of certificates as text inside a JSON string.
extension ByteBuffer {
    /// Text that is known to be UTF-8, escaped for JSON.
    mutating func append(utf8 text: Span<UInt8>) {
        var odd: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            odd |=
                (byte < 0x20 ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5c ? 1 : 0)
                | (byte == 0x7f ? 1 : 0)
        }
        if odd == 0 { return append(text) }
        for index in text.indices { append(escaped: text[index]) }
    }

    /// One byte of UTF-8.
    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case 0x22, 0x5c:
            append(0x5c)
            append(byte)
        case 0x0a: append("\\n")
        case 0x0d: append("\\r")
        case 0x09: append("\\t")
        case 0..<0x20, 0x7f:
            append("\\u00")
            append(hexDigit(byte >> 4))
            append(hexDigit(byte & 15))
        default: append(byte)
        }
    }

    /// A value inside a distinguished name's text: as RFC 4514, section 2.4, escapes it, then as JSON does.
    mutating func append(nameValue text: Span<UInt8>) {
        guard needsNameEscape(text) else { return append(utf8: text) }
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case 0x2c, 0x2b, 0x22, 0x5c, 0x3c, 0x3e, 0x3b: append("\\\\")
            case 0x23 where index == 0: append("\\\\")
            case 0x20 where index == 0 || index == text.count - 1: append("\\\\")
            case 0:
                append("\\\\00")
                continue
            default: break
            }
            append(escaped: byte)
        }
    }

    /// An object identifier in dotted decimal; what breaks off is left out.
    package mutating func append(oid bytes: Span<UInt8>, _ range: ByteRange) {
        var arc = 0
        var isFirst = true
        for index in range.indices {
            // Arcs beyond 56 bits lose their upper part: none is assigned.
            arc = (arc & 0x1_ffff_ffff_ffff) << 7 | Int(bytes[index] & 0x7f)
            guard bytes[index] < 0x80 else { continue }
            if isFirst {
                append(decimal: min(2, arc / 40))
                arc -= 40 * min(2, arc / 40)
                isFirst = false
            }
            append(0x2e)
            append(decimal: arc)
            arc = 0
        }
    }

    /// RFC 3339 in UTC, to the second.
    package mutating func append(time: CertificateTime) {
        append(decimal: time.year, width: 4)
        append(0x2d)
        append(decimal: time.month, width: 2)
        append(0x2d)
        append(decimal: time.day, width: 2)
        append(0x54)
        append(decimal: time.hour, width: 2)
        append(0x3a)
        append(decimal: time.minute, width: 2)
        append(0x3a)
        append(decimal: time.second, width: 2)
        append(0x5a)
    }

    mutating func append(_ text: CertificateText, _ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        switch text.place {
        case .certificate: append(utf8: bytes.extracting(text.range.indices))
        case .converted, .hexadecimal:
            append(utf8: index.reading.converted.span.extracting(text.range.indices))
        }
    }

    /// Attributes as `C=US, O=a + OU=b`, in the order of the certificate.
    mutating func append(
        name attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        for place in attributes.indices {
            let attribute = attributes[place]
            if place > 0 { append(attribute.isContinued ? " + " : ", ") }
            append(type: attribute, bytes)
            append(0x3d)
            let range = attribute.text.range.indices
            switch attribute.text.place {
            case .certificate: append(nameValue: bytes.extracting(range))
            case .converted: append(nameValue: index.reading.converted.span.extracting(range))
            case .hexadecimal: append(index.reading.converted.span.extracting(range))
            }
        }
    }

    /// An attribute's short name, or its identifier.
    mutating func append(type attribute: NameAttribute, _ bytes: Span<UInt8>) {
        if let label = attribute.part.label { append(label) } else { append(oid: bytes, attribute.type) }
    }

    /// An iPAddress: dotted or as RFC 5952 has it; hex when it is of another length.
    mutating func append(address: Span<UInt8>) {
        switch address.count {
        case 4:
            for place in 0..<4 {
                if place > 0 { append(0x2e) }
                append(decimal: Int(address[place]))
            }
        case 16: append(v6: address)
        default: append(hex: address)
        }
    }

    private mutating func append(v6 address: Span<UInt8>) {
        // The longest run of zero groups, the first of the longest, at least two (RFC 5952, section 4.2).
        var (start, length, run) = (8, 1, 0)
        for group in 0..<8 {
            run = address.u16(2 * group) == 0 ? run + 1 : 0
            if run > length { (start, length) = (group - run + 1, run) }
        }
        var group = 0
        while group < 8 {
            if group == start {
                append("::")
                group += length
                continue
            }
            if group > 0, group != start + length { append(0x3a) }
            append(lowercase: address.u16(2 * group))
            group += 1
        }
    }

    private mutating func append(lowercase value: Int) {
        for shift in [12, 8, 4, 0] where value >> shift > 0 || shift == 0 {
            let digit = hexDigit(UInt8(truncatingIfNeeded: value >> shift & 15))
            append(digit | 0x20)
        }
    }
}

private func needsNameEscape(_ text: Span<UInt8>) -> Bool {
    guard text.count > 0 else { return false }
    if text[0] == 0x20 || text[0] == 0x23 || text[text.count - 1] == 0x20 { return true }
    for index in text.indices {
        switch text[index] {
        case 0x2c, 0x2b, 0x22, 0x5c, 0x3c, 0x3e, 0x3b, 0: return true
        default: continue
        }
    }
    return false
}

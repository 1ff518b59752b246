package import Bytes
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
                // What can begin a character that a terminal acts on.
                | (byte == 0xc2 ? 1 : 0) | (byte == 0xd8 ? 1 : 0) | (byte == 0xe2 ? 1 : 0)
        }
        if odd == 0 { return append(text) }
        for index in text.indices { append(escaped: text[index]) }
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

    /// An object identifier in dotted decimal; a last arc that breaks off is left out.
    ///
    /// One with an arc of more than 126 bits is written as `#` and its bytes in hex.
    package mutating func append(oid bytes: Span<UInt8>, _ range: ByteRange) {
        let start = count
        var arc: UInt64 = 0
        var isFirst = true
        for index in range.indices {
            if arc >> 56 != 0 {
                truncate(to: start)
                return append(longOID: bytes, range)
            }
            arc = arc << 7 | UInt64(bytes[index] & 0x7f)
            guard bytes[index] < 0x80 else { continue }
            if isFirst {
                let root = min(2, arc / 40)
                append(0x30 + UInt8(truncatingIfNeeded: root))
                arc -= 40 * root
                isFirst = false
            }
            append(0x2e)
            append(arc: arc)
            arc = 0
        }
    }

    /// A number that has one digit or two as a rule.
    private mutating func append(arc: UInt64) {
        guard arc < 100 else { return append(decimal: Int(truncatingIfNeeded: arc)) }
        if arc >= 10 { append(0x30 + UInt8(truncatingIfNeeded: arc / 10)) }
        append(0x30 + UInt8(truncatingIfNeeded: arc % 10))
    }

    /// The same for arcs beyond 63 bits, such as those made of a UUID (X.667).
    private mutating func append(longOID bytes: Span<UInt8>, _ range: ByteRange) {
        let start = count
        var arc: UInt128 = 0
        var isFirst = true
        for index in range.indices {
            if arc >> 119 != 0 {
                truncate(to: start)
                append(0x23)
                return append(hex: bytes.extracting(range.indices))
            }
            arc = arc << 7 | UInt128(bytes[index] & 0x7f)
            guard bytes[index] < 0x80 else { continue }
            if isFirst {
                append(decimal: Int(min(2, arc / 40)))
                arc -= 40 * min(2, arc / 40)
                isFirst = false
            }
            append(0x2e)
            // Three pieces of at most 18 digits each.
            let piece: UInt128 = 1_000_000_000_000_000_000
            let (high, middle, low) = (arc / piece / piece, arc / piece % piece, arc % piece)
            if high > 0 { append(decimal: Int(high)) }
            if high > 0 {
                append(decimal: Int(middle), width: 18)
            } else if middle > 0 {
                append(decimal: Int(middle))
            }
            if high > 0 || middle > 0 {
                append(decimal: Int(low), width: 18)
            } else {
                append(decimal: Int(low))
            }
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
    package mutating func append(
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

    /// An iPAddress as text; hex when it has another length than an address.
    mutating func append(address: Span<UInt8>) {
        if let text = IPAddress(bytes: address) {
            text.withText { append($0) }
        } else {
            append(hex: address)
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

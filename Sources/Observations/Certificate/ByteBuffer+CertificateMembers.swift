import Bytes
import Wire

/// Members whose values are parts of certificates.
extension ByteBuffer {
    mutating func member(_ name: StaticString, time: CertificateTime) {
        key(name)
        append(0x22)
        append(time: time)
        append(0x22)
    }

    /// A name that is known, or else an object identifier.
    mutating func member(
        _ name: StaticString,
        _ known: StaticString?,
        or type: ByteRange,
        _ bytes: Span<UInt8>
    ) {
        key(name)
        append(0x22)
        if let known { append(known) } else { append(oid: bytes, type) }
        append(0x22)
    }

    /// A distinguished name as text.
    mutating func member(
        _ name: StaticString,
        name attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        key(name)
        append(0x22)
        append(name: attributes, bytes, index)
        append(0x22)
    }

    /// An object with the parts of a name that ECS has fields for.
    mutating func member(
        _ name: StaticString,
        parts attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        object(name)
        member("distinguished_name", name: attributes, bytes, index)
        members(attributes, bytes, index) { $0.isECS }
        endObject()
    }

    /// An array for each part that is there and that `isWanted`, with all its values in order.
    mutating func members(
        _ attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ isWanted: (NamePart) -> Bool
    ) {
        var done: UInt32 = 0
        for first in attributes.indices {
            let part = attributes[first].part
            guard isWanted(part), done >> UInt32(part.rawValue) & 1 == 0 else { continue }
            done |= 1 << UInt32(part.rawValue)
            array(part.field)
            for place in first..<attributes.count where attributes[place].part == part {
                comma()
                append(0x22)
                if part == .other {
                    append(oid: bytes, attributes[place].type)
                    append(0x3d)
                }
                append(attributes[place].text, bytes, index)
                append(0x22)
            }
            endArray()
        }
    }

    /// An array of texts; nothing when there are none.
    mutating func member(
        _ name: StaticString,
        texts: Span<CertificateText>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        guard texts.count > 0 else { return }
        array(name)
        for place in texts.indices {
            comma()
            append(0x22)
            append(texts[place], bytes, index)
            append(0x22)
        }
        endArray()
    }

    /// An array of object identifiers; nothing when there are none.
    mutating func member(_ name: StaticString, oids: Span<ByteRange>, _ bytes: Span<UInt8>) {
        guard oids.count > 0 else { return }
        array(name)
        for place in oids.indices {
            comma()
            append(0x22)
            append(oid: bytes, oids[place])
            append(0x22)
        }
        endArray()
    }

    /// An alternative name as an element of an array.
    mutating func element(
        name: AlternativeName,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        comma()
        append(0x22)
        append(alternativeName: name, bytes, index)
        append(0x22)
    }

    mutating func append(
        alternativeName name: AlternativeName,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        switch name.kind {
        case .dns, .email, .uri: append(name.text, bytes, index)
        case .address: append(address: bytes.extracting(name.element.content.indices))
        case .directory:
            append(
                name: index.extensions.directoryAttributes.span.extracting(name.attributes),
                bytes,
                index
            )
        case .other: append(otherName: name.element, bytes)
        }
    }

    /// An otherName as its identifier, any further kind as its tag; then `=` and the content in hex.
    private mutating func append(otherName element: DERElement, _ bytes: Span<UInt8>) {
        var fields = DERCursor(element.content)
        var faults: DERFaults = []
        if element.tag == 0xa0, let type = fields.next(bytes, &faults, ifTag: 0x06)?.content {
            append(oid: bytes, type)
            append(0x3d)
            append(hex: bytes.extracting(fields.rest.indices))
        } else {
            append(decimal: Int(element.tag & 0x1f))
            append(0x3d)
            append(hex: bytes.extracting(element.content.indices))
        }
    }
}

/// JSON (RFC 8259), written in order and without a tree.
///
/// A member or an element puts the comma before itself when one is due, which
/// the byte before it tells. What is written is valid UTF-8 whatever came in:
/// bytes that are not are replaced by U+FFFD.
extension ByteBuffer {
    /// A comma, unless this is the first member or element.
    @inlinable
    public mutating func comma() {
        guard let last, last != 0x7b, last != 0x5b, last != 0x0a else { return }
        append(0x2c)
    }

    /// Writes `"name":` and, when one is due, a comma before it.
    ///
    /// The name needs no escape.
    @inlinable
    public mutating func key(_ name: StaticString) {
        comma()
        append(0x22)
        append(name)
        append("\":")
    }

    /// Opens the object that is the value of `name`.
    @inlinable
    public mutating func object(_ name: StaticString) {
        key(name)
        append(0x7b)
    }

    /// Opens the array that is the value of `name`.
    @inlinable
    public mutating func array(_ name: StaticString) {
        key(name)
        append(0x5b)
    }

    /// Opens an object that is an element of an array.
    @inlinable
    public mutating func element() {
        comma()
        append(0x7b)
    }

    @inlinable
    public mutating func endObject() { append(0x7d) }

    @inlinable
    public mutating func endArray() { append(0x5d) }

    @inlinable
    public mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        append(decimal: value)
    }

    @inlinable
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        append(value ? "true" : "false")
    }

    /// A constant that needs no escape.
    @inlinable
    public mutating func member(_ name: StaticString, _ value: StaticString) {
        key(name)
        append(0x22)
        append(value)
        append(0x22)
    }

    @inlinable
    public mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    @inlinable
    public mutating func member(_ name: StaticString, _ value: Span<UInt8>) {
        key(name)
        string(value)
    }

    /// A word of a closed list of ours, which needs no escape.
    @inlinable
    public mutating func member(_ name: StaticString, word: String) {
        key(name)
        append(0x22)
        append(word)
        append(0x22)
    }

    /// Upper-case hexadecimal text.
    @inlinable
    public mutating func member(_ name: StaticString, hex value: Span<UInt8>) {
        key(name)
        append(0x22)
        append(hex: value)
        append(0x22)
    }

    /// A string, quoted and escaped.
    @inlinable
    public mutating func string(_ value: String) {
        append(0x22)
        var value = value
        value.withUTF8 { append(json: $0.span) }
        append(0x22)
    }

    /// A string, quoted and escaped.
    @inlinable
    public mutating func string(_ value: Span<UInt8>) {
        append(0x22)
        append(json: value)
        append(0x22)
    }

    /// Text for a JSON string, without its quotes.
    @inlinable
    public mutating func append(json span: Span<UInt8>) {
        var odd: UInt8 = 0
        for index in span.indices { odd |= needsEscape(span[index]) }
        if odd == 0 { append(span) } else { appendEscaped(span) }
    }

    /// The slow path: repairs what is not UTF-8, escapes what JSON can't hold.
    @usableFromInline
    mutating func appendEscaped(_ span: Span<UInt8>) {
        let text = span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        for byte in text.utf8 { append(escaped: byte) }
    }

    /// One byte of UTF-8 inside a JSON string.
    package mutating func append(escaped byte: UInt8) {
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
        default: append(beyondASCII: byte)
        }
    }

    /// Lines of JSON that may be others', in which nothing is left that nobody sees.
    ///
    /// Where JSON can hold such characters they may stand as escapes, which mean the same.
    package mutating func append(records span: Span<UInt8>) {
        for index in span.indices {
            if span[index] == 0x7f { append("\\u007f") } else { append(beyondASCII: span[index]) }
        }
    }

    private mutating func append(beyondASCII byte: UInt8) {
        append(byte)
        // A character ends here, or goes on.
        if byte & 0xc0 == 0x80 { escapeHiddenCharacter() }
    }

    /// Writes the character that ends here as an escape if nobody sees it (`HiddenCharacter`).
    private mutating func escapeHiddenCharacter() {
        guard let (scalar, length) = lastCharacter(), HiddenCharacter.contains(scalar) else { return }
        truncate(to: count - length)
        for unit in String(scalar).utf16 {
            append("\\u")
            for shift in [12, 8, 4, 0] { append(hexDigit(UInt8(truncatingIfNeeded: unit >> shift & 15))) }
        }
    }

    /// The character beyond ASCII whose last byte was written last; nil for one that goes on, and for what is
    /// no UTF-8.
    private func lastCharacter() -> (Unicode.Scalar, length: Int)? {
        withSpan { span in
            var value: UInt32 = 0
            for length in 1...min(4, span.count) {
                let byte = UInt32(span[span.count - length])
                let shift = UInt32(6 * (length - 1))
                guard byte & 0xc0 != 0x80 else {
                    value |= (byte & 0x3f) << shift
                    continue
                }
                // The leading byte says how many there are: as many as were passed, or it goes on.
                let lead: (mark: UInt32, bits: UInt32)
                switch length {
                case 2: lead = (0xc0, 0x1f)
                case 3: lead = (0xe0, 0x0f)
                case 4: lead = (0xf0, 0x07)
                default: return nil
                }
                guard byte & ~lead.bits & 0xff == lead.mark else { return nil }
                return Unicode.Scalar(value | (byte & lead.bits) << shift).map { ($0, length) }
            }
            return nil
        }
    }
}

/// Not zero for what JSON escapes and for all beyond ASCII; without a branch,
/// so that the scan of a text is vectorised.
@inlinable
func needsEscape(_ byte: UInt8) -> UInt8 {
    (byte &- 0x20 > 0x5e ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x5c ? 1 : 0)
}

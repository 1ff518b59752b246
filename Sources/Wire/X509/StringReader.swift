import Bytes

/// Makes UTF-8 of the ASN.1 string types (X.680, section 41).
///
/// A value whose bytes are UTF-8 already is left where it lies. What a type's rule cannot decode becomes `#`
/// and the hexadecimal text of the whole element, as RFC 4514, section 2.4, writes such values.
struct StringReader {
    /// The string types by their tags.
    enum Kind {
        case utf8, numeric, printable, teletex, ia5, visible, general, universal, bmp

        init?(tag: UInt8) {
            switch tag {
            case 0x0c: self = .utf8
            case 0x12: self = .numeric
            case 0x13: self = .printable
            case 0x14: self = .teletex
            case 0x16: self = .ia5
            case 0x1a: self = .visible
            case 0x1b: self = .general
            case 0x1c: self = .universal
            case 0x1e: self = .bmp
            default: return nil
            }
        }
    }

    /// Reads `element` as a string of `kind`.
    ///
    /// - Parameter converted: takes the text when it isn't in `bytes` as it is.
    static func read(
        _ bytes: Span<UInt8>,
        _ element: DERElement,
        _ kind: Kind?,
        _ converted: inout [UInt8],
        _ anomalies: inout CertificateAnomalies
    ) -> CertificateText {
        let range = element.content
        let start = converted.count
        var isWhole = false
        switch kind {
        case nil: break
        case .bmp: isWhole = appendUTF16(bytes, range, &converted)
        case .universal: isWhole = appendUTF32(bytes, range, &converted)
        case .teletex, .general:
            let marks = marks(bytes.extracting(range.indices))
            guard marks.contains(.high) else {
                if marks.contains(.control) { anomalies.insert(.controlCharacters) }
                return CertificateText(range: range, place: .certificate)
            }
            appendLatin1(bytes, range, &converted)
            isWhole = true
        case .utf8, .numeric, .printable, .ia5, .visible:
            let text = bytes.extracting(range.indices)
            let marks = marks(text)
            if marks.contains(.high) {
                if kind != .utf8 { anomalies.insert(.foreignCharacters) }
                guard isUTF8(bytes, range) else { break }
            } else if let kind, !holdsOnly(text, kind) {
                anomalies.insert(.foreignCharacters)
            }
            if marks.contains(.control) { anomalies.insert(.controlCharacters) }
            return CertificateText(range: range, place: .certificate)
        }
        if isWhole {
            let marks = marks(converted.span.extracting(start..<converted.count))
            if marks.contains(.control) { anomalies.insert(.controlCharacters) }
        } else {
            if kind != nil { anomalies.insert(.invalidString) }
            converted.removeSubrange(start...)
            appendHex(bytes, element.whole, &converted)
        }
        return CertificateText(
            range: ByteRange(start, converted.count),
            place: isWhole ? .converted : .hexadecimal
        )
    }

    /// What a string holds besides plain ASCII.
    private struct Marks: OptionSet {
        let rawValue: UInt8

        static let control = Marks(rawValue: 1)
        static let high = Marks(rawValue: 0x80)
    }

    /// Without a branch, so that the scan is vectorised.
    private static func marks(_ text: Span<UInt8>) -> Marks {
        var all: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            all |= byte & 0x80 | (byte < 0x20 ? 1 : 0) | (byte == 0x7f ? 1 : 0)
        }
        return Marks(rawValue: all)
    }

    /// Whether a string of seven-bit bytes has only characters of its type.
    private static func holdsOnly(_ text: Span<UInt8>, _ kind: Kind) -> Bool {
        var isOdd = false
        switch kind {
        case .printable:
            for index in text.indices {
                isOdd = isOdd || printable[Int(text[index] & 0x7f) / 64] >> UInt64(text[index] & 63) & 1 == 0
            }
        case .numeric:
            for index in text.indices { isOdd = isOdd || text[index] &- 0x30 > 9 && text[index] != 0x20 }
        case .visible:
            for index in text.indices { isOdd = isOdd || text[index] &- 0x20 > 0x5e }
        default: break
        }
        return !isOdd
    }

    /// A bit for each character of PrintableString: letters, digits, blank and `'()+,-./:=?`.
    private static let printable: InlineArray<2, UInt64> = [0xa7ff_fb81_0000_0000, 0x07ff_fffe_07ff_fffe]

    private static func isUTF8(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        var place = range.indices.lowerBound
        let end = range.indices.upperBound
        while place < end {
            let first = bytes[place]
            place += 1
            if first < 0x80 { continue }
            // The number of bytes that follow, and what the first of them may be (RFC 3629, section 4).
            let count: Int
            var allowed: ClosedRange<UInt8> = 0x80...0xbf
            switch first {
            case 0xc2...0xdf: count = 1
            case 0xe0: (count, allowed) = (2, 0xa0...0xbf)
            case 0xed: (count, allowed) = (2, 0x80...0x9f)
            case 0xe1...0xef: count = 2
            case 0xf0: (count, allowed) = (3, 0x90...0xbf)
            case 0xf1...0xf3: count = 3
            case 0xf4: (count, allowed) = (3, 0x80...0x8f)
            default: return false
            }
            guard count <= end - place else { return false }
            for index in place..<place + count {
                guard allowed ~= bytes[index] else { return false }
                allowed = 0x80...0xbf
            }
            place += count
        }
        return true
    }
}

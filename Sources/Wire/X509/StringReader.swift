/// Makes UTF-8 of the ASN.1 string types (X.680, section 41).
///
/// A value whose bytes are UTF-8 already is left where it lies. What a type's rule cannot decode becomes `#` and
/// the hexadecimal text of the whole element, as RFC 4514, section 2.4, writes such values.
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
            guard hasHighBytes(bytes, range) else {
                noteControls(bytes, range, &anomalies)
                return CertificateText(range: range, place: .certificate)
            }
            appendLatin1(bytes, range, &converted)
            isWhole = true
        case .utf8, .numeric, .printable, .ia5, .visible:
            if hasHighBytes(bytes, range) {
                if kind != .utf8 { anomalies.insert(.foreignCharacters) }
                guard isUTF8(bytes, range) else { break }
            } else if let kind, !holdsOnly(bytes, range, kind) {
                anomalies.insert(.foreignCharacters)
            }
            noteControls(bytes, range, &anomalies)
            return CertificateText(range: range, place: .certificate)
        }
        if isWhole {
            let text = converted.span
            noteControls(text, ByteRange(start, text.count), &anomalies)
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

    static func hasHighBytes(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        var all: UInt8 = 0
        for index in range.indices { all |= bytes[index] }
        return all & 0x80 != 0
    }

    private static func noteControls(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        _ anomalies: inout CertificateAnomalies
    ) {
        var odd = false
        for index in range.indices { odd = odd || bytes[index] < 0x20 || bytes[index] == 0x7f }
        if odd { anomalies.insert(.controlCharacters) }
    }

    /// Whether a string of seven-bit bytes has only characters of its type.
    private static func holdsOnly(_ bytes: Span<UInt8>, _ range: ByteRange, _ kind: Kind) -> Bool {
        switch kind {
        case .printable: range.indices.allSatisfy { printable >> UInt128(bytes[$0]) & 1 != 0 }
        case .numeric: range.indices.allSatisfy { bytes[$0] &- 0x30 < 10 || bytes[$0] == 0x20 }
        case .visible: range.indices.allSatisfy { 0x20...0x7e ~= bytes[$0] }
        default: true
        }
    }

    /// A bit for each character of PrintableString: letters, digits, blank and `'()+,-./:=?`.
    private static let printable: UInt128 = 0x07ff_fffe_07ff_fffe_a7ff_fb81_0000_0000

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

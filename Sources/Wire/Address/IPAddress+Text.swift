import Bytes

/// The one text form that an address has: dotted decimal, or RFC 5952.
extension IPAddress: CustomStringConvertible {
    package var description: String {
        withText { text in
            var bytes: [UInt8] = []
            bytes.append(text)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Appends the text form.
    package func append(to bytes: inout [UInt8]) {
        withText { bytes.append($0) }
    }

    /// Calls `body` with the text form, at most 45 bytes of ASCII, without an allocation.
    package func withText<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        var text = Text()
        if isV4 { text.append(v4: UInt32(truncatingIfNeeded: low)) } else { appendV6(to: &text) }
        return try body(text.bytes.span.extracting(0..<text.count))
    }

    private func appendV6(to text: inout Text) {
        // Section 5: an address known to hold an IPv4 address shows it.
        if unmapped.isV4 {
            text.appendColons()
            text.append(hex: 0xffff)
            text.append(colon)
            text.append(v4: UInt32(truncatingIfNeeded: low))
            return
        }
        let zeros = longestZeroRun
        var index = 0
        while index < 8 {
            if index == zeros.lowerBound, !zeros.isEmpty {
                text.appendColons()
                index = zeros.upperBound
                continue
            }
            if index > 0, index != zeros.upperBound || zeros.isEmpty { text.append(colon) }
            text.append(hex: group(index))
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        let half = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }

    /// The groups that `::` stands for: the first of the longest runs of two zero groups or more (section
    /// 4.2).
    private var longestZeroRun: Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0..<8 {
            if group(index) != 0 {
                start = index + 1
            } else if index + 1 - start > max(1, best.count) {
                best = start..<index + 1
            }
        }
        return best
    }
}

private let colon = UInt8(ascii: ":")

/// Room for the longest form.
private struct Text {
    var bytes = InlineArray<48, UInt8>(repeating: 0)
    var count = 0

    mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    mutating func appendColons() {
        append(colon)
        append(colon)
    }

    mutating func append(v4 bits: UInt32) {
        for shift: UInt32 in [24, 16, 8, 0] {
            let octet = UInt8(truncatingIfNeeded: bits >> shift)
            if octet >= 100 { append(0x30 + octet / 100) }
            if octet >= 10 { append(0x30 + octet / 10 % 10) }
            append(0x30 + octet % 10)
            if shift > 0 { append(0x2e) }
        }
    }

    mutating func append(hex group: UInt16) {
        for shift: UInt16 in [12, 8, 4, 0] where group >> shift != 0 || shift == 0 {
            let digit = UInt8(group >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}

import Bytes

/// What names look like: letters of any script by the letter or digit of ASCII that they resemble.
///
/// Two forms are made. The fine one maps what can't be told apart at all; the coarse one also puts letters
/// of ASCII together that a hurried reader takes for each other: `rn` and `m`, `d` and `cl`, `1`, `l` and
/// `i`.
package struct SkeletonTable: Sendable {
    private var letters: [UInt32: [UInt8]] = [:]
    /// Lines of the table that could not be read.
    package private(set) var unread = 0

    /// - Parameter text: a code point in hexadecimal and what it looks like, a line each.
    package init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let code = UInt32(parts[0], radix: 16),
                parts[1].utf8.allSatisfy({ 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 })
            else {
                unread += 1
                continue
            }
            letters[code] = [UInt8](parts[1].utf8)
        }
    }

    /// The label in ASCII, as it looks.
    package func fine(_ label: String) -> [UInt8] {
        if label.utf8.allSatisfy({ $0 < 0x80 }) {
            return Self.joined([UInt8](label.utf8), Self.finePair, Self.fineClass)
        }
        var out: [UInt8] = []
        for scalar in label.unicodeScalars { append(scalar, to: &out) }
        return Self.joined(out, Self.finePair, Self.fineClass)
    }

    /// A fine form, coarser.
    package func coarse(_ fine: [UInt8]) -> [UInt8] { Self.joined(fine, Self.coarsePair, Self.coarseClass) }

    private func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
        if scalar.value < 0x80 { return out.append(UInt8(scalar.value)) }
        if let known = letters[scalar.value] { return out += known }
        for part in NameText.unmarked(String(scalar)).unicodeScalars {
            if part.value < 0x80 {
                out.append(UInt8(part.value))
            } else {
                // Of another script, and like no letter of ASCII: as itself.
                out += letters[part.value] ?? [UInt8](String(part).utf8)
            }
        }
    }

    private static func finePair(_ one: UInt8, _ other: UInt8) -> UInt8? {
        switch (one, other) {
        case (UInt8(ascii: "r"), UInt8(ascii: "n")): UInt8(ascii: "m")
        case (UInt8(ascii: "v"), UInt8(ascii: "v")): UInt8(ascii: "w")
        default: nil
        }
    }

    private static func coarsePair(_ one: UInt8, _ other: UInt8) -> UInt8? {
        switch (one, other) {
        case (UInt8(ascii: "c"), UInt8(ascii: "l")), (UInt8(ascii: "d"), UInt8(ascii: "l")): UInt8(ascii: "d")
        case (UInt8(ascii: "l"), UInt8(ascii: "b")): UInt8(ascii: "b")
        case (UInt8(ascii: "l"), UInt8(ascii: "h")): UInt8(ascii: "h")
        case (UInt8(ascii: "l"), UInt8(ascii: "c")): UInt8(ascii: "k")
        case (UInt8(ascii: "n"), UInt8(ascii: "n")): UInt8(ascii: "m")
        default: nil
        }
    }

    private static func fineClass(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "0"): UInt8(ascii: "o")
        case UInt8(ascii: "1"): UInt8(ascii: "l")
        default: byte
        }
    }

    private static func coarseClass(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "d"): UInt8(ascii: "b")
        case UInt8(ascii: "e"): UInt8(ascii: "c")
        case UInt8(ascii: "q"), UInt8(ascii: "9"), UInt8(ascii: "6"): UInt8(ascii: "g")
        case UInt8(ascii: "i"), UInt8(ascii: "j"): UInt8(ascii: "l")
        case UInt8(ascii: "m"), UInt8(ascii: "r"): UInt8(ascii: "n")
        case UInt8(ascii: "v"): UInt8(ascii: "u")
        case UInt8(ascii: "5"): UInt8(ascii: "s")
        case UInt8(ascii: "2"): UInt8(ascii: "z")
        case UInt8(ascii: "8"): UInt8(ascii: "3")
        default: byte
        }
    }

    /// What a letter of ASCII is in the fine form, and in the coarse one, where it stands alone.
    static func forms(_ byte: UInt8) -> (fine: UInt8, coarse: UInt8) {
        (fineClass(byte), coarseClass(fineClass(byte)))
    }

    private static func joined(
        _ text: [UInt8],
        _ pair: (UInt8, UInt8) -> UInt8?,
        _ mapped: (UInt8) -> UInt8
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var place = 0
        while place < text.count {
            if place + 1 < text.count, let one = pair(text[place], text[place + 1]) {
                out.append(mapped(one))
                place += 2
            } else {
                out.append(mapped(text[place]))
                place += 1
            }
        }
        return out
    }
}

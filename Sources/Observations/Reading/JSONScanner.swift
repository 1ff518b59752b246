import Glibc

/// Steps over JSON that is known to be well formed; whatever it is, it stays within it.
package struct JSONScanner {
    package var place: Int

    package init(place: Int) { self.place = place }

    package mutating func space(_ line: borrowing Span<UInt8>) {
        while place < line.count, isSpace(line[place]) { place += 1 }
    }

    /// Whether `byte` stands here; white space is passed before.
    package mutating func isAt(_ byte: UInt8, _ line: borrowing Span<UInt8>) -> Bool {
        space(line)
        return place < line.count && line[place] == byte
    }

    package mutating func take(_ byte: UInt8, _ line: borrowing Span<UInt8>) -> Bool {
        guard isAt(byte, line) else { return false }
        place += 1
        return true
    }

    /// The next member's name in its quotes, with the comma before it and the colon taken; nil at the
    /// object's end.
    package mutating func member(_ line: borrowing Span<UInt8>) -> Range<Int>? {
        var probe = self
        _ = probe.take(0x2c, line)
        probe.space(line)
        let start = probe.place
        guard start < line.count, line[start] == 0x22 else { return nil }
        probe.skipString(line)
        guard probe.place <= line.count else { return nil }
        let name = start..<probe.place
        guard probe.take(0x3a, line) else { return nil }
        self = probe
        return name
    }

    package func hasEscape(_ range: Range<Int>, _ line: borrowing Span<UInt8>) -> Bool {
        for index in range where line[index] == 0x5c { return true }
        return false
    }

    /// What the string in a range stands for; nil when it is none.
    package func text(_ range: Range<Int>, _ line: borrowing Span<UInt8>) -> [UInt8]? {
        guard range.count >= 2, line[range.lowerBound] == 0x22 else { return nil }
        var bytes: [UInt8] = []
        var index = range.lowerBound + 1
        let end = range.upperBound - 1
        while index < end {
            let byte = line[index]
            index += 1
            guard byte == 0x5c, index < end else {
                bytes.append(byte)
                continue
            }
            let escape = line[index]
            index += 1
            if escape == 0x75, index + 4 <= end {
                let code = (index..<index + 4).reduce(UInt32(0)) { $0 << 4 | UInt32(digit(line[$1])) }
                index += 4
                // Halves of a pair stay apart: no name that is looked for has one.
                bytes.append(contentsOf: String(Character(Unicode.Scalar(code) ?? "\u{fffd}")).utf8)
            } else {
                bytes.append(escape)
            }
        }
        return bytes
    }

    private func digit(_ byte: UInt8) -> UInt8 {
        byte <= 0x39 ? (byte &- 0x30) & 15 : ((byte | 0x20) &- 0x57) & 15
    }

    /// Steps over the string that begins here; past the line's end when it is left open.
    private mutating func skipString(_ line: borrowing Span<UInt8>) {
        place += 1
        while let quote = line.firstQuote(from: place) {
            // An odd number of backslashes before the quote makes it a part of the string.
            var first = quote
            while first > place, line[first - 1] == 0x5c { first -= 1 }
            place = quote + 1
            if (quote - first) % 2 == 0 { return }
        }
        place = line.count + 1
    }

    package mutating func skipValue(_ line: borrowing Span<UInt8>) -> Bool {
        space(line)
        var depth = 0
        while place < line.count {
            switch line[place] {
            case 0x22:
                skipString(line)
            case 0x7b, 0x5b:
                depth += 1
                place += 1
                continue
            case 0x7d, 0x5d:
                guard depth > 0 else { return true }
                depth -= 1
                place += 1
            case 0x2c:
                guard depth > 0 else { return true }
                place += 1
                continue
            default:
                place += 1
                continue
            }
            if depth == 0 { return place <= line.count }
        }
        return place == line.count && depth == 0
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

extension Span where Element == UInt8 {
    /// The first quote from `place` on.
    fileprivate func firstQuote(from place: Int) -> Int? {
        guard place < count else { return nil }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let quote = memchr(base + place, 0x22, count - place) else {
                return nil
            }
            return UnsafeRawPointer(quote) - base
        }
    }
}

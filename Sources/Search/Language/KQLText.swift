/// The characters of a query, and the rules of Kibana's grammar that look at characters.
struct KQLText {
    private let units: [UInt16]
    var place = 0 { didSet { furthest = max(furthest, place) } }
    /// How far any rule came: where the fault is.
    private var furthest = 0
    /// Where an escape is half a character (a lone surrogate), which no text can hold.
    private(set) var half: Int?

    init(_ units: [UInt16]) { self.units = units }

    var isAtEnd: Bool { place == units.count }

    private func unit(_ index: Int) -> UInt16? { index < units.count ? units[index] : nil }

    mutating func skipSpace() { while isSpace(place) { place += 1 } }

    /// Blank, tab, line end or U+00A0.
    private func isSpace(_ index: Int) -> Bool {
        switch unit(index) {
        case 0x20, 0x09, 0x0d, 0x0a, 0xa0: true
        default: false
        }
    }

    mutating func take(_ character: Character) -> Bool {
        guard let unit = unit(place), Character(Unicode.Scalar(unit) ?? " ") == character else {
            return false
        }
        place += 1
        return true
    }

    /// Whether a word stands there, in whatever case.
    private func has(_ word: StaticString, at index: Int) -> Bool {
        word.withUTF8Buffer { bytes in
            for (offset, byte) in bytes.enumerated() {
                guard let unit = unit(index + offset), unit < 0x80, UInt8(unit) | 0x20 == byte else {
                    return false
                }
            }
            return true
        }
    }

    /// Takes an operator between blanks.
    ///
    /// - Returns: the place before it; nil when it does not stand there.
    mutating func take(word: StaticString) -> Int? {
        let before = place
        skipSpace()
        let start = place
        guard start > before, has(word, at: start), isSpace(start + word.utf8CodeUnitCount) else {
            place = before
            return nil
        }
        place = start + word.utf8CodeUnitCount
        skipSpace()
        return before
    }

    /// Takes `not` with the blanks behind it.
    mutating func takeNot() -> Int? {
        guard has("not", at: place), isSpace(place + 3) else { return nil }
        let before = place
        place += 3
        skipSpace()
        return before
    }

    mutating func comparison() -> KQLNode.Comparison? {
        if take("<") { return take("=") ? .atMost : .less }
        if take(">") { return take("=") ? .atLeast : .greater }
        return nil
    }

    mutating func literal() -> KQLLiteral? { quoted() ?? unquoted() }

    private mutating func quoted() -> KQLLiteral? {
        let start = place
        guard take("\"") else { return nil }
        var result: [UInt16] = []
        while let unit = unit(place) {
            if let (value, length) = escapedBlank() ?? escapedUnicode() {
                result.append(value)
                place += length
            } else if unit == 0x5c, let next = self.unit(place + 1), next == 0x5c || next == 0x22 {
                result.append(next)
                place += 2
            } else if unit == 0x22 {
                place += 1
                check([result], from: start)
                return .phrase(String(decoding: result, as: UTF16.self))
            } else {
                result.append(unit)
                place += 1
            }
        }
        // It has no end.
        place = start
        return nil
    }

    private mutating func unquoted() -> KQLLiteral? {
        var pieces: [[UInt16]] = [[]]
        let start = place
        while let unit = unit(place) {
            if let (value, length) = escapedBlank() ?? escapedSign() ?? escapedUnicode() {
                pieces[pieces.count - 1].append(value)
                place += length
            } else if let length = escapedWord() {
                pieces[pieces.count - 1] += units[place + 1..<place + length]
                place += length
            } else if unit == 0x2a {
                pieces.append([])
                place += 1
            } else if !Self.isSpecial(unit), !isKeyword() {
                pieces[pieces.count - 1].append(unit)
                place += 1
            } else {
                break
            }
        }
        guard place > start else { return nil }
        check(pieces, from: start)
        pieces[0] = Array(pieces[0].drop(while: Self.isTrimmed))
        while let last = pieces[pieces.count - 1].last, Self.isTrimmed(last) {
            pieces[pieces.count - 1].removeLast()
        }
        let texts = pieces.map { String(decoding: $0, as: UTF16.self) }
        guard texts.count == 1 else { return .wildcard(texts) }
        switch texts[0] {
        case "null": return .null
        case "true": return .truth(true)
        case "false": return .truth(false)
        default: return .text(texts[0])
        }
    }

    private mutating func check(_ texts: [[UInt16]], from start: Int) {
        if texts.contains(where: { String(validating: $0, as: UTF16.self) == nil }) { half = half ?? start }
    }

    /// `\t`, `\r`, `\n`.
    private func escapedBlank() -> (UInt16, Int)? {
        guard unit(place) == 0x5c else { return nil }
        switch unit(place + 1) {
        case 0x74: return (0x09, 2)
        case 0x72: return (0x0d, 2)
        case 0x6e: return (0x0a, 2)
        default: return nil
        }
    }

    private func escapedSign() -> (UInt16, Int)? {
        guard unit(place) == 0x5c, let next = unit(place + 1), Self.isSpecial(next) else { return nil }
        return (next, 2)
    }

    /// `\u` with four digits.
    private func escapedUnicode() -> (UInt16, Int)? {
        guard unit(place) == 0x5c, unit(place + 1) == 0x75 else { return nil }
        var value: UInt16 = 0
        for index in place + 2..<place + 6 {
            guard let unit = unit(index),
                let digit = Unicode.Scalar(unit).flatMap({ Character($0).hexDigitValue }),
                unit < 0x80
            else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return (value, 6)
    }

    /// How long `\or`, `\and` or `\not` is.
    private func escapedWord() -> Int? {
        guard unit(place) == 0x5c else { return nil }
        if has("or", at: place + 1) { return 3 }
        return has("and", at: place + 1) || has("not", at: place + 1) ? 4 : nil
    }

    /// Whether an operator begins here, so that a text ends before it.
    private func isKeyword() -> Bool {
        if has("not", at: place), isSpace(place + 3) { return true }
        guard isSpace(place) else { return false }
        return has("or", at: place + 1) && isSpace(place + 3)
            || has("and", at: place + 1) && isSpace(place + 4)
    }

    private static func isSpecial(_ unit: UInt16) -> Bool {
        switch unit {
        case 0x5c, 0x28, 0x29, 0x3a, 0x3c, 0x3e, 0x22, 0x2a, 0x7b, 0x7d: true
        default: false
        }
    }

    /// White space and line ends as ECMAScript's `trim` takes them off.
    private static func isTrimmed(_ unit: UInt16) -> Bool {
        switch unit {
        case 0x09...0x0d, 0x20, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
            true
        default: false
        }
    }

    /// What stands where no rule went on.
    func error() -> KQLError {
        let column = min(furthest, units.count) + 1
        let quotes = units.count { $0 == 0x22 }
        if furthest == units.count, quotes % 2 == 1, let quote = units.lastIndex(of: 0x22) {
            return KQLError(column: quote + 1, reason: "a quotation mark without its other one")
        }
        guard furthest < units.count else {
            return KQLError(column: column, reason: "the query ends here, and more is expected")
        }
        let sign = String(decoding: units[furthest...furthest], as: UTF16.self)
        switch sign {
        case "\\", "(", ")", "{", "}", "\"":
            return KQLError(
                column: column,
                reason:
                    "'\(sign)' can't stand here; within a value it is written '\\\(sign)', or the value in quotes"
            )
        case ":" where furthest > 0:
            return KQLError(
                column: column,
                reason:
                    "':' can't stand here; a value with one, as an IPv6 address or a time, is put in quotes"
            )
        default:
            return KQLError(
                column: column,
                reason:
                    "'\(sign)' can't stand here; expected are 'and', 'or', 'not', a field, a value or the end"
            )
        }
    }
}

import Bytes

/// Reads moments as other programs write them.
package enum ForeignTime {
    /// Nanoseconds since 1970; nil for what is no time.
    ///
    /// Epochs in seconds (with a fraction), milli-, micro- or nanoseconds; RFC 3339 and its likes with a
    /// blank, slashes, an offset without a colon or none (then UTC); ASN.1's two; and every order of day,
    /// month's name, time and year: `Jan  1 00:00:00 2026 GMT`, `02/Jan/2026:03:04:05 +0100`.
    package static func nanoseconds(_ text: some Sequence<UInt8>) -> Int64? {
        let bytes = trimmed(text)
        guard (4...64).contains(bytes.count) else { return nil }
        return epoch(bytes) ?? asn1(bytes) ?? calendar(bytes)
    }

    /// Seconds since 1970.
    package static func seconds(_ text: some Sequence<UInt8>) -> Int? {
        nanoseconds(text).map { UTCCalendar.floor(Int($0), 1_000_000_000) } ?? farSeconds(text)
    }

    private static func trimmed(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes = Array(text.lazy.prefix(80).drop { $0 <= 0x20 || $0 == 0x5b || $0 == 0x22 })
        while let last = bytes.last, last <= 0x20 || last == 0x5d || last == 0x22 { bytes.removeLast() }
        return bytes
    }

    /// Years beyond what nanoseconds can count, as certificates of devices have them: `9999-12-31`.
    private static func farSeconds(_ text: some Sequence<UInt8>) -> Int? {
        let bytes = trimmed(text)
        guard (8...64).contains(bytes.count) else { return nil }
        if let parts = asn1Parts(bytes) ?? Parts(bytes) { return parts.seconds }
        // Zeek writes such a time as its seconds.
        let whole = bytes.prefix { $0 != 0x2e }
        guard bytes.dropFirst(whole.count + 1).allSatisfy({ $0 &- 0x30 < 10 }), whole.count >= 9,
            let number = Int(String(decoding: whole, as: UTF8.self)),
            UTCCalendar.writableSeconds.contains(number)
        else { return nil }
        return number
    }

    /// A number, whose length tells its unit.
    private static func epoch(_ bytes: [UInt8]) -> Int64? {
        var whole: Int64 = 0
        var digits = 0
        var index = bytes.first == 0x2d ? 1 : 0
        while index < bytes.count, bytes[index] &- 0x30 < 10 {
            let (product, over) = whole.multipliedReportingOverflow(by: 10)
            guard !over, digits < 19 else { return nil }
            let (sum, isTooLarge) = product.addingReportingOverflow(Int64(bytes[index] - 0x30))
            guard !isTooLarge else { return nil }
            whole = sum
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        let unit: Int64
        switch digits {
        case ...11: unit = 1_000_000_000
        case 12...14 where bytes.count == index: unit = 1_000_000
        case 15...16: unit = 1000
        case 17...19 where bytes.count == index: unit = 1
        default: return nil
        }
        var (result, over) = whole.multipliedReportingOverflow(by: unit)
        guard !over else { return nil }
        if index < bytes.count {
            guard bytes[index] == 0x2e, index + 1 < bytes.count else { return nil }
            var scale = unit / 10
            for byte in bytes[(index + 1)...] {
                guard byte &- 0x30 < 10 else { return nil }
                result &+= Int64(byte - 0x30) * scale
                scale /= 10
            }
        }
        guard result >= 0 else { return nil }
        // A bare year or day of the month is no epoch.
        guard digits >= 9 || bytes.contains(0x2e) || bytes.first == 0x2d else { return nil }
        return bytes.first == 0x2d ? -result : result
    }

    /// `260101000000Z` or `20260101000000Z` (X.680, sections 46 and 47).
    private static func asn1(_ bytes: [UInt8]) -> Int64? { asn1Parts(bytes)?.nanoseconds }

    private static func asn1Parts(_ bytes: [UInt8]) -> Parts? {
        let digits = bytes.dropLast()
        guard bytes.last == 0x5a, digits.count == 12 || digits.count == 14,
            digits.allSatisfy({ $0 &- 0x30 < 10 })
        else { return nil }
        let numbers = digits.map { Int($0 - 0x30) }
        let rest = Array(numbers.suffix(10))
        func pair(_ place: Int) -> Int { rest[place] * 10 + rest[place + 1] }
        var year = numbers.prefix(numbers.count - 10).reduce(0) { $0 * 10 + $1 }
        if numbers.count == 12 { year += year < 50 ? 2000 : 1900 }
        var parts = Parts()
        (parts.year, parts.month, parts.day) = (year, pair(0), pair(2))
        (parts.hour, parts.minute, parts.second) = (pair(4), pair(6), pair(8))
        return parts.isValid ? parts : nil
    }

    private static func calendar(_ bytes: [UInt8]) -> Int64? { Parts(bytes)?.nanoseconds }

    /// A date and a time of day, in whatever order they stand.
    private struct Parts {
        var year = 0
        var month = 0
        var day = 0
        var hour = 0
        var minute = 0
        var second = 0
        var fraction: Int64 = 0
        /// Seconds east of UTC.
        var offset = 0

        init() {}

        var isValid: Bool {
            UTCCalendar.isDate(year, month, day) && (0...9999).contains(year) && hour < 24 && minute < 60
                && second <= 60
        }

        var seconds: Int {
            UTCCalendar.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        }

        var nanoseconds: Int64? {
            let (result, over) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
            guard !over else { return nil }
            let (sum, overSum) = result.addingReportingOverflow(fraction)
            return overSum ? nil : sum
        }

        init?(_ bytes: [UInt8]) {
            var scanner = Scanner(bytes)
            var numbers: [Int] = []
            var hasTime = false
            while !scanner.isAtEnd {
                if let word = scanner.word() {
                    if word == [0x70, 0x6d] || word == [0x50, 0x4d] {
                        guard hasTime, hour <= 12 else { return nil }
                        hour = hour % 12 + 12
                    } else if word == [0x61, 0x6d] || word == [0x41, 0x4d] {
                        guard hasTime, hour <= 12 else { return nil }
                        hour %= 12
                    } else if let found = Parts.month(word) {
                        guard month == 0 else { return nil }
                        month = found
                    }
                } else if !hasTime, let time = scanner.time() {
                    (hour, minute, second, fraction) = time
                    hasTime = true
                    // An offset that can't be leaves the moment open.
                    if scanner.isAtSign, let east = scanner.offset() {
                        offset = east
                    } else if scanner.isAtSign {
                        return nil
                    }
                } else if hasTime, let east = scanner.offset() {
                    offset = east
                } else if hasTime, scanner.isAtPlus {
                    return nil
                } else if let number = scanner.number() {
                    numbers.append(number)
                } else {
                    scanner.skip()
                }
            }
            guard settle(numbers), isValid else { return nil }
        }

        /// Gives the numbers of the date their places.
        private mutating func settle(_ numbers: [Int]) -> Bool {
            if month != 0 {
                guard numbers.count >= 2 else { return false }
                let isYearFirst = numbers[0] > 31
                (day, year) = isYearFirst ? (numbers[1], numbers[0]) : (numbers[0], numbers[1])
                return true
            }
            guard numbers.count >= 3 else { return false }
            (year, month, day) = (numbers[0], numbers[1], numbers[2])
            return year > 31
        }

        private static func month(_ word: [UInt8]) -> Int? {
            let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            let text = String(decoding: word.prefix(3).map { $0 | 0x20 }, as: UTF8.self)
            return names.firstIndex(of: text).map { $0 + 1 }
        }
    }

    /// Takes a text apart into words, times, offsets and numbers.
    private struct Scanner {
        let bytes: [UInt8]
        var place = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { place >= bytes.count }

        mutating func skip() { place += 1 }

        var isAtPlus: Bool { at(place) == 0x2b && isAtSign }

        /// Whether a sign and a digit stand here.
        var isAtSign: Bool {
            (at(place) == 0x2b || at(place) == 0x2d) && (at(place + 1) ?? 0) &- 0x30 < 10
        }

        mutating func word() -> [UInt8]? {
            let letters = bytes[place...].prefix { ($0 | 0x20) &- 0x61 < 26 }
            guard !letters.isEmpty else { return nil }
            // The T between date and time, the Z after it.
            place += letters.count
            return Array(letters)
        }

        /// The digits at a place as a number, at most nine of them.
        private func digits(_ start: Int) -> (value: Int, count: Int)? {
            let run = bytes[min(start, bytes.count)...].prefix { $0 &- 0x30 < 10 }
            guard !run.isEmpty, run.count <= 9 else { return nil }
            return (run.reduce(0) { $0 * 10 + Int($1 - 0x30) }, run.count)
        }

        mutating func number() -> Int? {
            guard let found = digits(place) else { return nil }
            place += found.count
            return found.value
        }

        /// `03:04:05` with a fraction after a dot or comma.
        mutating func time() -> (Int, Int, Int, Int64)? {
            // After a date with its own colon: 02/Jan/2026:03:04:05.
            guard let hour = digits(place), hour.count <= 2, at(place + hour.count) == 0x3a,
                let minute = digits(place + hour.count + 1), minute.count == 2
            else { return nil }
            var end = place + hour.count + 1 + minute.count
            var second = 0
            var fraction: Int64 = 0
            if at(end) == 0x3a, let found = digits(end + 1), found.count == 2 {
                second = found.value
                end += 3
                if at(end) == 0x2e || at(end) == 0x2c, let first = at(end + 1), first &- 0x30 < 10 {
                    end += 1
                    var scale: Int64 = 100_000_000
                    while let digit = at(end), digit &- 0x30 < 10 {
                        fraction += Int64(digit - 0x30) * scale
                        scale /= 10
                        end += 1
                    }
                }
            }
            place = end
            return (hour.value, minute.value, second, fraction)
        }

        /// `+0100`, `-01:00` or `+01`, in seconds east.
        mutating func offset() -> Int? {
            guard let sign = at(place), sign == 0x2b || sign == 0x2d, let first = digits(place + 1) else {
                return nil
            }
            var end = place + 1 + first.count
            var hours = first.value
            var minutes = 0
            if first.count == 4 {
                (hours, minutes) = (first.value / 100, first.value % 100)
            } else if first.count == 2, at(end) == 0x3a, let second = digits(end + 1), second.count == 2 {
                minutes = second.value
                end += 3
            } else if first.count != 2 {
                return nil
            }
            guard hours < 24, minutes < 60 else { return nil }
            place = end
            return (hours * 3600 + minutes * 60) * (sign == 0x2b ? 1 : -1)
        }

        private func at(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }
    }
}

import Bytes

extension CertificateTime {
    /// Reads a UTCTime (tag 0x17) or a GeneralizedTime (0x18).
    ///
    /// Beside the one form of each that RFC 5280, section 4.1.2.5, allows, it takes what X.680, sections 46
    /// and 47, allows besides: no seconds, fractions of them (dropped), an offset from UTC, no zone (taken as
    /// UTC). Years of two digits are those from 1950 to 2049.
    init?(_ bytes: Span<UInt8>, _ element: DERElement, _ anomalies: inout CertificateAnomalies) {
        var reader = TimeReader(element)
        guard let time = reader.read(bytes) else {
            anomalies.insert(.unreadableTime)
            return nil
        }
        if reader.isMalformed { anomalies.insert(.malformedTime) }
        if element.tag == 0x18, 1950...2049 ~= time.year { anomalies.insert(.generalizedTimeBefore2050) }
        if time.year < 1950 { anomalies.insert(.timeBefore1950) }
        self = time
    }
}

/// Takes the parts of a time off its front.
private struct TimeReader {
    private let tag: UInt8
    private var place: Int
    private let end: Int
    private(set) var isMalformed = false

    init(_ element: DERElement) {
        tag = element.tag
        place = element.content.indices.lowerBound
        end = element.content.indices.upperBound
    }

    mutating func read(_ bytes: Span<UInt8>) -> CertificateTime? {
        guard let year = readYear(bytes), let month = two(bytes), let day = two(bytes),
            let hour = two(bytes), let minute = two(bytes)
        else { return nil }
        var second = 0
        if let digits = two(bytes) {
            second = digits
            skipFraction(bytes)
        } else {
            isMalformed = true
        }
        guard let time = CertificateTime(year, month, day, hour, minute, second),
            let offset = readZone(bytes), place == end
        else { return nil }
        return offset == 0 ? time : CertificateTime(seconds: time.seconds - offset)
    }

    private mutating func readYear(_ bytes: Span<UInt8>) -> Int? {
        guard let first = two(bytes) else { return nil }
        switch tag {
        case 0x17: return first < 50 ? 2000 + first : 1900 + first
        case 0x18: return two(bytes).map { 100 * first + $0 }
        default: return nil
        }
    }

    /// Two digits; nil and nothing taken when there are none.
    private mutating func two(_ bytes: Span<UInt8>) -> Int? {
        guard end - place >= 2 else { return nil }
        let (high, low) = (bytes[place] &- 0x30, bytes[place + 1] &- 0x30)
        guard high < 10, low < 10 else { return nil }
        place += 2
        return Int(high) * 10 + Int(low)
    }

    private mutating func skipFraction(_ bytes: Span<UInt8>) {
        guard tag == 0x18, place < end, bytes[place] == 0x2e || bytes[place] == 0x2c else { return }
        isMalformed = true
        repeat { place += 1 } while place < end && bytes[place] &- 0x30 < 10
    }

    /// Seconds that the time is ahead of UTC.
    private mutating func readZone(_ bytes: Span<UInt8>) -> Int? {
        guard place < end else {
            isMalformed = true
            return 0
        }
        let sign = bytes[place]
        place += 1
        if sign == 0x5a { return 0 }
        guard sign == 0x2b || sign == 0x2d, let hours = two(bytes), hours < 24 else { return nil }
        isMalformed = true
        let minutes = two(bytes) ?? 0
        guard minutes < 60 else { return nil }
        let offset = hours * 3600 + minutes * 60
        return sign == 0x2b ? offset : -offset
    }
}

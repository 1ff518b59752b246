import Bytes
import Observations

/// The places of a line that `RecordEncoder` has made: nothing stands in it that an assessment takes out, and
/// its form is known, so that most of it is not read again.
struct OwnRecord {
    /// The value of `event.kind`, with its quotes.
    let kind: Range<Int>
    /// Behind the last member of `event`, and behind the whole.
    let eventEnd: Int
    /// The comma before `hallmark`, which is the line's last member.
    let hallmark: Int
    /// Behind the brace that begins its object, and behind its last member.
    let hallmarkMembers: Range<Int>

    private static let start = Array(#""event":{"kind":"#.utf8)
    private static let value = Array(#""event""#.utf8)
    private static let hallmark = Array(",\"hallmark\":{".utf8)
    private static let end = Array("}}\n".utf8)
    /// Within so many bytes `event` begins.
    private static let head = 128

    /// - Parameters:
    ///   - line: the whole buffer.
    ///   - start: where the line begins in it.
    init?(_ line: Span<UInt8>, from start: Int) {
        guard line.count - start > Self.head,
            let event = Self.place(of: Self.start, in: line, start..<start + Self.head),
            Self.holds(Self.value, line, at: event + Self.start.count),
            Self.holds(Self.end, line, at: line.count - Self.end.count)
        else { return nil }
        let value = event + Self.start.count
        kind = value..<value + Self.value.count
        var scanner = JSONScanner(place: event + 8)
        guard scanner.skipValue(line), scanner.place > kind.upperBound,
            // An object that something stands in: the next member needs its comma.
            line[line.count - Self.end.count - 1] != 0x7b
        else { return nil }
        eventEnd = scanner.place
        // Its quotes stand within no value, and no other object of a record holds one of this name.
        let found = line.withUnsafeBytes { ByteSearch.first(Self.hallmark, in: $0, from: scanner.place) }
        guard let found else { return nil }
        hallmark = found.lowerBound
        hallmarkMembers = found.upperBound..<line.count - Self.end.count
    }

    private static func place(of text: [UInt8], in line: Span<UInt8>, _ range: Range<Int>) -> Int? {
        range.first { holds(text, line, at: $0) }
    }

    private static func holds(_ text: [UInt8], _ line: Span<UInt8>, at place: Int) -> Bool {
        guard place >= 0, place + text.count <= line.count else { return false }
        for index in text.indices where line[place + index] != text[index] { return false }
        return true
    }
}

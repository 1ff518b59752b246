import Bytes

/// Reads the frames of a capture file, pcap or pcapng, from its bytes as they come.
///
/// Written here and not taken from libpcap, which refuses a pcapng file whose interfaces differ in link type
/// or snapshot length, or whose sections differ in byte order, ends at the first damaged block, and says
/// neither frame nor place. After a damage the next place is looked for at which frames go on.
package struct CaptureFile {
    /// What lies at the beginning of the bytes that were given.
    package enum Step: Equatable {
        /// A frame: its bytes, and how many bytes its record takes.
        case frame(CaptureFrame, Range<Int>, Int)
        /// Bytes that hold no frame, to be left out.
        case passed(Int)
        /// Bytes that can't be read, to be left out.
        case damaged(CaptureDamage, Int)
        /// More bytes are needed to tell.
        case more
    }

    /// A longer record is damage: no link carries packets of this size.
    static let longestRecord = 1 << 21

    /// A longer block of any other kind is damage, too.
    static let longestBlock = 1 << 24

    enum Format { case unknown, classic, sections, foreign }

    var format = Format.unknown
    var isBigEndian = false
    /// The interfaces of the section; one for a pcap file.
    var interfaces: [CaptureInterface] = []
    /// Bytes read so far.
    var offset = 0
    var frames = 0
    /// The last good frame's time.
    var lastTime: Int64?
    /// Bytes of a block without frames that are still to come.
    var passing = 0
    /// The place is lost: the next one at which frames go on is looked for.
    var isLost = false
    /// The last step passed over the bytes before a place that was found.
    private var hasFoundPlace = false
    /// Packets that the capturing program says it has lost: of this section by interface, and of those
    /// before.
    var lost: [Int: UInt64] = [:]
    var lostBefore: UInt128 = 0
    /// Bytes that could not be read.
    package private(set) var unreadBytes = 0

    package init() {}

    /// Whether a file is a capture, by its first bytes.
    package static func isCapture(_ head: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(head.prefix(12))
        guard bytes.count >= 4 else { return false }
        if bytes.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]) {
            return bytes.count == 12 && (bytes[8] == 0x1a || bytes[8] == 0x4d)
        }
        return isClassic(bytes.span)
    }

    /// How many packets the capturing program itself has lost, as far as the file tells.
    package var droppedPackets: Int {
        Int(clamping: lost.values.reduce(lostBefore) { $0 + UInt128($1) })
    }

    /// Whether the file ended within a block that has no frames.
    package var endsWithinBlock: Bool { passing > 0 }

    /// Looks at the next record.
    ///
    /// - Parameter isEnd: nothing comes after `bytes`.
    package mutating func next(_ bytes: Span<UInt8>, isEnd: Bool) -> Step {
        let step = look(bytes, isEnd)
        switch step {
        case .frame(let frame, _, let used):
            offset += used
            lastTime = frame.time
        case .passed(let used):
            offset += used
            if isLost || hasFoundPlace { unreadBytes += used }
            hasFoundPlace = false
        case .damaged(_, let used):
            offset += used
            unreadBytes += used
        case .more: break
        }
        return step
    }

    private mutating func look(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step {
        guard !bytes.isEmpty else { return .more }
        if passing > 0 {
            let count = min(passing, bytes.count)
            passing -= count
            return .passed(count)
        }
        if isLost { return search(bytes, isEnd) }
        switch format {
        case .unknown: return begin(bytes, isEnd)
        case .classic: return readPacket(bytes, isEnd)
        case .sections: return readBlock(bytes, isEnd)
        case .foreign:
            hasFoundPlace = true
            return .passed(bytes.count)
        }
    }

    /// Tells the format by the first four bytes.
    mutating func begin(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step {
        guard bytes.count >= 4 else { return isEnd ? foreign(bytes) : .more }
        if bytes.number(0, isBig: true) == 0x0a0d_0d0a {
            format = .sections
            return readBlock(bytes, isEnd)
        }
        guard Self.isClassic(bytes) else { return foreign(bytes) }
        guard bytes.count >= 24 else { return isEnd ? cut(bytes) : .more }
        return readHeader(bytes)
    }

    /// Goes on with another file that stands here, behind the one before; nil where none does.
    mutating func beginAnew(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step? {
        switch Self.isAnotherFile(bytes, at: 0, isEnd) {
        case true?:
            format = .unknown
            return begin(bytes, isEnd)
        case nil: return .more
        case false?: return nil
        }
    }

    private mutating func foreign(_ bytes: Span<UInt8>) -> Step {
        format = .foreign
        return .damaged(damage(.noCapture), bytes.count)
    }

    func damage(_ reason: CaptureDamage.Reason) -> CaptureDamage {
        CaptureDamage(reason: reason, frame: frames + 1, offset: offset)
    }

    /// The file ends within a record.
    func cut(_ bytes: Span<UInt8>) -> Step { .damaged(damage(.cut), bytes.count) }

    /// Leaves the place and looks for the next one after it.
    mutating func lose(_ reason: CaptureDamage.Reason, passing count: Int) -> Step {
        isLost = true
        return .damaged(damage(reason), count)
    }

    /// Passes over bytes until a place at which frames go on.
    private mutating func search(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step {
        var place = 0
        while place < bytes.count {
            let found =
                format == .classic
                ? isPacket(bytes, at: place, isEnd) : isBlock(bytes, at: place, isEnd)
            switch found {
            case true?:
                isLost = false
                hasFoundPlace = place > 0
                return place == 0 ? look(bytes, isEnd) : .passed(place)
            case false?: place += 1
            case nil: return place == 0 ? .more : .passed(place)
            }
        }
        return .passed(place)
    }
}

/// An interface of a section, or that of a pcap file.
struct CaptureInterface: Equatable, Sendable {
    var link: UInt32 = 0
    var snapshotLength = 0
    /// Units of time: ten or two to the power of this many make up a second.
    var exponent: UInt8 = 6
    var isBinary = false
    /// Seconds to be added to each time.
    var timeOffset: Int64 = 0

    /// Nanoseconds since 1970 of a time in the interface's units; held within what 64 bits can say.
    func nanoseconds(_ units: UInt64) -> Int64 {
        let scaled: UInt128
        if isBinary {
            guard exponent < 64 else { return 0 }
            scaled = (UInt128(units) * 1_000_000_000) >> UInt128(exponent)
        } else if exponent <= 9 {
            scaled = UInt128(units) * UInt128(Self.power(9 - Int(exponent)))
        } else {
            guard exponent <= 27 else { return 0 }
            scaled = UInt128(units) / UInt128(Self.power(Int(exponent) - 9))
        }
        let (offset, isTooFar) = timeOffset.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflows) = Int64(clamping: scaled).addingReportingOverflow(isTooFar ? 0 : offset)
        return overflows ? .max : sum
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<max(0, exponent)).reduce(1) { number, _ in number * 10 }
    }
}

extension Span where Element == UInt8 {
    /// Four bytes in either order.
    ///
    /// The caller has checked the bounds.
    func number(_ index: Int, isBig: Bool) -> UInt32 {
        let bits =
            UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8
            | UInt32(self[index + 3])
        return isBig ? bits : bits.byteSwapped
    }

    /// Two bytes in either order.
    ///
    /// The caller has checked the bounds.
    func shortNumber(_ index: Int, isBig: Bool) -> UInt16 {
        let bits = UInt16(self[index]) << 8 | UInt16(self[index + 1])
        return isBig ? bits : bits.byteSwapped
    }
}

import Bytes

/// The older format: a header of 24 bytes, then packets with 16 bytes before each (draft-ietf-opsawg-pcap).
extension CaptureFile {
    /// Whether the first four bytes are a pcap file's: microseconds or nanoseconds, in either order.
    static func isClassic(_ bytes: Span<UInt8>) -> Bool {
        for isBig in [true, false] {
            switch bytes.number(0, isBig: isBig) {
            case 0xa1b2_c3d4, 0xa1b2_3c4d: return true
            default: break
            }
        }
        return false
    }

    /// Whether another file's header stands at a place: captures are put together by `cat`.
    ///
    /// As a packet's header it would be one of 2055 without a byte in it.
    ///
    /// - Returns: nil when more bytes are needed to tell.
    static func isAnotherFile(_ bytes: Span<UInt8>, at place: Int, _ isEnd: Bool) -> Bool? {
        guard bytes.count - place >= 4 else { return isEnd ? false : nil }
        let head = bytes.extracting(place..<bytes.count)
        if head.number(0, isBig: true) == 0x0a0d_0d0a {
            guard head.count >= 12 else { return isEnd ? false : nil }
            let mark = head.number(8, isBig: true)
            return mark == 0x1a2b_3c4d || mark == 0x4d3c_2b1a
        }
        guard isClassic(head) else { return false }
        guard head.count >= 24 else { return isEnd ? false : nil }
        let isBig = head[0] == 0xa1
        return head.shortNumber(4, isBig: isBig) == 2 && head.shortNumber(6, isBig: isBig) == 4
            && head.number(12, isBig: isBig) == 0
    }

    mutating func readHeader(_ bytes: Span<UInt8>) -> Step {
        format = .classic
        isBigEndian = bytes[0] == 0xa1
        lastTime = nil
        let isFine = bytes.number(0, isBig: isBigEndian) == 0xa1b2_3c4d
        guard bytes.shortNumber(4, isBig: isBigEndian) == 2 else {
            format = .foreign
            return .damaged(damage(.version), bytes.count)
        }
        interfaces = [
            CaptureInterface(
                // The upper bits say how long a check sequence each frame has, which its packet's own length
                // tells.
                link: bytes.number(20, isBig: isBigEndian) & 0xffff,
                snapshotLength: Int(bytes.number(16, isBig: isBigEndian)),
                exponent: isFine ? 9 : 6
            )
        ]
        return .passed(24)
    }

    mutating func readPacket(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step {
        if let step = beginAnew(bytes, isEnd) { return step }
        guard bytes.count >= 16 else { return isEnd ? cut(bytes) : .more }
        let count = Int(bytes.number(8, isBig: isBigEndian))
        guard count <= Self.longestRecord else { return lose(.length, passing: 1) }
        guard bytes.count >= 16 + count else { return isEnd ? cut(bytes) : .more }
        frames += 1
        let frame = CaptureFrame(
            number: frames,
            time: time(bytes, at: 0),
            link: interfaces[0].link,
            length: max(count, Int(bytes.number(12, isBig: isBigEndian)))
        )
        return .frame(frame, 16..<16 + count, 16 + count)
    }

    private func time(_ bytes: Span<UInt8>, at place: Int) -> Int64 {
        let fraction = Int64(bytes.number(place + 4, isBig: isBigEndian))
        return Int64(bytes.number(place, isBig: isBigEndian)) * 1_000_000_000
            + fraction * (interfaces[0].exponent == 9 ? 1 : 1000)
    }

    /// Whether a packet begins at a place: it looks like one, and another one or the end of the file follows.
    ///
    /// - Returns: nil when more bytes are needed to tell.
    func isPacket(_ bytes: Span<UInt8>, at place: Int, _ isEnd: Bool) -> Bool? {
        switch Self.isAnotherFile(bytes, at: place, isEnd) {
        case true?: return true
        case nil: return nil
        case false?: break
        }
        guard bytes.count - place >= 16 else { return isEnd ? false : nil }
        guard isHeader(bytes, at: place) else { return false }
        let next = place + 16 + Int(bytes.number(place + 8, isBig: isBigEndian))
        if next == bytes.count, isEnd { return true }
        guard bytes.count >= next + 16 else { return isEnd ? false : nil }
        if Self.isAnotherFile(bytes, at: next, isEnd) == true { return true }
        // A week: captures are rarely interrupted, and times rarely go back. The time before the damage tells
        // nothing, since it may be damaged, too.
        return isHeader(bytes, at: next)
            && abs(time(bytes, at: place) - time(bytes, at: next)) < 7 * 86_400_000_000_000
    }

    private func isHeader(_ bytes: Span<UInt8>, at place: Int) -> Bool {
        let count = Int(bytes.number(place + 8, isBig: isBigEndian))
        let length = Int(bytes.number(place + 12, isBig: isBigEndian))
        let limit = interfaces[0].exponent == 9 ? 1_000_000_000 : 1_000_000
        return count > 0 && count <= length && length <= Self.longestRecord
            && bytes.number(place + 4, isBig: isBigEndian) < limit
    }
}

import Bytes

/// pcapng: sections of blocks, each with its type, its length, and its length again
/// (draft-ietf-opsawg-pcapng).
extension CaptureFile {
    private static let mostInterfaces = 65536

    mutating func readBlock(_ bytes: Span<UInt8>, _ isEnd: Bool) -> Step {
        let isSection = bytes.count >= 4 && bytes.number(0, isBig: true) == 0x0a0d_0d0a
        if !isSection, let step = beginAnew(bytes, isEnd) { return step }
        guard bytes.count >= 12 else { return isEnd ? cut(bytes) : .more }
        if isSection {
            switch bytes.number(8, isBig: true) {
            case 0x1a2b_3c4d: isBigEndian = true
            case 0x4d3c_2b1a: isBigEndian = false
            default: return lose(.length, passing: 1)
            }
        }
        let type = bytes.number(0, isBig: isBigEndian)
        let count = Int(bytes.number(4, isBig: isBigEndian))
        guard count >= 12, count & 3 == 0 else { return lose(.length, passing: 1) }
        guard isSection || type <= 6 else {
            guard count <= Self.longestBlock else { return lose(.length, passing: 1) }
            // Secrets, the journal and what else there may be: passed over without being kept.
            passing = count
            return look(passing: bytes)
        }
        guard count <= Self.longestRecord else { return lose(.length, passing: 1) }
        guard bytes.count >= count else { return isEnd ? cut(bytes) : .more }
        guard Int(bytes.number(count - 4, isBig: isBigEndian)) == count else {
            return lose(.length, passing: 1)
        }
        let body = bytes.extracting(0..<count - 4)
        switch type {
        case 0x0a0d_0d0a: return readSection(body, count)
        case 1: return readInterface(body, count)
        case 2: return readPacket(body, count, isOld: true)
        case 3: return readSimplePacket(body, count)
        case 5: readStatistics(body)
        case 6: return readPacket(body, count, isOld: false)
        default: break
        }
        return .passed(count)
    }

    private mutating func look(passing bytes: Span<UInt8>) -> Step {
        let count = min(passing, bytes.count)
        passing -= count
        return .passed(count)
    }

    private mutating func readSection(_ block: Span<UInt8>, _ count: Int) -> Step {
        interfaces.removeAll()
        lostBefore = lost.values.reduce(lostBefore) { $0 + UInt128($1) }
        lost.removeAll()
        guard block.count >= 24 else { return lose(.length, passing: count) }
        guard block.shortNumber(12, isBig: isBigEndian) == 1 else { return lose(.version, passing: count) }
        return .passed(count)
    }

    private mutating func readInterface(_ block: Span<UInt8>, _ count: Int) -> Step {
        guard block.count >= 16, interfaces.count < Self.mostInterfaces else {
            return lose(.length, passing: count)
        }
        var interface = CaptureInterface(
            link: UInt32(block.shortNumber(8, isBig: isBigEndian)),
            snapshotLength: Int(block.number(12, isBig: isBigEndian))
        )
        forEachOption(block, from: 16) { code, value in
            if code == 9, value.count >= 1 {
                interface.exponent = value[0] & 0x7f
                interface.isBinary = value[0] & 0x80 != 0
            }
            if code == 14, value.count >= 8 {
                let high = UInt64(value.number(isBigEndian ? 0 : 4, isBig: isBigEndian))
                let low = UInt64(value.number(isBigEndian ? 4 : 0, isBig: isBigEndian))
                interface.timeOffset = Int64(bitPattern: high << 32 | low)
            }
        }
        interfaces.append(interface)
        return .passed(count)
    }

    /// An enhanced packet block, or the packet block that was before it.
    private mutating func readPacket(_ block: Span<UInt8>, _ count: Int, isOld: Bool) -> Step {
        guard block.count >= 28 else { return damaged(.length, count) }
        let number =
            isOld
            ? Int(block.shortNumber(8, isBig: isBigEndian)) : Int(block.number(8, isBig: isBigEndian))
        guard number < interfaces.count else { return damaged(.interface, count) }
        let units =
            UInt64(block.number(12, isBig: isBigEndian)) << 32 | UInt64(block.number(16, isBig: isBigEndian))
        let kept = Int(block.number(20, isBig: isBigEndian))
        guard kept <= block.count - 28 else { return damaged(.length, count) }
        frames += 1
        let frame = CaptureFrame(
            number: frames,
            time: interfaces[number].nanoseconds(units),
            link: interfaces[number].link,
            length: max(kept, Int(block.number(24, isBig: isBigEndian)))
        )
        return .frame(frame, 28..<28 + kept, count)
    }

    /// A packet without a time, of the first interface.
    private mutating func readSimplePacket(_ block: Span<UInt8>, _ count: Int) -> Step {
        guard block.count >= 12 else { return damaged(.length, count) }
        guard let interface = interfaces.first else { return damaged(.interface, count) }
        let length = Int(block.number(8, isBig: isBigEndian))
        let limit = interface.snapshotLength == 0 ? length : min(length, interface.snapshotLength)
        frames += 1
        let frame = CaptureFrame(number: frames, time: lastTime ?? 0, link: interface.link, length: length)
        return .frame(frame, 12..<12 + min(limit, block.count - 12), count)
    }

    /// Only this block is bad: the next one's place is known.
    private mutating func damaged(_ reason: CaptureDamage.Reason, _ count: Int) -> Step {
        let damage = damage(reason)
        frames += 1
        return .damaged(damage, count)
    }

    /// What an interface says at its end: packets lost by it (`isb_ifdrop`) and by the system (`isb_osdrop`).
    private mutating func readStatistics(_ block: Span<UInt8>) {
        guard block.count >= 20 else { return }
        let number = Int(block.number(8, isBig: isBigEndian))
        guard number < interfaces.count else { return }
        var sum: UInt64 = 0
        forEachOption(block, from: 20) { code, value in
            guard code == 5 || code == 7, value.count >= 8 else { return }
            let high = UInt64(value.number(isBigEndian ? 0 : 4, isBig: isBigEndian))
            let low = UInt64(value.number(isBigEndian ? 4 : 0, isBig: isBigEndian))
            sum = UInt64(clamping: UInt128(sum) + UInt128(high << 32 | low))
        }
        lost[number] = sum
    }

    private func forEachOption(_ block: Span<UInt8>, from start: Int, _ body: (UInt16, Span<UInt8>) -> Void) {
        var place = start
        while place + 4 <= block.count {
            let code = block.shortNumber(place, isBig: isBigEndian)
            let count = Int(block.shortNumber(place + 2, isBig: isBigEndian))
            guard code != 0, place + 4 + count <= block.count else { return }
            body(code, block.extracting(place + 4..<place + 4 + count))
            place += 4 + (count + 3) & ~3
        }
    }

    /// Whether a block that is read begins at a place.
    ///
    /// - Returns: nil when more bytes are needed to tell.
    func isBlock(_ bytes: Span<UInt8>, at place: Int, _ isEnd: Bool) -> Bool? {
        if bytes.count - place >= 4, Self.isClassic(bytes.extracting(place..<bytes.count)) {
            return Self.isAnotherFile(bytes, at: place, isEnd)
        }
        guard bytes.count - place >= 12 else { return isEnd ? false : nil }
        if bytes.number(place, isBig: true) == 0x0a0d_0d0a {
            let mark = bytes.number(place + 8, isBig: true)
            return mark == 0x1a2b_3c4d || mark == 0x4d3c_2b1a
        }
        guard (1...6).contains(bytes.number(place, isBig: isBigEndian)) else { return false }
        let count = Int(bytes.number(place + 4, isBig: isBigEndian))
        guard count >= 12, count & 3 == 0, count <= Self.longestRecord else { return false }
        guard bytes.count >= place + count else { return isEnd ? false : nil }
        return Int(bytes.number(place + count - 4, isBig: isBigEndian)) == count
    }
}

import Bytes
import Wire

/// Where TLS begins, and who is who in it.
extension Conversation {
    /// Takes bytes of a side that has not begun with TLS, or not yet.
    func takeClear(_ bytes: Span<UInt8>, _ side: Int) {
        guard http == nil || http?.mayTunnel == true else { return takeHTTP(bytes, side) }
        let room = Self.maximumClear - sides[side].clear.count
        let kept = bytes.extracting(0..<min(room, bytes.count))
        sides[side].clear.append(kept)
        if sides[side].stage == .opening { decide(side) }
        if sides[side].stage == .clear {
            if http != nil { takeHTTP(bytes, side) } else { beginHTTP(side) }
            search(side)
        }
        guard room < bytes.count, http == nil else { return }
        lastSearch(side)
        switch sides[side].stage {
        case .records: takeRecords(bytes.extracting(kept.count..<bytes.count), side)
        // What is no TLS after so many bytes is none.
        case .clear, .opening:
            if kind == .unknown { kind = .other }
            stop()
        case .over: break
        }
    }

    /// Tells by a side's first bytes whether it speaks TLS.
    private func decide(_ side: Int) {
        let clear = sides[side].clear
        let bytes = clear.span
        if client == 1 - side {
            guard let isRecord = ForeignProtocol.isRecord(bytes) else { return }
            if isRecord { beginRecords(side, at: 0) } else { sides[side].stage = .clear }
            return
        }
        if bytes[0] & 0x80 != 0 {
            guard bytes.count >= 11 else { return }
            guard ClientOffer.reading(oldHello: bytes) != nil else {
                sides[side].stage = .clear
                return
            }
            client = side
            return beginRecords(side, at: 0)
        }
        switch ForeignProtocol.isRecord(bytes) {
        case nil: return
        case false?: sides[side].stage = .clear
        case true?:
            guard bytes.count >= 6 else { return }
            switch (bytes[0], bytes[5]) {
            case (22, 1):
                client = side
                goAhead = sides[1 - side].clear.count
                beginRecords(side, at: 0)
                claim()
            case (22, 2), (21, _):
                client = 1 - side
                beginRecords(side, at: 0)
            default:
                // Encrypted records, or a handshake's later messages: it began before.
                kind = .midstream
                stop()
            }
        }
    }

    /// Looks for the begin of TLS in what a side said in the clear.
    private func search(_ side: Int) {
        if let client, client != side {
            if let place = findServer(side, from: goAhead) { beginRecords(side, at: place) }
            return
        }
        guard client == nil || client == side, http == nil || http?.mayTunnel == true else { return }
        // A greeting that holds what looks like a hello is none: who opened the connection asks for TLS.
        guard opener == nil || opener == side else { return }
        let clear = sides[side].clear
        let bytes = clear.span
        var place = sides[side].scanned
        while let found = bytes.firstIndex(of: 22, from: place) {
            switch Self.isHello(bytes, at: found, type: 1) {
            case true?:
                if opener == nil, !Self.isTDS(bytes), let isHello = Self.isWholeHello(bytes, at: found) {
                    guard isHello else {
                        place = found + 1
                        continue
                    }
                } else if opener == nil, !Self.isTDS(bytes) {
                    sides[side].scanned = found
                    return
                }
                client = side
                sides[side].framing = StartTLSFraming(Self.isTDS(bytes) ? .tds : .none)
                sides[1 - side].framing = sides[side].framing
                goAhead = sides[1 - side].clear.count
                beginRecords(side, at: Self.isTDS(bytes) ? max(0, found - 8) : found)
                return claim()
            case false?: place = found + 1
            case nil:
                sides[side].scanned = found
                return
            }
        }
        sides[side].scanned = bytes.count
    }

    /// Looks once more for the server's TLS in all that a side has said, when no more of it comes: where
    /// only the server was captured its own hello has to do, and packets may be out of order.
    func lastSearch(_ side: Int) {
        guard sides[side].stage == .clear, http == nil || http?.mayTunnel == true else { return }
        if let client {
            guard client != side, sides[client].stage == .records || offer.offer != nil else { return }
        } else {
            guard kind == .unknown, opener != side, sides[1 - side].clear.isEmpty,
                sides[1 - side].stage == .opening
            else { return }
        }
        guard let place = findServer(side, from: 0) else { return }
        client = 1 - side
        beginRecords(side, at: place)
    }

    /// The client has begun: the server may have answered already, where packets came out of order.
    private func claim() {
        guard let client else { return }
        let side = 1 - client
        guard !sides[side].clear.isEmpty else { return }
        if sides[side].stage == .opening { return decide(side) }
        guard sides[side].stage == .clear, let place = findServer(side, from: goAhead) else { return }
        beginRecords(side, at: place)
    }

    /// Where the server's TLS begins in its clear bytes.
    ///
    /// - Parameter start: what stands before it was said before the client began, and is not looked at.
    private func findServer(_ side: Int, from start: Int) -> Int? {
        let clear = sides[side].clear
        let bytes = clear.span
        let asked = sides[1 - side].clear
        if Self.isTDS(asked.span) {
            // The hello stands behind the header of its packet.
            var place = min(start, bytes.count)
            while let found = bytes.firstIndex(of: 22, from: place) {
                if Self.isHello(bytes, at: found, type: 2) == true { return max(0, found - 8) }
                place = found + 1
            }
            return nil
        }
        if goAhead < bytes.count, client != nil,
            ForeignProtocol.isRecord(bytes.extracting(goAhead..<bytes.count)) == true
        {
            return goAhead
        }
        for place in min(start, bytes.count)..<bytes.count {
            if bytes[place] == 22, Self.isHello(bytes, at: place, type: 2) == true { return place }
            if bytes[place] == 21, Self.isAlert(bytes, at: place), client != nil { return place }
        }
        return nil
    }

    private func beginRecords(_ side: Int, at place: Int) {
        sides[side].stage = .records
        if side != client || place == 0 { kind = .tls }
        let bytes = sides[side].clear
        sides[side].clear = Array(bytes.prefix(place))
        takeRecords(bytes.span.extracting(place..<bytes.count), side)
    }

    /// Takes bytes of a side that speaks TLS.
    func takeRecords(_ bytes: Span<UInt8>, _ side: Int) {
        guard !sides[side].framing.isBare else { return readRecords(bytes, side) }
        guard let unwrapped = sides[side].framing.unwrap(bytes) else {
            sides[side].stage = .over
            return
        }
        readRecords(unwrapped.span, side)
    }

    private func readRecords(_ bytes: Span<UInt8>, _ side: Int) {
        guard side != client else {
            let hadOffer = offer.offer != nil
            if !offer.read(bytes) { sides[side].stage = .over }
            if !hadOffer, let session = offer.offer?.sessionID { flight.offered(sessionID: session.span) }
            return
        }
        if !server.read(bytes, &flight) {
            sides[side].stage = .over
            // Without a handshake to come the client's words tell nothing more.
            if flight.close != nil || server.isMalformed { stop() }
        }
    }

    /// Whether a record with a hello begins at a place; nil when more bytes are needed to tell.
    ///
    /// - Parameter type: 1 for the client's, 2 for the server's.
    static func isHello(_ bytes: Span<UInt8>, at place: Int, type: UInt8) -> Bool? {
        func fits(_ offset: Int, _ isRight: (UInt8) -> Bool) -> Bool {
            place + offset >= bytes.count || isRight(bytes[place + offset])
        }
        let isRight =
            fits(1) { $0 == 3 } && fits(2) { $0 <= 4 } && fits(3) { $0 <= 0x48 } && fits(5) { $0 == type }
            && fits(6) { $0 == 0 } && fits(7) { $0 <= 0x40 } && fits(9) { $0 == 3 || $0 == 0x7f }
            && fits(10) { $0 <= 4 || bytes[place + 9] == 0x7f }
        guard isRight else { return false }
        guard place + 11 <= bytes.count else { return nil }
        return bytes.u16(place + 3) >= 6 && bytes.u24(place + 6) >= 38
    }

    /// Whether what looks like a ClientHello can be read as one; nil when more bytes are needed to tell.
    private static func isWholeHello(_ bytes: Span<UInt8>, at place: Int) -> Bool? {
        let (count, length) = (bytes.u16(place + 3), bytes.u24(place + 6) + 4)
        guard place + 5 + count <= bytes.count else { return nil }
        // One over several records is believed.
        guard length <= count else { return true }
        return ClientOffer(bytes.extracting(place + 5..<place + 5 + length)) != nil
    }

    /// Whether a record with a plaintext alert stands at a place.
    private static func isAlert(_ bytes: Span<UInt8>, at place: Int) -> Bool {
        place + 7 <= bytes.count && bytes[place + 1] == 3 && bytes[place + 2] <= 4
            && bytes.u16(place + 3) == 2
            && 1...2 ~= bytes[place + 5]
    }

    /// Whether a client speaks TDS, whose packets wrap the handshake (MS-TDS, 2.2.6.5).
    private static func isTDS(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 8 && bytes[0] == 0x12 && bytes[1] <= 1 && bytes.u16(2) >= 8 && bytes[8 - 1] <= 1
    }
}

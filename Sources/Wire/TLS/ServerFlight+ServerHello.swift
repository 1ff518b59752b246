import Bytes

extension ServerFlight {
    /// Reads a ServerHello or a HelloRetryRequest, which is one with a certain random (RFC 8446, section
    /// 4.1.3).
    mutating func readServerHello(_ message: Span<UInt8>) throws(MalformedMessage) {
        guard message.count >= 42, suite == nil else { throw MalformedMessage(type: message[0]) }
        let random = message.extracting(6..<38)
        let isRetry = Self.equal(random, helloRetryRandom.span)
        guard !isRetry || !helloRetryRequest.isPresent else { throw MalformedMessage(type: message[0]) }
        legacyVersion = UInt16(message.u16(4))
        if legacyVersion >> 8 == 0x7f || legacyVersion == 0x0304 && Self.isDraft(message) {
            return try readDraft(message)
        }
        let session = try Self.block(message, at: 38, wide: 1)
        guard session.upperBound + 3 <= message.count else { throw MalformedMessage(type: message[0]) }
        let suite = UInt16(message.u16(session.upperBound))
        if isRetry {
            helloRetryRequest.isPresent = true
            helloRetryRequest.suite = suite
            helloRetryRequest.extensions.isPresent = true
        } else {
            self.suite = suite
            choose(legacyVersion)
            compression = message[session.upperBound + 2]
            sessionID = compare(message.extracting(session))
            downgrade = Self.sentinel(random)
            serverHello.isPresent = true
        }
        // Before TLS 1.2's days a ServerHello ended here.
        guard session.upperBound + 5 <= message.count else { return }
        var cursor = ExtensionCursor(try Self.block(message, at: session.upperBound + 3, wide: 2))
        while let item = try cursor.next(message) {
            if isRetry {
                helloRetryRequest.extensions.append(item, of: message, values: &values)
                if item.type == 51, item.value.count == 2 {
                    helloRetryRequest.group = UInt16(message.u16(item.value.lowerBound))
                }
            } else {
                serverHello.append(item, of: message, values: &values)
                readAnswer(item.type, message.extracting(item.value))
            }
        }
    }

    /// Whether a message is laid out as the drafts had it: those before the 16th gave no number of their own.
    private static func isDraft(_ message: Span<UInt8>) -> Bool {
        message.u16(40) + 42 == message.count
    }

    /// Reads a ServerHello as drafts up to the 21st of TLS 1.3 had it: without session id and compression.
    private mutating func readDraft(_ message: Span<UInt8>) throws(MalformedMessage) {
        suite = UInt16(message.u16(38))
        draft = 0
        choose(legacyVersion)
        serverHello.isPresent = true
        var cursor = ExtensionCursor(try Self.block(message, at: 40, wide: 2))
        while let item = try cursor.next(message) {
            serverHello.append(item, of: message, values: &values)
            readAnswer(item.type, message.extracting(item.value))
        }
    }

    /// Notes the version, by the numbers that drafts and DTLS have for it (RFC 6347, section 4.1; RFC 9147,
    /// section 5.3).
    private mutating func choose(_ number: UInt16) {
        switch number {
        // The IETF's drafts, and those that Facebook's clients and servers spoke.
        case 0x7f00...0x7fff, 0xfb00...0xfbff:
            draft = UInt8(number & 0xff)
            version = 0x0304
        case 0xfeff, 0x0100: version = 0x0302
        case 0xfefd: version = 0x0303
        case 0xfefc: version = 0x0304
        default: version = number
        }
    }

    /// Whether DTLS was spoken.
    package var isDatagram: Bool { legacyVersion >> 8 == 0xfe || legacyVersion == 0x0100 }

    /// Where the value of the first extension of a type lies in a ServerHello or HelloRetryRequest.
    package static func extensionValue(_ type: UInt16, of message: Span<UInt8>) -> Range<Int>? {
        guard message.count >= 42, let session = try? block(message, at: 38, wide: 1),
            let extensions = try? block(message, at: session.upperBound + 3, wide: 2)
        else { return nil }
        var cursor = ExtensionCursor(extensions)
        while let item = try? cursor.next(message) {
            if item.type == type { return item.value }
        }
        return nil
    }

    /// What an extension of the ServerHello decides.
    private mutating func readAnswer(_ type: UInt16, _ value: Span<UInt8>) {
        switch type {
        case 16: readNextProtocol(value)
        case 18: readTimestamps(value)
        case 23: hasExtendedMasterSecret = true
        case 43: if value.count == 2 { choose(UInt16(value.u16(0))) }
        case 51: if value.count >= 2 { group = UInt16(value.u16(0)) }
        // Its number in the drafts before the 23rd.
        case 40 where draft != nil: if value.count >= 2 { group = UInt16(value.u16(0)) }
        case 0xff01: hasSecureRenegotiation = true
        default: break
        }
    }

    private func compare(_ session: Span<UInt8>) -> SessionID {
        guard !session.isEmpty else { return .empty }
        return Self.equal(session, offeredSessionID.bytes.span.extracting(0..<offeredSessionID.count))
            ? .echoed : .new
    }

    /// The last eight bytes of the random, when they say that a newer version was possible.
    private static func sentinel(_ random: Span<UInt8>) -> DowngradeSentinel? {
        // "DOWNGRD" in ASCII and 1 or 0.
        let start: InlineArray<7, UInt8> = [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44]
        guard equal(random.extracting(24..<31), start.span) else { return nil }
        switch random[31] {
        case 1: return .tls12
        case 0: return .tls11
        default: return nil
        }
    }

    private static func equal(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }
}

/// SHA-256 of "HelloRetryRequest".
private let helloRetryRandom: InlineArray<32, UInt8> = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]

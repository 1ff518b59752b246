import Bytes

/// What a client offers in its ClientHello (RFC 8446, section 4.1.2), as somebody sees it who listens.
///
/// What breaks off is read up to where it breaks.
package struct ClientOffer: Equatable, Sendable {
    /// legacy_version; of DTLS 0xfeff or 0xfefd.
    package private(set) var version: UInt16

    /// The cipher suites in order, GREASE among them.
    package private(set) var suites: [UInt16] = []

    /// The types of the extensions in order, GREASE among them.
    package private(set) var extensions: [UInt16] = []

    /// supported_groups, and the point formats beside it.
    package private(set) var groups: [UInt16] = []
    package private(set) var pointFormats: [UInt8] = []

    /// signature_algorithms in order.
    package private(set) var signatureSchemes: [UInt16] = []

    /// supported_versions in order, GREASE among them.
    package private(set) var versions: [UInt16] = []

    /// The first application protocol; empty when none was offered.
    package private(set) var nextProtocol: [UInt8] = []

    /// The server name; empty when none was sent.
    package private(set) var serverName: [UInt8] = []

    /// The session id, which the server may echo.
    package private(set) var sessionID: [UInt8] = []

    /// An SSL 2.0 hello, which has neither extensions nor fingerprints.
    package private(set) var isOld = false

    /// The message was read to its end.
    package private(set) var isWhole = false

    /// Whether DTLS is spoken.
    package var isDatagram: Bool { version >> 8 == 0xfe || version == 0x0100 }

    /// Reads a ClientHello of TLS or DTLS with the four bytes of its header.
    ///
    /// - Returns: nil when it is none, or ends before its cipher suites.
    package init?(_ message: Span<UInt8>) {
        guard message.count >= 41, message[0] == 1 else { return nil }
        version = UInt16(message.u16(4))
        guard let session = Self.block(message, 38, wide: 1) else { return nil }
        sessionID.append(message.extracting(session))
        var place = session.upperBound
        if isDatagram {
            // The cookie (RFC 6347, section 4.2.1).
            guard let cookie = Self.block(message, place, wide: 1) else { return nil }
            place = cookie.upperBound
        }
        guard let offered = Self.block(message, place, wide: 2) else { return nil }
        Self.read(message, offered, into: &suites)
        guard let compression = Self.block(message, offered.upperBound, wide: 1) else { return }
        guard let list = Self.block(message, compression.upperBound, wide: 2) else {
            isWhole = compression.upperBound == message.count && message.u24(1) + 4 == message.count
            return
        }
        isWhole = true
        place = list.lowerBound
        while place < list.upperBound {
            guard place + 4 <= list.upperBound, let value = Self.block(message, place + 2, wide: 2),
                value.upperBound <= list.upperBound
            else {
                isWhole = false
                return
            }
            let type = UInt16(message.u16(place))
            extensions.append(type)
            read(type, message, value)
            place = value.upperBound
        }
    }

    /// Reads an SSL 2.0 hello at the begin of a stream, as clients sent it that also spoke TLS (RFC 5246,
    /// appendix E.2).
    ///
    /// - Returns: nil when it is none; else the offer, and how many bytes it takes.
    package static func reading(oldHello bytes: Span<UInt8>) -> (offer: ClientOffer, length: Int)? {
        guard bytes.count >= 11, bytes[0] & 0x80 != 0, bytes[2] == 1 else { return nil }
        let length = (bytes.u16(0) & 0x7fff) + 2
        let (suites, session, challenge) = (bytes.u16(5), bytes.u16(7), bytes.u16(9))
        guard bytes[3] == 3 || bytes[3] == 0 && bytes[4] == 2, suites > 0, suites % 3 == 0,
            challenge >= 16, 11 + suites + session + challenge == length, length <= bytes.count
        else { return nil }
        var offer = ClientOffer(version: UInt16(bytes.u16(3)))
        for place in stride(from: 11, to: 11 + suites, by: 3) where bytes[place] == 0 {
            offer.suites.append(UInt16(bytes.u16(place + 1)))
        }
        return (offer, length)
    }

    private init(version: UInt16) {
        self.version = version
        isOld = true
        isWhole = true
    }

    private mutating func read(_ type: UInt16, _ message: Span<UInt8>, _ value: Range<Int>) {
        switch type {
        case 0 where serverName.isEmpty: readServerName(message, value)
        case 10 where groups.isEmpty: readList(message, value, wide: 2, into: &groups)
        case 11 where pointFormats.isEmpty:
            guard let list = Self.block(message, value.lowerBound, wide: 1),
                list.upperBound <= value.upperBound
            else { return }
            pointFormats.append(message.extracting(list))
        case 13 where signatureSchemes.isEmpty: readList(message, value, wide: 2, into: &signatureSchemes)
        case 16 where nextProtocol.isEmpty:
            guard let name = Self.block(message, value.lowerBound + 2, wide: 1),
                name.upperBound <= value.upperBound
            else { return }
            nextProtocol.append(message.extracting(name))
        case 43 where versions.isEmpty: readList(message, value, wide: 1, into: &versions)
        default: break
        }
    }

    /// The first name of type host_name (RFC 6066, section 3).
    private mutating func readServerName(_ message: Span<UInt8>, _ value: Range<Int>) {
        var place = value.lowerBound + 2
        while place + 3 <= value.upperBound {
            guard let name = Self.block(message, place + 1, wide: 2), name.upperBound <= value.upperBound
            else { return }
            if message[place] == 0 {
                serverName.append(message.extracting(name))
                return
            }
            place = name.upperBound
        }
    }

    private func readList(
        _ message: Span<UInt8>,
        _ value: Range<Int>,
        wide: Int,
        into list: inout [UInt16]
    ) {
        guard let range = Self.block(message, value.lowerBound, wide: wide),
            range.upperBound <= value.upperBound
        else { return }
        Self.read(message, range, into: &list)
    }

    private static func read(_ message: Span<UInt8>, _ range: Range<Int>, into list: inout [UInt16]) {
        for place in stride(from: range.lowerBound, to: range.upperBound - 1, by: 2) {
            list.append(UInt16(message.u16(place)))
        }
    }

    private static func block(_ message: Span<UInt8>, _ place: Int, wide: Int) -> Range<Int>? {
        try? ServerFlight.block(message, at: place, wide: wide)
    }
}

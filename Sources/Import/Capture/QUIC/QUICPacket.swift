import Bytes

/// A packet with a long header, as far as that is not encrypted (RFC 9000, section 17.2).
struct QUICPacket {
    enum Kind: Equatable {
        case initial, earlyData, handshake, retry
    }

    let kind: Kind
    let version: QUICVersion
    /// The connection ID of who gets it.
    let destination: Range<Int>
    /// All of it, within its datagram.
    let range: Range<Int>
    /// Where its number begins, which is masked.
    let number: Int

    /// Reads a header.
    ///
    /// - Parameter start: where the packet begins in its datagram.
    /// - Returns: nil for what is no such packet, is cut, or is of a version whose keys are not known.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        guard start + 7 <= bytes.count, bytes[start] & 0xc0 == 0xc0,
            let version = QUICVersion(bytes.extracting(start + 1..<start + 5))
        else { return nil }
        self.version = version
        kind = version.kind(bytes[start] >> 4 & 3)
        var cursor = QUICCursor(start + 5..<bytes.count)
        // Longer ones belong to versions that are not known.
        guard let length = cursor.byte(bytes), length <= 20, let destination = cursor.take(length),
            let other = cursor.byte(bytes), other <= 20, cursor.take(other) != nil
        else { return nil }
        self.destination = destination
        if kind == .retry {
            number = cursor.place
            range = start..<bytes.count
            return
        }
        if kind == .initial {
            guard cursor.take(cursor.number(bytes)) != nil else { return nil }
        }
        guard let content = cursor.take(cursor.number(bytes)) else { return nil }
        number = content.lowerBound
        range = start..<content.upperBound
    }
}

/// The versions of QUIC whose first keys are published.
enum QUICVersion: Equatable {
    /// Drafts 23 to 28, and 29 to 32 (draft-ietf-quic-tls, section 5.2).
    case draft23, draft29
    /// RFC 9000, and drafts 33 and 34, whose keys are the same.
    case one
    /// RFC 9369.
    case two

    /// - Parameter bytes: the four of the header.
    init?(_ bytes: Span<UInt8>) {
        switch bytes.u16(0) << 16 | bytes.u16(2) {
        case 1, 0xff00_0021, 0xff00_0022: self = .one
        case 0x6b33_43cf: self = .two
        case 0xff00_001d...0xff00_0020: self = .draft29
        case 0xff00_0017...0xff00_001c: self = .draft23
        default: return nil
        }
    }

    /// What the first connection ID is hashed with.
    var salt: [UInt8] {
        switch self {
        case .draft23:
            [
                0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63,
                0x65,
                0xbe, 0xf9, 0xf5, 0x02,
            ]
        case .draft29:
            [
                0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11,
                0xe0,
                0x43, 0x90, 0xa8, 0x99,
            ]
        case .one:
            [
                0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c,
                0xad,
                0xcc, 0xbb, 0x7f, 0x0a,
            ]
        case .two:
            [
                0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d,
                0xcb,
                0xf9, 0xbd, 0x2e, 0xd9,
            ]
        }
    }

    /// The first word of the labels of keys.
    var label: String { self == .two ? "quicv2" : "quic" }

    /// What a packet is by the two bits of its first byte; version 2 has turned them (RFC 9369, section 3.2).
    func kind(_ bits: UInt8) -> QUICPacket.Kind {
        let kinds: [QUICPacket.Kind] = [.initial, .earlyData, .handshake, .retry]
        return kinds[Int(bits + (self == .two ? 3 : 0)) & 3]
    }
}

import Bytes

/// Reading handshake messages (RFC 5246, section 7.4; RFC 8446, section 4).
///
/// Every reader is lenient: what a message says up to the place where it
/// breaks is kept. None looks at bytes outside of its message.
extension ServerFlight {
    /// Notes what our own ClientHello offered, as far as it decides how the answer is read.
    ///
    /// - Parameter hello: the whole message with its header.
    package mutating func sent(_ hello: Span<UInt8>) {
        guard hello.count >= 39, hello.count >= 39 + Int(hello[38]) else { return }
        offered(sessionID: hello.extracting(39..<39 + Int(hello[38])))
    }

    /// Reads one handshake message of the server's, whole and with its header.
    ///
    /// Unknown types are noted and skipped. A message that is cut short may be
    /// given too: what there is of it is read before the error.
    package mutating func message(_ bytes: Span<UInt8>) throws(MalformedMessage) {
        guard bytes.count >= 4 else { throw MalformedMessage(type: bytes.isEmpty ? 0 : bytes[0]) }
        if messages.count < Self.maximumMessages {
            messages.append(bytes[0])
        } else {
            dropped.insert(.messages)
        }
        switch bytes[0] {
        case 2: try readServerHello(bytes)
        case 8: try readEncryptedExtensions(bytes)
        case 11: try readCertificate(bytes)
        case 12: try readServerKeyExchange(bytes)
        case 13: try readCertificateRequest(bytes)
        case 15: try readCertificateVerify(bytes)
        case 22: try readCertificateStatus(bytes)
        default: break
        }
    }

    /// Whether the messages after the ServerHello are those of TLS 1.3.
    package var isTLS13: Bool { version >= 0x0304 }

    private mutating func readEncryptedExtensions(_ message: Span<UInt8>) throws(MalformedMessage) {
        encryptedExtensions.isPresent = true
        var cursor = ExtensionCursor(try Self.block(message, at: 4, wide: 2))
        while let item = try cursor.next(message) {
            encryptedExtensions.append(item, of: message, values: &values)
            if item.type == 16 { readNextProtocol(message.extracting(item.value)) }
        }
    }

    private mutating func readCertificateVerify(_ message: Span<UInt8>) throws(MalformedMessage) {
        guard message.count >= 6 else { throw MalformedMessage(type: message[0]) }
        signatureScheme = UInt16(message.u16(4))
    }

    /// The one name of an answered ALPN extension (RFC 7301, section 3.1).
    mutating func readNextProtocol(_ value: Span<UInt8>) {
        guard value.count >= 3, value.count >= 3 + Int(value[2]), nextProtocol.isEmpty else { return }
        nextProtocol.append(value.extracting(3..<3 + Int(value[2])))
    }

    /// Where the vector at `place` lies, whose length stands in front of it in `wide` bytes.
    static func block(
        _ message: Span<UInt8>,
        at place: Int,
        wide: Int
    ) throws(MalformedMessage) -> Range<Int> {
        guard place + wide <= message.count else { throw MalformedMessage(type: message[0]) }
        let count =
            switch wide {
            case 1: Int(message[place])
            case 2: message.u16(place)
            default: message.u24(place)
            }
        let start = place + wide
        guard start + count <= message.count else { throw MalformedMessage(type: message[0]) }
        return start..<start + count
    }
}

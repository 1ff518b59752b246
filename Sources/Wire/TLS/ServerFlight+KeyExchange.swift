import Bytes

extension ServerFlight {
    /// Reads the curve and the signature scheme of a ServerKeyExchange (RFC 5246, section 7.4.3; RFC 8422,
    /// section 5.4).
    ///
    /// Suites whose message has another form are skipped.
    mutating func readServerKeyExchange(_ message: Span<UInt8>) throws(MalformedMessage) {
        guard let suite, !isTLS13 else { return }
        let exchange = CipherSuite.keyExchange(suite)
        var place = 4
        switch exchange {
        case .ellipticCurve, .ellipticCurveAnonymous:
            guard message.count >= 7 else { throw MalformedMessage(type: message[0]) }
            // Explicit curves, forbidden today, have other types.
            guard message[4] == 3 else { return }
            group = UInt16(message.u16(5))
            place = try Self.block(message, at: 7, wide: 1).upperBound
        case .finiteField, .finiteFieldAnonymous:
            // Prime, generator and public value.
            for _ in 0..<3 { place = try Self.block(message, at: place, wide: 2).upperBound }
        case .other:
            return
        }
        guard version == 0x0303, exchange == .ellipticCurve || exchange == .finiteField else { return }
        guard place + 2 <= message.count else { throw MalformedMessage(type: message[0]) }
        signatureScheme = UInt16(message.u16(place))
    }

    mutating func readCertificateRequest(_ message: Span<UInt8>) throws(MalformedMessage) {
        certificateRequest.isPresent = true
        if isTLS13 { try readNewRequest(message) } else { try readOldRequest(message) }
    }

    /// RFC 8446, section 4.3.2.
    private mutating func readNewRequest(_ message: Span<UInt8>) throws(MalformedMessage) {
        let context = try Self.block(message, at: 4, wide: 1)
        certificateRequest.extensions.isPresent = true
        var cursor = ExtensionCursor(try Self.block(message, at: context.upperBound, wide: 2))
        while let item = try cursor.next(message) {
            certificateRequest.extensions.append(item, of: message, values: &values)
            if item.type == 13, item.value.count >= 2 {
                readSchemes(message, item.value.dropFirst(2))
            }
            if item.type == 47, item.value.count >= 2 {
                readAuthorities(message, item.value.dropFirst(2))
            }
        }
    }

    /// RFC 5246, section 7.4.4; without signature schemes before TLS 1.2.
    private mutating func readOldRequest(_ message: Span<UInt8>) throws(MalformedMessage) {
        let types = try Self.block(message, at: 4, wide: 1)
        certificateRequest.types.clear()
        certificateRequest.types.append(message.extracting(types))
        var place = types.upperBound
        if version == 0x0303 {
            let schemes = try Self.block(message, at: place, wide: 2)
            readSchemes(message, schemes)
            place = schemes.upperBound
        }
        readAuthorities(message, try Self.block(message, at: place, wide: 2))
    }

    private mutating func readSchemes(_ message: Span<UInt8>, _ range: Range<Int>) {
        var place = range.lowerBound
        while place + 2 <= range.upperBound {
            guard certificateRequest.signatureSchemes.count < 64 else {
                dropped.insert(.signatureSchemes)
                return
            }
            certificateRequest.signatureSchemes.append(UInt16(message.u16(place)))
            place += 2
        }
    }

    private mutating func readAuthorities(_ message: Span<UInt8>, _ range: Range<Int>) {
        var place = range.lowerBound
        while place + 2 <= range.upperBound {
            let end = place + 2 + message.u16(place)
            guard end <= range.upperBound else { return }
            certificateRequest.authorities.append(message.extracting(place + 2..<end))
            place = end
        }
    }
}

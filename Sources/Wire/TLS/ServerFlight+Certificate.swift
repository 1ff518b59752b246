extension ServerFlight {
    /// Reads a Certificate message of either kind, leaf first.
    ///
    /// When the list breaks in the middle, the certificates before that place are kept.
    mutating func readCertificate(_ message: Span<UInt8>) throws(MalformedMessage) {
        var place = 4
        if isTLS13 { place = try Self.block(message, at: 4, wide: 1).upperBound }
        guard place + 3 <= message.count else { throw MalformedMessage(type: message[0]) }
        let end = place + 3 + message.u24(place)
        place += 3
        while place < min(end, message.count) {
            let certificate = try Self.block(message, at: place, wide: 3)
            guard !certificate.isEmpty, certificate.upperBound <= end else {
                throw MalformedMessage(type: message[0])
            }
            chain.append(message.extracting(certificate))
            place = certificate.upperBound
            guard isTLS13 else { continue }
            let extensions = try Self.block(message, at: place, wide: 2)
            if !certificateEntry.isPresent { try readEntry(message, extensions) }
            place = extensions.upperBound
        }
        guard end <= message.count else { throw MalformedMessage(type: message[0]) }
    }

    /// The extensions of the leaf's CertificateEntry (RFC 8446, section 4.4.2).
    private mutating func readEntry(
        _ message: Span<UInt8>,
        _ extensions: Range<Int>
    ) throws(MalformedMessage) {
        certificateEntry.isPresent = true
        var cursor = ExtensionCursor(extensions)
        while let item = try cursor.next(message) {
            certificateEntry.append(item, of: message, values: &values)
            if item.type == 5 { readStatus(message.extracting(item.value)) }
            if item.type == 18 { readTimestamps(message.extracting(item.value)) }
        }
    }

    mutating func readCertificateStatus(_ message: Span<UInt8>) throws(MalformedMessage) {
        guard readStatus(message.extracting(4..<message.count)) else {
            throw MalformedMessage(type: message[0])
        }
    }

    /// A CertificateStatus (RFC 6066, section 8; RFC 6961, section 2.2).
    ///
    /// Of several responses the first is the leaf's.
    @discardableResult
    private mutating func readStatus(_ value: Span<UInt8>) -> Bool {
        guard value.count >= 4 else { return false }
        var place = 1
        if value[0] == 2 { place += 3 }
        guard place + 3 <= value.count, place + 3 + value.u24(place) <= value.count else { return false }
        let count = value.u24(place)
        guard count <= Self.maximumResponse, ocspResponse.isEmpty else { return true }
        ocspResponse.append(value.extracting(place + 3..<place + 3 + count))
        return true
    }

    /// A SignedCertificateTimestampList (RFC 6962, section 3.3).
    mutating func readTimestamps(_ value: Span<UInt8>) {
        var place = 2
        while place + 2 <= value.count {
            let end = place + 2 + value.u16(place)
            guard end <= value.count else { return }
            timestamps.append(value.extracting(place + 2..<end))
            place = end
        }
    }

    private static let maximumResponse = 64 * 1024
}

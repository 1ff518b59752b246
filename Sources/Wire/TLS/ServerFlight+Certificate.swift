import Bytes

extension ServerFlight {
    /// Reads a Certificate message of either kind, leaf first.
    ///
    /// Each certificate that is whole is kept, whatever the list's own length says; of a leaf that breaks
    /// off with the message, or is longer than a chain may be, the beginning is kept. Entries that are empty
    /// are passed over: no library takes such a message, so that no handshake of theirs says that the server
    /// has the key of the certificate behind them. What is no certificate and stands first is the leaf, since
    /// a library may read in it what we do not.
    mutating func readCertificate(_ message: Span<UInt8>) throws(MalformedMessage) {
        var place = 4
        if isTLS13 { place = try Self.block(message, at: 4, wide: 1).upperBound }
        guard place + 3 <= message.count else { throw MalformedMessage(type: message[0]) }
        let end = place + 3 + message.u24(place)
        place += 3
        if end != 4 + message.u24(1) { hasWrongListLength = true }
        while place < min(end, message.count) {
            // What lies across the list's end is no part of it.
            if place + 3 > end { hasWrongListLength = true }
            let certificate = try readCertificate(message, at: place)
            if certificate.upperBound > end {
                hasWrongListLength = true
                throw MalformedMessage(type: message[0])
            }
            place = certificate.upperBound
            guard isTLS13 else { continue }
            if place + 2 > end { hasWrongListLength = true }
            let extensions = try Self.block(message, at: place, wide: 2)
            if extensions.upperBound > end { hasWrongListLength = true }
            if !certificateEntry.isPresent, !chain.isEmpty { try readEntry(message, extensions) }
            place = extensions.upperBound
        }
        if chain.isEmpty, hasSkippedEntries { throw MalformedMessage(type: message[0]) }
        guard end <= message.count else { throw MalformedMessage(type: message[0]) }
    }

    /// Reads one certificate of the list and keeps what fits; returns where it lies.
    private mutating func readCertificate(
        _ message: Span<UInt8>,
        at place: Int
    ) throws(MalformedMessage) -> Range<Int> {
        guard place + 3 <= message.count else { throw MalformedMessage(type: message[0]) }
        let start = place + 3
        let end = start + message.u24(place)
        guard end > start else {
            hasSkippedEntries = true
            return start..<end
        }
        let whole = message.extracting(start..<min(end, message.count))
        if end > message.count || chain.isEmpty && end - start > chain.maximumBytes {
            // What was begun was sent, though only the leaf is worth reading in part.
            chain.append(beginning: whole, atMost: chain.isEmpty ? Self.keptBeginning : 0)
        } else {
            chain.append(whole)
        }
        guard end <= message.count else { throw MalformedMessage(type: message[0]) }
        return start..<end
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
        guard ocspResponse.isEmpty else { return true }
        guard count <= Self.maximumResponse else {
            dropped.insert(.ocspResponse)
            return true
        }
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

import Bytes

/// A log's promise to take a certificate: a Signed Certificate Timestamp (RFC 6962, section 3.2).
package struct SignedTimestamp: Equatable, Sendable {
    package var logID: TreeHash
    /// Milliseconds since 1970.
    package var time: UInt64
    package var extensions: [UInt8]
    /// A digitally-signed structure.
    package var signature: [UInt8]

    package init(logID: TreeHash, time: UInt64, extensions: [UInt8], signature: [UInt8]) {
        (self.logID, self.time, self.extensions, self.signature) = (logID, time, extensions, signature)
    }

    /// The structure itself.
    package var encoded: [UInt8] {
        [0] + logID.bytes + bigEndian(time) + Self.short(extensions) + signature
    }

    /// Where the entry stands in a static log, as the SCT itself says (C2SP static-ct-api, "SCT extension").
    package var leafIndex: UInt64? {
        var cursor = WireCursor(0..<extensions.count)
        let span = extensions.span
        while !cursor.isAtEnd {
            guard let type = cursor.number(span, 1), let data = cursor.vector(span, 2) else { return nil }
            if type == 0, data.count == 5 { return data.reduce(0) { $0 << 8 | UInt64(extensions[$1]) } }
        }
        return nil
    }

    /// Reads a list of SCTs, as extensions of certificates, of TLS and of OCSP hold it (section 3.3).
    ///
    /// - Returns: the SCTs of version 1, and whether the whole list could be read: one of a later version, an
    ///   empty list, which the section forbids, and a torn one could not.
    package static func list(_ bytes: [UInt8]) -> (timestamps: [SignedTimestamp], isWhole: Bool) {
        let span = bytes.span
        var outer = WireCursor(0..<bytes.count)
        guard let range = outer.vector(span, 2), outer.isAtEnd else { return ([], false) }
        var list = WireCursor(range)
        var result: [SignedTimestamp] = []
        var isWhole = !list.isAtEnd
        while !list.isAtEnd {
            guard result.count < 64, let one = list.vector(span, 2) else { return (result, false) }
            var cursor = WireCursor(one)
            guard let version = cursor.number(span, 1) else { return (result, false) }
            // A version that was invented later has another form.
            guard version == 0 else {
                isWhole = false
                continue
            }
            guard let id = cursor.take(32), let logID = TreeHash(span.extracting(id)),
                let time = cursor.u64(span), let extensions = cursor.vector(span, 2),
                let rest = cursor.take(cursor.end - cursor.place)
            else { return (result, false) }
            result.append(
                SignedTimestamp(
                    logID: logID,
                    time: time,
                    extensions: [UInt8](bytes[extensions]),
                    signature: [UInt8](bytes[rest])
                )
            )
        }
        return (result, isWhole)
    }

    /// The leaf that the log has to have for this SCT.
    ///
    /// - Parameters:
    ///   - body: the TBSCertificate without the SCT list, and the issuer's key: of an embedded SCT.
    ///   - certificate: the certificate, of an SCT of TLS or OCSP.
    package func leaf(body: [UInt8], issuerKey: TreeHash) -> [UInt8] {
        [0, 0] + bigEndian(time) + [0, 1] + issuerKey.bytes + Self.long(body) + Self.short(extensions)
    }

    package func leaf(certificate: [UInt8]) -> [UInt8] {
        [0, 0] + bigEndian(time) + [0, 0] + Self.long(certificate) + Self.short(extensions)
    }

    /// What the log has signed is the leaf itself: version, the type of signature in place of the leaf's
    /// type, which is zero as well, and the entry (section 3.2).
    package static func signedBytes(_ leaf: [UInt8]) -> [UInt8] { leaf }

    private static func long(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: bytes.count >> 16), UInt8(truncatingIfNeeded: bytes.count >> 8)]
            + [UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private static func short(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
}

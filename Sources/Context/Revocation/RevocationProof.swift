import COpenSSL

/// Reads what an issuer signed about a certificate.
package enum RevocationProof {
    /// An answer of OCSP in DER.
    ///
    /// - Parameter now: when it was shown, in milliseconds since 1970.
    package static func read(
        answer: [UInt8],
        leaf: [UInt8],
        issuer: [UInt8],
        now: Int
    ) -> RevocationContext.Statement {
        var out = cRevocation()
        let result = cOCSP_read(
            answer,
            answer.count,
            leaf,
            leaf.count,
            issuer,
            issuer.count,
            Int64(now / 1000),
            &out
        )
        return statement(result, out, now)
    }

    /// A revocation list in DER.
    package static func read(
        list: [UInt8],
        leaf: [UInt8],
        issuer: [UInt8],
        now: Int
    ) -> RevocationContext.Statement {
        RevocationList(list)?.look(leaf: leaf, issuer: issuer, now: now) ?? .init(.unreadable)
    }

    /// How far a clock may be wrong, in milliseconds.
    private static let tolerance = 300_000

    static func statement(_ result: CInt, _ out: cRevocation, _ now: Int)
        -> RevocationContext.Statement
    {
        switch Int(result) {
        case cRevocation_read: break
        case cRevocation_refused: return .init(.refused)
        case cRevocation_other: return .init(.other)
        case cRevocation_unsigned: return .init(.invalid)
        default: return .init(.unreadable)
        }
        var statement = RevocationContext.Statement(
            out.status == 0 ? .good : out.status == 1 ? .revoked : .unknown
        )
        statement.thisUpdate = milliseconds(out.this_update)
        statement.nextUpdate = milliseconds(out.next_update)
        if out.status == 1 {
            statement.revokedAt = milliseconds(out.revoked_at)
            statement.reason = reason(out.reason)
        }
        // Without a time of the next one an answer is as old as it says, and nobody promised a newer one.
        let isOver = statement.nextUpdate.map { now > $0 + tolerance } ?? false
        let isEarly = statement.thisUpdate.map { now < $0 - tolerance } ?? true
        if isOver || isEarly { statement.status = .stale }
        return statement
    }

    /// Times in certificates are within the years 0 to 9999, so that the product fits.
    private static func milliseconds(_ seconds: Int64) -> Int? { seconds == 0 ? nil : Int(seconds) &* 1000 }

    /// RFC 5280, section 5.3.1.
    private static func reason(_ code: CInt) -> String? {
        switch code {
        case 0: "unspecified"
        case 1: "key_compromise"
        case 2: "ca_compromise"
        case 3: "affiliation_changed"
        case 4: "superseded"
        case 5: "cessation_of_operation"
        case 6: "certificate_hold"
        case 8: "remove_from_crl"
        case 9: "privilege_withdrawn"
        case 10: "aa_compromise"
        default: nil
        }
    }
}

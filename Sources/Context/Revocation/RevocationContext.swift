import Bytes

/// Whether the issuer took a certificate back, as far as anybody proved it.
package struct RevocationContext: Equatable, Sendable {
    package enum Status: String, CaseIterable, Sendable {
        case good, revoked
        /// The responder does not know the certificate.
        case unknown
        /// What it says holds no longer.
        case stale
        /// Nobody who may sign it has signed it.
        case invalid
        /// It is about another certificate.
        case other
        case unreadable
        /// The responder gave an error in place of an answer.
        case refused
        /// It could not be checked: the issuer's certificate is not in the record.
        case unchecked
        /// A list could not be fetched.
        case unavailable
    }

    /// What one source says.
    package struct Statement: Equatable, Sendable {
        package var status: Status
        /// Milliseconds since 1970.
        package var thisUpdate: Int?
        package var nextUpdate: Int?
        package var revokedAt: Int?
        package var reason: String?
        /// Where a list was fetched.
        package var url: String?
        /// Why it could not be fetched.
        package var error: String?

        package init(_ status: Status) { self.status = status }

        /// Whether the issuer really says that it took the certificate back: that stays true.
        var isRevoked: Bool { status == .revoked || status == .stale && revokedAt != nil }
    }

    package var staple: Statement?
    package var list: Statement?
    /// Whether the certificate asks for a staple (RFC 7633).
    package var mustStaple = false
    /// Whether the server was seen not to send one.
    package var lacksStaple = false

    /// What both come to; nil where neither says anything.
    package var status: Status? {
        if [staple, list].contains(where: { $0?.isRevoked == true }) { return .revoked }
        if staple?.status == .good || list?.status == .good { return .good }
        return staple?.status ?? list?.status
    }

    var isEmpty: Bool { staple == nil && list == nil && !mustStaple }

    func append(to out: inout ByteBuffer) {
        out.object("revocation")
        if let status { out.member("status", word: status.rawValue) }
        let speaker = [staple, list].compactMap(\.self).first(where: \.isRevoked)
        if let time = speaker?.revokedAt { out.member("revoked_at", RFC3339.secondsText(time)) }
        if let reason = speaker?.reason { out.member("reason", reason) }
        if mustStaple { out.member("must_staple", true) }
        if mustStaple && lacksStaple {
            out.array("anomalies")
            out.plain("must_staple_without_staple")
            out.endArray()
        }
        if let staple { Self.append(staple, "staple", to: &out) }
        if let list { Self.append(list, "crl", to: &out) }
        out.endObject()
    }

    private static func append(_ statement: Statement, _ name: StaticString, to out: inout ByteBuffer) {
        out.object(name)
        out.member("status", word: statement.status.rawValue)
        if let time = statement.thisUpdate { out.member("this_update", RFC3339.secondsText(time)) }
        if let time = statement.nextUpdate { out.member("next_update", RFC3339.secondsText(time)) }
        if let url = statement.url { out.member("url", url) }
        if let error = statement.error { out.member("error", error) }
        out.endObject()
    }
}

extension ByteBuffer {
    fileprivate mutating func plain(_ word: StaticString) {
        append(0x22)
        append(word)
        append(0x22)
    }
}

import Bytes

/// What a corpus remembers around a certificate and its endpoint.
package struct TimeContext: Equatable, Sendable {
    /// When the certificate was seen first, anywhere, in milliseconds since 1970.
    package var firstSeen: Int?
    /// Seconds from its begin of validity until then; less than 0 where it was seen before it was valid.
    package var ageWhenFirstSeen: Int?
    /// How many certificates the corpus holds for the same names, this one included.
    package var issues: Int?
    /// The middle of the times from one of them to the next, in seconds, by their begin of validity.
    package var rhythm: Int?
    package init() {}

    func append(to out: inout ByteBuffer) {
        guard self != TimeContext() else { return }
        out.object("time")
        if let firstSeen { out.member("first_seen", RFC3339.secondsText(firstSeen)) }
        if let age = ageWhenFirstSeen { out.member("age_when_first_seen", age) }
        if let issues { out.member("issues", issues) }
        if let rhythm { out.member("rhythm", rhythm) }
        out.endObject()
    }
}

/// Who remembers what was seen before: a corpus.
package protocol ContextHistory: AnyObject {
    /// - Parameters:
    ///   - certificate: SHA-256 in lower-case hexadecimal, or nil.
    ///   - names: of the certificate.
    ///   - address: as text.
    func look(certificate: String?, names: [String], address: String?) -> TimeContext?

    /// Why it could not answer, once it could not; nil while it could.
    var fault: String? { get }
}

import Observations

/// Who decides what a test finds.
package enum EvidenceForm: Sendable {
    /// Text that an outsider can put on an innocent server: a comment, a headline, the path that was asked
    /// for, a header that a proxy passes on.
    case text
    /// What only the software or its operator decides: certificate, stack, icon, digests, a whole body, the
    /// order of headers.
    case structure
    /// What so many servers show that it tells nothing beside either.
    case common
}

extension FieldTest {
    /// The form of what a match of this test shows.
    var form: EvidenceForm {
        if Self.common.contains(field) { return .common }
        guard EvidenceKind.of(field) == .http else { return .structure }
        if field.hasPrefix("hallmark.favicon.") || Self.structure.contains(field) { return .structure }
        // A whole body is nothing that a visitor writes; a word in it is.
        if field == "http.response.body.content", case .text(let text, _) = predicate,
            let whole = text.literal
        {
            return whole.isEmpty ? .common : .structure
        }
        return .text
    }

    private static let common: Set<String> = [
        "http.response.status_code", "http.response.mime_type", "http.response.body.bytes", "http.version",
        "http.request.method", "http.response.header.date", "http.response.header.connection",
        "http.response.header.content-length", "hallmark.certificate.self_signed",
        "hallmark.certificate.self_issued",
        "hallmark.certificate.is_ca", "tls.version", "tls.version_protocol", "tls.established",
        "tls.next_protocol", "tls.cipher", "tls.curve",
    ]
    private static let structure: Set<String> = [
        "http.response.header_order", "http.response.headers_hash", "http.response.html_hash",
        "http.response.body.sha256", "http.response.body.sha1", "http.response.body.md5",
        "http.response.body.mmh3", "http.response.status_line",
    ]
}

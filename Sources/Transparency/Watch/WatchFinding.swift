package import Observations

/// What a newly issued certificate is to whoever watches names.
package struct WatchFinding: Equatable, Sendable {
    /// The closed list (`Docs/transparency.md`).
    package enum Name: String, CaseIterable, Sendable {
        case unexpectedIssuer = "unexpected_issuer"
        case unknownCertificate = "unknown_certificate"
        case lookalike
        case burst
        case shortLived = "short_lived"
        case validityTooLong = "validity_too_long"

        package var severity: Severity {
            switch self {
            case .shortLived: .info
            case .validityTooLong, .burst: .medium
            case .unknownCertificate, .lookalike: .medium
            case .unexpectedIssuer: .high
            }
        }
    }

    package var name: Name
    package var message: String
    /// The name that is watched.
    package var watched: String
    /// The name in the certificate.
    package var found: String
    /// How like it is, to 100, and in which way; of look-alikes alone.
    package var score: Int?
    package var reason: String?

    package var severity: Severity {
        guard name == .lookalike, let score else { return name.severity }
        return score >= 90 ? .high : score >= 70 ? .medium : .low
    }
}

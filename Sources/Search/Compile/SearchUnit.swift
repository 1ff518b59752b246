/// What a search gives out: one row for each.
package enum SearchUnit: String, CaseIterable, Sendable {
    /// An endpoint with a certificate and an appearance, and when it was seen so.
    case sightings
    case endpoints
    case certificates
    /// What a comparison, an audit or a watch of logs said of one thing.
    case findings

    var scope: Scope {
        switch self {
        case .sightings: .sighting
        case .endpoints: .endpoint
        case .certificates: .certificate
        case .findings: .finding
        }
    }

    var table: String { rawValue }
}

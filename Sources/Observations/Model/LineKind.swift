/// What a line with `event.dataset` can be; each kind has a JSON Schema.
package enum LineKind: String, CaseIterable, Sendable {
    /// A record: what was seen, by us or by others.
    case observation
    /// What a comparison or an audit has to say of one thing.
    case finding
    /// What a correlation rule counted over several records.
    case correlation

    /// The values of `event.dataset`.
    package var datasets: [String] {
        switch self {
        case .observation: RecordDataset.allCases.map(\.rawValue)
        case .finding, .correlation: ["hallmark.\(rawValue)"]
        }
    }
}

import Observations
import Signatures
import Wire

/// One lead and the endpoint that it is about.
struct LeadPlace: Codable, Sendable {
    /// As one would type it.
    var endpoint: String
    var software: String
    /// 0 to 99.
    var confidence: Int
    var label: String
    /// What a person is told of its dismissal; nil where nobody has dismissed it.
    var dismissal: String?
}

extension LeadPlace {
    init(_ endpoint: FinishedEndpoint, _ lead: Lead, _ dismissal: String?) {
        let host =
            endpoint.domain ?? endpoint.ip.map { $0.isV4 ? $0.description : "[\($0)]" }
            ?? endpoint.address
        self.init(
            endpoint: "\(host):\(endpoint.port)",
            software: lead.software.name,
            confidence: lead.confidence,
            label: lead.label.rawValue,
            dismissal: dismissal
        )
    }
}

/// The strongest leads of a run, so that its summary can say where they are; the records have them all.
struct LeadPlaces: Sendable {
    /// How many are kept.
    static let limit = 100

    private var kept: [LeadPlace] = []

    /// The strongest first, and those of one strength in the order of their endpoints.
    var strongest: [LeadPlace] {
        kept.sorted { ($1.confidence, $0.software, $0.endpoint) < ($0.confidence, $1.software, $1.endpoint) }
    }

    mutating func add(_ place: LeadPlace) {
        kept.append(place)
        trim()
    }

    mutating func add(_ other: LeadPlaces) {
        guard !other.kept.isEmpty else { return }
        kept += other.kept
        trim()
    }

    private mutating func trim() {
        guard kept.count > 2 * Self.limit else { return }
        kept = Array(strongest.prefix(Self.limit))
    }
}

package import Observations

/// What all exports can be told.
package struct ExportOptions: Sendable {
    /// Weaker leads are left out.
    package var least = LeadLabel.medium
    package var tlp: TrafficLight?
    /// Who says it, as a reader of the export sees it.
    package var author = "Hallmark"
    /// For how many days after it was seen an address is worth looking for.
    package var addressDays = 30
    /// The columns of CSV, by the names of fields.
    package var columns = ExportOptions.defaultColumns
    /// The program's version.
    package var version = ""

    package init() {}

    package static let defaultColumns = [
        "@timestamp", "server.ip", "server.port", "server.domain", "event.outcome", "error.code",
        "tls.version", "tls.server.x509.subject.distinguished_name",
        "tls.server.x509.alternative_names", "tls.server.x509.issuer.distinguished_name",
        "tls.server.x509.not_after", "tls.server.hash.sha256", "hallmark.leads.software.name",
        "hallmark.leads.confidence", "hallmark.findings.name", "hallmark.findings.severity",
    ]
}

/// To whom an export may be given: FIRST's Traffic Light Protocol 2.0.
package enum TrafficLight: String, CaseIterable, Sendable {
    case clear, green, amber
    case amberStrict = "amber+strict"
    case red

    /// The UUID of the marking definition that OASIS publishes for it (STIX 2.1, extension for TLP 2.0).
    var marking: String {
        switch self {
        case .clear: "94868c89-83c2-464b-929b-a1a8aa3c8487"
        case .green: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
        case .amber: "55d920b0-5e8b-4f79-9ee9-91f868d9b421"
        case .amberStrict: "939a9414-2ddd-4d32-a0cd-375ea402b003"
        case .red: "e828b379-4e03-4974-9ac4-e53a884c97c1"
        }
    }
}

import Wire

/// An indicator and how often it was seen; of several sightings the strongest lead counts.
struct STIXIndicator {
    let id: String
    let software: String
    let name: String
    let pattern: String
    let isDualUse: Bool
    /// Whether it is for an address, which somebody else may have tomorrow.
    let isOfAddress: Bool
    private(set) var confidence: Int
    /// What speaks for it and against it, where it was the strongest.
    private(set) var description: String
    /// Milliseconds since 1970.
    private(set) var first: Int
    private(set) var last: Int
    /// Ids of the observed data.
    var observed: [String] = []

    /// An indicator for every endpoint that shows the certificate.
    init(_ lead: ExportRecord.Lead, _ record: ExportRecord, _ leaf: ExportRecord.Certificate) {
        self.init(
            lead,
            record,
            "[x509-certificate:hashes.'SHA-256' = '\(leaf.sha256.lowercased())']",
            "\(lead.software): certificate \(leaf.sha256.prefix(16).lowercased())",
            isOfAddress: false
        )
    }

    /// An indicator for connections to the endpoint; nil without an address and a port.
    init?(_ lead: ExportRecord.Lead, _ record: ExportRecord) {
        guard let ip = record.ip, let port = record.port else { return nil }
        self.init(
            lead,
            record,
            """
            [network-traffic:dst_ref.type = '\(ip.isV4 ? "ipv4-addr" : "ipv6-addr")' \
            AND network-traffic:dst_ref.value = '\(ip.description)' AND network-traffic:dst_port = \(port)]
            """,
            "\(lead.software): \(record.endpoint)",
            isOfAddress: true
        )
    }

    private init(
        _ lead: ExportRecord.Lead,
        _ record: ExportRecord,
        _ pattern: String,
        _ name: String,
        isOfAddress: Bool
    ) {
        id = "indicator--" + NameUUID.of("indicator \(lead.software) \(pattern)")
        software = lead.software
        self.name = name
        self.pattern = pattern
        self.isOfAddress = isOfAddress
        isDualUse = lead.isDualUse
        confidence = lead.confidence
        (first, last) = (record.time, record.time)
        var sentences: [String] = []
        if !lead.kinds.isEmpty { sentences.append("Evidence: \(lead.kinds.joined(separator: ", ")).") }
        if !lead.rules.isEmpty {
            sentences.append("Rules: \(lead.rules.map(\.name).joined(separator: "; ")).")
        }
        if !lead.against.isEmpty {
            sentences.append("Against: \(lead.against.joined(separator: "; ")).")
        }
        if lead.isDualUse { sentences.append("Honest people run it as well.") }
        description = sentences.joined(separator: " ")
    }

    mutating func add(_ other: STIXIndicator, _ observed: String) {
        if other.confidence > confidence { (confidence, description) = (other.confidence, other.description) }
        first = min(first, other.first)
        last = max(last, other.last)
        if !self.observed.contains(observed) { self.observed.append(observed) }
    }
}

/// A software that leads are of, and the endpoints that run it.
struct STIXSoftware {
    /// An endpoint and what was seen of it.
    struct Endpoint {
        let name: String
        var first: Int
        var last: Int
        var observables: [String]
    }

    let name: String
    let type: String
    let attackID: String?
    private(set) var techniques: Set<String> = []
    private(set) var endpoints: [Endpoint] = []
    private var places: [String: Int] = [:]

    var id: String { "\(type)--" + NameUUID.of("software \(name)") }

    init(_ lead: ExportRecord.Lead) {
        name = lead.software
        // What honest people run as well is a tool; STIX has malware for what is made to harm.
        type = lead.isDualUse ? "tool" : "malware"
        attackID = lead.id.flatMap { $0.wholeMatch(of: /[SGT]\d{4}/) == nil ? nil : $0 }
    }

    mutating func add(_ record: ExportRecord, techniques: [String], observables: [String]) {
        self.techniques.formUnion(techniques.filter { $0.wholeMatch(of: /T\d{4}(\.\d{3})?/) != nil })
        guard !record.endpoint.isEmpty else { return }
        guard let place = places[record.endpoint] else {
            places[record.endpoint] = endpoints.count
            return endpoints.append(
                Endpoint(
                    name: record.endpoint,
                    first: record.time,
                    last: record.time,
                    observables: observables
                )
            )
        }
        endpoints[place].first = min(endpoints[place].first, record.time)
        endpoints[place].last = max(endpoints[place].last, record.time)
        for id in observables where !endpoints[place].observables.contains(id) {
            endpoints[place].observables.append(id)
        }
    }
}

import Bytes
import Corpus
import Observations
import Search

/// A list of the overview: values, and how many have each.
struct OverviewList {
    let name: String
    /// The field whose values they are.
    let field: String
    let values: [(name: String, count: Int, link: String)]
    /// Whether there are more values than are told.
    let isCut: Bool
}

extension Console {
    /// Values that one list tells.
    static let mostBars = 12
    /// Issuers, keys and validity are counted over so many certificates: a million take half a minute.
    static let newestCertificates = 20_000
    /// TLS versions and key exchanges are those of endpoints that are among so many sightings.
    static let newestSightings = 200_000
    /// What certificates are called that nobody has told the end of.
    private static let noEnd = "not known"

    /// How many endpoints have each TLS version and each key exchange.
    typealias Services = [MarkKind: [(value: String, count: Int)]]

    func services(of corpus: CorpusFile) throws -> Services {
        try corpus.endpoints(by: [.tlsVersion, .curve], newest: Self.newestSightings)
    }

    func lists(of corpus: CorpusFile, _ services: Services) throws -> [OverviewList] {
        try [
            groups(
                "Endpoints by strength of their leads",
                "hallmark.leads.label",
                .endpoints,
                corpus,
                order: LeadLabel.allCases.reversed().map(\.rawValue)
            ),
            groups(
                "Endpoints by software of their leads",
                "hallmark.leads.software.name",
                .endpoints,
                corpus
            ),
            expiry(corpus),
            list("Endpoints by TLS version", .tlsVersion, services),
            list("Endpoints by group of the key exchange", .curve, services),
            groups(
                "Findings by severity",
                "hallmark.findings.severity",
                .findings,
                corpus,
                order: Severity.allCases.reversed().map(\.rawValue)
            ),
            groups("Findings by name", "hallmark.findings.name", .findings, corpus),
            groups("Findings by owner", "hallmark.findings.owner", .findings, corpus),
            groups("Certificates by issuer", "tls.server.issuer", .certificates, corpus),
            groups(
                "Certificates by kind of key",
                "tls.server.x509.public_key_algorithm",
                .certificates,
                corpus
            ),
            groups(
                "Certificates by days of validity",
                "hallmark.certificate.validity_days",
                .certificates,
                corpus
            ),
        ]
    }

    /// With how many endpoints there was a key exchange when they were seen last, and how many of these
    /// withstand a quantum computer.
    static func keyExchanges(_ services: Services) -> (all: Int, safe: Int) {
        let groups = services[.curve] ?? []
        let safe = groups.filter { KeyExchangeGroup.isPostQuantum($0.value) }
        return (groups.reduce(0) { $0 + $1.count }, safe.reduce(0) { $0 + $1.count })
    }

    private func list(_ name: String, _ kind: MarkKind, _ services: Services) -> OverviewList {
        let found = services[kind] ?? []
        let values = found.prefix(Self.mostBars).map { value, count in
            let query = "\(kind.field): \(DecidedLeads.quoted(value))"
            return (
                name: value, count: count,
                link: Link.search(query, of: SearchUnit.endpoints.rawValue)
            )
        }
        return OverviewList(
            name: name,
            field: kind.field,
            values: values,
            isCut: found.count > Self.mostBars
        )
    }

    private func groups(
        _ name: String,
        _ field: String,
        _ unit: SearchUnit,
        _ corpus: CorpusFile,
        order: [String] = []
    ) throws -> OverviewList {
        var found = try CorpusSearch("*", in: corpus, of: unit, now: now)
            .groups(
                by: field,
                rarest: false,
                limit: Self.mostBars + 1,
                newest: unit == .certificates ? Self.newestCertificates : nil
            )
        if !order.isEmpty {
            // Words that have an order of their own stand in it.
            func place(_ group: CorpusSearch.Group) -> Int {
                order.firstIndex(of: group.value) ?? order.count
            }
            found.sort { place($0) < place($1) }
        }
        let values = found.prefix(Self.mostBars).map { group in
            let link = Link.search("\(field): \(DecidedLeads.quoted(group.value))", of: unit.rawValue)
            return (name: group.value.isEmpty ? "\"\"" : group.value, count: group.count, link: link)
        }
        return OverviewList(name: name, field: field, values: values, isCut: found.count > Self.mostBars)
    }

    private func expiry(_ corpus: CorpusFile) throws -> OverviewList {
        let end = "tls.server.not_after"
        let values = try [
            ("expired", "\(end) < now"), ("within 7 days", "\(end) >= now and \(end) < now+7d"),
            ("within 30 days", "\(end) >= now+7d and \(end) < now+30d"),
            ("within 90 days", "\(end) >= now+30d and \(end) < now+90d"), ("later", "\(end) >= now+90d"),
            (Self.noEnd, "not \(end): *"),
        ]
        .map { name, query in
            let count = try CorpusSearch(query, in: corpus, of: .certificates, now: now).count()
            return (name: name, count: count, link: Link.search(query, of: SearchUnit.certificates.rawValue))
        }
        .filter { $0.name != Self.noEnd || $0.count > 0 }
        return OverviewList(name: "Certificates by their end", field: end, values: values, isCut: false)
    }
}

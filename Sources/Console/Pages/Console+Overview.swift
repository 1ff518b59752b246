import Bytes
import Corpus
import Observations
import Search

extension Console {
    /// What there is, how much, and what wants attention.
    func overview() throws -> ConsoleResponse {
        try kept("/") { try read { .page(page("Overview", "/", try overview(of: $0))) } }
    }

    /// Makes the page that everybody asks for first: of millions of sightings it takes seconds.
    ///
    /// What can't be read now is said to who asks for it.
    package func makeReady() { _ = try? overview() }

    private func overview(of corpus: CorpusFile) throws -> Markup {
        let stats = try corpus.stats(top: 0, isChecked: false)
        var body: Markup = "<h1>Overview</h1>\n"
        if let first = stats.first, let last = stats.last {
            body =
                body
                + "<p>Seen from \(RFC3339.text(first)) to \(RFC3339.text(last)). As of \(RFC3339.secondsText(now)).</p>"
        }
        let counts = stats.counts.map { [("\($0.name)" as Markup), ("\($0.count)" as Markup)] }
        let parts = try [
            groups("Endpoints by strength of their leads", "hallmark.leads.label", .endpoints, corpus),
            groups(
                "Endpoints by software of their leads",
                "hallmark.leads.software.name",
                .endpoints,
                corpus
            ),
            bars("Certificates by their end", expiry(corpus)),
            services("Sightings by TLS version", .tlsVersion, corpus),
            services("Sightings by group of the key exchange", .curve, corpus) + postQuantum(corpus),
            groups("Findings by severity", "hallmark.findings.severity", .findings, corpus),
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
            table("What the corpus holds", ["what", "number"], counts),
        ]
        let sections = parts.filter { !$0.text.isEmpty }.map { part -> Markup in
            "<section>\(part)</section>\n"
        }
        return body + """
            <div class="tiles">\(sections)</div>
            \(sample(stats))<p class="hint">An endpoint is an address, a port and a name; one with leads of several strengths counts in each.</p>
            \(try newest(in: corpus))
            """
    }

    /// Issuers, keys and validity are counted over so many certificates: a million take half a minute.
    private static let newestCertificates = 20_000

    private func sample(_ stats: CorpusStats) -> Markup {
        let count = stats.counts.first { $0.name == "certificates" }?.count ?? 0
        guard count > Self.newestCertificates else { return "" }
        return
            "<p class=\"hint\">Issuers, keys and days of validity are those of the newest \(Self.newestCertificates) certificates.</p>\n"
    }

    /// Values that one list shows.
    private static let mostBars = 12

    private func services(_ caption: String, _ kind: MarkKind, _ corpus: CorpusFile) throws -> Markup {
        let found = try corpus.sightings(by: kind, limit: Self.mostBars + 1)
        return bars(
            found.count > Self.mostBars ? "\(caption) (the first \(Self.mostBars))" : caption,
            found.prefix(Self.mostBars).map { value, count in
                (value, count, Link.search("\(kind.field): \(DecidedLeads.quoted(value))"))
            }
        )
    }

    /// How many key exchanges withstand a quantum computer; nothing where none was seen.
    private func postQuantum(_ corpus: CorpusFile) throws -> Markup {
        let groups = try corpus.sightings(by: .curve, limit: 1000)
        let all = groups.reduce(0) { $0 + $1.count }
        guard all > 0 else { return "" }
        let safe = groups.filter { KeyExchangeGroup.isPostQuantum($0.value) }.reduce(0) { $0 + $1.count }
        let tenths = Int((Double(safe) * 1000 / Double(all)).rounded())
        return
            "<p>Post-quantum share: \(safe) of \(all) key exchanges (\(tenths / 10).\(tenths % 10) %).</p>"
    }

    private func groups(
        _ caption: String,
        _ field: String,
        _ unit: SearchUnit,
        _ corpus: CorpusFile
    ) throws -> Markup {
        let found = try CorpusSearch("*", in: corpus, of: unit, now: now)
            .groups(
                by: field,
                rarest: false,
                limit: Self.mostBars + 1,
                newest: unit == .certificates ? Self.newestCertificates : nil
            )
        return bars(
            found.count > Self.mostBars ? "\(caption) (the first \(Self.mostBars))" : caption,
            found.prefix(Self.mostBars).map { group in
                let query = "\(field): \(DecidedLeads.quoted(group.value))"
                return (
                    group.value.isEmpty ? "\"\"" : group.value, group.count,
                    Link.search(query, of: unit.rawValue)
                )
            }
        )
    }

    /// What certificates are called that nobody has told the end of.
    private static let noEnd = "not known"

    private func expiry(_ corpus: CorpusFile) throws -> [(name: String, count: Int, link: String)] {
        let end = "tls.server.not_after"
        return try [
            ("expired", "\(end) < now"), ("within 7 days", "\(end) >= now and \(end) < now+7d"),
            ("within 30 days", "\(end) >= now+7d and \(end) < now+30d"),
            ("within 90 days", "\(end) >= now+30d and \(end) < now+90d"), ("later", "\(end) >= now+90d"),
            (Self.noEnd, "not \(end): *"),
        ]
        .map { name, query in
            let count = try CorpusSearch(query, in: corpus, of: .certificates, now: now).count()
            return (name, count, Link.search(query, of: SearchUnit.certificates.rawValue))
        }
        .filter { name, count, _ in name != Self.noEnd || count > 0 }
    }

    private func newest(in corpus: CorpusFile) throws -> Markup {
        let found = try Self.endpoints(records("hallmark.leads.software.name: *", in: corpus, limit: 50))
            .prefix(10)
        guard !found.isEmpty else { return "<p>No endpoint has a lead.</p>" }
        let rows = found.map { record -> [Markup] in
            ["\(record["@timestamp"])", endpointLink(record), certificateLink(record), leads(record)]
        }
        return table("The newest endpoints with a lead", ["seen", "endpoint", "certificate", "leads"], rows)
            + "<p><a href=\"/triage\">To the triage</a></p>"
    }
}

import Bytes
import Corpus
import Search

extension Console {
    /// What there is, how much, and what wants attention.
    func overview(_ request: ConsoleRequest) throws -> ConsoleResponse {
        try read { corpus in
            let stats = try corpus.stats(top: 0)
            let counts = stats.counts.map { [("\($0.name)" as Markup), ("\($0.count)" as Markup)] }
            var body: Markup = "<h1>Overview</h1>\n"
            if let first = stats.first, let last = stats.last {
                body = body + "<p>Seen from \(RFC3339.text(first)) to \(RFC3339.text(last)).</p>"
            }
            func groups(_ caption: String, _ field: String, _ unit: SearchUnit, rarest: Bool = false) throws
                -> Markup
            {
                let found = try CorpusSearch("*", in: corpus, of: unit, now: now)
                    .groups(by: field, rarest: rarest, limit: 12)
                return bars(
                    caption,
                    found.map { group in
                        let query = "\(field): \(DecidedLeads.quoted(group.value))"
                        return (group.value, group.count, Link.search(query, of: unit.rawValue))
                    }
                )
            }
            let expiry = try [
                ("expired", "tls.server.not_after < now"),
                ("within 7 days", "tls.server.not_after >= now and tls.server.not_after < now+7d"),
                ("within 30 days", "tls.server.not_after >= now+7d and tls.server.not_after < now+30d"),
                ("within 90 days", "tls.server.not_after >= now+30d and tls.server.not_after < now+90d"),
                ("later", "tls.server.not_after >= now+90d"),
            ]
            .map { name, query in
                let count = try CorpusSearch(query, in: corpus, of: .certificates, now: now).count()
                return (name, count, Link.search(query, of: "certificates"))
            }
            let parts = try [
                groups("Leads by strength", "hallmark.leads.label", .sightings),
                groups("Leads by software", "hallmark.leads.software.name", .sightings),
                bars("Certificates by their end", expiry),
                groups("Issuers", "tls.server.issuer", .certificates),
                groups("Kinds of keys", "tls.server.x509.public_key_algorithm", .certificates),
                groups("Days of validity", "hallmark.certificate.validity_days", .certificates),
                table("What the corpus holds", ["what", "number"], counts),
            ]
            let sections = parts.map { part -> Markup in "<section>\(part)</section>\n" }
            body = body + "<div class=\"tiles\">\(sections)</div>"
            body = body + (try newest(in: corpus))
            return .page(page("Overview", "/", body))
        }
    }

    private func newest(in corpus: CorpusFile) throws -> Markup {
        let found = try records("hallmark.leads.software.name: *", in: corpus, limit: 10)
        guard !found.isEmpty else { return "<p>No sighting has a lead.</p>" }
        let rows = found.map { record -> [Markup] in
            ["\(record["@timestamp"])", endpointLink(record), certificateLink(record), leads(record)]
        }
        return table("The newest leads", ["seen", "endpoint", "certificate", "leads"], rows)
            + "<p><a href=\"/triage\">To the triage</a></p>"
    }
}

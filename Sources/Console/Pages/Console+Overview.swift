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
        let services = try services(of: corpus)
        let parts =
            try lists(of: corpus, services).map { list -> Markup in
                let shown = bars(
                    list.isCut ? "\(list.name) (the first \(Self.mostBars))" : list.name,
                    list.values
                )
                return list.field == MarkKind.curve.field ? shown + postQuantum(services) : shown
            } + [table("What the corpus holds", ["what", "number"], counts)]
        let sections = parts.filter { !$0.text.isEmpty }.map { part -> Markup in
            "<section>\(part)</section>\n"
        }
        return body + """
            <div class="tiles">\(sections)</div>
            \(sample(stats))<p class="hint">An endpoint is an address, a port and a name; one with leads of several strengths counts in each. TLS version and key exchange are those that it was seen with last.</p>
            \(try newest(in: corpus))
            """
    }

    private func sample(_ stats: CorpusStats) -> Markup {
        func count(_ name: String) -> Int { stats.counts.first { $0.name == name }?.count ?? 0 }
        var hints: [Markup] = []
        if count("certificates") > Self.newestCertificates {
            hints.append(
                "<p class=\"hint\">Issuers, keys and days of validity are those of the newest \(Self.newestCertificates) certificates.</p>\n"
            )
        }
        if count("sightings") > Self.newestSightings {
            hints.append(
                "<p class=\"hint\">TLS versions and key exchanges are those of the endpoints among the newest \(Self.newestSightings) sightings.</p>\n"
            )
        }
        return Markup(hints)
    }

    /// How many key exchanges withstand a quantum computer; nothing where none was seen.
    private func postQuantum(_ services: Services) -> Markup {
        let (all, safe) = Self.keyExchanges(services)
        guard all > 0 else { return "" }
        let tenths = Int((Double(safe) * 1000 / Double(all)).rounded())
        return
            "<p>Post-quantum share: \(safe) of \(all) endpoints with a key exchange (\(tenths / 10).\(tenths % 10) %).</p>"
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

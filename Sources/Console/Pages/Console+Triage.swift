import Bytes
import Corpus
import Decisions
import Foundation
import Search
import Terminal

extension Console {
    private static let mostTriaged = 200
    /// So many sightings with leads are looked through for those that nobody has decided on.
    private static let mostLookedAt = 20_000

    /// The endpoints with leads, each as it was seen last, the newest first.
    ///
    /// - Returns: what was found before `most` of them are open, and whether that is not all there are.
    func withLeads(
        in corpus: CorpusFile,
        _ index: DecisionIndex,
        open most: Int
    ) throws -> (endpoints: [SeenRecord], areMore: Bool) {
        var limit = most
        while true {
            let found = try records("hallmark.leads.software.name: *", in: corpus, limit: limit, index)
            let endpoints = Self.endpoints(found)
            let areMore = found.count == limit
            if !areMore || limit >= Self.mostLookedAt || endpoints.count(where: { !$0.isDecided }) >= most / 2
            {
                return (endpoints, areMore)
            }
            // Many were decided: what is open lies behind them.
            limit = min(limit * 10, Self.mostLookedAt)
        }
    }

    /// Leads that nobody has decided on, the newest first.
    func triage(_ request: ConsoleRequest) throws -> ConsoleResponse {
        if let all = request.argument("all"), all != "1" {
            throw ConsoleError.wrong("'all' is 1 or not there.")
        }
        return try read { corpus in
            let (index, unread) = try decisionIndex(corpus)
            let (all, areMore) = try withLeads(in: corpus, index, open: Self.mostTriaged)
            let wantsAll = request.argument("all") == "1"
            let shown = all.filter { wantsAll || !$0.isDecided }.prefix(Self.mostTriaged)
            let matched = try MatchedRules(shown, in: corpus, library: try? rules())
            let articles = shown.map { article($0, matched) }
            let decided = all.count { $0.isDecided }
            var head: Markup = """
                <h1>Triage</h1>
                <p>\(counted(shown.count, "endpoint")) with a lead\(wantsAll ? "" : " and without a decision"); of the newest
                \(all.count) with a lead, \(decided) are decided. An endpoint is an address, a port and a name.
                <a href="/triage\(wantsAll ? "" : "?all=1")">\(wantsAll ? "Hide" : "Show") what is decided</a></p>
                <p class="hint"><kbd>j</kbd> and <kbd>k</kbd> go from lead to lead; <kbd>m</kbd>, <kbd>b</kbd>, <kbd>e</kbd> and <kbd>d</kbd>
                choose monitor, block, escalate and dismiss, once a reason is written.</p>
                """
            if unread > 0 {
                head =
                    head
                    + "<p class=\"warning\">\(counted(unread, "decision")) of the corpus can't be read: what they decided is shown as open.</p>"
            }
            if areMore {
                head =
                    head
                    + "<p class=\"warning\">There are more leads than were looked at: the older wait.</p>"
            }
            let nothing: Markup = areMore ? "" : "<p>Nothing waits.</p>"
            let body: Markup = shown.isEmpty ? nothing : "\(articles)"
            return .page(page("Triage", "/triage", head + body))
        }
    }

    /// The newest of each endpoint: one that answered in several ways is decided once.
    static func endpoints(_ records: [SeenRecord]) -> [SeenRecord] {
        var met: Set<String> = []
        return records.filter { met.insert("\($0.endpoint) \($0["server.domain"])").inserted }
    }

    private func article(_ record: SeenRecord, _ matched: MatchedRules) -> Markup {
        let telling = [
            ("seen", "@timestamp"), ("first seen", "hallmark.sightings.first"),
            ("issuer", "tls.server.issuer"),
            ("names", "tls.server.x509.alternative_names"), ("valid from", "tls.server.not_before"),
            ("valid until", "tls.server.not_after"), ("JARM", "tls.server.jarm"),
            ("stack", "hallmark.stack"), ("server", "http.response.header.server"),
            ("title", "http.response.title"),
        ]
        let found = telling.compactMap { name, field -> (name: String, value: Markup)? in
            let value = record[field]
            return value.isEmpty ? nil : (name, "\(short: value)")
        }
        return """
            <article class="triage" tabindex="0">
            <h2>\(endpointLink(record)) \(leads(record))</h2>
            <p>\(certificateLink(record))</p>
            \(decisionText(record))
            \(matched.markup(of: record))
            \(against(record))
            \(facts(found))
            <p><a href="\(Link.graph(record.certificate.isEmpty ? record.endpoint : record.certificate))">What shares its marks</a></p>
            \(decisionForm(record.endpoint, back: "/triage"))
            </article>

            """
    }

    private static let decisionFields: Set<String> = [
        "subject", "verdict", "because", "by", "case", "until", "key", "back",
    ]

    /// Remembers a decision that a form or a program sends.
    func decide(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let form = try request.fields()
        if let field = form.keys.sorted().first(where: { !Self.decisionFields.contains($0) }) {
            throw ConsoleError.wrong("That is no decision: it has no field '\(field)'.")
        }
        let now = now
        let asked: DecisionRequest
        do throws(DecisionError) {
            asked = try DecisionRequest(
                subject: form["subject"] ?? "",
                verdict: form["verdict"] ?? "",
                because: form["because"] ?? "",
                by: form["by"].flatMap { $0.isEmpty ? nil : $0 } ?? NSUserName(),
                reference: form["case"],
                until: form["until"],
                now: now
            )
        } catch { throw ConsoleError.wrong("That is no decision: \(error.description).") }
        let evidence = try read { try DecidedLeads.evidence(on: asked.subject, in: $0, now: now) }
        try CorpusFile(path, .write).add(
            decisionOn: asked.subject.value,
            time: now,
            line: asked.decision(at: now, evidence: evidence.items).line.trimmingCharacters(in: .newlines)
        )
        return .redirect(to: Self.way(back: form["back"]))
    }

    /// Where a form came from, if that is a page of the console.
    private static func way(back: String?) -> String {
        guard let back, back.hasPrefix("/"), !back.hasPrefix("//"),
            back.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c })
        else { return "/triage" }
        return back
    }

    /// What was decided, as it holds now.
    func decisions(_ request: ConsoleRequest) throws -> ConsoleResponse {
        try read { corpus in
            let (index, unread) = try decisionIndex(corpus)
            let rows = index.holding.map { decision -> [Markup] in
                [
                    "\(RFC3339.text(decision.time))", "\(decision.subject.kind.rawValue)",
                    "<a href=\"\(Link.search(DecidedLeads.query(decision.subject)))\">\(short: decision.subject.value)</a>",
                    "\(decision.verdict.rawValue)", "\(decision.until.map { RFC3339.text($0) } ?? "")",
                    "\(decision.by)", "\(decision.reference ?? "")", "\(short: decision.because)",
                ]
            }
            var body: Markup = "<h1>Decisions</h1>\n"
            if unread > 0 {
                body = body + "<p class=\"warning\">\(counted(unread, "decision")) can't be read.</p>"
            }
            let early = index.holding.count { $0.time > now + 3_600_000 }
            if early > 0 {
                body =
                    body
                    + "<p class=\"warning\">\(early) of them \(early == 1 ? "is" : "are") dated in the future: until then no later one on the same subject counts.</p>"
            }
            if rows.isEmpty { body = body + "<p>Nothing is decided.</p>" }
            body =
                body
                + table(
                    "What holds now",
                    ["decided", "subject", "value", "verdict", "until", "by", "case", "because"],
                    rows
                )
            return .page(page("Decisions", "/decisions", body))
        }
    }
}

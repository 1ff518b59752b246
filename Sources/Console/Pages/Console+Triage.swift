import Bytes
import Corpus
import Decisions
import Foundation
import Search

extension Console {
    private static let mostTriaged = 200

    /// Leads that nobody has decided on, the newest first.
    func triage(_ request: ConsoleRequest) throws -> ConsoleResponse {
        try read { corpus in
            let (index, unread) = try decisionIndex(corpus)
            let found = try records(
                "hallmark.leads.software.name: *",
                in: corpus,
                limit: Self.mostTriaged,
                index
            )
            // An endpoint that answered in several ways is decided once: the newest stands for all.
            var met: Set<String> = []
            let all = found.filter {
                met.insert("\($0.endpoint) \($0["server.domain"]) \($0.certificate)").inserted
            }
            let wantsAll = request.argument("all") == "1"
            let shown = all.filter { wantsAll || !$0.isDecided }
            let articles = shown.map { article($0) }
            let decided = all.count { $0.isDecided }
            var head: Markup = """
                <h1>Triage</h1>
                <p>\(shown.count) leads\(wantsAll ? "" : " without a decision"), \(decided) of the newest \(all.count) decided.
                <a href="/triage\(wantsAll ? "" : "?all=1")">\(wantsAll ? "Hide" : "Show") what is decided</a></p>
                <p class="hint"><kbd>j</kbd> and <kbd>k</kbd> go from lead to lead; <kbd>m</kbd>, <kbd>b</kbd>, <kbd>e</kbd> and <kbd>d</kbd>
                choose monitor, block, escalate and dismiss, once a reason is written.</p>
                """
            if unread > 0 {
                head =
                    head
                    + "<p class=\"warning\">\(unread) decisions of the corpus can't be read: what they decided is shown as open.</p>"
            }
            if found.count == Self.mostTriaged {
                head =
                    head
                    + "<p class=\"warning\">Only the newest \(Self.mostTriaged) sightings with leads are looked at.</p>"
            }
            let body: Markup = shown.isEmpty ? "<p>Nothing waits.</p>" : "\(articles)"
            return .page(page("Triage", "/triage", head + body))
        }
    }

    private func article(_ record: SeenRecord) -> Markup {
        let telling = [
            ("seen", "@timestamp"), ("first seen", "hallmark.sightings.first"),
            ("issuer", "tls.server.x509.issuer.distinguished_name"),
            ("names", "tls.server.x509.alternative_names"), ("valid from", "tls.server.x509.not_before"),
            ("valid until", "tls.server.x509.not_after"), ("JARM", "tls.server.jarm"),
            ("stack", "hallmark.stack"), ("server", "http.response.header.server"),
            ("title", "http.response.title"),
        ]
        let found = telling.compactMap { name, field -> (name: String, value: Markup)? in
            let value = record[field]
            return value.isEmpty ? nil : (name, "\(value)")
        }
        return """
            <article class="triage" tabindex="0">
            <h2>\(endpointLink(record)) \(leads(record))</h2>
            <p>\(certificateLink(record))</p>
            \(decisionText(record))
            \(facts(found))
            <p><a href="\(Link.graph(record.certificate.isEmpty ? record.endpoint : record.certificate))">What shares its marks</a></p>
            \(decisionForm(record.endpoint, back: "/triage"))
            </article>

            """
    }

    /// Remembers a decision that a form or a program sends.
    func decide(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let form = request.form
        guard let subject = form["subject"].flatMap({ DecisionSubject($0) }) else {
            throw ConsoleError.wrong(
                "The subject is no endpoint, no SHA-256, no key=SHA-256 and no field=value."
            )
        }
        guard let verdict = form["verdict"].flatMap({ Decision.Verdict(rawValue: $0) }) else {
            throw ConsoleError.wrong("The verdict is monitor, block, escalate or dismiss.")
        }
        guard let because = form["because"]?.trimmingCharacters(in: .whitespaces), !because.isEmpty else {
            throw ConsoleError.wrong("A decision wants a reason.")
        }
        for text in [because, form["case"] ?? "", form["by"] ?? ""] where text.utf8.count > Decision.longest {
            throw ConsoleError.wrong("A text is longer than \(Decision.longest) bytes.")
        }
        var until: Int?
        if let day = form["until"], !day.isEmpty {
            guard let time = RFC3339.milliseconds(day + "T00:00:00Z") else {
                throw ConsoleError.wrong("'\(day)' is no day: year, month and day with dashes between.")
            }
            until = time
        }
        let by = form["by"].flatMap { $0.isEmpty ? nil : $0 } ?? NSUserName()
        let now = now
        let evidence = try read { try DecidedLeads.evidence(on: subject, in: $0, now: now) }
        let decision = Decision(
            subject,
            verdict,
            because: because,
            by: by,
            reference: form["case"].flatMap { $0.isEmpty ? nil : $0 },
            time: now,
            until: until,
            evidence: Array(evidence.items.prefix(Decision.mostEvidence))
        )
        try CorpusFile(path, .write).add(
            decisionOn: subject.value,
            time: now,
            line: decision.line.trimmingCharacters(in: .newlines)
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
                    "<a href=\"\(Link.search(DecidedLeads.query(decision.subject)))\">\(decision.subject.value)</a>",
                    "\(decision.verdict.rawValue)", "\(decision.until.map { RFC3339.text($0) } ?? "")",
                    "\(decision.by)", "\(decision.reference ?? "")", "\(decision.because)",
                ]
            }
            var body: Markup = "<h1>Decisions</h1>\n"
            if unread > 0 { body = body + "<p class=\"warning\">\(unread) decisions can't be read.</p>" }
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

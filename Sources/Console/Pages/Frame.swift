import Bytes
import Decisions

/// What all pages have: the head, the way around, and parts that several show.
extension Console {
    private static let places: [(path: String, title: String)] = [
        ("/", "Overview"), ("/triage", "Triage"), ("/search", "Search"), ("/sweeps", "Sweeps"),
        ("/signatures", "Signatures"), ("/decisions", "Decisions"),
    ]

    /// A whole page.
    ///
    /// - Parameter active: the path of its place in the navigation, or empty.
    func page(_ title: String, _ active: String, _ body: Markup) -> Markup {
        let links = Self.places.map { place -> Markup in
            let current: Markup = place.path == active ? " aria-current=\"page\"" : ""
            return "<a href=\"\(place.path)\"\(current)>\(place.title)</a>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(String(title.prefix(120))) - Hallmark</title>
            <link rel="stylesheet" href="/assets/console.css">
            <script src="/assets/console.js" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">To the content</a>
            <header><nav aria-label="Pages"><strong>Hallmark</strong> \(links)</nav></header>
            <main id="main" tabindex="-1">
            \(body)
            </main>
            <footer>\(product), \(path)</footer>
            </body>
            </html>

            """
    }

    /// A table; each cell is markup.
    func table(_ caption: String, _ head: [String], _ rows: [[Markup]]) -> Markup {
        guard !rows.isEmpty else { return "" }
        let heads = head.map { name -> Markup in "<th scope=\"col\">\(name)</th>" }
        let body = rows.map { row -> Markup in
            let cells = row.map { cell -> Markup in
                cell.hasLongWord ? "<td class=\"long\">\(cell)</td>" : "<td>\(cell)</td>"
            }
            return "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="table" tabindex="0" role="region" aria-label="\(caption)"><table>
            <caption>\(caption)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(body)</tbody>
            </table></div>
            """
    }

    /// Values with how many there are of each, as bars.
    func bars(_ caption: String, _ rows: [(name: String, count: Int, link: String)]) -> Markup {
        let most = max(1, rows.map(\.count).max() ?? 1)
        let items = rows.map { row -> [Markup] in
            [
                "<a href=\"\(row.link)\">\(short: row.name)</a>", "\(row.count)",
                "<meter min=\"0\" max=\"\(most)\" value=\"\(row.count)\">\(row.count)</meter>",
            ]
        }
        return table(caption, ["value", "number", "of the largest"], items)
    }

    /// Names and values.
    func facts(_ facts: [(name: String, value: Markup)]) -> Markup {
        let items = facts.map { fact -> Markup in "<dt>\(fact.name)</dt><dd>\(fact.value)</dd>\n" }
        return "<dl>\n\(items)</dl>"
    }

    func endpointLink(_ record: SeenRecord) -> Markup {
        guard !record.ip.isEmpty else { return "" }
        return "<a href=\"\(Link.endpoint(record.ip, record.port))\">\(record.endpoint)</a>"
    }

    func certificateLink(_ record: SeenRecord) -> Markup {
        let digest = record.certificate
        guard !digest.isEmpty else { return "" }
        let subject = record["tls.server.subject"]
        let text = subject.isEmpty ? String(digest.prefix(16)) : subject
        return "<a href=\"\(Link.certificate(digest))\">\(short: text)</a>"
    }

    func leads(_ record: SeenRecord) -> Markup {
        let leads = record.leads.map { lead -> Markup in
            "<span class=\"lead \(lead.label)\">\(short: lead.software) <small>\(lead.label), \(lead.confidence)</small></span> "
        }
        return Markup(leads)
    }

    /// What speaks against each lead of a record.
    func against(_ record: SeenRecord) -> Markup {
        let listed = record.listed.map { text -> Markup in "<li>\(short: text)</li>" }
        let head: Markup = listed.isEmpty ? "" : "<p>On lists:</p><ul>\(listed)</ul>\n"
        return head + objections(record)
    }

    private func objections(_ record: SeenRecord) -> Markup {
        let items = record.leads.map { lead -> Markup in
            guard let against = lead.against else {
                return
                    "<p>Against \(short: lead.software): not known; the record that was added does not tell.</p>\n"
            }
            guard !against.isEmpty else {
                return "<p>Against \(short: lead.software): nothing that the rules know.</p>\n"
            }
            let texts = against.map { text -> Markup in "<li>\(text)</li>" }
            return "<p>Against \(short: lead.software):</p><ul>\(texts)</ul>\n"
        }
        return Markup(items)
    }

    /// The buttons of a decision on a subject.
    func decisionForm(_ subject: String, back: String) -> Markup {
        let buttons = ["monitor", "block", "escalate", "dismiss"].map { verdict -> Markup in
            "<button name=\"verdict\" value=\"\(verdict)\">\(verdict)</button> "
        }
        return """
            <form method="post" action="/decide" class="decide">
            <input type="hidden" name="key" value="\(gate.formKey)">
            <input type="hidden" name="subject" value="\(subject)">
            <input type="hidden" name="back" value="\(back)">
            <label>Because <input name="because" required maxlength="1000"></label>
            <label>Until <input name="until" type="date"></label>
            <label>Case <input name="case" maxlength="200"></label>
            \(buttons)
            </form>
            """
    }

    func decisionText(_ record: SeenRecord) -> Markup {
        let items = record.decisions.map { decision -> Markup in
            var parts = ["\(decision.subject.kind.rawValue) \(decision.subject.value)"]
            parts.append(RFC3339.secondsText(decision.time))
            if !decision.by.isEmpty { parts.append("by \(decision.by)") }
            if let reference = decision.reference { parts.append("case \(reference)") }
            if let until = decision.until { parts.append("until \(RFC3339.secondsText(until))") }
            return
                "<p class=\"decision \(decision.verdict.rawValue)\">\(decision.verdict.rawValue): \(short: decision.because) <small>(\(short: parts.joined(separator: ", ")))</small></p>\n"
        }
        return Markup(items)
    }
}

import Bytes
import Corpus
import Decisions
import Foundation
import Search
import Terminal

extension Console {
    /// What the corpus and its decisions say of each rule.
    private struct Counts {
        /// Endpoints with a lead, by software.
        var leads: [String: Int] = [:]
        /// Endpoints that a rule matched, by rule.
        var matched: [String: Int] = [:]
        /// Decisions by rule, and by verdict.
        var decided: [String: [Decision.Verdict: Int]] = [:]

        func leads(of rule: ConsoleRule) -> Int { rule.software.map { leads[$0] ?? 0 }.reduce(0, +) }

        func matched(_ rule: ConsoleRule) -> Int { matched[rule.id] ?? matched[rule.title] ?? 0 }

        func decided(_ rule: ConsoleRule, _ verdict: Decision.Verdict) -> Int {
            decided[rule.id]?[verdict] ?? 0
        }
    }

    private func counts(_ corpus: CorpusFile) throws -> Counts {
        var counts = Counts()
        let groups = try CorpusSearch("*", in: corpus, of: .endpoints, now: now)
            .groups(by: "hallmark.leads.software.name", rarest: false, limit: 100_000)
        for group in groups { counts.leads[group.value] = group.count }
        counts.matched = try corpus.matchedEndpoints()
        for decision in try DecidedLeads.decisions(in: corpus, unread: { _ in }) {
            // What it was decided on, and what matches its subject here.
            let search = try? CorpusSearch(DecidedLeads.query(decision.subject), in: corpus, now: now)
            for rule in decision.rules.union(try search?.matchedRules() ?? []) {
                counts.decided[rule, default: [:]][decision.verdict, default: 0] += 1
            }
        }
        return counts
    }

    /// All rules, with how often each was met here.
    func signatures(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let library = try rules()
        if let id = request.argument("id") {
            guard let rule = library.rules.first(where: { $0.id == id }) else {
                throw ConsoleError(status: 404, text: "No rule that is in use is called '\(id)'.")
            }
            return .page(page(rule.title, "", try read { try explanation(rule, in: $0) }))
        }
        let wanted = (request.argument("q") ?? "").lowercased()
        let family = request.argument("family") ?? ""
        let families = Set(library.rules.map(\.family)).sorted()
        guard family.isEmpty || families.contains(family) else {
            throw ConsoleError(status: 404, text: "No family of rules is called '\(family)'.")
        }
        let options = families.map { name -> Markup in
            let selected: Markup = name == family ? " selected" : ""
            return "<option value=\"\(name)\"\(selected)>\(name)</option>"
        }
        let found = library.rules.filter { rule in
            (family.isEmpty || rule.family == family)
                && (wanted.isEmpty
                    || ([rule.title, rule.id, rule.meaning] + rule.software).contains {
                        $0.lowercased().contains(wanted)
                    })
        }
        let counts = try read { try self.counts($0) }
        let rows = found.map { (rule: $0, leads: counts.leads(of: $0)) }
            .sorted {
                (counts.matched($1.rule), $1.leads, $0.rule.family, $0.rule.title)
                    < (counts.matched($0.rule), $0.leads, $1.rule.family, $1.rule.title)
            }
            .map { row(of: $0.rule, counts) }
        let unread: Markup =
            library.unread.isEmpty
            ? ""
            : "<p class=\"warning\">\(library.unread.count) of the rules can't be read: \(library.unread[0])</p>"
        let body: Markup = """
            <h1>Signatures</h1>
            \(unread)<form method="get" action="/signatures" class="search">
            <label>Title, software or id <input name="q" value="\(request.argument("q") ?? "")" size="40" autocomplete="off"></label>
            <label>Family <select name="family"><option value="">all</option>\(options)</select></label>
            <button>Show</button>
            </form>
            <p>\(found.count) of \(library.rules.count) rules, those first that matched most endpoints.</p>
            \(table("Rules", Self.heads, rows))
            """
        return .page(page("Signatures", "/signatures", body))
    }

    private static let heads =
        ["rule", "family", "software", "level", "endpoints matched", "with its lead"]
        + Decision.Verdict.allCases.map(\.rawValue)

    private func row(of rule: ConsoleRule, _ counts: Counts) -> [Markup] {
        [
            "<a href=\"\(Link.to("/signatures", [("id", rule.id)]))\">\(rule.title)</a>", "\(rule.family)",
            "\(rule.software.joined(separator: ", "))", "\(rule.level)", "\(counts.matched(rule))",
            "\(counts.leads(of: rule))",
        ] + Decision.Verdict.allCases.map { "\(counts.decided(rule, $0))" }
    }

    /// A rule in plain words, and what it led to here.
    private func explanation(_ rule: ConsoleRule, in corpus: CorpusFile) throws -> Markup {
        let counts = try counts(corpus)
        let parts = rule.parts.map { part -> Markup in
            // Line ends within a text would be taken out of it.
            let lines = part.lines.flatMap { $0.split(separator: "\n") }
                .map { line -> Markup in "\(String(line))\n" }
            return "<h2>\(part.name)</h2><pre>\(lines)</pre>\n"
        }
        let references = rule.references.map { reference -> Markup in
            guard reference.hasPrefix("https://") || reference.hasPrefix("http://") else {
                return "<li>\(reference)</li>"
            }
            return "<li><a href=\"\(reference)\" rel=\"noreferrer noopener\">\(reference)</a></li>"
        }
        let list: Markup = references.isEmpty ? "" : "<h2>References</h2><ul>\(references)</ul>"
        let leads = rule.software.map { name -> Markup in
            let query = "hallmark.leads.software.name: \(DecidedLeads.quoted(name))"
            let link = Link.search(query, of: SearchUnit.endpoints.rawValue)
            return
                "<li><a href=\"\(link)\">\(counted(counts.leads[name] ?? 0, "endpoint")) with a lead to \(name)</a></li>"
        }
        let decided = Decision.Verdict.allCases.map { "\(counts.decided(rule, $0)) \($0.rawValue)" }
        return """
            <h1>\(rule.title)</h1>
            <p>\(rule.meaning) Level: \(rule.level). Family: \(rule.family).</p>
            <p>\(rule.text.replacing("\n", with: " "))</p>
            <h2>In this corpus</h2>
            <ul><li>\(counted(counts.matched(rule), "endpoint")) that it matched</li>
            \(leads)
            <li>Decisions on what it matched: \(decided.joined(separator: ", "))</li></ul>
            \(parts)\(list)
            <p class="hint">\(rule.id)</p>
            """
    }

    /// The same for programs.
    func apiSignatures() throws -> ConsoleResponse {
        let library = try rules()
        let counts = try read { try self.counts($0) }
        var out = ByteBuffer(capacity: 1 << 16)
        out.append("{")
        out.member("unread", library.unread.count)
        out.array("signatures")
        for rule in library.rules {
            out.element()
            out.member("id", rule.id)
            out.member("title", rule.title)
            out.member("family", rule.family)
            out.member("level", rule.level)
            out.array("software")
            for name in rule.software {
                out.comma()
                out.string(name)
            }
            out.endArray()
            out.member("endpoints", counts.matched(rule))
            out.member("endpoints_with_lead", counts.leads(of: rule))
            out.object("decisions")
            for verdict in Decision.Verdict.allCases {
                let number = counts.decided(rule, verdict)
                switch verdict {
                case .monitor: out.member("monitor", number)
                case .block: out.member("block", number)
                case .escalate: out.member("escalate", number)
                case .dismiss: out.member("dismiss", number)
                }
            }
            out.endObject()
            out.endObject()
        }
        out.append("]}\n")
        return .json(Array(out.text.utf8))
    }
}

import Bytes
import Corpus

extension Console {
    private static let mostSweeps = 200
    private static let older: Markup =
        "<p>The newest \(mostSweeps) are shown; <a href=\"/api/sweeps\">all as JSON</a>.</p>"
    private static let driftShown = 50
    private static let mostDrift = 10_000

    /// The sweeps, and what differs between any two of them.
    func sweeps(_ request: ConsoleRequest) throws -> ConsoleResponse {
        try read { corpus in
            let scans = try corpus.scans(limit: Self.mostSweeps)
            let body: Markup = """
                <h1>Sweeps</h1>
                \(try chosenDrift(request, corpus))
                \(sweepForm(request, scans))
                \(sweepTable(scans))
                \(scans.count == Self.mostSweeps ? Self.older : "")
                """
            return .page(page("Sweeps", "/sweeps", body))
        }
    }

    /// The two sweeps that a request names; nil when it names none.
    private func pair(_ request: ConsoleRequest, _ corpus: CorpusFile) throws -> (
        before: CorpusScan, after: CorpusScan
    )? {
        let asked = (request.argument("from"), request.argument("to"))
        guard let from = asked.0, let to = asked.1 else {
            guard asked.0 == nil, asked.1 == nil else {
                throw ConsoleError.wrong("Two sweeps are wanted: 'from' and 'to'.")
            }
            return nil
        }
        func scan(_ id: String) throws -> CorpusScan {
            guard let found = try corpus.scan(id) else {
                throw ConsoleError(status: 404, text: "The corpus has no sweep '\(id)'.")
            }
            return found
        }
        let (before, after) = (try scan(from), try scan(to))
        guard before.id != after.id else { throw ConsoleError.wrong("Two sweeps are wanted, not one twice.") }
        return (before, after)
    }

    private func chosenDrift(_ request: ConsoleRequest, _ corpus: CorpusFile) throws -> Markup {
        guard let (before, after) = try pair(request, corpus) else { return "" }
        let drift = CorpusDrift(before, after, in: corpus)
        let sections = try CorpusDrift.Part.allCases.map { part -> Markup in
            let count = try drift.count(part)
            var rows: [[Markup]] = []
            let reader = SeenRecordReader(nil)
            try drift.records(part, limit: Self.driftShown) { line in
                guard let record = reader.read(line) else { return }
                rows.append([
                    endpointLink(record), "\(short: record["server.domain"])", certificateLink(record),
                    "\(record["hallmark.sightings.last"])", leads(record),
                ])
            }
            let all = Link.to("/api/drift", [("from", before.id), ("to", after.id)])
            let more: Markup =
                count > rows.count
                ? "<p>The newest \(rows.count) are shown; <a href=\"\(all)\">all as JSON</a>.</p>" : ""
            let title = Self.title(part)
            return """
                <section><h2>\(title): \(count)</h2>\(more)
                \(table(title, ["endpoint", "name", "certificate", "seen last", "leads"], rows))</section>

                """
        }
        let isBackwards: Markup =
            before.first > after.first
            ? "<p class=\"warning\">The first sweep is the later one: what is new here had been there before.</p>"
            : ""
        return """
            <p>From \(before.id) to \(after.id), by endpoint: an address, a port and a name.</p>\(isBackwards)
            \(sections)
            """
    }

    private static func title(_ part: CorpusDrift.Part) -> String {
        part.rawValue.prefix(1).uppercased() + part.rawValue.dropFirst()
    }

    private func sweepForm(_ request: ConsoleRequest, _ scans: [CorpusScan]) -> Markup {
        guard scans.count > 1 else { return "" }
        func options(_ chosen: String?) -> Markup {
            Markup(
                scans.map { scan -> Markup in
                    let selected: Markup = scan.id == chosen ? " selected" : ""
                    return
                        "<option value=\"\(scan.id)\"\(selected)>\(RFC3339.text(scan.first)) \(scan.id)</option>"
                }
            )
        }
        return """
            <form method="get" action="/sweeps" class="search">
            <label>From <select name="from">\(options(request.argument("from") ?? scans[1].id))</select></label>
            <label>to <select name="to">\(options(request.argument("to") ?? scans[0].id))</select></label>
            <button>Compare</button>
            </form>

            """
    }

    private func sweepTable(_ scans: [CorpusScan]) -> Markup {
        guard !scans.isEmpty else { return "<p>The corpus knows of no sweep.</p>" }
        let rows = scans.enumerated().map { place, scan -> [Markup] in
            let link: Markup =
                place + 1 < scans.count
                ? "<a href=\"\(Link.to("/sweeps", [("from", scans[place + 1].id), ("to", scan.id)]))\">since the one before</a>"
                : ""
            return [
                "\(short: scan.id)", "\(RFC3339.text(scan.first))", "\(RFC3339.text(scan.last))",
                "\(scan.observations)", link,
            ]
        }
        return table("Sweeps, the newest first", ["sweep", "begin", "end", "observations", "drift"], rows)
    }

    /// What differs between two sweeps, for programs; the two newest when none are named.
    func apiDrift(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let limit = request.argument("limit").map { Int($0) } ?? Self.mostDrift
        guard let limit, 1...Self.mostDrift ~= limit else {
            throw ConsoleError.wrong("'limit' is a number from 1 to \(Self.mostDrift).")
        }
        return try read { corpus in
            let scans = try corpus.scans(limit: 2)
            let newest = scans.count > 1 ? (before: scans[1], after: scans[0]) : nil
            guard let (before, after) = try pair(request, corpus) ?? newest else {
                throw ConsoleError(status: 404, text: "The corpus has less than two sweeps.")
            }
            let drift = CorpusDrift(before, after, in: corpus)
            var out = ByteBuffer(capacity: 1 << 16)
            out.append("{")
            out.member("from", before.id)
            out.member("to", after.id)
            for part in CorpusDrift.Part.allCases {
                out.object(part.word)
                out.member("total", try drift.count(part))
                out.array("records")
                try drift.records(part, limit: limit) { line in
                    out.comma()
                    out.append(line.extracting(0..<max(0, line.count - 1)))
                }
                out.append("]}")
            }
            out.append("}\n")
            return .json(Array(out.text.utf8))
        }
    }
}

import Bytes
import Corpus
import Decisions
import Search

/// Endpoints, certificates and graphs, whole, as JSON for programs.
extension Console {
    private static let mostSightings = 100
    private static let mostFindings = 1000

    /// Everything that an endpoint showed, with what was decided and found of it.
    func apiEndpoint(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let (_, _, query) = try endpointAsked(request)
        return try details(query, of: .sightings, orMissing: Self.unseenEndpoint) {
            corpus,
            out in
            let found = try records(query, in: corpus, limit: Self.mostSightings)
            Self.append(try changes(request, in: found), to: &out)
        }
    }

    /// A certificate, where it was seen, and what was decided and found of it.
    func apiCertificate(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let query = "tls.server.hash.sha256: \(try certificateAsked(request))"
        return try details(query, of: .certificates, orMissing: Self.missingCertificate)
    }

    /// - Parameters:
    ///   - unit: what has to be there; a certificate is told itself, too.
    ///   - more: appends what else is told.
    private func details(
        _ query: String,
        of unit: SearchUnit,
        orMissing text: String,
        _ more: (CorpusFile, inout ByteBuffer) throws -> Void = { _, _ in }
    ) throws -> ConsoleResponse {
        try read { corpus in
            let isSeen = try CorpusSearch(query, in: corpus, of: unit, now: now).count(atMost: 0) > 0
            guard try isSeen || hasFindings(query, corpus) else {
                throw ConsoleError(status: 404, text: text)
            }
            var out = ByteBuffer(capacity: 1 << 16)
            out.append("{")
            if unit == .certificates {
                try append("certificate", query, of: .certificates, 1, in: corpus, to: &out)
            }
            try append("records", query, of: .sightings, Self.mostSightings, in: corpus, to: &out)
            try appendDecisions(query, in: corpus, to: &out)
            try append("findings", query, of: .findings, Self.mostFindings, in: corpus, to: &out)
            try more(corpus, &out)
            out.append("}\n")
            return .json(Array(out.text.utf8))
        }
    }

    /// What shares marks with one or several starts, as nodes and edges.
    func apiGraph(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let (_, missing, graph) = try graphAsked(request)
        return .json(Array(graph.json(missing: missing).utf8))
    }

    /// A list of records, the newest first.
    private func append(
        _ name: StaticString,
        _ query: String,
        of unit: SearchUnit,
        _ limit: Int,
        in corpus: CorpusFile,
        to out: inout ByteBuffer
    ) throws {
        out.array(name)
        _ = try CorpusSearch(query, in: corpus, of: unit, now: now).records(limit: limit) { line in
            out.comma()
            out.append(line.extracting(0..<max(0, line.count - 1)))
        }
        out.endArray()
    }

    /// The decisions that hold on what was seen there.
    private func appendDecisions(_ query: String, in corpus: CorpusFile, to out: inout ByteBuffer) throws {
        let (index, unread) = try decisionIndex(corpus)
        var met: Set<String> = []
        out.array("decisions")
        for record in try records(query, in: corpus, limit: Self.mostSightings, index) {
            for decision in record.decisions where met.insert(decision.line).inserted {
                out.comma()
                out.append(String(decision.line.dropLast()))
            }
        }
        out.endArray()
        out.member("unread_decisions", unread)
    }
}

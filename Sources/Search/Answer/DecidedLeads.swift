package import Corpus
package import Decisions
import Observations
import Wire

/// What a corpus knows of what is decided.
package enum DecidedLeads {
    /// The leads that a decision is about, as its evidence.
    ///
    /// A corpus keeps of leads the software and how strong they were.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: the evidence, each once, and whether the corpus has seen the subject at all.
    package static func evidence(
        on subject: DecisionSubject,
        in corpus: CorpusFile,
        now: Int
    ) throws -> (items: [String], isSeen: Bool) {
        let search = try CorpusSearch(query(subject), in: corpus, now: now)
        var items: [String] = []
        try search.leads { software, confidence in
            items.append(LeadEvidence.text(software, LeadLabel(confidence: confidence)))
        }
        return (items, try !items.isEmpty || search.count() > 0)
    }

    /// The subject as a query.
    package static func query(_ subject: DecisionSubject) -> String {
        switch subject {
        case .endpoint(let host, let port):
            let field = IPAddress(host) == nil ? "server.domain" : "server.ip"
            return "\(field): \(quoted(host))" + (port.map { " and server.port: \($0)" } ?? "")
        case .certificate(let digest): return "tls.server.hash.sha256: \(digest)"
        case .key(let digest): return "hallmark.certificate.spki_sha256: \(digest)"
        case .mark(let field, let value) where field.hasSuffix("serial_number"):
            // With or without the zero that keeps a number positive.
            return "\(field): (\(quoted(value)) or \(quoted("00" + value)))"
        case .mark(let field, let value): return "\(field): \(quoted(value))"
        }
    }

    /// A text that a query takes for nothing but itself.
    package static func quoted(_ text: String) -> String {
        // A zero would end an address in many a program: it stands as the language's escape.
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"" + escaped.replacing("\0", with: "\\u0000") + "\""
    }

    /// All decisions that a corpus remembers, in the order in which they were made.
    ///
    /// - Parameter unread: told what is wrong with one that can't be read.
    package static func decisions(
        in corpus: CorpusFile,
        unread: (any Error) -> Void
    ) throws -> [Decision] {
        let tree = JSONTree()
        var decisions: [Decision] = []
        try corpus.decisions { line in
            do {
                decisions.append(try Array(line.utf8).withUnsafeBytes { try Decision(try tree.read($0)) })
            } catch { unread(error) }
        }
        return decisions
    }
}

import Bytes
import Corpus
import Decisions
import Foundation
import Observations
import Search

/// Queries that people write, down to the SQL: what is taken has to be a question that SQLite can answer.
func fuzzKQL(_ bytes: [UInt8]) {
    let query = String(decoding: bytes.prefix(4096), as: UTF8.self)
    guard let tree = try? KQLParser.parse(query) else { return }
    precondition(!tree.description.isEmpty)
    guard let corpus = emptyCorpus else { return }
    for unit in SearchUnit.allCases {
        do {
            let search = try CorpusSearch(query, in: corpus, of: unit, now: 1_795_000_000_000)
            let count = try search.count()
            precondition(count == 0, "an empty corpus holds nothing")
        } catch is KQLError {} catch {
            preconditionFailure("\(error)")
        }
    }
}

/// A corpus without an observation, gone from its folder as soon as it is open.
private let emptyCorpus: CorpusFile? = {
    let path = NSTemporaryDirectory() + "hallmark-fuzz-\(ProcessInfo.processInfo.processIdentifier).sqlite"
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    return try? CorpusFile(path, .write)
}()

func kqlSeeds() -> [[UInt8]] {
    [
        #"tls.server.x509.subject.organization : "Acme*" and server.port : (443 or 8443) and not hallmark.leads.label : high"#,
        #"hallmark.leads:{ software.name: Sliver and (confidence >= 50 or label: low) } or @timestamp >= now-7d/d"#,
        #"server.ip: "192.0.2.0/24" and tls.server.not_after < "2026-12" and "two words" or acm* or *:x"#,
        #"tls.server.x509.*.organization: a*b\:c\u00e9 and tls.server.hash.sha256: ABCD and http.response.title: *"#,
    ].map { Array($0.utf8) }
}

/// Lines of a file of decisions, and subjects as people write them.
func fuzzDecision(_ bytes: [UInt8]) {
    let tree = JSONTree()
    if let node = try? bytes.withUnsafeBytes({ try tree.read($0) }), let decision = try? Decision(node) {
        let line = Array(decision.line.utf8)
        let again = line.withUnsafeBytes { bytes in (try? tree.read(bytes)).flatMap { try? Decision($0) } }
        precondition(again?.subject == decision.subject && again?.because == decision.because)
        _ = Blocklist(DecisionIndex([decision], now: 0)).text([.addresses, .names])
    }
    let marker = DecisionMarker(
        DecisionIndex(
            [Decision(.endpoint(host: "192.0.2.1", port: nil), .dismiss, because: "x", by: "", time: 0)],
            now: 0
        )
    )
    var line = ByteBuffer()
    line.append(bytes.span)
    marker.mark(&line)
    if let subject = DecisionSubject(String(decoding: bytes, as: UTF8.self)) {
        precondition(DecisionSubject(subject.kind, subject.value) == subject)
    }
}

func decisionSeeds() -> [[UInt8]] {
    [
        #"{"@timestamp":"2026-11-18T10:00:00.000Z","hallmark":{"decision":{"subject":{"kind":"endpoint","value":"192.0.2.1:443"},"#
            + #""verdict":"block","because":"x","by":"me","case":"c","until":"2027-01-01T00:00:00.000Z","evidence":["a b=c"]}}}"#,
        #"{"server":{"ip":"192.0.2.1","port":443},"hallmark":{"matches":[{"rule":{"id":"r"},"software":{"name":"s"},"#
            + #""evidence":[{"field":"f","value":"v"}]}],"leads":[{"software":{"name":"s"},"confidence":90}]}}"#,
        "[2001:db8::1]:443", "tls.server.jarm=27d4",
    ].map { Array($0.utf8) }
}

import Corpus
import Foundation
import Search
import TestSupport
import Testing

/// Lists of objects in what a corpus keeps of a certificate: its chain and its timestamps.
@Suite struct ListSearchTests {
    private static let now = 1_795_000_000_000
    private static let digest = String(repeating: "5C", count: 32)

    private static func line(_ host: Int, _ details: String) -> String {
        let sha256 = String(repeating: "0\(host)", count: 32)
        return
            #"{"@timestamp":"2026-11-01T10:00:00Z","event":{"outcome":"success"},"server":{"ip":"192.0.2.\#(host)","port":443},"#
            + #""tls":{"server":{"hash":{"sha256":"\#(sha256)"},"x509":{"serial_number":"0\#(host)"}}},"#
            + #""hallmark":{"certificate":{"spki_sha256":"\#(sha256)","chain_length":3,\#(details)}}}"# + "\n"
    }

    private static func corpus() throws -> (Scratch, CorpusFile) {
        let scratch = Scratch()
        let lines = [
            line(
                1,
                #""chain":[{"hash":{"sha256":"\#(digest)"},"subject":"CN=Sub A","issuer":"CN=Root A","self_issued":false,"not_after":"2030-01-01T00:00:00Z"},"#
                    + #"{"subject":"CN=Root A","issuer":"CN=Root A","self_issued":true,"not_after":"2040-01-01T00:00:00Z","serial_number":"0B"}],"#
                    + #""scts":[{"log_id":"\#(digest)","timestamp":"2026-10-01T00:00:00.000Z","source":"certificate"}]"#
            ),
            // One object in place of a list, and what is neither.
            line(2, #""chain":{"subject":"CN=Alone","issuer":"CN=Root B"}"#),
            line(3, #""chain":["CN=Sub A",7,null,{"subject":null}],"scts":"none""#),
        ]
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("s.ndjson", lines.joined()))
        return (scratch, corpus)
    }

    @Test(arguments: [
        ("hallmark.certificate.chain.subject: \"CN=Sub A\"", ["192.0.2.1"]),
        ("hallmark.certificate.chain.subject: CN=*", ["192.0.2.1", "192.0.2.2"]),
        ("hallmark.certificate.chain.issuer: *B", ["192.0.2.2"]),
        ("hallmark.certificate.chain.hash.sha256: \(digest.lowercased())", ["192.0.2.1"]),
        ("hallmark.certificate.chain.serial_number: b", ["192.0.2.1"]),
        ("hallmark.certificate.chain.self_issued: true", ["192.0.2.1"]),
        ("hallmark.certificate.chain.not_after >= 2035", ["192.0.2.1"]),
        ("hallmark.certificate.chain.not_after: 2030-01", ["192.0.2.1"]),
        ("hallmark.certificate.chain.subject: *", ["192.0.2.1", "192.0.2.2"]),
        ("hallmark.certificate.chain: *", ["192.0.2.1", "192.0.2.2"]),
        ("not hallmark.certificate.chain.subject: *", ["192.0.2.3"]),
        ("hallmark.certificate.scts.log_id: \(digest.lowercased())", ["192.0.2.1"]),
        ("hallmark.certificate.scts.timestamp < 2026-11", ["192.0.2.1"]),
        // One of the list fulfils all of it.
        ("hallmark.certificate.chain:{ subject: \"CN=Sub A\" and self_issued: true }", []),
        ("hallmark.certificate.chain:{ subject: \"CN=Root A\" and self_issued: true }", ["192.0.2.1"]),
        ("hallmark.certificate.chain:{ not self_issued: * and issuer: *B }", ["192.0.2.2"]),
        ("hallmark.certificate.chain:{ not_after > 2035 and hash.sha256: * }", []),
        ("hallmark.certificate.scts:{ source: certificate and timestamp: 2026-10 }", ["192.0.2.1"]),
    ])
    func aPartOfAListIsFound(_ query: String, _ hosts: [String]) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        for unit in [SearchUnit.sightings, .endpoints, .certificates] {
            let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
            var found: [String] = []
            try search.rows(["server.ip"], limit: 10) { found += $0 }
            #expect(found.sorted() == hosts, "\(query) of \(unit)")
            #expect(try search.count() == hosts.count, "\(query) of \(unit)")
        }
    }

    @Test func aPartOfAListIsShownAndCounted() throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        let search = try CorpusSearch("server.ip: 192.0.2.1", in: corpus, now: Self.now)
        let fields = ["hallmark.certificate.chain.subject", "hallmark.certificate.chain.self_issued"]
        try search.rows(fields, limit: 1) { #expect($0 == ["CN=Sub A;CN=Root A", "false;true"]) }
        let all = try CorpusSearch("*", in: corpus, of: .certificates, now: Self.now)
        let groups = try all.groups(by: "hallmark.certificate.chain.issuer", rarest: false, limit: 10)
        #expect(groups.map(\.value) == ["CN=Root A", "CN=Root B"] && groups.map(\.count) == [1, 1])
    }

    @Test(arguments: [
        ("hallmark.probes:{ kind: http }", "does not keep hallmark.probes"),
        ("hallmark.probes.kind: http", "does not keep hallmark.probes.kind"),
        ("hallmark.leads.against: x", "can't be asked for"),
        ("server:{ port: 1 }", "such are hallmark.leads, hallmark.certificate.scts"),
        ("hallmark.certificate.chain:{ server.port: 1 }", "unknown field"),
        ("hallmark.certificate.chain:{ x:{ y: 1 } }", "no list of objects in each"),
    ])
    func whatIsNoListIsSaid(_ query: String, _ text: String) throws {
        let (scratch, corpus) = try Self.corpus()
        defer { withExtendedLifetime(scratch) {} }
        do {
            _ = try CorpusSearch(query, in: corpus, now: Self.now)
            Issue.record("\(query) was taken")
        } catch let error as KQLError { #expect(error.description.contains(text), "\(error)") }
    }
}

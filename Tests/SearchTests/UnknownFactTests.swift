import Corpus
import Search
import TestSupport
import Testing

/// What every certificate has, and what the record of some does not tell.
@Suite struct UnknownFactTests {
    private static let now = 1_795_000_000_000
    private let scratch = Scratch()

    /// The first certificate is whole; the second tells nothing of its key, its validity and its signature,
    /// and its connection no version; the third has a text where its validity should stand.
    private func corpus() throws -> CorpusFile {
        func line(_ number: Int, _ tls: String, _ x509: String, _ details: String) -> String {
            """
            {"@timestamp":"2026-11-0\(number)T00:00:00Z","event":{"outcome":"success"},\
            "server":{"ip":"192.0.2.\(number)","port":443},"tls":{\(tls)"server":{\
            "hash":{"sha256":"\(String(repeating: "A\(number)", count: 32))"},\
            "x509":{\(x509)"version_number":"3"},"jarm":"x\(number)"}},\
            "hallmark":{"certificate":{\(details)"self_issued":false}}}

            """
        }
        let key =
            #""public_key_size":1024,"public_key_algorithm":"RSA","signature_algorithm":"md5WithRSAEncryption","#
        let validity = #""validity_days":365,"validity_seconds":31536000,"serial":{"bits":64,"bytes":8},"#
        let version = #""version":"1.0","#
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        let lines = [
            line(1, version, key, validity), line(2, "", "", ""),
            line(3, version, key, validity.replacing("365", with: #""a year""#)),
        ]
        _ = try corpus.add(sweep: scratch.write("sweep", lines.joined()))
        return corpus
    }

    @Test(arguments: [
        ("tls.server.x509.public_key_size < 2048", "the size of the key", 2, 1),
        ("not tls.server.x509.public_key_size >= 2048", "the size of the key", 3, 1),
        ("tls.server.x509.public_key_algorithm: RSA", "the kind of the key", 2, 1),
        ("tls.server.x509.signature_algorithm: md5*", "the signature's algorithm", 2, 1),
        // A text is no number, and neither more nor less than one.
        ("hallmark.certificate.validity_days < 398", "the validity", 1, 2),
        ("hallmark.certificate.validity_days > 398", "the validity", 0, 2),
        ("hallmark.certificate.validity_seconds: 31536000", "the validity", 2, 1),
        ("hallmark.certificate.serial.bits < 65", "the length of the serial number", 2, 1),
        ("tls.version: 1.0", "the version of TLS", 2, 1),
        // What the rest of the query decides is decided.
        ("server.ip: 192.0.2.1 and tls.version: 1.0", "", 1, 0),
        ("server.ip: 192.0.2.2 or tls.version: 1.0", "", 3, 0),
        ("tls.version: *", "", 2, 0), ("tls.server.x509.alternative_names: a.example", "", 0, 0),
    ])
    func whatCouldNotBeJudgedIsCounted(query: String, word: String, found: Int, count: Int) throws {
        let corpus = try corpus()
        for unit in [SearchUnit.certificates, .sightings, .endpoints] {
            for few in [nil, 0] {
                let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now, few: few)
                #expect(try search.count() == found, "\(query), \(unit)")
                try UnknownEndTests.expectUnjudged("\(word) of", count, of: unit, search, "\(query), \(unit)")
            }
        }
    }

    /// Of two facts that are asked for, the one that is missing is named.
    @Test func onlyWhatIsMissingIsNamed() throws {
        let corpus = try corpus()
        let query = "server.ip: 192.0.2.3 and hallmark.certificate.validity_days < 9 and tls.version: 1.0"
        let texts = try CorpusSearch(query, in: corpus, of: .certificates, now: Self.now).unjudged()
        #expect(texts.count == 1 && texts[0].hasPrefix("the validity of 1 certificate could"), "\(texts)")
        let groups = try CorpusSearch("*", in: corpus, of: .endpoints, now: Self.now)
        #expect(
            try groups.unjudged(groupedBy: "tls.version").first?.hasPrefix(
                "the version of TLS of the certificates of 1 endpoint is in no group"
            ) == true
        )
    }
}

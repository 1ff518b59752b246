import Corpus
import Observations
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

    /// The first certificate is told by its bytes, and has nothing that not every certificate has; of the
    /// second nothing but its digest is known.
    private func corpusOfDigest() throws -> CorpusFile {
        func line(_ number: Int, _ server: String, _ hallmark: String) -> String {
            """
            {"@timestamp":"2026-11-0\(number)T00:00:00Z","event":{"outcome":"success"},\
            "server":{"ip":"192.0.2.\(number)","port":443},"tls":{"version":"1.3","server":{"hash":{\
            \(server)}},"hallmark":\(hallmark)}

            """
        }
        let digest = String(repeating: "A1", count: 32)
        let whole = """
            "sha1":"A1","md5":"A1","sha256":"\(digest)"},"x509":{"version_number":"3","serial_number":"05",\
            "subject":{"distinguished_name":""},"issuer":{"distinguished_name":"C=US","country":["US"]},\
            "not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",\
            "signature_algorithm":"SHA256-RSA","public_key_algorithm":"RSA","public_key_size":2048,\
            "public_key_exponent":65537}
            """
        let details = """
            {"certificate":{"spki_sha256":"\(digest)","tbs_no_ct_sha256":"\(digest)","validity_days":365,\
            "validity_seconds":31536000,"serial":{"bits":3,"bytes":1,"integer":"5"},"self_issued":false,\
            "self_signed":false,"subject_attributes":"","subject_oids":"","issuer_attributes":"C",\
            "issuer_oids":"2.5.4.6"}}
            """
        let bare = "\"sha256\":\"\(String(repeating: "A2", count: 32))\"}"
        let corpus = try CorpusFile(scratch.file("d.sqlite"), .write)
        let lines = line(1, whole, details) + line(2, bare, "{\"scan\":{\"id\":\"s\"}}")
        _ = try corpus.add(sweep: scratch.write("sweep", lines))
        return corpus
    }

    /// A value that may stand in a field; digests and numbers are held to their form.
    private static func value(of field: SearchField) -> String {
        let isDigest =
            field.name.contains("sha256") || field.name.contains("sha1") || field.name.contains("md5")
        return isDigest || field.name.contains("serial") || field.name.contains("_id") ? "\"0B\"" : "zz"
    }

    /// Every field of the table that a corpus keeps of certificates: what nobody has told is no answer.
    @Test func noFieldOfACertificateIsForgotten() throws {
        let corpus = try corpusOfDigest()
        let fields = SearchField.all.filter { field in
            let isKept = ["tls.server.x509.", "tls.server.hash.", "hallmark.certificate."].contains {
                field.name.hasPrefix($0)
            }
            let others = [
                "tls.server.subject", "tls.server.issuer", "tls.server.not_before", "tls.server.not_after",
            ]
            return (isKept || others.contains(field.name)) && field.name != "tls.server.hash.sha256"
        }
        #expect(fields.count > 90)
        for field in fields {
            let query =
                switch field.kind {
                case .long: "\(field.name) >= 99999999"
                case .date: "\(field.name) >= 2040"
                case .boolean: "\(field.name): true"
                default: "\(field.name): \(Self.value(of: field))"
                }
            for unit in [SearchUnit.certificates, .sightings, .endpoints] {
                let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now)
                #expect(try search.count() == 0, "\(query), \(unit)")
                let texts = try search.unjudged()
                let noun = unit == .certificates ? " of 1 certificate could" : " of the certificates of 1 "
                #expect(texts.count == 1 && texts[0].contains(noun), "\(query), \(unit): \(texts)")
            }
        }
        for query in [
            "hallmark.certificate.chain: { subject: zz }", "not hallmark.certificate.chain: { subject: zz }",
            "hallmark.certificate.scts: { source: zz }",
        ] {
            let texts = try CorpusSearch(query, in: corpus, of: .certificates, now: Self.now).unjudged()
            #expect(texts.count == 1 && texts[0].contains(" of 1 certificate could"), "\(query): \(texts)")
        }
        // Of a name for many fields not all are told.
        let many = try CorpusSearch("tls.server.x509.*: zz", in: corpus, of: .certificates, now: Self.now)
        #expect(try many.unjudged().first.map { $0.utf8.count < 500 && $0.contains(" others of ") } == true)
    }

    /// Words without a field are looked for in the texts of certificates, and as what they may be besides.
    @Test(arguments: [
        ("Covenant", "the subject or the issuer or the alternative names of", 0, 1),
        ("*: Covenant", "the subject or the issuer or the alternative names of", 0, 1),
        ("\"Covenant labs\"", "the subject or the issuer or the alternative names of", 0, 1),
        ("Coven*", "the subject or the issuer or the alternative names of", 0, 1),
        ("not Covenant", "the subject or the issuer or the alternative names of", 2, 1),
        ("server.ip: 192.0.2.1 or Covenant", "the subject or the issuer or the alternative names of", 1, 1),
        // A number of six digits may be one of a certificate.
        ("abcdef", "the subject or the issuer or the alternative names or 1 other of", 0, 1),
        // What the rest of the query decides is decided.
        ("server.ip: 192.0.2.1 and Covenant", "", 0, 0), ("192.0.2.2", "", 1, 0), ("not 192.0.2.2", "", 1, 0),
    ])
    func bareWordsAreJudgedToo(query: String, words: String, found: Int, count: Int) throws {
        let corpus = try corpusOfDigest()
        for unit in [SearchUnit.certificates, .sightings, .endpoints] {
            for few in [nil, 0] {
                let search = try CorpusSearch(query, in: corpus, of: unit, now: Self.now, few: few)
                #expect(try search.count() == found, "\(query), \(unit)")
                try UnknownEndTests.expectUnjudged(words, count, of: unit, search, "\(query), \(unit)")
            }
        }
    }

    /// As many words as a query may have are judged like one.
    @Test func manyWordsAreJudged() throws {
        let query = (0..<600).map { "word\($0)" }.joined(separator: " and ")
        let search = try CorpusSearch(query, in: corpusOfDigest(), of: .certificates, now: Self.now)
        #expect(try search.unjudged().count == 1)
    }
}

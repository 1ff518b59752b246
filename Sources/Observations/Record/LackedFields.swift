import Wire

/// Decides what an imported record says nothing of: `hallmark.source.lacks`.
///
/// It is decided here alone, for each record by what is in it. That a source does not tell a thing is no word
/// on whether the server has it: the source may never tell it, or not in this version or setting, or not of
/// this kind of entry. So whatever is not in the record is not known, but for what follows from the rest: of
/// a certificate whose bytes are there all is known, and of a name whose parts were told those that it does
/// not have. A reader of another format says only what holds beyond that (`ImportSource.lacks`), for what is
/// there in part.
///
/// No name in the list begins with another one.
struct LackedFields {
    private(set) var names: [String] = []

    /// - Parameter hasBytes: whether the bytes of the certificate are there.
    init(_ evidence: ImportedEvidence, _ observation: Observation, hasBytes: Bool) {
        names = Self.ownProbes
        // Others tell one hash of an icon, if any.
        names +=
            observation.favicon == nil
            ? ["hallmark.favicon."]
            : ["md5", "sha256", "certificate_sha256"].map { "hallmark.favicon." + $0 }
        if evidence.isOwnReading {
            addOwnReading(evidence, observation)
        } else {
            addEndpoint(observation, hasDigest: hasBytes || evidence.certificate.sha256 != nil)
            addHandshake(evidence, observation, hasBytes)
            addExchange(observation.http.first)
        }
        let isTold = evidence.isOwnReading || evidence.isTLS || hasBytes
        addCertificate(evidence, hasBytes, isTLS: isTold)
        for name in evidence.source.lacks where !names.contains(where: { name.hasPrefix($0) }) {
            names.append(name)
        }
    }

    private mutating func add(_ name: String, unless isTold: Bool) {
        if !isTold { names.append(name) }
    }

    /// What only our own probes give.
    private static let ownProbes = [
        "hallmark.jarm.", "hallmark.sni_variants", "hallmark.probes",
        "hallmark.not_tls.",
        "hallmark.connections", "hallmark.verification.", "hallmark.anomalies", "hallmark.assessment",
    ]

    /// A connection that was captured and read as one of ours is.
    private mutating func addOwnReading(_ evidence: ImportedEvidence, _ observation: Observation) {
        add("tls.server.jarm", unless: false)
        add("tls.server.ja4s", unless: false)
        add("tls.server.ja4x", unless: false)
        if !observation.isPlain { names += ["http.", "url.", "hallmark.http"] }
        add("hallmark.stack", unless: observation.flight.version != 0)
    }

    private mutating func addEndpoint(_ observation: Observation, hasDigest: Bool) {
        names += ["error.", "hallmark.proof", "hallmark.starttls.", "hallmark.http"]
        if observation.address.isEmpty {
            names.append("server.")
        } else {
            add("server.ip", unless: observation.ip != nil)
            add("server.port", unless: observation.port != 0)
            add("server.domain", unless: observation.domain != nil)
        }
        add("related.ip", unless: observation.ip != nil)
        add("related.hosts", unless: observation.domain != nil || observation.serverName != nil)
        add("related.hash", unless: hasDigest)
    }

    private mutating func addHandshake(
        _ evidence: ImportedEvidence,
        _ observation: Observation,
        _ hasBytes: Bool
    ) {
        names += ["hallmark.tls.", "hallmark.stack", "hallmark.ja3s_text"]
        guard evidence.isTLS || hasBytes || observation.serverName != nil else {
            names.append("tls.")
            return
        }
        let tls = evidence.tls
        // With the protocol's name.
        add("tls.version", unless: tls.version != nil)
        add("tls.cipher", unless: tls.cipher != nil)
        add("tls.curve", unless: tls.curve != nil)
        add("tls.next_protocol", unless: tls.nextProtocol != nil)
        add("tls.established", unless: tls.isEstablished != nil)
        add("tls.resumed", unless: tls.isResumed != nil)
        add("tls.client.", unless: observation.serverName != nil)
        guard evidence.isTLS || hasBytes else {
            names.append("tls.server.")
            return
        }
        add("tls.server.ja3s", unless: evidence.ja3s != nil)
        add("tls.server.ja4s", unless: evidence.ja4s != nil)
        add("tls.server.jarm", unless: evidence.jarm != nil)
        add("tls.server.ja4x", unless: false)
    }

    /// What an answer does not say as somebody else tells it.
    private mutating func addExchange(_ exchange: HTTPExchange?) {
        guard let exchange else {
            names += ["http.", "url."]
            return
        }
        names += [
            "http.request.headers", "http.response.certificate_sha256",
            "http.response.client_certificate_required", "http.response.empty_reply",
            "http.response.informational", "http.response.anomalies", "http.response.relations",
            // Of their order nobody tells.
            "http.response.headers", "http.response.header_order",
        ]
        add("url.query", unless: exchange.request.query != nil)
        add("http.version", unless: exchange.version != nil)
        add("http.response.status_code", unless: exchange.status != nil)
        add("http.response.status_line", unless: exchange.statusLine != nil)
        add("http.response.raw_head", unless: !exchange.head.isEmpty)
        if exchange.reported?.hasAllHeaders != true || exchange.headers.isEmpty {
            names.append("http.response.header.")
            add("http.response.mime_type", unless: exchange.mimeType != nil)
            add("http.response.redirect", unless: exchange.redirect != nil)
        }
        if exchange.body.isEmpty {
            names += ["http.response.body.", "http.response.html_hash"]
            add("http.response.title", unless: exchange.title != nil)
        }
    }

    private mutating func addCertificate(_ evidence: ImportedEvidence, _ hasBytes: Bool, isTLS: Bool) {
        guard !hasBytes else {
            if !evidence.showsChain { names += Self.chain }
            return
        }
        names.append("hallmark.certificate.")
        // Said with `tls.` or `tls.server.` already.
        guard isTLS else { return }
        names.append("tls.server.certificate_chain")
        let certificate = evidence.certificate
        add("tls.server.hash.sha256", unless: certificate.sha256 != nil)
        add("tls.server.hash.sha1", unless: certificate.sha1 != nil)
        add("tls.server.hash.md5", unless: certificate.md5 != nil)
        names += certificate.hasText ? certificate.untold : Self.allText
    }

    /// What is not known of the other certificates: a rule for what two of them have in common is undecided,
    /// and one for what the leaf alone shows is not.
    static let chain = [
        "tls.server.certificate_chain", "hallmark.certificate.chain", "hallmark.certificate.relations",
    ]

    private static let allText = [
        "tls.server.x509.", "tls.server.subject", "tls.server.issuer", "tls.server.not_before",
        "tls.server.not_after",
    ]
}

extension ReportedCertificate {
    /// Fields that every certificate has, or every one with such a key, and that this text does not tell.
    ///
    /// A source that could tell them and does not, as an older version or another setting of it, knows no
    /// more of them than one that never can.
    fileprivate var untold: [String] {
        let told = [
            ("version_number", version != nil), ("serial_number", serial != nil),
            ("not_before", notBefore != nil), ("not_after", notAfter != nil),
            ("signature_algorithm", signatureAlgorithm != nil),
            ("public_key_algorithm", keyAlgorithm != nil), ("public_key_size", keySize != nil),
            ("public_key_curve", keyCurve != nil || ![nil, "ECDSA"].contains(keyAlgorithm)),
            ("public_key_exponent", keyExponent != nil || ![nil, "RSA"].contains(keyAlgorithm)),
            ("alternative_names", alternativeNames != nil),
        ]
        var names = told.filter { !$0.1 }.map { "tls.server.x509." + $0.0 }
        if notBefore == nil { names.append("tls.server.not_before") }
        if notAfter == nil { names.append("tls.server.not_after") }
        names += subject.untold("tls.server.x509.subject.", whole: "tls.server.subject")
        names += issuer.untold("tls.server.x509.issuer.", whole: "tls.server.issuer")
        return names
    }
}

extension ReportedName {
    /// The fields of a name that nobody told.
    ///
    /// - Parameters:
    ///   - start: what the fields' names begin with.
    ///   - whole: the field that has the name in one text.
    fileprivate func untold(_ start: String, whole: String) -> [String] {
        guard !isEmpty else { return [start, whole] }
        var names = text == nil ? [start + "distinguished_name", whole] : []
        guard !isWhole else { return names }
        let parts = [
            ("common_name", commonName), ("country", country), ("locality", locality),
            ("organization", organization), ("organizational_unit", organizationalUnit),
            ("state_or_province", stateOrProvince),
        ]
        names += parts.filter(\.1.isEmpty).map { start + $0.0 }
        // What begins as the organization's name does is said with it.
        if organization.isEmpty { names.removeAll { $0 == start + "organizational_unit" } }
        return names
    }
}

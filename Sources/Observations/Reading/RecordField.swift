/// A field of the record as `RecordPicker` reads it.
///
/// Fields that code asks for by name stand here; a corpus asks for the field of each mark besides.
package struct RecordField: Hashable, Sendable {
    /// The place in the table of what can be picked.
    let place: Int

    package init(_ field: Field) { self.init(field.name) }

    private init(_ path: String) {
        guard let place = Self.places[path] else { preconditionFailure("there is no field \(path)") }
        self.place = place
    }

    /// The field's name in the record.
    ///
    /// With `=` in front it stands for the field's JSON text, with `[]` behind for the begin of each object
    /// in an array.
    var path: String { Self.paths[place] }

    /// The field's name in the record, without what marks how it is read.
    package var name: String { path.replacing("[]", with: "").replacing("=", with: "") }

    /// How many fields can be picked.
    static var count: Int { paths.count }

    /// Objects that are picked as the JSON text that they are.
    private static let texts = [
        "=tls.server.hash", "=tls.server.x509", "=hallmark.certificate", "=hallmark.leads",
    ]

    /// What is no field of ours, and tells whose a record is.
    private static let others = ["event.module"]

    private static let paths: [String] =
        (Field.all + Field.headers).map { $0.kind == .objects ? $0.name + "[]" : $0.name } + texts + others
    private static let places = Dictionary(uniqueKeysWithValues: paths.enumerated().map { ($1, $0) })

    package static let timestamp = RecordField("@timestamp")
    package static let outcome = RecordField("event.outcome")
    package static let errorCode = RecordField("error.code")
    package static let errorMessage = RecordField("error.message")
    package static let address = RecordField("server.address")
    package static let ip = RecordField("server.ip")
    package static let port = RecordField("server.port")
    package static let domain = RecordField("server.domain")
    package static let transport = RecordField("network.transport")
    package static let scan = RecordField("hallmark.scan.id")
    package static let proof = RecordField("hallmark.proof")
    package static let probeCode = RecordField("hallmark.probes.code")
    package static let marksKnown = RecordField("hallmark.marks.known")
    package static let marksTested = RecordField("hallmark.marks.tested")
    package static let dismissed = RecordField("hallmark.decisions.dismissed")
    package static let tlsVersion = RecordField("tls.version")
    package static let serverName = RecordField("tls.client.server_name")
    package static let sha256 = RecordField("tls.server.hash.sha256")
    package static let hashes = RecordField("=tls.server.hash")
    package static let chainDER = RecordField("tls.server.certificate_chain")
    package static let x509 = RecordField("=tls.server.x509")
    package static let certificate = RecordField("=hallmark.certificate")
    package static let subject = RecordField("tls.server.x509.subject.distinguished_name")
    /// Names and times as ECS has them besides, which other programs write alone.
    package static let subjectText = RecordField("tls.server.subject")
    package static let issuerText = RecordField("tls.server.issuer")
    package static let begin = RecordField("tls.server.not_before")
    package static let end = RecordField("tls.server.not_after")
    package static let subjectCommonName = RecordField("tls.server.x509.subject.common_name")
    package static let subjectOrganization = RecordField("tls.server.x509.subject.organization")
    package static let subjectUnit = RecordField("tls.server.x509.subject.organizational_unit")
    package static let subjectLocality = RecordField("tls.server.x509.subject.locality")
    package static let subjectState = RecordField("tls.server.x509.subject.state_or_province")
    package static let subjectCountry = RecordField("tls.server.x509.subject.country")
    package static let subjectEmail = RecordField("hallmark.certificate.subject.email_address")
    package static let issuer = RecordField("tls.server.x509.issuer.distinguished_name")
    package static let issuerCommonName = RecordField("tls.server.x509.issuer.common_name")
    package static let issuerOrganization = RecordField("tls.server.x509.issuer.organization")
    package static let issuerUnit = RecordField("tls.server.x509.issuer.organizational_unit")
    package static let issuerLocality = RecordField("tls.server.x509.issuer.locality")
    package static let issuerState = RecordField("tls.server.x509.issuer.state_or_province")
    package static let issuerCountry = RecordField("tls.server.x509.issuer.country")
    package static let issuerEmail = RecordField("hallmark.certificate.issuer.email_address")
    package static let serialNumber = RecordField("tls.server.x509.serial_number")
    package static let notBefore = RecordField("tls.server.x509.not_before")
    package static let notAfter = RecordField("tls.server.x509.not_after")
    package static let signatureAlgorithm = RecordField("tls.server.x509.signature_algorithm")
    package static let keyAlgorithm = RecordField("tls.server.x509.public_key_algorithm")
    package static let keySize = RecordField("tls.server.x509.public_key_size")
    package static let keyCurve = RecordField("tls.server.x509.public_key_curve")
    package static let alternativeNames = RecordField("tls.server.x509.alternative_names")
    package static let versionNumber = RecordField("tls.server.x509.version_number")
    package static let spki = RecordField("hallmark.certificate.spki_sha256")
    package static let tbs = RecordField("hallmark.certificate.tbs_no_ct_sha256")
    package static let validitySeconds = RecordField("hallmark.certificate.validity_seconds")
    package static let selfIssued = RecordField("hallmark.certificate.self_issued")
    package static let selfSigned = RecordField("hallmark.certificate.self_signed")
    package static let serialBytes = RecordField("hallmark.certificate.serial.bytes")
    package static let serialInteger = RecordField("hallmark.certificate.serial.integer")
    package static let subjectAttributes = RecordField("hallmark.certificate.subject_attributes")
    package static let issuerAttributes = RecordField("hallmark.certificate.issuer_attributes")
    package static let extensionOIDs = RecordField("hallmark.certificate.extension_oids")
    package static let subjectKeyID = RecordField("hallmark.certificate.subject_key_id")
    package static let authorityKeyID = RecordField("hallmark.certificate.authority_key_id")
    package static let relations = RecordField("hallmark.certificate.relations")
    package static let jarm = RecordField("tls.server.jarm")
    package static let ja3s = RecordField("tls.server.ja3s")
    package static let ja4s = RecordField("tls.server.ja4s")
    package static let ja4x = RecordField("tls.server.ja4x")
    package static let stack = RecordField("hallmark.stack")
    package static let httpServer = RecordField("http.response.header.server")
    package static let httpStatus = RecordField("http.response.status_code")
    package static let httpTitle = RecordField("http.response.title")
    package static let headerOrderHash = RecordField("http.response.header_order_hash")
    package static let headersHash = RecordField("http.response.headers_hash")
    package static let htmlHash = RecordField("http.response.html_hash")
    package static let bodySHA256 = RecordField("http.response.body.sha256")
    package static let faviconHash = RecordField("hallmark.favicon.mmh3")
    /// What `RecordPicker.leads` reads.
    package static let leads = RecordField("=hallmark.leads")
    package static let urlScheme = RecordField("url.scheme")
    package static let dataset = RecordField("event.dataset")
    static let module = RecordField("event.module")
    package static let correlationCount = RecordField("hallmark.correlation.count")
    package static let findingName = RecordField("hallmark.findings.name")
    package static let fidelity = RecordField("hallmark.source.fidelity")
    package static let filePath = RecordField("file.path")
    package static let rootTrust = RecordField("hallmark.root.trust")
    package static let isReconstructed = RecordField("hallmark.ct.reconstructed")
    package static let anomalies = RecordField("hallmark.certificate.anomalies")
    package static let isAuthority = RecordField("hallmark.certificate.is_ca")
    package static let sightingCount = RecordField("hallmark.sightings.count")
    package static let firstSighting = RecordField("hallmark.sightings.first")
    package static let lastSighting = RecordField("hallmark.sightings.last")
    package static let client = RecordField("hallmark.clients[]")
    package static let clientIP = RecordField("hallmark.clients.ip")
    package static let clientPseudonym = RecordField("hallmark.clients.pseudonym")
    package static let clientUser = RecordField("hallmark.clients.user")
    package static let clientCount = RecordField("hallmark.clients.count")
    package static let clientFirst = RecordField("hallmark.clients.first")
    package static let clientLast = RecordField("hallmark.clients.last")
    package static let clientBytes = RecordField("hallmark.clients.bytes")
    package static let clientDuration = RecordField("hallmark.clients.duration_ms")
    package static let clientJA3 = RecordField("hallmark.clients.ja3")
    package static let clientJA4 = RecordField("hallmark.clients.ja4")
    package static let ocspResponse = RecordField("hallmark.tls.ocsp_response")
    package static let scts = RecordField("hallmark.tls.scts")
    package static let chainVerification = RecordField("hallmark.verification.chain")
    package static let verificationTrust = RecordField("hallmark.verification.trust")
    package static let crlURLs = RecordField("hallmark.certificate.crl_urls")
    package static let contextPoints = RecordField("hallmark.context.names.points")
    package static let contextElsewhere = RecordField("hallmark.context.names.addresses")
    package static let revocationStatus = RecordField("hallmark.context.revocation.status")
    package static let revokedAt = RecordField("hallmark.context.revocation.revoked_at")
    package static let hostingKind = RecordField("hallmark.context.hosting.kind")
    package static let hostingProvider = RecordField("hallmark.context.hosting.provider")

    /// By fact: what tells whether a line is a record; behind them whose it is.
    package static let judged = RecordFact.allCases.map { RecordField($0.field) } + [module, leads]

    /// What a corpus keeps of a record: what it has a place for, and the field of every mark.
    package static let kept: [RecordField] = {
        let named: [RecordField] = [
            .timestamp, .outcome, .errorCode, .errorMessage, .address, .ip, .port, .domain, .transport,
            .scan, .proof,
            .tlsVersion, .serverName, .sha256, .hashes, .chainDER, .x509, .certificate, .subject,
            .subjectText, .issuerText, .begin, .end, .subjectCommonName, .subjectOrganization, .subjectUnit,
            .subjectLocality, .subjectState,
            .subjectCountry, .subjectEmail, .issuer, .issuerCommonName, .issuerOrganization, .issuerUnit,
            .issuerLocality, .issuerState, .issuerCountry, .issuerEmail, .serialNumber, .notBefore, .notAfter,
            .signatureAlgorithm, .keyAlgorithm, .keySize, .keyCurve, .alternativeNames, .versionNumber, .spki,
            .tbs, .validitySeconds, .selfIssued, .selfSigned, .serialBytes, .serialInteger,
            .subjectAttributes, .issuerAttributes, .extensionOIDs, .subjectKeyID, .authorityKeyID, .relations,
            .jarm, .ja3s, .ja4s, .ja4x, .stack, .httpServer, .httpStatus, .httpTitle, .headerOrderHash,
            .headersHash, .htmlHash, .bodySHA256, .faviconHash, .urlScheme, .dataset, .fidelity, .filePath,
            .rootTrust, .isAuthority,
            .isReconstructed, .sightingCount, .firstSighting, .lastSighting, .client, .clientIP,
            .clientPseudonym, .clientUser,
            .clientCount, .clientFirst, .clientLast, .clientBytes, .clientDuration, .clientJA3, .clientJA4,
        ]
        let more = judged + Field.marks.map { RecordField($0.field) }
        return named + more.filter { !named.contains($0) }
    }()
}

import Bytes

/// Writes what was imported into the members of a record.
extension ByteBuffer {
    /// Members of `tls` where there is no flight of our own reading.
    mutating func members(_ tls: ReportedTLS, serverName: String) {
        if let version = tls.version {
            member("version", version)
            member("version_protocol", tls.versionProtocol)
        }
        if let cipher = tls.cipher { member("cipher", cipher) }
        if let curve = tls.curve { member("curve", curve) }
        if let name = tls.nextProtocol { member("next_protocol", name) }
        if let isEstablished = tls.isEstablished { member("established", isEstablished) }
        if let isResumed = tls.isResumed { member("resumed", isResumed) }
        guard !serverName.isEmpty else { return }
        object("client")
        member("server_name", serverName)
        endObject()
    }

    /// Members of `tls.server` for a certificate whose bytes are not there.
    mutating func serverMembers(_ certificate: ReportedCertificate) {
        if certificate.hasDigest {
            object("hash")
            if let hash = certificate.sha256 { member("sha256", hash) }
            if let hash = certificate.sha1 { member("sha1", hash) }
            if let hash = certificate.md5 { member("md5", hash) }
            endObject()
        }
        guard certificate.hasText else { return }
        if let subject = certificate.subject.text { member("subject", subject) }
        if let issuer = certificate.issuer.text { member("issuer", issuer) }
        validity(certificate)
        object("x509")
        if let version = certificate.version { member("version_number", version) }
        if let serial = certificate.serial { member("serial_number", serial) }
        validity(certificate)
        if let algorithm = certificate.signatureAlgorithm { member("signature_algorithm", algorithm) }
        if let algorithm = certificate.keyAlgorithm { member("public_key_algorithm", algorithm) }
        if let size = certificate.keySize { member("public_key_size", size) }
        if let curve = certificate.keyCurve { member("public_key_curve", curve) }
        if let exponent = certificate.keyExponent { member("public_key_exponent", exponent) }
        if let names = certificate.alternativeNames, !names.isEmpty { texts("alternative_names", names) }
        name("subject", certificate.subject)
        name("issuer", certificate.issuer)
        endObject()
    }

    /// The member `certificate` of `hallmark`: what follows from the text, and the rest of the chain.
    ///
    /// - Parameter showsChain: whether the rest of the chain is known, and so how many they are.
    mutating func hallmarkMember(
        _ certificate: ReportedCertificate,
        chain: [ReportedCertificate],
        showsChain: Bool
    ) {
        guard !certificate.isEmpty else { return }
        let start = count
        object("certificate")
        if let before = certificate.notBefore, let after = certificate.notAfter, after >= before {
            // As with certificates that we read: whole days, rounded down.
            member("validity_days", (after - before) / 86_400)
            member("validity_seconds", after - before)
        }
        if let serial = certificate.serial {
            let digits = serial.drop { $0 == "0" }
            object("serial")
            member("integer", digits.isEmpty ? "0" : String(digits))
            endObject()
        }
        if let isCA = certificate.isCA { member("is_ca", isCA) }
        if !chain.isEmpty {
            array("chain")
            for certificate in chain { element(certificate) }
            endArray()
        }
        if showsChain { member("chain_length", chain.count + 1) }
        if last == 0x7b { truncate(to: start) } else { endObject() }
    }

    private mutating func element(_ certificate: ReportedCertificate) {
        element()
        if let hash = certificate.sha256 {
            object("hash")
            member("sha256", hash)
            endObject()
        }
        if let serial = certificate.serial { member("serial_number", serial) }
        if let subject = certificate.subject.text { member("subject", subject) }
        if let issuer = certificate.issuer.text { member("issuer", issuer) }
        validity(certificate)
        endObject()
    }

    /// The members of `hallmark` that say where an imported record comes from.
    mutating func member(_ evidence: ImportedEvidence, _ observation: Observation, hasBytes: Bool) {
        let lacked = LackedFields(evidence, observation, hasBytes: hasBytes)
        source(
            evidence.source,
            evidence.fidelity(hasBytes: hasBytes),
            lacked.names,
            isTimed: evidence.isTimed
        )
        if let logged = evidence.logged { member(logged) }
    }

    /// The member `source` of `hallmark`.
    ///
    /// - Parameters:
    ///   - fidelity: what is known of the certificate; what follows from that is said as lacking, too.
    package mutating func member(_ source: ImportSource, _ fidelity: Fidelity) {
        self.source(source, fidelity, ImportSource.lacking(fidelity) + source.lacks, isTimed: true)
    }

    private mutating func source(
        _ source: ImportSource,
        _ fidelity: Fidelity,
        _ lacks: [String],
        isTimed: Bool
    ) {
        object("source")
        member("product", source.product)
        member("format", source.format)
        member("fidelity", word: fidelity.rawValue)
        if !isTimed { member("time", "import" as StaticString) }
        if !lacks.isEmpty { texts("lacks", lacks) }
        endObject()
    }

    /// The member `ct` of `hallmark`.
    private mutating func member(_ entry: LoggedEntry) {
        object("ct")
        member("log", entry.log)
        member("url", entry.url)
        member("log_id", hex: entry.logID.span)
        member("index", Int(clamping: entry.index))
        member("timestamp", RFC3339.text(Int(clamping: entry.time)))
        member("entry", word: entry.kind.rawValue)
        if !entry.issuerKeyHash.isEmpty { member("issuer_key_hash", hex: entry.issuerKeyHash.span) }
        if entry.isReconstructed { member("reconstructed", true) }
        endObject()
    }

    /// An array of texts.
    mutating func texts(_ name: StaticString, _ values: [String]) {
        array(name)
        for value in values {
            comma()
            string(value)
        }
        endArray()
    }

    private mutating func validity(_ certificate: ReportedCertificate) {
        if let time = certificate.notBefore { member("not_before", moment(time)) }
        if let time = certificate.notAfter { member("not_after", moment(time)) }
    }

    private func moment(_ seconds: Int) -> String {
        RFC3339.secondsText(seconds.multipliedReportingOverflow(by: 1000).partialValue)
    }

    private mutating func name(_ name: StaticString, _ text: ReportedName) {
        guard !text.isEmpty else { return }
        object(name)
        if let whole = text.text { member("distinguished_name", whole) }
        if !text.commonName.isEmpty { texts("common_name", text.commonName) }
        if !text.country.isEmpty { texts("country", text.country) }
        if !text.locality.isEmpty { texts("locality", text.locality) }
        if !text.organization.isEmpty { texts("organization", text.organization) }
        if !text.organizationalUnit.isEmpty { texts("organizational_unit", text.organizationalUnit) }
        if !text.stateOrProvince.isEmpty { texts("state_or_province", text.stateOrProvince) }
        endObject()
    }
}

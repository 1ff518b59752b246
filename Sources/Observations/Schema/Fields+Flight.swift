import Wire

extension Field {
    /// What the server's first flight showed besides the certificate.
    static let flight: [Field] = [
        .list("hallmark.tls.server_hello_extensions", .long, "Extension types of the ServerHello, in order."),
        .list(
            "hallmark.tls.encrypted_extensions",
            .long,
            "Extension types of EncryptedExtensions, in order; empty when it was empty."
        ),
        .list(
            "hallmark.tls.certificate_extensions",
            .long,
            "Extension types of the leaf's CertificateEntry, in order."
        ),
        Field("hallmark.tls.legacy_version", .keyword, "The ServerHello's legacy_version, four hex digits."),
        Field(
            "hallmark.tls.draft",
            .long,
            "The draft of TLS 1.3 that was spoken, 0 for one that told no number; absent for TLS 1.3 itself."
        ),
        Field(
            "hallmark.tls.record_version",
            .keyword,
            "The version of the record that carried the ServerHello, four hex digits."
        ),
        Field("hallmark.tls.compression_method", .long, "The compression method chosen; 0 is none."),
        Field(
            "hallmark.tls.session_id",
            .keyword,
            "`echoed`, `new` or `empty`.",
            values: ["echoed", "new", "empty"]
        ),
        Field(
            "hallmark.tls.hello_retry_request",
            .boolean,
            "Whether the server asked for another key share."
        ),
        Field("hallmark.tls.retry_group", .keyword, "The group it asked for."),
        Field(
            "hallmark.tls.downgrade_sentinel",
            .keyword,
            "`tls12` or `tls11` when the random ends in RFC 8446's sentinel."
        ),
        Field(
            "hallmark.tls.extended_master_secret",
            .boolean,
            "Whether the server agreed to it (TLS 1.2 and older)."
        ),
        Field(
            "hallmark.tls.secure_renegotiation",
            .boolean,
            "Whether renegotiation_info was answered (TLS 1.2 and older)."
        ),
        Field(
            "hallmark.tls.change_cipher_spec",
            .boolean,
            "Whether a ChangeCipherSpec record came in the flight."
        ),
        Field(
            "hallmark.tls.signature_scheme",
            .keyword,
            "The scheme of ServerKeyExchange or CertificateVerify, by its IANA name."
        ),
        .list("hallmark.tls.messages", .long, "Types of the handshake messages, in order."),
        .list("hallmark.tls.record_sizes", .long, "Payload sizes of the records, in order, at most 32."),
        .list("hallmark.tls.alerts", .keyword, "Alerts received, by name (`handshake_failure`), in order."),
        .list("hallmark.tls.alert_codes", .long, "The same by number."),
        Field(
            "hallmark.tls.certificate_request.present",
            .boolean,
            "Whether the server asked for a client certificate."
        ),
        .list(
            "hallmark.tls.certificate_request.authorities",
            .keyword,
            "The CA names that it named, as text."
        ),
        .list(
            "hallmark.tls.certificate_request.signature_schemes",
            .keyword,
            "The signature schemes that it accepts."
        ),
        Field("hallmark.tls.ocsp_response", .keyword, "The stapled OCSP response, base64."),
        .list("hallmark.tls.scts", .keyword, "SCTs from the handshake, base64."),
        Field(
            "hallmark.tls.close",
            .keyword,
            "How the server ended the connection, when it did: `alert`, `close`, `reset`, `timeout`.",
            values: ["alert", "close", "reset", "timeout"]
        ),
        .list(
            "hallmark.sni_variants",
            .objects,
            "What other server names got (`--sni-variants`).",
            probe: .sni
        ),
        .list(
            "hallmark.sni_variants.server_name",
            .keyword,
            "The name sent; empty when none was.",
            probe: .sni
        ),
        .list(
            "hallmark.sni_variants.kind",
            .keyword,
            "`name`, `none` or `random`.",
            probe: .sni,
            values: .of(SNIVariant.Kind.self)
        ),
        .list(
            "hallmark.sni_variants.certificate_sha256",
            .keyword,
            "The certificate that came.",
            probe: .sni
        ),
        .list(
            "hallmark.sni_variants.code",
            .keyword,
            "The error code when none came.",
            probe: .sni,
            values: .of(ErrorCode.self)
        ),
        .list(
            "hallmark.sni_variants.covers_name",
            .boolean,
            "Whether the certificate names the server name that was sent.",
            probe: .sni
        ),
    ].grouped(.tls)

    /// What other connections of the visit showed.
    static let connections: [Field] = [
        .list(
            "hallmark.anomalies",
            .keyword,
            "What was odd about the visit: `changed_between_connections` when two of its connections showed different certificates; `wrong_list_length` when the list of the Certificate message ends elsewhere than the message; `skipped_entries` when it has empty entries.",
            probe: .http,
            values: .of(VisitAnomaly.self)
        ),
        .list(
            "hallmark.limits",
            .keyword,
            "What the server sent more of than is kept, from a closed list (`Docs/grab.md`); absent when everything was kept.",
            values: .of(ReachedBound.self)
        ),
        .list(
            "hallmark.connections",
            .objects,
            "Connections that showed something else than the rest of the record says, at most 4.",
            probe: .http
        ),
        .list(
            "hallmark.connections.probe",
            .keyword,
            "The kind of probe that made it.",
            probe: .http,
            values: .of(ProbeKind.self)
        ),
        .list(
            "hallmark.connections.differs",
            .keyword,
            "In what it differs: `certificate`, `key`, `chain`, `version`, `cipher`, `next_protocol`, `server_name`.",
            isListInEach: true,
            probe: .http,
            values: .of(OtherConnection.Difference.self)
        ),
        .list(
            "hallmark.connections.server_name",
            .keyword,
            "The server name sent; absent when none was.",
            probe: .http
        ),
        .list(
            "hallmark.connections.version",
            .keyword,
            "The TLS version, as `tls.version`.",
            probe: .http,
            values: ["3.0", "1.0", "1.1", "1.2", "1.3"]
        ),
        .list("hallmark.connections.cipher", .keyword, "The cipher suite, as `tls.cipher`.", probe: .http),
        .list(
            "hallmark.connections.next_protocol",
            .keyword,
            "The application protocol, as `tls.next_protocol`.",
            probe: .http
        ),
        .list(
            "hallmark.connections.proof",
            .keyword,
            "`presented` or `proven`, of the certificate that this connection showed.",
            probe: .http,
            values: .of(Proof.self)
        ),
        .list(
            "hallmark.connections.verification.chain",
            .keyword,
            "`valid`, or OpenSSL's reason why not, of this connection's chain; only with `--verify`.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.verification.name",
            .keyword,
            "`valid`, `mismatch` or `not_checked`; only with `--verify`.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.verification.trust",
            .keyword,
            "`own` where that chain was held against `--ca-file`."
        ),
        .list(
            "hallmark.connections.verification.trusted_by",
            .keyword,
            "Stores of `--store` that trust that chain."
        ),
        .list("hallmark.connections.verification.not_trusted_by", .keyword, "Those that do not."),
        .list(
            "hallmark.connections.certificate.hash.sha256",
            .keyword,
            "SHA-256 of the leaf that it showed.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.spki_sha256",
            .keyword,
            "SHA-256 of its SubjectPublicKeyInfo.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.serial_number",
            .keyword,
            "Its serial number.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.subject",
            .keyword,
            "Its subject as text.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.issuer",
            .keyword,
            "Its issuer as text.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.not_before",
            .date,
            "Begin of its validity.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.not_after",
            .date,
            "End of its validity.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate.self_issued",
            .boolean,
            "Whether its subject and issuer are the same bytes.",
            evidence: .certificate,
            probe: .http
        ),
        .list(
            "hallmark.connections.certificate_chain",
            .keyword,
            "The DER of each certificate that it showed, base64, leaf first (`--chain`).",
            isListInEach: true,
            evidence: .certificate,
            probe: .http
        ),
    ].grouped(.tls)

    /// Fingerprints of the TLS stack.
    static let fingerprints: [Field] = [
        Field(
            "hallmark.stack",
            .keyword,
            "Hallmark's own stack fingerprint: version, underscore, the first 16 digits of the text's SHA-256.",
            isFingerprint: true,
            spelling: .lowercase,
            mark: FieldMark(61, "stack", .tls)
        ),
        Field(
            "hallmark.stack_text",
            .keyword,
            "The text that it is the hash of (`Docs/fingerprints.md`).",
            isFingerprint: true
        ),
        Field("hallmark.ja3s_text", .keyword, "JA3S before the MD5.", source: .ja3, isFingerprint: true),
        Field(
            "hallmark.jarm.complete",
            .boolean,
            "Whether every probe was answered or refused by the server.",
            probe: .jarm
        ),
        Field("hallmark.jarm.answered", .long, "How many of the ten probes got a ServerHello.", probe: .jarm),
        Field("hallmark.jarm.server_name", .keyword, "The SNI of the JARM probes.", probe: .jarm),
        .list(
            "hallmark.jarm.probes",
            .keyword,
            "The raw answer of each probe as in JARM: `cipher|version|alpn|extensions`.",
            probe: .jarm
        ),
        .list(
            "hallmark.jarm.alerts",
            .long,
            "The alert of each probe that got one, otherwise -1.",
            probe: .jarm
        ),
        .list(
            "hallmark.jarm.outcomes",
            .keyword,
            "How each probe ended: `server_hello`, `alert`, `close`, `reset`, `timeout`, `not_tls`, `failed`.",
            probe: .jarm,
            values: .of(JARMResult.Outcome.self)
        ),
    ].grouped(.tls)
}

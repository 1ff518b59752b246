extension Field {
    /// What ECS has names for, and the fingerprints that tools put beside it.
    static let tls: [Field] = [
        Field(
            "tls.version",
            .keyword,
            "The negotiated version's number: `1.3`, `1.2`, `1.1`, `1.0`, `3.0` (SSL)."
        ),
        Field(
            "tls.version_protocol",
            .keyword,
            "`tls`, `ssl`, `tlcp` (GB/T 38636, whose version is `1.1`), or `dtls`, of imported records."
        ),
        Field(
            "tls.cipher",
            .keyword,
            "The negotiated cipher suite by its IANA name, or `0x` and four digits."
        ),
        Field(
            "tls.curve",
            .keyword,
            "The group of the key exchange, by its IANA name in lower case (`x25519`, `secp256r1`, …)."
        ),
        Field("tls.next_protocol", .keyword, "The application protocol chosen by ALPN."),
        Field(
            "tls.established",
            .boolean,
            "Whether a handshake that showed the certificate was completed; `hallmark.connections` has it when its version or cipher was another one."
        ),
        Field("tls.resumed", .boolean, "Whether an imported connection resumed an earlier session."),
        Field(
            "tls.client.server_name",
            .keyword,
            "The server name of the endpoint (SNI), sent if a connection was made; absent when there is none."
        ),
        Field("tls.server.hash.sha256", .keyword, "SHA-256 of the leaf certificate's DER, upper-case hex."),
        Field("tls.server.hash.sha1", .keyword, "SHA-1 of the same."),
        Field("tls.server.hash.md5", .keyword, "MD5 of the same."),
        Field("tls.server.ja3s", .keyword, "JA3S of the ServerHello: MD5, lower-case hex."),
        Field("tls.server.ja4s", .keyword, "JA4S of the ServerHello; only with `--ja4plus`."),
        Field("tls.server.ja4x", .keyword, "JA4X of the leaf certificate; only with `--ja4plus`."),
        Field(
            "tls.server.jarm",
            .keyword,
            "JARM, only when all ten probes were answered or failed on the server's side."
        ),
        Field(
            "tls.server.subject",
            .keyword,
            "The leaf's subject, as in `tls.server.x509.subject.distinguished_name`."
        ),
        Field("tls.server.issuer", .keyword, "The leaf's issuer, likewise."),
        Field("tls.server.not_before", .date, "As `tls.server.x509.not_before`."),
        Field("tls.server.not_after", .date, "As `tls.server.x509.not_after`."),
        .list(
            "tls.server.certificate_chain",
            .keyword,
            "The DER of each certificate sent, base64, leaf first (`--chain`)."
        ),
    ]

    /// The leaf certificate as ECS names its parts.
    static let x509: [Field] =
        [
            Field(
                "tls.server.x509.version_number",
                .keyword,
                "1, 2 or 3; other numbers as encoded plus one."
            ),
            Field(
                "tls.server.x509.serial_number",
                .keyword,
                "The serial number's content bytes exactly as encoded, upper-case hex, leading `00` kept."
            ),
            Field(
                "tls.server.x509.not_before",
                .date,
                "Begin of validity, RFC 3339 UTC; absent when unreadable."
            ),
            Field("tls.server.x509.not_after", .date, "End of validity, likewise."),
            Field(
                "tls.server.x509.signature_algorithm",
                .keyword,
                "OpenSSL's long name (`sha256WithRSAEncryption`, `ecdsa-with-SHA256`), or the OID."
            ),
            Field(
                "tls.server.x509.public_key_algorithm",
                .keyword,
                "`RSA`, `ECDSA`, `DSA`, `Ed25519`, `Ed448`, `RSA-PSS`, …, or the OID."
            ),
            Field("tls.server.x509.public_key_size", .long, "Bits of the modulus, the prime or the curve."),
            Field(
                "tls.server.x509.public_key_curve",
                .keyword,
                "`P-256`, `P-384`, `P-521`, `secp256k1`, …, or the OID."
            ),
            Field(
                "tls.server.x509.public_key_exponent",
                .long,
                "RSA's public exponent; absent when it exceeds 2^63-1."
            ),
            .list(
                "tls.server.x509.alternative_names",
                .keyword,
                "All subject alternative names in order: DNS names, addresses, e-mail addresses, URIs."
            ),
        ] + name("tls.server.x509.subject", "subject") + name("tls.server.x509.issuer", "issuer")

    /// The parts of a name that ECS has fields for.
    ///
    /// An attribute that is present but empty is `""`.
    private static func name(_ prefix: String, _ who: String) -> [Field] {
        [
            Field(
                "\(prefix).distinguished_name",
                .keyword,
                "The \(who) in DER order, `C=US, ST=…, CN=…`, empty values kept; several attributes of one RDN joined by ` + `."
            ),
            .list("\(prefix).common_name", .keyword, "The \(who)'s common names."),
            .list("\(prefix).country", .keyword, "The \(who)'s countries."),
            .list("\(prefix).locality", .keyword, "The \(who)'s localities."),
            .list("\(prefix).organization", .keyword, "The \(who)'s organisations."),
            .list("\(prefix).organizational_unit", .keyword, "The \(who)'s organisational units."),
            .list("\(prefix).state_or_province", .keyword, "The \(who)'s states or provinces."),
        ]
    }
}

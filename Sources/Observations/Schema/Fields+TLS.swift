extension Field {
    /// What ECS has names for, and the fingerprints that tools put beside it.
    static let tls: [Field] = [
        Field(
            "tls.version",
            .keyword,
            "The negotiated version's number: `1.3`, `1.2`, `1.1`, `1.0`, `3.0` (SSL).",
            mark: FieldMark(71, "tls", .tls),
            values: ["2.0", "3.0", "1.0", "1.1", "1.2", "1.3"]
        ),
        Field(
            "tls.version_protocol",
            .keyword,
            "`tls`, `ssl`, `tlcp` (GB/T 38636, whose version is `1.1`), or `dtls`, of imported records.",
            values: ["tls", "ssl", "tlcp", "dtls"]
        ),
        Field(
            "tls.cipher",
            .keyword,
            "The negotiated cipher suite by its IANA name, or `0x` and four digits."
        ),
        Field(
            "tls.curve",
            .keyword,
            "The group of the key exchange, by its IANA name in lower case (`x25519`, `secp256r1`, …).",
            mark: FieldMark(73, "curve", .tls)
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
        Field(
            "tls.server.hash.sha256",
            .keyword,
            "SHA-256 of the leaf certificate's DER, upper-case hex.",
            evidence: .certificate,
            spelling: .digest,
            searches: FieldSearches(censys: "cert.fingerprint_sha256", crtsh: "sha256")
        ),
        Field(
            "tls.server.hash.sha1",
            .keyword,
            "SHA-1 of the same.",
            evidence: .certificate,
            spelling: .digest,
            searches: FieldSearches(
                shodan: "ssl.cert.fingerprint",
                censys: "cert.fingerprint_sha1",
                crtsh: "sha1"
            )
        ),
        Field("tls.server.hash.md5", .keyword, "MD5 of the same.", evidence: .certificate),
        Field(
            "tls.server.ja3s",
            .keyword,
            "JA3S of the ServerHello: MD5, lower-case hex.",
            source: .ja3,
            isFingerprint: true,
            spelling: .lowercase,
            mark: FieldMark(62, "ja3s", .tls),
            searches: FieldSearches(shodan: "ssl.ja3s", censys: "tls.ja3s", fofa: "tls.ja3s")
        ),
        Field(
            "tls.server.ja4s",
            .keyword,
            "JA4S of the ServerHello; only with `--ja4plus`.",
            source: .ja4,
            isFingerprint: true,
            spelling: .lowercase,
            mark: FieldMark(63, "ja4s", .tls),
            searches: FieldSearches(censys: "tls.ja4s")
        ),
        Field(
            "tls.server.ja4x",
            .keyword,
            "JA4X of the leaf certificate; only with `--ja4plus`.",
            source: .ja4,
            evidence: .certificate,
            isFingerprint: true,
            spelling: .lowercase,
            mark: FieldMark(72, "ja4x", .shape),
            searches: FieldSearches(censys: "cert.parsed.ja4x")
        ),
        Field(
            "tls.server.jarm",
            .keyword,
            "JARM, only when all ten probes were answered or failed on the server's side.",
            source: .jarm,
            probe: .jarm,
            isFingerprint: true,
            spelling: .lowercase,
            mark: FieldMark(60, "jarm", .tls, isTelling: true),
            searches: FieldSearches(shodan: "ssl.jarm", censys: "jarm.fingerprint", fofa: "jarm")
        ),
        Field(
            "tls.server.subject",
            .keyword,
            "The leaf's subject, as in `tls.server.x509.subject.distinguished_name`.",
            evidence: .certificate
        ),
        Field("tls.server.issuer", .keyword, "The leaf's issuer, likewise.", evidence: .certificate),
        Field("tls.server.not_before", .date, "As `tls.server.x509.not_before`.", evidence: .certificate),
        Field("tls.server.not_after", .date, "As `tls.server.x509.not_after`.", evidence: .certificate),
        .list(
            "tls.server.certificate_chain",
            .keyword,
            "The DER of each certificate sent, base64, leaf first (`--chain`).",
            evidence: .certificate
        ),
    ].grouped(.tls)

    /// The leaf certificate as ECS names its parts.
    static let x509: [Field] =
        ([
            Field(
                "tls.server.x509.version_number",
                .keyword,
                "1, 2 or 3; other numbers as encoded plus one."
            ),
            Field(
                "tls.server.x509.serial_number",
                .keyword,
                "The serial number's content bytes exactly as encoded, upper-case hex, leading `00` kept.",
                spelling: .serial,
                mark: FieldMark(3, "serial", .serial, isTelling: true),
                searches: FieldSearches(
                    shodan: "ssl.cert.serial",
                    censys: "cert.parsed.serial_number",
                    fofa: "cert.sn",
                    crtsh: "serial"
                )
            ),
            Field(
                "tls.server.x509.not_before",
                .date,
                "Begin of validity, RFC 3339 UTC; absent when unreadable.",
                mark: FieldMark(5, "not_before", .validity)
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
                "All subject alternative names in order: DNS names, addresses, e-mail addresses, URIs.",
                spelling: .lowercase,
                mark: FieldMark(30, "name", .names),
                searches: FieldSearches(censys: "cert.names", fofa: "cert", crtsh: "q")
            ),
        ] + name("tls.server.x509.subject", "subject") + name("tls.server.x509.issuer", "issuer"))
        .grouped(.certificate)

    /// The parts of a name that ECS has fields for.
    ///
    /// An attribute that is present but empty is `""`.
    private static func name(_ prefix: String, _ who: String) -> [Field] {
        let isSubject = who == "subject"
        let (first, family) = isSubject ? (10, FieldMark.Family.subject) : (20, .issuer)
        let censys = "cert.parsed.\(who)"
        return [
            Field(
                "\(prefix).distinguished_name",
                .keyword,
                "The \(who) in DER order, `C=US, ST=…, CN=…`, empty values kept; several attributes of one RDN joined by ` + `.",
                mark: FieldMark(first, who, family)
            ),
            .list(
                "\(prefix).common_name",
                .keyword,
                "The \(who)'s common names.",
                mark: FieldMark(first + 1, "\(who).cn", family),
                searches: FieldSearches(
                    shodan: "ssl.cert.\(who).cn",
                    censys: "\(censys).common_name",
                    fofa: "cert.\(who).cn",
                    crtsh: isSubject ? "CN" : nil
                )
            ),
            .list(
                "\(prefix).country",
                .keyword,
                "The \(who)'s countries.",
                mark: FieldMark(first + 6, "\(who).c", family),
                searches: FieldSearches(censys: "\(censys).country", isCommon: true)
            ),
            .list(
                "\(prefix).locality",
                .keyword,
                "The \(who)'s localities.",
                mark: FieldMark(first + 4, "\(who).l", family),
                searches: FieldSearches(censys: "\(censys).locality")
            ),
            .list(
                "\(prefix).organization",
                .keyword,
                "The \(who)'s organisations.",
                mark: FieldMark(first + 2, "\(who).o", family),
                searches: FieldSearches(
                    censys: "\(censys).organization",
                    fofa: "cert.\(who).org",
                    crtsh: isSubject ? "O" : nil
                )
            ),
            .list(
                "\(prefix).organizational_unit",
                .keyword,
                "The \(who)'s organisational units.",
                mark: FieldMark(first + 3, "\(who).ou", family),
                searches: FieldSearches(
                    censys: "\(censys).organizational_unit",
                    crtsh: isSubject ? "OU" : nil
                )
            ),
            .list(
                "\(prefix).state_or_province",
                .keyword,
                "The \(who)'s states or provinces.",
                mark: FieldMark(first + 5, "\(who).st", family),
                searches: FieldSearches(censys: "\(censys).province")
            ),
        ]
    }
}

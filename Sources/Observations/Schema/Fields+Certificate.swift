import Wire

extension Field {
    /// What ECS has no name for in the leaf certificate and its chain.
    static let certificate: [Field] =
        ([
            Field(
                "hallmark.certificate.spki_sha256",
                .keyword,
                "SHA-256 of the SubjectPublicKeyInfo's DER, upper-case hex.",
                spelling: .digest,
                mark: FieldMark(1, "key", .key, isTelling: true),
                searches: FieldSearches(
                    censys: "cert.parsed.subject_key_info.fingerprint_sha256",
                    crtsh: "spkisha256"
                )
            ),
            Field(
                "hallmark.certificate.tbs_no_ct_sha256",
                .keyword,
                "SHA-256 of the TBSCertificate without the SCT list and the precertificate poison: the same for a precertificate and its certificate.",
                spelling: .digest,
                mark: FieldMark(2, "tbs", .certificate)
            ),
            Field(
                "hallmark.certificate.validity_days",
                .long,
                "Whole days between the two times, rounded down."
            ),
            Field("hallmark.certificate.validity_seconds", .long, "Seconds from notBefore to notAfter."),
            Field(
                "hallmark.certificate.validity_calendar_years",
                .long,
                "Years, when both times differ in the year alone."
            ),
            Field("hallmark.certificate.self_issued", .boolean, "Subject and issuer are the same bytes."),
            Field(
                "hallmark.certificate.self_signed",
                .boolean,
                "The certificate's own key verifies its signature. Tried when self-issued, when the key identifiers agree, or without chain and authority key identifier; else false. Absent when it can't be told."
            ),
            Field("hallmark.certificate.serial.bits", .long, "Bits of the serial number's magnitude."),
            Field(
                "hallmark.certificate.serial.bytes",
                .long,
                "Content bytes of the serial number as encoded."
            ),
            Field(
                "hallmark.certificate.serial.integer",
                .keyword,
                "The serial number as an integer: upper-case hex without leading zeros, `-` in front when negative.",
                spelling: .serial,
                searches: FieldSearches(
                    shodan: "ssl.cert.serial",
                    censys: "cert.parsed.serial_number",
                    fofa: "cert.sn",
                    crtsh: "serial"
                )
            ),
            Field(
                "hallmark.certificate.subject_attributes",
                .keyword,
                "Which attributes the subject has, in order: `C,ST,L,O,OU,CN`; `+` inside a multi-valued RDN; OIDs where there is no short name."
            ),
            Field("hallmark.certificate.issuer_attributes", .keyword, "The issuer's, likewise."),
            Field(
                "hallmark.certificate.subject_oids",
                .keyword,
                "The subject's attribute OIDs in order, joined by commas."
            ),
            Field("hallmark.certificate.issuer_oids", .keyword, "The issuer's, likewise."),
            Field(
                "hallmark.certificate.extension_oids",
                .keyword,
                "The extensions' OIDs in order, joined by commas."
            ),
            Field(
                "hallmark.certificate.extensions_text",
                .keyword,
                "The extensions' OIDs sorted as text, joined by commas."
            ),
            .list(
                "hallmark.certificate.critical_extensions",
                .keyword,
                "The OIDs of the critical extensions, in order."
            ),
            .list(
                "hallmark.certificate.key_usage",
                .keyword,
                "`digital_signature`, `non_repudiation`, `key_encipherment`, `data_encipherment`, `key_agreement`, `key_cert_sign`, `crl_sign`, `encipher_only`, `decipher_only`."
            ),
            Field("hallmark.certificate.key_usage_text", .keyword, "The same sorted, joined by commas."),
            .list(
                "hallmark.certificate.extended_key_usage",
                .keyword,
                "`server_auth`, `client_auth`, `code_signing`, `email_protection`, `time_stamping`, `ocsp_signing`, `any`, or the OID."
            ),
            Field(
                "hallmark.certificate.extended_key_usage_text",
                .keyword,
                "The same sorted, joined by commas."
            ),
            Field(
                "hallmark.certificate.is_ca",
                .boolean,
                "basicConstraints' CA flag; absent when the extension is."
            ),
            Field("hallmark.certificate.path_length", .long, "basicConstraints' path length."),
            Field(
                "hallmark.certificate.subject_key_id",
                .keyword,
                "The subject key identifier, upper-case hex.",
                spelling: .digest,
                mark: FieldMark(34, "ski", .key),
                searches: FieldSearches(crtsh: "ski")
            ),
            Field(
                "hallmark.certificate.authority_key_id",
                .keyword,
                "The authority key identifier, upper-case hex.",
                spelling: .digest,
                mark: FieldMark(33, "aki", .issuer)
            ),
            .list("hallmark.certificate.policies", .keyword, "Policy OIDs in order."),
            .list("hallmark.certificate.crl_urls", .keyword, "URLs of the CRL distribution points."),
            .list("hallmark.certificate.ocsp_urls", .keyword, "URLs of the OCSP responders."),
            .list("hallmark.certificate.ca_issuers_urls", .keyword, "URLs of the issuer's certificate."),
            .list(
                "hallmark.certificate.sct_log_ids",
                .keyword,
                "Log identifiers of the embedded SCTs, upper-case hex."
            ),
            .list("hallmark.certificate.scts", .objects, "Signed certificate timestamps, in their order."),
            .list("hallmark.certificate.scts.log_id", .keyword, "The log that gave it, upper-case hex."),
            .list("hallmark.certificate.scts.timestamp", .date, "When the log promised to take it."),
            .list("hallmark.certificate.scts.source", .keyword, "Where it came: `certificate`, embedded."),
            .list("hallmark.certificate.alternative_names.dns", .keyword, "The dNSNames."),
            .list(
                "hallmark.certificate.alternative_names.ip",
                .keyword,
                "The iPAddresses; those of a wrong length as hex."
            ),
            .list("hallmark.certificate.alternative_names.email", .keyword, "The rfc822Names."),
            .list("hallmark.certificate.alternative_names.uri", .keyword, "The URIs."),
            .list(
                "hallmark.certificate.alternative_names.directory",
                .keyword,
                "The directory names as text."
            ),
            .list(
                "hallmark.certificate.alternative_names.other",
                .keyword,
                "All other kinds: OID or tag, `=`, and hex."
            ),
            Field(
                "hallmark.certificate.alternative_names_text",
                .keyword,
                "All alternative names sorted, joined by commas."
            ),
            .list(
                "hallmark.certificate.anomalies",
                .keyword,
                "What is wrong in the encoding or odd in the content, from a closed list.",
                values: .of(CertificateAnomaly.self)
            ),
            .list(
                "hallmark.certificate.relations",
                .keyword,
                "How fields relate to each other, from a closed list.",
                values: .of(CertificateRelation.self)
            ),
            .list("hallmark.certificate.chain", .objects, "The certificates after the leaf, as sent."),
            .list("hallmark.certificate.chain.hash.sha256", .keyword, "SHA-256 of the certificate."),
            .list("hallmark.certificate.chain.spki_sha256", .keyword, "SHA-256 of its SubjectPublicKeyInfo."),
            .list("hallmark.certificate.chain.serial_number", .keyword, "Its serial number."),
            .list("hallmark.certificate.chain.subject", .keyword, "Its subject as text."),
            .list("hallmark.certificate.chain.issuer", .keyword, "Its issuer as text."),
            .list("hallmark.certificate.chain.not_before", .date, "Begin of its validity."),
            .list("hallmark.certificate.chain.not_after", .date, "End of its validity."),
            .list(
                "hallmark.certificate.chain.self_issued",
                .boolean,
                "Whether its subject and issuer are the same bytes."
            ),
            Field(
                "hallmark.certificate.chain_length",
                .long,
                "How many certificates were sent, the leaf among them."
            ),
            Field(
                "hallmark.verification.chain",
                .keyword,
                "`valid`, or OpenSSL's reason why not; only with `--verify`."
            ),
            Field(
                "hallmark.verification.name",
                .keyword,
                "`valid`, `mismatch`, or `not_checked` when no name is known; only with `--verify`."
            ),
            Field(
                "hallmark.verification.trust",
                .keyword,
                "`own` where the chain was held against the authorities of `--ca-file`; absent for the system's."
            ),
            .list(
                "hallmark.verification.trusted_by",
                .keyword,
                "Stores of `--store` that trust the chain, by their names."
            ),
            .list(
                "hallmark.verification.not_trusted_by",
                .keyword,
                "Those that do not: a chain that only a private or an added root trusts is worth a look."
            ),
        ] + attributes("subject") + attributes("issuer")).grouped(.certificate)

    /// Name attributes that ECS has no field for, by their RFC 4519 or PKCS #9 names.
    private static func attributes(_ who: String) -> [Field] {
        let address =
            who == "subject"
            ? FieldMark(17, "subject.email", .subject) : FieldMark(27, "issuer.email", .issuer)
        return otherAttributes.map {
            .list(
                "hallmark.certificate.\(who).\($0)",
                .keyword,
                "The \(who)'s \($0.replacing("_", with: " ")).",
                mark: $0 == "email_address" ? address : nil
            )
        }
            + [
                .list(
                    "hallmark.certificate.\(who).other",
                    .keyword,
                    "The \(who)'s attributes of other types: OID, `=`, value."
                )
            ]
    }

    /// The last part of each such field's name.
    package static let otherAttributes = [
        "email_address", "serial_number", "street_address", "postal_code", "title", "surname", "given_name",
        "initials", "name", "description", "domain_component", "user_id", "unstructured_name",
        "organization_identifier", "business_category", "jurisdiction_country", "jurisdiction_state",
        "jurisdiction_locality", "dn_qualifier", "generation_qualifier", "pseudonym", "telephone_number",
    ]
}

extension Field {
    /// What stands around an endpoint: looked up with `--context` and by `hallmark enrich`.
    static let context: [Field] = network + around.grouped(.certificate)

    /// What is said of the address, which is no evidence of what runs there.
    private static let network: [Field] = [
        Field("server.as.number", .long, "The autonomous system of the address, from `--mmdb`."),
        Field("server.as.organization.name", .keyword, "Its organisation."),
        Field("server.geo.country_iso_code", .keyword, "The country of the address, two letters."),
    ]

    private static let around: [Field] = [
        Field(
            "hallmark.context.names.state",
            .keyword,
            "`complete`, `partial` when some questions had no answer, `not_asked` when no name server answers.",
            values: ["complete", "partial", "not_asked"]
        ),
        Field(
            "hallmark.context.names.points",
            .keyword,
            "`here`: a name of the certificate points to this address; `elsewhere`: all were asked for, and none does; `nowhere`: none has an address; `unknown`.",
            values: ["here", "elsewhere", "nowhere", "unknown"]
        ),
        .list(
            "hallmark.context.names.here",
            .keyword,
            "Names of the certificate that point to this address."
        ),
        .list("hallmark.context.names.elsewhere", .keyword, "Those that point to others."),
        .list("hallmark.context.names.nowhere", .keyword, "Those that have no address."),
        .list(
            "hallmark.context.names.open",
            .keyword,
            "Wildcards below which a name that hardly anybody has gets no answer: others may have one."
        ),
        .list("hallmark.context.names.unanswered", .keyword, "Names about which nobody could tell."),
        .list(
            "hallmark.context.names.addresses",
            .ip,
            "Where the names point that point elsewhere; at most 16."
        ),
        Field(
            "hallmark.context.names.more",
            .long,
            "Names that were not asked for: beyond the first 16, public suffixes, what no host is called."
        ),
        .list("hallmark.context.names.reverse", .keyword, "Reverse names of the address; at most 4."),
        .list("hallmark.context.names.reverse_confirmed", .keyword, "Those that point back to it."),
        Field(
            "hallmark.context.names.caa.domain",
            .keyword,
            "The registrable domain whose CAA records were asked for."
        ),
        .list("hallmark.context.names.caa.issuers", .keyword, "Authorities that may issue for it now."),
        Field(
            "hallmark.context.names.caa.agrees",
            .boolean,
            "Whether the certificate's issuer is among them: a hint, since CAA binds at issuance. Absent for issuers that are not known by their domains."
        ),
        Field(
            "hallmark.context.hosting.kind",
            .keyword,
            "`cloud`, `cdn`, `consumer` or `unknown`.",
            values: ["cloud", "cdn", "consumer", "unknown"]
        ),
        Field(
            "hallmark.context.hosting.provider",
            .keyword,
            "Who publishes the address as its own: `aws`, `azure`, …."
        ),
        Field("hallmark.context.hosting.service", .keyword, "For which of its services."),
        Field("hallmark.context.hosting.region", .keyword, "In which of its regions."),
        Field("hallmark.context.hosting.prefix", .keyword, "The published prefix."),
        Field(
            "hallmark.context.revocation.status",
            .keyword,
            "What staple and list come to: `good`, `revoked`, or why nothing can be told: `unknown`, `stale`, `invalid`, `other`, `unreadable`, `refused`, `unchecked`, `unavailable`.",
            values: revocationStatuses
        ),
        Field("hallmark.context.revocation.revoked_at", .date, "Since when the certificate is revoked."),
        Field(
            "hallmark.context.revocation.reason",
            .keyword,
            "Why, in the words of RFC 5280: `key_compromise`, …."
        ),
        Field(
            "hallmark.context.revocation.must_staple",
            .boolean,
            "The certificate asks for a staple (RFC 7633)."
        ),
        .list("hallmark.context.revocation.anomalies", .keyword, "`must_staple_without_staple`."),
        Field(
            "hallmark.context.revocation.staple.status",
            .keyword,
            "What the stapled OCSP answer says, checked.",
            values: revocationStatuses
        ),
        Field("hallmark.context.revocation.staple.this_update", .date, "From when it holds."),
        Field("hallmark.context.revocation.staple.next_update", .date, "Until when it holds."),
        Field(
            "hallmark.context.revocation.crl.status",
            .keyword,
            "What the revocation list says that the certificate names, checked; only with `--crl`.",
            values: revocationStatuses
        ),
        Field("hallmark.context.revocation.crl.this_update", .date, "From when it holds."),
        Field("hallmark.context.revocation.crl.next_update", .date, "Until when it holds."),
        Field("hallmark.context.revocation.crl.url", .keyword, "Where it was asked for."),
        Field("hallmark.context.revocation.crl.error", .keyword, "Why it could not be fetched."),
        Field(
            "hallmark.context.time.first_seen",
            .date,
            "When the corpus saw the certificate first, anywhere."
        ),
        Field(
            "hallmark.context.time.age_when_first_seen",
            .long,
            "Seconds from the certificate's begin of validity until then."
        ),
        Field(
            "hallmark.context.time.issues",
            .long,
            "Certificates that the corpus holds for its first name, this one included."
        ),
        Field(
            "hallmark.context.time.rhythm",
            .long,
            "The middle of the seconds from one of them to the next."
        ),
        Field(
            "hallmark.context.passive_dns.points",
            .keyword,
            "By passive DNS, `here`: a name of the certificate pointed to this address at some time; `elsewhere`: its names are known to have pointed to others alone.",
            values: ["here", "elsewhere"]
        ),
        .list(
            "hallmark.context.passive_dns.names",
            .objects,
            "Names that pointed to this address: the certificate's first, then the latest; at most 16."
        ),
        .list("hallmark.context.passive_dns.names.name", .keyword, "The name."),
        .list(
            "hallmark.context.passive_dns.names.by_way_of",
            .keyword,
            "The aliases by way of which it did; the last is the one that the address belonged to."
        ),
        .list(
            "hallmark.context.passive_dns.names.first_seen",
            .date,
            "Since when it is known to have done so."
        ),
        .list("hallmark.context.passive_dns.names.last_seen", .date, "Until when."),
        .list(
            "hallmark.context.passive_dns.names.count",
            .long,
            "How often that was seen, as far as it is known."
        ),
        .list(
            "hallmark.context.passive_dns.names.of_certificate",
            .boolean,
            "Whether the certificate is for it."
        ),
        Field(
            "hallmark.context.passive_dns.more",
            .long,
            "Names beyond those that are told; at most 51 are counted."
        ),
        .list(
            "hallmark.context.passive_dns.addresses",
            .ip,
            "Other addresses to which the certificate's names pointed; at most 16."
        ),
        Field(
            "hallmark.context.transparency.valid",
            .long,
            "SCTs of the certificate, the handshake and the stapled OCSP response that hold against `--log-list`."
        ),
        .list(
            "hallmark.context.transparency.anomalies",
            .keyword,
            "`missing_sct`, `too_few_scts` (chains that were verified), `invalid_sct`, `unreadable_sct_list`."
        ),
        .list("hallmark.context.transparency.scts", .objects, "Each SCT, checked, in the order it was sent."),
        .list("hallmark.context.transparency.scts.source", .keyword, "`certificate`, `tls` or `ocsp`."),
        .list("hallmark.context.transparency.scts.log_id", .keyword, "The log that gave it, upper-case hex."),
        .list("hallmark.context.transparency.scts.log", .keyword, "The log's name in the list."),
        .list("hallmark.context.transparency.scts.operator", .keyword, "Who operates it."),
        .list("hallmark.context.transparency.scts.timestamp", .date, "When the log promised to take it."),
        .list(
            "hallmark.context.transparency.scts.outcome",
            .keyword,
            "`valid`, or why it does not count: `invalid`, `unknown_log`, `unchecked`, `log_not_trusted`, `future`."
        ),
    ]

    private static let revocationStatuses = [
        "good", "revoked", "unknown", "stale", "invalid", "other", "unreadable", "refused", "unchecked",
        "unavailable",
    ]
}

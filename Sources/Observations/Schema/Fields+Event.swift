import Wire

extension Field {
    /// When, where and how it ended.
    static let event: [Field] = [
        Field("@timestamp", .date, "When the endpoint's first connection was begun, UTC with milliseconds."),
        Field("ecs.version", .keyword, "The version of the Elastic Common Schema whose names are used."),
        Field(
            "event.kind",
            .keyword,
            "`alert` when the record carries a lead, otherwise `event`.",
            isConcluded: true,
            values: ["event", "alert"]
        ),
        .list("event.category", .keyword, "Always `network`.", values: ["network"]),
        .list("event.type", .keyword, "Always `info`.", values: ["info"]),
        Field(
            "event.dataset",
            .keyword,
            "`hallmark.observation` of what we saw ourselves, `hallmark.import` of what others did, `hallmark.ct` of what a log of Certificate Transparency holds.",
            values: .of(RecordDataset.self)
        ),
        Field("event.ingested", .date, "When it was imported; `@timestamp` is when it was seen."),
        Field(
            "event.outcome",
            .keyword,
            "`success` when a certificate was seen, or for `http://` targets an HTTP answer; otherwise `failure`.",
            values: ["success", "failure"]
        ),
        Field(
            "event.duration",
            .long,
            "Nanoseconds from the first connection's begin to the end of the last probe."
        ),
        Field(
            "event.risk_score",
            .long,
            "The confidence of the strongest lead, 0 to 99; only beside leads.",
            isConcluded: true
        ),
        Field(
            "rule.id",
            .keyword,
            "The rule that speaks the loudest for the strongest lead.",
            isConcluded: true
        ),
        Field("rule.name", .keyword, "Its title.", isConcluded: true),
        Field("rule.ruleset", .keyword, "Always `hallmark`.", isConcluded: true),
        Field("threat.framework", .keyword, "`MITRE ATT&CK`, where an id of it follows.", isConcluded: true),
        Field(
            "threat.software.id",
            .keyword,
            "The ATT&CK id of the strongest lead's software.",
            isConcluded: true
        ),
        Field(
            "threat.software.name",
            .keyword,
            "The name of the strongest lead's software.",
            isConcluded: true
        ),
        .list(
            "threat.technique.id",
            .keyword,
            "The ATT&CK techniques that its rules are tagged with.",
            isConcluded: true
        ),
        Field(
            "error.code",
            .keyword,
            "Why there is no certificate, from a closed list.",
            values: .of(ErrorCode.self)
        ),
        Field(
            "error.message",
            .keyword,
            "The same in words, with what the operating system or the server said."
        ),
        Field("file.path", .keyword, "The trust store that holds the certificate, for `roots audit`."),
        Field("server.address", .keyword, "The target as given: an address or a name."),
        Field("server.ip", .ip, "The address that was connected to."),
        Field(
            "server.port",
            .long,
            "The TCP port.",
            searches: FieldSearches(shodan: "port", censys: "port", isCommon: true)
        ),
        Field("server.domain", .keyword, "The target's name, when it was given by name."),
        Field(
            "observer.product",
            .keyword,
            "Always `Hallmark`; absent from what others observed and was imported.",
            values: ["Hallmark"]
        ),
        Field("observer.type", .keyword, "Always `scanner`.", values: ["scanner"]),
        Field("observer.version", .keyword, "The version of Hallmark that made the record."),
        .list("related.ip", .ip, "As `server.ip`."),
        .list("related.hosts", .keyword, "The names of the endpoint: as given, and as sent (SNI)."),
        .list("related.hash", .keyword, "As `tls.server.hash.sha256`."),
        Field(
            "network.transport",
            .keyword,
            "What carried the connections: `tcp`, or `udp` of QUIC and DTLS that others saw.",
            values: .of(Transport.self)
        ),
        Field("network.type", .keyword, "`ipv4` or `ipv6`.", values: ["ipv4", "ipv6"]),
        Field(
            "network.protocol",
            .keyword,
            "What the server speaks: `tls`, or what a banner showed it to be (`http`, `ssh`, `smtp`, …)."
        ),
        Field(
            "hallmark.proof",
            .keyword,
            "`presented`: the server showed the certificate; `proven`: it also proved to hold the key.",
            values: .of(Proof.self)
        ),
        Field("hallmark.root.store", .keyword, "The form of the trust store: `pem`, `jks`, `nss`, …."),
        Field("hallmark.root.subject", .keyword, "Its certificate's subject; in findings only."),
        Field("hallmark.root.entry", .keyword, "Where in the store: a line, an alias, a nickname."),
        Field(
            "hallmark.root.trust",
            .keyword,
            "What the store thinks of it for TLS servers: `trusted`, `distrusted`, `unstated`."
        ),
        Field("hallmark.scan.id", .keyword, "The run, the same in all of its records."),
        Field("hallmark.scan.proxy", .keyword, "The proxy that connected, without its login."),
        Field("hallmark.scan.scope", .keyword, "The name of the scope file that allowed the target."),
        .list(
            "hallmark.probes",
            .objects,
            "Each connection or exchange that was made or left out, in order."
        ),
        .list(
            "hallmark.probes.kind",
            .keyword,
            "`certificate`, `handshake`, `jarm`, `http`, `favicon`, `sni`.",
            values: .of(ProbeKind.self)
        ),
        .list(
            "hallmark.probes.outcome",
            .keyword,
            "`success`, `failure` or `skipped`.",
            values: .of(ProbeRecord.Outcome.self)
        ),
        .list(
            "hallmark.probes.code",
            .keyword,
            "The error code of a failed probe.",
            values: .of(ErrorCode.self)
        ),
        .list(
            "hallmark.probes.reason",
            .keyword,
            "Why the probe was run, or why it was not.",
            values: .of(ProbeReason.self)
        ),
        .list(
            "hallmark.probes.hello",
            .keyword,
            "The ClientHello used: `default`, `browser`, `tls12`, `legacy`, `no_sni`, `no_alpn`, `rsa`, "
                + "`ecdsa`."
        ),
        .list("hallmark.probes.attempt", .long, "1 for the first try."),
        .list("hallmark.probes.duration_ms", .long, "Milliseconds it took."),
        .list(
            "hallmark.probes.limit",
            .keyword,
            "The budget that ended the probe: `bytes`, `time`, `records`, `messages`, `requests`.",
            values: .of(ProbeRecord.Limit.self)
        ),
        .list("hallmark.probes.alert", .keyword, "The fatal alert by which the server ended it."),
        Field(
            "hallmark.not_tls.protocol",
            .keyword,
            "The protocol recognised in an answer that is not TLS, or `unknown`.",
            evidence: .tls
        ),
        Field(
            "hallmark.not_tls.bytes",
            .keyword,
            "The first bytes of that answer, at most 256, in base64.",
            evidence: .tls
        ),
        Field(
            "hallmark.not_tls.text",
            .keyword,
            "The same as text where it is printable ASCII, other bytes as `.`.",
            evidence: .tls
        ),
        Field(
            "hallmark.starttls.protocol",
            .keyword,
            "The protocol in which TLS was asked for.",
            evidence: .tls
        ),
        Field(
            "hallmark.starttls.greeting",
            .keyword,
            "The server's first line or capability list before TLS, at most 512 bytes.",
            evidence: .tls
        ),
        .list(
            "hallmark.starttls.anomalies",
            .keyword,
            "`bytes_before_tls`: the server sent more behind its go-ahead, before our hello.",
            evidence: .tls,
            values: .of(StartTLSAnomaly.self)
        ),
    ]
}

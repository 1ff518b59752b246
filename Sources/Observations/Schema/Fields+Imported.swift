extension Field {
    /// Where an imported record comes from, how often it was seen, and who saw it.
    static let imported: [Field] = [
        Field("hallmark.source.product", .keyword, "The program that saw it: `zeek`, `suricata`, `masscan`."),
        Field("hallmark.source.format", .keyword, "Which of its files it stood in."),
        Field(
            "hallmark.source.fidelity",
            .keyword,
            "What is known of the certificate: `der` its bytes, read again by us; `text` names and dates out of somebody's text; `digest` hashes alone; `none`.",
            values: .of(Fidelity.self)
        ),
        Field(
            "hallmark.source.time",
            .keyword,
            "`import` when the source does not say when it was: `@timestamp` is then when it was imported.",
            values: ["import"]
        ),
        .list(
            "hallmark.source.lacks",
            .keyword,
            "Fields, or beginnings of names of fields, of which this record does not know whether the server has them. Rules that ask for them are undecided; of `hallmark.certificate.relations` those that hang on the rest of the chain."
        ),
        Field("hallmark.sightings.count", .long, "How many connections or entries the record stands for."),
        Field("hallmark.sightings.first", .date, "The first of them."),
        Field("hallmark.sightings.last", .date, "The last of them."),
        .list("client.ip", .ip, "The addresses that connected, each once; at most 64."),
        .list("hallmark.clients", .objects, "Who connected, by address, in the order seen; at most 64."),
        .list("hallmark.clients.ip", .ip, "The client's address."),
        .list("hallmark.clients.pseudonym", .keyword, "What stands for it with `--pseudonymize`."),
        .list("hallmark.clients.user", .keyword, "The user or device that the source names."),
        .list("hallmark.clients.count", .long, "Connections of this client."),
        .list("hallmark.clients.first", .date, "The first of them."),
        .list("hallmark.clients.last", .date, "The last of them."),
        .list("hallmark.clients.bytes", .long, "Bytes in both directions, where the source counts them."),
        .list("hallmark.clients.duration_ms", .long, "Milliseconds in all, where the source says."),
        .list(
            "hallmark.clients.ja3",
            .keyword,
            "JA3 of its ClientHellos, each once; at most 8.",
            isListInEach: true,
            source: .ja3
        ),
        .list(
            "hallmark.clients.ja4",
            .keyword,
            "JA4 of the same; at most 8.",
            isListInEach: true,
            source: .ja4
        ),
        Field("hallmark.ct.log", .keyword, "The log of Certificate Transparency, as its list calls it."),
        Field("hallmark.ct.url", .keyword, "The address below which the log is read."),
        Field("hallmark.ct.log_id", .keyword, "SHA-256 of the log's key, upper-case hex."),
        Field("hallmark.ct.index", .long, "The number of the entry in the log."),
        Field("hallmark.ct.timestamp", .date, "When the log took it; `@timestamp` as well."),
        Field(
            "hallmark.ct.entry",
            .keyword,
            "`precertificate`, which is logged before the certificate is issued, or `certificate`.",
            values: .of(LoggedEntry.Kind.self)
        ),
        Field(
            "hallmark.ct.issuer_key_hash",
            .keyword,
            "SHA-256 of the key that issues the certificate, as a precertificate's entry names it."
        ),
        Field(
            "hallmark.ct.reconstructed",
            .boolean,
            "True where the precertificate beside an entry is not what the log has signed, or can't be read: the certificate is put together from the signed part, without a signature, and `tls.server.hash` is of nothing that was issued."
        ),
    ]
}

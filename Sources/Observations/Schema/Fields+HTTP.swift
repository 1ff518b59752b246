import Wire

extension Field {
    /// One HTTP exchange.
    ///
    /// `http` and `url` hold the first; `hallmark.http` holds the further ones in the same form.
    static let http: [Field] = [
        Field("url.scheme", .keyword, "`https`, or `http` for a target without TLS, answered or not."),
        Field("url.full", .keyword, "The URL that was asked for."),
        Field("url.path", .keyword, "Its path."),
        Field("url.query", .keyword, "What follows the `?` in it, where there is one."),
        Field("http.version", .keyword, "`0.9`, `1.0`, `1.1` or `2`."),
        Field("http.request.method", .keyword, "The method sent."),
        Field(
            "http.request.headers",
            .pairs,
            "Names and values that a signature had added to the request, in order.",
            source: .hallmark
        ),
        Field(
            "http.response.status_code",
            .long,
            "The status code.",
            searches: FieldSearches(
                shodan: "http.status",
                censys: "endpoints.http.status_code",
                isCommon: true
            )
        ),
        Field(
            "http.response.status_line",
            .keyword,
            "The status line as received, without its line end; bytes that are not UTF-8 as U+FFFD.",
            source: .hallmark,
            searches: FieldSearches(shodan: "", isCommon: true)
        ),
        .list(
            "http.response.informational",
            .long,
            "The status codes of 1xx answers that came before it.",
            source: .hallmark
        ),
        Field(
            "http.response.raw_head",
            .keyword,
            "Status line and header block as received, line ends included, at most 16 KiB.",
            source: .hallmark
        ),
        Field("http.response.headers", .pairs, "Names and values as received, in order.", source: .hallmark),
        Field(
            "http.response.header",
            .map,
            "Values by lower-case name, for names of letters, digits, hyphens and underscores; `http.response.header.server`.",
            source: .hallmark,
            searches: FieldSearches(shodan: "")
        ),
        Field(
            "http.response.header_order",
            .keyword,
            "The header names as received, in order, joined by commas.",
            source: .hallmark
        ),
        Field(
            "http.response.header_order_hash",
            .keyword,
            "HHHash of the header order: `hhh:1:` and 64 hex digits; `hhh:2:` on HTTP/2.",
            source: .hhHash,
            mark: FieldMark(64, "header_order", .headers)
        ),
        Field(
            "http.response.headers_hash",
            .long,
            "MurmurHash3 of status line and header names, as Shodan's.",
            source: .shodan,
            mark: FieldMark(65, "headers_hash", .headers, isTelling: true),
            searches: FieldSearches(shodan: "http.headers_hash")
        ),
        Field(
            "http.response.html_hash",
            .long,
            "MurmurHash3 of a whole UTF-8 body, as Shodan's.",
            source: .shodan,
            mark: FieldMark(66, "html_hash", .content, isTelling: true),
            searches: FieldSearches(shodan: "http.html_hash")
        ),
        Field("http.response.mime_type", .keyword, "The Content-Type without its parameters, lower case."),
        Field(
            "http.response.title",
            .keyword,
            "The HTML title, entities decoded and blanks folded.",
            source: .hallmark,
            mark: FieldMark(69, "title", .content, isTelling: true),
            searches: FieldSearches(shodan: "http.title", censys: "endpoints.http.html_title", fofa: "title")
        ),
        Field("http.response.redirect", .keyword, "The Location header of a redirect.", source: .hallmark),
        Field("http.response.body.bytes", .long, "Length of the decoded body as far as it was read."),
        Field(
            "http.response.body.truncated",
            .boolean,
            "Whether the body went on beyond the limit.",
            source: .hallmark
        ),
        Field(
            "http.response.body.content",
            .keyword,
            "The decoded body's first 64 KiB as text.",
            searches: FieldSearches(shodan: "http.html", censys: "endpoints.http.body", isLong: true)
        ),
        Field(
            "http.response.body.sha256",
            .keyword,
            "SHA-256 of the decoded body as far as it was read, upper-case hex.",
            source: .hallmark,
            spelling: .digest,
            mark: FieldMark(67, "body", .content),
            searches: FieldSearches(censys: "endpoints.http.body_hash_sha256")
        ),
        Field("http.response.body.sha1", .keyword, "SHA-1 of the same.", source: .hallmark),
        Field("http.response.body.md5", .keyword, "MD5 of the same.", source: .hallmark),
        .list(
            "http.response.anomalies",
            .keyword,
            "What was wrong in the answer, from a closed list.",
            source: .hallmark,
            values: .of(HTTPAnomaly.self)
        ),
        .list(
            "http.response.relations",
            .keyword,
            "How fields relate to each other, from a closed list.",
            source: .hallmark,
            values: .of(HTTPRelation.self)
        ),
        Field(
            "http.response.empty_reply",
            .boolean,
            "The server closed without a byte of answer.",
            source: .hallmark
        ),
        Field(
            "http.response.client_certificate_required",
            .boolean,
            "The server wanted a client certificate before it answered.",
            source: .hallmark
        ),
        Field(
            "http.response.certificate_sha256",
            .keyword,
            "The leaf of the connection that the answer came over, when that is not the record's certificate.",
            source: .hallmark
        ),
        .list("hallmark.http", .objects, "The exchanges after the first: each with `url` and `http`."),
        Field(
            "hallmark.favicon.mmh3",
            .long,
            "Signed MurmurHash3 of the icon's base64 text, as Shodan computes it.",
            source: .shodan,
            probe: .favicon,
            mark: FieldMark(68, "favicon", .favicon, isTelling: true),
            searches: FieldSearches(
                shodan: "http.favicon.hash",
                censys: "endpoints.http.favicons.hash_shodan",
                fofa: "icon_hash"
            )
        ),
        Field("hallmark.favicon.md5", .keyword, "MD5 of the icon, upper-case hex.", probe: .favicon),
        Field("hallmark.favicon.sha256", .keyword, "SHA-256 of the icon, upper-case hex.", probe: .favicon),
        Field(
            "hallmark.favicon.certificate_sha256",
            .keyword,
            "The leaf of the connection that the icon came over, when that is not the record's certificate.",
            probe: .favicon
        ),
    ].grouped(.http, by: .http)

    /// Headers that say more than that they are there.
    ///
    /// They are members of `http.response.header` and no fields of the schema.
    static let headers: [Field] =
        [
            .list(
                "http.response.header.server",
                .keyword,
                "The Server header.",
                source: .hallmark,
                mark: FieldMark(70, "server", .headers),
                searches: FieldSearches(shodan: "", fofa: "server")
            )
        ].grouped(.http, by: .http)
        + [
            "cache-control", "connection", "content-length", "content-type", "date", "expires", "keep-alive",
            "pragma",
        ].map {
            .list(
                "http.response.header.\($0)",
                .keyword,
                "A header that most servers send.",
                source: .hallmark,
                searches: FieldSearches(shodan: "", isCommon: true)
            )
        }.grouped(.http, by: .http)

    /// What Hallmark makes of it.
    static let assessment: [Field] = [
        Field(
            "hallmark.signatures.digest",
            .keyword,
            "Which rules were matched: the first 16 digits of the SHA-256 over all of them; only beside matches (`Docs/signatures.md`)."
        ),
        .list("hallmark.matches", .objects, "The rules that matched."),
        .list("hallmark.matches.rule.id", .keyword, "The rule's UUID."),
        .list("hallmark.matches.rule.name", .keyword, "The rule's title."),
        .list("hallmark.matches.rule.level", .keyword, "The rule's level."),
        .list("hallmark.matches.software.id", .keyword, "The ATT&CK id of the software, where it has one."),
        .list("hallmark.matches.software.name", .keyword, "The software's name."),
        .list("hallmark.matches.evidence", .objects, "Which field held which value."),
        .list("hallmark.matches.evidence.kind", .keyword, "`certificate`, `tls` or `http`."),
        .list("hallmark.matches.evidence.field", .keyword, "The field's name."),
        .list("hallmark.matches.evidence.value", .keyword, "The value that matched, at most 256 bytes."),
        .list("hallmark.matches.benign", .keyword, "The innocent thing that a benign rule recognised."),
        .list(
            "hallmark.matches.specificity",
            .keyword,
            "`unique`, `strong` or `weak`.",
            values: ["unique", "strong", "weak"]
        ),
        .list("hallmark.leads", .objects, "What the matches say together, one for each software."),
        .list("hallmark.leads.software.id", .keyword, "The ATT&CK id."),
        .list("hallmark.leads.software.name", .keyword, "The software's name."),
        .list("hallmark.leads.confidence", .long, "0 to 99 (`Docs/leads.md`)."),
        .list(
            "hallmark.leads.label",
            .keyword,
            "`low`, `medium`, `high`.",
            values: ["low", "medium", "high"]
        ),
        .list("hallmark.leads.kinds", .keyword, "The independent kinds of evidence.", isListInEach: true),
        .list("hallmark.leads.dual_use", .boolean, "Whether honest people run the software as well."),
        .list("hallmark.leads.corroborate", .keyword, "What else to look at.", isListInEach: true),
        .list(
            "hallmark.leads.against",
            .keyword,
            "What speaks against it: benign look-alikes, expired facts.",
            isListInEach: true
        ),
        Field("hallmark.marks.known", .long, "How many marks the rules know, one a rule."),
        Field("hallmark.marks.tested", .long, "How many of them are there, or would have been seen."),
        .list("hallmark.marks.untested", .objects, "The others, by what would tell: at most 32."),
        .list(
            "hallmark.marks.untested.what",
            .keyword,
            "A request, such as `GET /login`; the probe (`jarm`, `http`, `favicon`); `certificate`, of which only the begin was read; or `url.path`, of which a rule wants what no request can be made of."
        ),
        .list(
            "hallmark.marks.untested.reason",
            .keyword,
            "Why it was not made, or how it failed: a reason or a code of `hallmark.probes`."
        ),
        .list("hallmark.marks.untested.marks", .long, "How many marks that are."),
        .list(
            "hallmark.marks.untested.software",
            .keyword,
            "The software that they mark, at most eight.",
            isListInEach: true
        ),
        .list(
            "hallmark.assessment",
            .keyword,
            "What the endpoint as a whole looks like: `deception_likely`, `tarpit_likely`, `any_name`, `certificate_by_name`, `any_path`.",
            values: .of(EndpointAssessment.self)
        ),
        Field(
            "hallmark.correlation.rule.id",
            .keyword,
            "The correlation rule's UUID; only in records of the dataset `hallmark.correlation`."
        ),
        Field("hallmark.correlation.rule.name", .keyword, "The correlation rule's title."),
        Field("hallmark.correlation.rule.level", .keyword, "The correlation rule's level."),
        .list("hallmark.correlation.group", .objects, "What the counted observations have in common."),
        .list("hallmark.correlation.group.field", .keyword, "A field of the rule's `group-by`."),
        .list("hallmark.correlation.group.value", .keyword, "Its value."),
        Field("hallmark.correlation.count", .long, "How many events or values were counted."),
        Field("hallmark.correlation.first", .date, "When the first of them was observed."),
        Field("hallmark.correlation.last", .date, "When the last of them was observed."),
        .list(
            "hallmark.indicators",
            .objects,
            "What of the record others list as infrastructure of attackers (`--iocs`, `Docs/indicators.md`): evidence, and no verdict."
        ),
        .list(
            "hallmark.indicators.kind",
            .keyword,
            "`certificate`, `key`, `serial`, `jarm`, `ja3s`, `ja4s`, `name`, `address`, `endpoint` or `range`.",
            values: [
                "certificate", "key", "serial", "jarm", "ja3s", "ja4s", "name", "address", "endpoint",
                "range",
            ]
        ),
        .list("hallmark.indicators.field", .keyword, "The field of the record that shows what is listed."),
        .list("hallmark.indicators.value", .keyword, "Its value in the record, at most 256 bytes."),
        .list("hallmark.indicators.feed", .keyword, "Who lists it: the name of the list."),
        .list("hallmark.indicators.date", .date, "The day on which it was listed, or last confirmed there."),
        .list("hallmark.indicators.until", .date, "Until when the list says that it holds."),
        .list("hallmark.indicators.description", .keyword, "What the list says of it."),
        .list(
            "hallmark.indicators.tlp",
            .keyword,
            "With whom it may be shared: the Traffic Light Protocol's word."
        ),
        .list(
            "hallmark.indicators.software.id",
            .keyword,
            "The ATT&CK id of the software, where it is known."
        ),
        .list("hallmark.indicators.software.name", .keyword, "The software, where the list names one."),
        .list(
            "hallmark.indicators.case",
            .keyword,
            "The case in which it was decided to block or escalate it."
        ),
        .list(
            "hallmark.indicators.confirmed",
            .boolean,
            "Whether the list says that it was confirmed by you."
        ),
        .list("hallmark.indicators.aged", .boolean, "Whether it is so old that it counts for less."),
        .list(
            "hallmark.decisions",
            .objects,
            "What was decided of the endpoint, its certificate, its key or its marks, and holds (`Docs/decisions.md`)."
        ),
        .list("hallmark.decisions.time", .date, "When it was decided."),
        .list(
            "hallmark.decisions.subject.kind",
            .keyword,
            "`endpoint`, `certificate`, `key` or `mark`.",
            values: ["endpoint", "certificate", "key", "mark"]
        ),
        .list("hallmark.decisions.subject.value", .keyword, "What was decided on."),
        .list(
            "hallmark.decisions.verdict",
            .keyword,
            "`monitor`, `block`, `escalate` or `dismiss`.",
            values: ["monitor", "block", "escalate", "dismiss"]
        ),
        .list("hallmark.decisions.because", .keyword, "Why."),
        .list("hallmark.decisions.by", .keyword, "Who decided."),
        .list("hallmark.decisions.case", .keyword, "The case or ticket."),
        .list("hallmark.decisions.until", .date, "From when on it no longer holds."),
        .list(
            "hallmark.decisions.dismissed",
            .keyword,
            "The software whose leads it dismisses.",
            isListInEach: true
        ),
        .list("hallmark.findings", .objects, "How it compares with the inventory."),
        .list("hallmark.findings.name", .keyword, "From the closed list in `Docs/inventory.md`."),
        .list(
            "hallmark.findings.severity",
            .keyword,
            "`info`, `low`, `medium`, `high`, `critical`.",
            values: .of(Severity.self)
        ),
        .list("hallmark.findings.message", .keyword, "The finding in a sentence."),
        .list(
            "hallmark.findings.about",
            .keyword,
            "What tells it from another finding of its name on the same endpoint: a lead's software, what changed from what to what, a certificate's SHA-256."
        ),
        .list("hallmark.findings.watched", .keyword, "The name that is watched, for `ct watch`."),
        .list("hallmark.findings.found", .keyword, "The certificate's name that the finding is about."),
        .list("hallmark.findings.score", .long, "How like two names are, to 100."),
        .list("hallmark.findings.reason", .keyword, "In which way (`Docs/transparency.md`)."),
        .list("hallmark.findings.asset", .keyword, "The asset concerned, as the inventory names it."),
        .list("hallmark.findings.owner", .keyword, "Who answers for the asset."),
        .list("hallmark.findings.labels", .keyword, "The asset's labels.", isListInEach: true),
    ].concluded()
}

import Observations

/// `props.conf`, `transforms.conf` and `limits.conf` for Splunk, with the names of its common model.
enum SplunkConfiguration {
    /// What Splunk's model of certificates calls a field.
    private static let aliases: [(field: String, name: String)] = [
        ("server.ip", "dest"), ("server.port", "dest_port"), ("server.domain", "dest_host"),
        ("network.transport", "transport"), ("tls.version", "ssl_version"),
        ("tls.server.hash.sha256", "ssl_hash"),
        ("tls.server.x509.serial_number", "ssl_serial"), ("tls.server.subject", "ssl_subject"),
        ("tls.server.issuer", "ssl_issuer"), ("tls.server.not_before", "ssl_start_time"),
        ("tls.server.not_after", "ssl_end_time"),
    ]

    static var text: String {
        let names = aliases.filter { alias in Field.all.contains { $0.name == alias.field } }
            .map { "FIELDALIAS-hallmark_\($0.name) = \($0.field) AS \($0.name)" }
        return """
            # props.conf
            # A record is one line and can be long: nothing of it may be cut off (TRUNCATE). By itself Splunk
            # reads the first 5,000 characters of JSON at search time; limits.conf below has it read all. Without
            # that, the strongest lead is found, which stands in the first 1,000 (event.risk_score, rule.name,
            # threat.software.name), and what hallmark_leads takes, which it takes from anywhere: all leads.
            [hallmark]
            SHOULD_LINEMERGE = false
            LINE_BREAKER = ([\\r\\n]+)
            EVENT_BREAKER_ENABLE = true
            EVENT_BREAKER = ([\\r\\n]+)
            TRUNCATE = 4194304
            TIME_PREFIX = ^\\{"@timestamp":"
            TIME_FORMAT = %Y-%m-%dT%H:%M:%S.%3NZ
            MAX_TIMESTAMP_LOOKAHEAD = 32
            TZ = UTC
            CHARSET = UTF-8
            KV_MODE = json
            AUTO_KV_JSON = true
            REPORT-hallmark_leads = hallmark_lead, hallmark_finding
            \(names.joined(separator: "\n"))

            # transforms.conf
            [hallmark_lead]
            SOURCE_KEY = _raw
            LOOKAHEAD = 4194304
            REGEX = "software":\\{(?:"id":"([^"\\\\]*)",)?"name":"((?:[^"\\\\]|\\\\.)*)"\\},"confidence":(\\d+),"label":"(\\w+)"
            FORMAT = lead_software_id::$1 lead_software::$2 lead_confidence::$3 lead_label::$4
            MV_ADD = true

            [hallmark_finding]
            SOURCE_KEY = _raw
            LOOKAHEAD = 4194304
            REGEX = \\{"name":"(\\w+)","severity":"(\\w+)"
            FORMAT = finding_name::$1 finding_severity::$2
            MV_ADD = true

            # limits.conf
            # For all sources: Splunk has no such bound for one. hallmark.leads is the end of a record.
            [spath]
            extraction_cutoff = 4194304

            """
    }
}

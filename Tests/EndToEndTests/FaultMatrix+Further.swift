import TestSupport

extension FaultMatrix {
    private static let enrich = ["enrich", "sweep", "--no-context-names"]
    private static let validate = ["validate", "127.0.0.1:1"] + rules
    private static let matching = scan.filter { $0 != "--no-signatures" } + rules
    private static let dryRun = ["scan", "127.0.0.1:1", "--dry-run"]
    private static let made = ["missing": "made", "empty": "made"]

    private static func role(
        _ name: String,
        _ good: String,
        _ command: [String],
        _ tries: Tries = .some,
        _ ends: GoodEnd = .well,
        allowed: [String: String] = [:]
    ) -> Role {
        Role(name: name, good: good, command: command, allowed: allowed, tries: tries, goodEnds: ends)
    }

    /// What came after the first rows, command by command.
    static let furtherRoles: [Role] =
        contextRoles + decisionRoles + reportRoles + signatureRoles + ctRoles
        + fleetRoles

    private static let contextRoles: [Role] = [
        role("enrich", "sweep", ["enrich", "FILE", "--no-context-names"], .some),
        role("enrich < FILE", "sweep", ["enrich", "-", "--no-context-names"], .input),
        role("enrich --corpus", "corpus", enrich + ["--corpus", "FILE"]),
        role("enrich --iocs", "iocs", enrich + ["--iocs", "FILE"], .some),
        role("enrich --iocs-map", "iocs.yaml", enrich + ["--iocs", "iocs.csv", "--iocs-map", "FILE"]),
        role("enrich --passive-dns", "names", enrich + ["--passive-dns", "FILE"], .some),
        // Of databases the good ones are read elsewhere.
        role("enrich --mmdb", "pem", enrich + ["--mmdb", "FILE"], .some, .untried),
        role("enrich --hosting", "ranges", enrich + ["--hosting", "own=FILE"], .some),
        role("enrich --log-list", "logs", enrich + ["--log-list", "FILE"], .some),
        role("enrich --psl", "suffixes", enrich + ["--psl", "FILE"], .some),
        role("scan --iocs", "iocs", matching + ["--iocs", "FILE"], .few),
        role("scan --passive-dns", "names", scan + ["--passive-dns", "FILE"], .few),
        role("scan --mmdb", "pem", scan + ["--mmdb", "FILE"], .few, .untried),
        role("scan --hosting", "ranges", scan + ["--hosting", "own=FILE"], .few),
        role("scan --log-list", "logs", scan + ["--log-list", "FILE"], .few),
        role("scan --psl", "suffixes", scan + ["--psl", "FILE"], .few),
        role("scan --decisions", "decisions", matching + ["--decisions", "FILE"], .few),
        role("scan --store", "pem", scan + ["--verify", "--store", "own=FILE"], .few),
        role(
            "dry run --signatures",
            "rule.yml",
            dryRun + ["--no-default-signatures", "--signatures", "FILE"]
        ),
        role(
            "dry run --inventory",
            "assets",
            dryRun + ["--no-signatures", "--inventory", "FILE"],
            .few
        ),
        role(
            "dry run --hosting",
            "ranges",
            dryRun + ["--no-signatures", "--hosting", "own=FILE"],
            .few
        ),
        role(
            "dry run --log-list",
            "logs",
            dryRun + ["--no-signatures", "--log-list", "FILE"],
            .few
        ),
        role("validate --ca-file", "pem", validate + ["--verify", "--ca-file", "FILE"], .few),
        role("validate --inventory", "assets", validate + ["--inventory", "FILE"], .few),
        role("validate --corpus", "corpus", validate + ["--corpus", "FILE"], .few, allowed: made),
        role(
            "validate --exclude",
            "targets",
            ["validate", "127.0.0.3:1", "--exclude", "@FILE"] + rules,
            .few
        ),
        role("validate --mmdb", "pem", validate + ["--mmdb", "FILE"], .few, .untried),
        role(
            "corpus add --passive-dns",
            "names",
            ["corpus", "add", "--corpus", "NEW", "--passive-dns", "FILE"]
        ),
        role("corpus add passive DNS", "names", ["corpus", "add", "--corpus", "NEW", "FILE"]),
        role(
            "corpus add --pseudonymize",
            "keyfile",
            ["corpus", "add", "sweep", "--corpus", "NEW", "--pseudonymize", "FILE"],
            allowed: anyBytes
        ),
        role("corpus listed", "corpus", ["corpus", "listed", "--iocs", "iocs", "--corpus", "FILE"]),
        role("corpus listed --iocs", "iocs", ["corpus", "listed", "--corpus", "corpus", "--iocs", "FILE"]),
        role(
            "corpus export --passive-dns",
            "corpus",
            ["corpus", "export", "--passive-dns", "--corpus", "FILE"]
        ),
        role("match --iocs", "iocs", ["match", "sweep", "--iocs", "FILE"] + rules),
        role("search", "corpus", ["search", "*", "--corpus", "FILE"], .some),
        role("serve --corpus", "corpus", serve + ["--corpus", "FILE"], .some, .untried),
        role(
            "serve --token-file",
            "token",
            serve + ["--corpus", "corpus", "--token-file", "FILE"],
            .few,
            .untried
        ),
        role(
            "serve --signatures",
            "rule.yml",
            serve + ["--corpus", "corpus", "--signatures", "FILE"],
            .some,
            .untried
        ),
    ]

    private static let serve = ["serve", "--listen", "127.0.0.1:0"]
    private static let decide = ["decide", "203.0.113.7:443", "monitor", "--because", "x", "--by", "me"]

    private static let decisionRoles: [Role] = [
        role("decide --records", "sweep", decide + ["--records", "FILE", "--decisions", "NEW"], .some),
        role("decide --corpus", "corpus", decide + ["--corpus", "FILE"]),
        // What it adds to must not be somebody else's.
        role(
            "decide --decisions",
            "decisions",
            decide + ["--decisions", "FILE"],
            .all,
            allowed: ["missing": "made", "empty": "made"]
        ),
        role("decisions", "decisions", ["decisions", "--decisions", "FILE"], .some),
        role("decisions --corpus", "corpus", ["decisions", "--corpus", "FILE"]),
        role("blocklist", "decisions", ["blocklist", "--decisions", "FILE"], .some),
        role("blocklist --corpus", "corpus", ["blocklist", "--corpus", "FILE"]),
        role("match --decisions", "decisions", ["match", "sweep", "--decisions", "FILE"] + rules),
        role("match --decisions corpus", "corpus", ["match", "sweep", "--decisions", "FILE"] + rules, .few),
        role(
            "compare --decisions",
            "decisions",
            ["compare", "sweep", "--inventory", "assets", "--decisions", "FILE"]
        ),
        role(
            "compare --authorized",
            "ct.state.authorized",
            ["compare", "sweep", "--inventory", "assets", "--authorized", "FILE"],
            .some
        ),
        role("signatures list --decided", "decisions", ["signatures", "list", "--decided", "FILE"] + rules),
    ]

    private static let reportRoles: [Role] = [
        role("report", "sweep", ["report", "FILE"], .some),
        role("report < FILE", "sweep", ["report", "-"], .input),
        role("report findings", "findings", ["report", "sweep", "FILE"]),
        role("report --corpus", "corpus", ["report", "--corpus", "FILE"], .some),
        role("report --baseline", "sweep", ["report", "sweep", "--baseline", "FILE"], .some),
        role(
            "report --inventory",
            "assets",
            ["report", "sweep", "--inventory", "FILE"],
            allowed: ["cut": shorter, "wide": "spreadsheets write so"]
        ),
        role("report --scope", "scope", ["report", "sweep", "--scope", "FILE"]),
        role("report --summary", "summary", ["report", "sweep", "--summary", "FILE"], .some),
        role("report --decisions", "decisions", ["report", "sweep", "--decisions", "FILE"]),
        role("hunt", "sweep", ["hunt", "FILE"] + rules, .some),
        role("hunt < FILE", "sweep", ["hunt", "-"] + rules, .input),
        role("hunt --corpus", "corpus", ["hunt", "--corpus", "FILE"] + rules, .some),
        role("hunt --decisions", "decisions", ["hunt", "sweep", "--decisions", "FILE"] + rules),
        role(
            "hunt --signatures",
            "rule.yml",
            ["hunt", "sweep", "--no-default-signatures", "--signatures", "FILE"]
        ),
        role("export findings", "findings", ["export", "--to", "sarif", "FILE"]),
    ]

    private static let signatureRoles: [Role] = [
        role("signatures draft", "sweep", ["signatures", "draft", "203.0.113.7:443", "FILE"] + rules, .some),
        role(
            "signatures draft --corpus",
            "corpus",
            ["signatures", "draft", "203.0.113.7:443", "sweep", "--corpus", "FILE"] + rules
        ),
        role(
            "signatures draft --signatures",
            "rule.yml",
            [
                "signatures", "draft", "203.0.113.7:443", "sweep", "--no-default-signatures", "--signatures",
                "FILE",
            ]
        ),
        role(
            "signatures show",
            "rule.yml",
            ["signatures", "show", "x", "--no-default-signatures", "--signatures", "FILE"],
            .some,
            .elsewhere
        ),
        role(
            "signatures update --key",
            "release.pub",
            ["signatures", "update", "missing.tar.gz", "--key", "FILE", "--into", "NEW"],
            .some,
            .elsewhere
        ),
    ]

    private static let watch = ["ct", "watch", "--until-head", "--no-signatures"]
    private static let watched = watch + ["--watch", "example.com"]
    private static let verify = ["ct", "verify"]
    private static let oneLog = ["--log", "http://127.0.0.1:1/a/", "--log-key", "FILE"]

    /// No log answers: what is wrong with a file is known before.
    private static let ctRoles: [Role] = [
        role("ct watch --log-list", "logs", watched + ["--log-list", "FILE"], .some, .untried),
        role("ct watch --log-key", "log.pub", watched + oneLog, .some, .untried),
        role(
            "ct watch --inventory",
            "own",
            watch + ["--log-list", "logs", "--inventory", "FILE"],
            .few,
            .untried
        ),
        role(
            "ct watch --watch",
            "watched",
            watch + ["--log-list", "logs", "--watch", "./FILE"],
            .few,
            .untried
        ),
        role(
            "ct watch --psl",
            "suffixes",
            watched + ["--log-list", "logs", "--psl", "FILE"],
            .few,
            .untried
        ),
        role(
            "ct watch --ca-file",
            "pem",
            watched + ["--log-list", "logs", "--ca-file", "FILE"],
            .some,
            .untried
        ),
        role(
            "ct backfill --log-list",
            "logs",
            ["ct", "backfill", "--watch", "example.com", "--no-signatures", "--log-list", "FILE"],
            .few,
            .untried
        ),
        role("ct verify", "pem", verify + ["FILE", "--log-list", "logs"], .some, .elsewhere),
        role("ct verify < FILE", "pem", verify + ["-", "--log-list", "logs"], .input, .elsewhere),
        role("ct verify --log-list", "logs", verify + ["pem", "--log-list", "FILE"], .some, .elsewhere),
        role("ct verify --log-key", "log.pub", verify + ["pem"] + oneLog, .some, .elsewhere),
        role(
            "ct verify --issuer",
            "pem",
            verify + ["pem", "--log-list", "logs", "--issuer", "FILE"],
            .some,
            .elsewhere
        ),
        role(
            "ct verify --sct-list",
            "scts",
            verify + ["pem", "--log-list", "logs", "--sct-list", "FILE"],
            .some,
            .elsewhere
        ),
        role(
            "ct verify --ca-file",
            "pem",
            verify + ["pem", "--log-list", "logs", "--ca-file", "FILE"],
            .some,
            .elsewhere
        ),
        role("ct authorize", "pem", ["ct", "authorize", "--state", "NEW", "FILE"], .all),
    ]

    private static let broker = ["--server", "nats://127.0.0.1:1"]
    private static let safeBroker = ["--server", "tls://127.0.0.1:1"]
    private static let job = ["--", "127.0.0.0/30", "-p", "1", "--include-special", "--no-signatures"]
    private static let submit = ["fleet", "submit", "--key", "job.key"] + broker + job
    private static let status = ["fleet", "status"]
    private static let work = ["fleet", "work", "--trusted-key", "job.pub"] + broker

    /// No broker answers: what is wrong with a file is known before.
    private static let fleetRoles: [Role] = [
        role(
            "fleet submit --key",
            "job.key",
            ["fleet", "submit", "--key", "FILE"] + broker + job,
            .some,
            .elsewhere
        ),
        role("fleet submit -i", "targets", submit + ["-i", "FILE"], .few, .elsewhere),
        role("fleet submit --exclude", "targets", submit + ["--exclude", "@FILE"], .few, .elsewhere),
        role("fleet submit --scope", "scope", submit + ["--scope", "FILE"], .few, .elsewhere),
        role("fleet submit --inventory", "assets", submit + ["--inventory", "FILE"], .few, .elsewhere),
        role("fleet submit --ca-file", "pem", submit + ["--verify", "--ca-file", "FILE"], .few, .elsewhere),
        role("fleet status --creds", "creds", status + broker + ["--creds", "FILE"], .some, .elsewhere),
        role("fleet status --nkey", "seed", status + broker + ["--nkey", "FILE"], .some, .elsewhere),
        role("fleet status --login", "login", status + broker + ["--login", "FILE"], .few, .elsewhere),
        role(
            "fleet status --broker-ca",
            "pem",
            status + safeBroker + ["--broker-ca", "FILE"],
            .some,
            .elsewhere
        ),
        role(
            "fleet status --broker-cert",
            "broker.pem",
            status + safeBroker + ["--broker-cert", "FILE", "--broker-key", "broker.key"],
            .some,
            .elsewhere
        ),
        role(
            "fleet status --broker-key",
            "broker.key",
            status + safeBroker + ["--broker-cert", "broker.pem", "--broker-key", "FILE"],
            .some,
            .elsewhere
        ),
        role(
            "fleet work --trusted-key",
            "job.pub",
            ["fleet", "work", "--trusted-key", "FILE"] + broker,
            .some,
            .untried
        ),
        role("fleet work --nkey", "seed", work + ["--nkey", "FILE"], .few, .untried),
        role("fleet work --mmdb", "pem", work + ["--", "--mmdb", "FILE"], .few, .untried),
        role(
            "fleet collect --corpus",
            "corpus",
            ["fleet", "collect", "--into", "NEW"] + broker + ["--corpus", "FILE"],
            .few,
            .untried,
            allowed: made
        ),
    ]
}

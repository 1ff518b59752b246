import TestSupport

/// What the fault matrix is made of: commands with the files that they read, and faults of files.
enum FaultMatrix {
    typealias Fault = (name: String, script: String)

    /// Which faults a row has.
    enum Tries {
        case all
        case some
        /// What tells whether the file is read, and checked, where its reader is that of another row.
        case few
        /// Those of standard input, which `FILE` is: what a shell can't open it gives to nobody.
        case input

        private static let basic = ["folder", "empty", "cut", "foreign", "wide", "gzip cut"]

        func contains(_ fault: String) -> Bool {
            switch self {
            case .all: true
            case .some: Self.basic.contains(fault) || ["missing", "unreadable", "pipe"].contains(fault)
            case .few: ["missing", "folder", "empty", "foreign", "pipe", "vanished"].contains(fault)
            case .input: Self.basic.contains(fault)
            }
        }
    }

    /// A command's way to be given a file.
    struct Role {
        let name: String
        /// What a good file holds, by its name in the scratch folder.
        let good: String
        /// The command; `FILE` stands for the file.
        let command: [String]
        /// Faults that are none here, and why.
        var allowed: [String: String] = [:]

        /// Which faults are tried: of what is read by the readers of other rows those that a command may miss
        /// all the same.
        var tries: Tries = .all

        /// What becomes of the good file.
        var goodEnds: GoodEnd = .well
    }

    /// How a command ends that is given the good file.
    enum GoodEnd {
        case well
        /// With 0 or otherwise, but not because of this file: another server would be needed.
        case elsewhere
        /// It is not tried: the command would go on.
        case untried
    }

    private static let digest = String(repeating: "AA", count: 32)

    static let record = """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"tls":{"version":"1.3","server":{"jarm":"x",\
        "hash":{"sha256":"\(digest)"},"x509":{"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",\
        "public_key_algorithm":"RSA","public_key_size":2048,"signature_algorithm":"SHA256-RSA"}}},"hallmark":\
        {"scan":{"id":"s"},"certificate":{"spki_sha256":"\(digest)","validity_seconds":31536000,"self_signed":false}}}

        """

    static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]
    static let scan = [
        "scan", "127.0.0.1:1", "--no-signatures", "-q", "--retries", "0", "--connect-timeout", "1",
    ]
    private static let dry = ["scan", "--no-signatures", "--dry-run"]

    static let shorter = "a list that ends early looks like a shorter one"

    private static let roles: [Role] = [
        Role(name: "match", good: "sweep", command: ["match", "FILE"] + rules),
        Role(name: "match certificates", good: "pem", command: ["match", "FILE"] + rules),
        Role(name: "corpus add", good: "sweep", command: ["corpus", "add", "FILE", "--corpus", "NEW"]),
        Role(
            name: "corpus add certificates",
            good: "pem",
            command: ["corpus", "add", "FILE", "--corpus", "NEW"]
        ),
        Role(name: "compare", good: "sweep", command: ["compare", "FILE", "--inventory", "assets"]),
        Role(
            name: "compare --expiring",
            good: "sweep",
            command: ["compare", "FILE", "--expiring", "30"]
        ),
        Role(name: "compare --adopt", good: "sweep", command: ["compare", "FILE", "--adopt"]),
        Role(
            name: "compare --baseline",
            good: "sweep",
            command: ["compare", "sweep", "--baseline", "FILE"]
        ),
        Role(
            name: "compare --inventory",
            good: "assets",
            command: ["compare", "sweep", "--inventory", "FILE"],
            allowed: ["cut": shorter, "wide": "spreadsheets write so"]
        ),
        Role(
            name: "compare --corpus",
            good: "corpus",
            command: ["compare", "sweep", "--inventory", "assets", "--corpus", "FILE"]
        ),
        Role(name: "corpus stats", good: "corpus", command: ["corpus", "stats", "--corpus", "FILE"]),
        Role(name: "corpus export", good: "corpus", command: ["corpus", "export", "--corpus", "FILE"]),
        Role(
            name: "corpus prune",
            good: "corpus",
            command: ["corpus", "prune", "--before", "2020-01-01", "--corpus", "FILE"]
        ),
        Role(
            name: "corpus add --corpus",
            good: "corpus",
            command: ["corpus", "add", "sweep", "--corpus", "FILE"],
            allowed: ["missing": "made", "empty": "made"]
        ),
        Role(
            name: "scan --corpus",
            good: "corpus",
            command: scan + ["--corpus", "FILE"],
            allowed: ["missing": "made", "empty": "made"]
        ),
        Role(
            name: "pivot --corpus",
            good: "corpus",
            command: ["pivot", "203.0.113.7", "--corpus", "FILE"] + rules
        ),
        Role(name: "pivot", good: "pem", command: ["pivot", "./FILE", "--corpus", "corpus"] + rules),
        Role(
            name: "scan --input",
            good: "targets",
            command: dry + ["-i", "FILE"],
            allowed: ["wide": "spreadsheets write so"]
        ),
        Role(
            name: "scan --exclude",
            good: "targets",
            command: dry + ["127.0.0.1", "--exclude", "@FILE"],
            allowed: ["wide": "spreadsheets write so"]
        ),
        Role(name: "scan --scope", good: "scope", command: dry + ["127.0.0.1", "--scope", "FILE"]),
        Role(
            name: "scan --inventory",
            good: "assets",
            command: scan + ["--inventory", "FILE"],
            allowed: ["cut": shorter, "wide": "spreadsheets write so"]
        ),
        Role(name: "scan --resume", good: "checkpoint", command: scan + ["--resume", "FILE"]),
        Role(name: "scan --ca-file", good: "pem", command: scan + ["--verify", "--ca-file", "FILE"]),
        Role(
            name: "validate --input",
            good: "targets",
            command: ["validate", "-i", "FILE"] + rules,
            allowed: ["wide": "spreadsheets write so"]
        ),
        Role(name: "signatures lint", good: "rule.yml", command: ["signatures", "lint", "FILE"]),
        Role(name: "signatures test", good: "rule.yml", command: ["signatures", "test", "FILE"]),
        Role(
            name: "signatures list",
            good: "rule.yml",
            command: ["signatures", "list", "--no-default-signatures", "--signatures", "FILE"]
        ),
        Role(
            name: "signatures measure",
            good: "sweep",
            command: ["signatures", "measure", "FILE"] + rules
        ),
    ]

    /// `schema` reads nothing, and has no row.
    private static let laterRoles: [Role] = [
        Role(
            name: "match --signatures",
            good: "rule.yml",
            command: ["match", "sweep", "--no-default-signatures", "--signatures", "FILE"],
            tries: .some
        ),
        Role(
            name: "signatures stale",
            good: "rule.yml",
            command: [
                "signatures", "stale", "--no-default-signatures", "--signatures", "FILE", "--older",
                "2020-01-01",
            ],
            tries: .some
        ),
        Role(
            name: "validate --scope",
            good: "scope",
            command: ["validate", "127.0.0.1:1", "--scope", "FILE"] + rules,
            tries: .some
        ),
        Role(name: "export", good: "sweep", command: ["export", "--to", "csv", "FILE"]),
        Role(
            name: "export --corpus",
            good: "corpus",
            command: ["export", "--to", "csv", "--corpus", "FILE"],
            tries: .some
        ),
        Role(name: "import", good: "ssl.log", command: ["import", "FILE"]),
        Role(name: "import certificates", good: "pem", command: ["import", "FILE"], tries: .some),
        Role(
            name: "import --map",
            good: "map.yaml",
            command: ["import", "--map", "FILE", "log.csv"],
            allowed: ["cut": shorter, "wide": "YAML may be UTF-16"],
            tries: .some
        ),
        Role(
            name: "import --map --lint",
            good: "map.yaml",
            command: ["import", "--map", "FILE", "--lint"],
            allowed: ["cut": shorter, "wide": "YAML may be UTF-16"],
            tries: .some
        ),
        Role(
            name: "import --pseudonymize",
            good: "keyfile",
            command: ["import", "--pseudonymize", "FILE", "ssl.log"],
            allowed: anyBytes,
            tries: .some
        ),
        Role(
            name: "roots audit",
            good: "pem",
            command: ["roots", "audit", "FILE", "--baseline", "pem"] + rules
        ),
        Role(
            name: "roots audit --baseline",
            good: "pem",
            command: ["roots", "audit", "pem", "--baseline", "FILE"] + rules,
            tries: .some
        ),
        Role(
            name: "roots audit --allow",
            good: "pem",
            command: ["roots", "audit", "pem", "--allow", "FILE"] + rules,
            tries: .some
        ),
        Role(
            name: "roots audit --earlier",
            good: "audit",
            command: ["roots", "audit", "pem", "--earlier", "FILE"] + rules,
            tries: .some
        ),
        Role(name: "match < FILE", good: "sweep", command: ["match"] + rules, tries: .input),
        Role(
            name: "compare < FILE",
            good: "sweep",
            command: ["compare", "--inventory", "assets"],
            tries: .input
        ),
        Role(
            name: "corpus add < FILE",
            good: "sweep",
            command: ["corpus", "add", "-", "--corpus", "NEW"],
            tries: .input
        ),
        Role(name: "export < FILE", good: "sweep", command: ["export", "--to", "csv"], tries: .input),
        Role(name: "import < FILE", good: "ssl.log", command: ["import"], tries: .input),
        Role(
            name: "scan -i - < FILE",
            good: "targets",
            command: dry + ["-i", "-"],
            allowed: ["wide": "spreadsheets write so"],
            tries: .input
        ),
    ]

    /// A key is any sixteen bytes or more.
    static let anyBytes = Dictionary(
        uniqueKeysWithValues: ["cut", "foreign", "wide", "gzip cut"].map { ($0, "a key is any bytes") }
    )

    /// How a good file `$1` becomes one, `$2`, that can't be read.
    static let faults: [Fault] = [
        ("missing", ":"),
        // What was listed is gone when its turn comes.
        ("vanished", "mkdir \"$2\"; cp \"$1\" \"$2\"; ln -s nowhere \"$2/gone-${1##*/}\""),
        ("folder", "mkdir \"$2\""), ("unreadable", "cp \"$1\" \"$2\"; chmod 0 \"$2\""),
        ("empty", ": > \"$2\""), ("cut", "head -c $(($(stat -c %s \"$1\") / 2 + 3)) \"$1\" > \"$2\""),
        ("foreign", "printf '\"foo\" => {bar}; <!-- neither -->\\n' > \"$2\""),
        ("noise", "head -c 30000 /dev/urandom > \"$2\""), ("zeros", "head -c 5000 /dev/zero > \"$2\""),
        (
            "wide",
            "printf '\\xff\\xfe' > \"$2\"; head -c 600 \"$1\" | iconv -c -f ASCII -t UTF-16LE >> \"$2\""
        ),
        (
            "long",
            "case $1 in */assets) head -c 3000000 line > \"$2\";; *) ln -s \"$PWD/line\" \"$2\";; esac"
        ),
        ("gzip cut", "gzip -c \"$1\" | head -c -9 > \"$2\""),
        ("zstd cut", "zstd -qc \"$1\" | head -c -9 > \"$2\""),
        ("gzip of noise", "head -c 9000 /dev/urandom | gzip -c > \"$2\""),
        // One that ends; where nobody opens it, its writer is ended below.
        ("pipe", "mkfifo \"$2\"; (exec > \"$2\") > /dev/null 2>&1 & writer=$!"),
    ]

    /// The cells of the matrix, those of good files among them.
    static let cells: [(role: Role, fault: Fault?)] = (roles + laterRoles + furtherRoles).flatMap { role in
        let faults = faults.filter { fault in
            // What is no fault would go on, too.
            if role.goodEnds == .untried, role.allowed[fault.name] != nil { return false }
            return fault.name == "vanished"
                ? takesFolders.contains(role.name) : role.tries.contains(fault.name)
        }
        return (role.goodEnds == .untried ? [] : [(role, nil)]) + faults.map { (role, Optional($0)) }
    }

    /// Rows whose file may be a folder of files.
    private static let takesFolders: Set<String> = [
        "match", "match certificates", "match --signatures", "import", "import certificates",
        "signatures lint",
        "signatures test", "signatures list", "signatures measure", "enrich", "report", "hunt",
        "enrich --iocs",
        "match --iocs", "corpus listed --iocs", "corpus add passive DNS", "signatures draft",
        "export findings",
    ]
}

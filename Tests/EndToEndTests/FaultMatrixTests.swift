import Foundation
import Synchronization
import TestSupport
import Testing

/// Every command with every kind of input that can't be read: it ends with 1, says so with the file's name,
/// and counts nothing as looked at that was not.
@Suite struct FaultMatrixTests {
    /// A command's way to be given a file.
    private struct Role {
        let name: String
        /// What a good file holds, by its name in the scratch folder.
        let good: String
        /// The command; `FILE` stands for the file.
        let command: [String]
        /// Faults that are none here, and why.
        var allowed: [String: String] = [:]
    }

    private static let record = """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"tls":{"server":{"jarm":"x","hash":\
        {"sha256":"\(String(repeating: "AA", count: 32))"}}},"hallmark":{"scan":{"id":"s"}}}

        """

    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]
    private static let scan = [
        "scan", "127.0.0.1:1", "--no-signatures", "-q", "--retries", "0", "--connect-timeout", "1",
    ]
    private static let dry = ["scan", "--no-signatures", "--dry-run"]

    private static let shorter = "a list that ends early looks like a shorter one"

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
        Role(name: "compare --expiring", good: "sweep", command: ["compare", "FILE", "--expiring", "30"]),
        Role(name: "compare --adopt", good: "sweep", command: ["compare", "FILE", "--adopt"]),
        Role(name: "compare --baseline", good: "sweep", command: ["compare", "sweep", "--baseline", "FILE"]),
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
            command: ["corpus", "prune", "--before", "2020-01-01", "--corpus", "FILE"],
            allowed: ["missing": "made", "empty": "made"]
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
            allowed: [
                "empty": "nothing is excluded by a list of nothing", "pipe": "it ends with nothing in it",
                "wide": "spreadsheets write so",
            ]
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
        Role(name: "signatures measure", good: "sweep", command: ["signatures", "measure", "FILE"] + rules),
    ]

    /// How a good file `$1` becomes one, `$2`, that can't be read.
    private static let faults: [(name: String, script: String)] = [
        ("missing", ":"), ("folder", "mkdir \"$2\""), ("unreadable", "cp \"$1\" \"$2\"; chmod 0 \"$2\""),
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

    private static func make() throws -> Scratch {
        let scratch = Scratch()
        let pair = try TestCertificate(subject: "/CN=matrix.example")
        try FileManager.default.copyItem(atPath: pair.certificate, toPath: scratch.file("pem"))
        try scratch.write("sweep", record)
        try scratch.write("assets", "address,ports\n203.0.113.7,443\n127.0.0.1,1\n")
        try scratch.write("targets", "127.0.0.1:1\n127.0.0.2:1\n")
        try scratch.write("scope", "name: a\nauthorization: b\ninclude: [127.0.0.0/8]\n")
        let rule = try #require(
            FileManager.default.subpathsOfDirectory(atPath: projectFolder + "/signatures/tunnel").sorted()
                .first { $0.hasSuffix(".yml") }
        )
        let script = """
            cd "$0"; cp "$2" rule.yml; head -c 68000000 /dev/zero | tr '\\0' a > line
            "$1" corpus add sweep --corpus corpus 2> /dev/null
            "$1" scan 127.0.0.1:1 --no-signatures -q --retries 0 --checkpoint checkpoint -o out || :
            sqlite3 corpus 'PRAGMA journal_mode = DELETE' > /dev/null
            """
        try check(
            "bash",
            ["-ec", script, scratch.path, Program.path, projectFolder + "/signatures/tunnel/" + rule]
        )
        return scratch
    }

    /// Runs one cell in a folder of its own.
    ///
    /// - Parameter fault: nil for the good file itself.
    private static func run(_ role: Role, _ fault: (name: String, script: String)?, _ folder: String) throws
        -> CommandResult
    {
        // Root may read what nobody may, unless it gives that up.
        let careful = geteuid() == 0 ? "setpriv --bounding-set=-dac_override,-dac_read_search " : ""
        let script = """
            cell=$(mktemp -d); trap 'rm -rf "$cell"' EXIT; cd "$1"; ln -s "$PWD"/* "$cell"; cd "$cell"
            cp --remove-destination "$1/corpus" corpus; cp --remove-destination "$1/checkpoint" checkpoint
            set -- "$1/\(role.good)" FILE "${@:2}"
            \(fault.map(\.script) ?? "cp \"$1\" \"$2\"")
            export SWIFT_BACKTRACE=enable=no
            timeout -s KILL 60 \(careful)"$0" "${@:3}" < /dev/null; status=$?
            # Bash begins to open a pipe again after a signal that it may handle.
            [ -n "${writer:-}" ] && kill -KILL "$writer" 2> /dev/null
            exit $status
            """
        return try TestSupport.run(
            "bash",
            ["-c", script, Program.path, folder] + role.command,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
    }

    @Test func whatCannotBeReadIsSaidByEveryCommand() throws {
        let scratch = try Self.make()
        let cells = Self.roles.flatMap { role in [(role, nil)] + Self.faults.map { (role, Optional($0)) } }
        let problems = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: cells.count) { index in
            let (role, fault) = cells[index]
            let cell = "\(role.name), \(fault?.name ?? "good")"
            do {
                let result = try Self.run(role, fault, scratch.path)
                guard let problem = Self.problem(role, fault?.name, result) else { return }
                problems.withLock {
                    $0.append(
                        "\(cell): \(problem): \(result.status) \(result.errors.prefix(300))\n\(result.text.prefix(200))"
                    )
                }
            } catch { problems.withLock { $0.append("\(cell): \(error)") } }
        }
        let found = problems.withLock { $0.sorted() }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    /// What is wrong with the outcome of a cell.
    private static func problem(_ role: Role, _ fault: String?, _ result: CommandResult) -> String? {
        guard let fault else {
            // Nothing else shares a mark with the certificate, and nobody listens.
            return [0, role.good == "pem" || role.good == "corpus" ? 2 : 0].contains(result.status)
                ? nil : "is refused"
        }
        // Cut inside of an address it is a fault, behind one it is a shorter file.
        let isCutHere = fault == "cut" && result.status == 1
        if role.allowed[fault] != nil, !isCutHere { return result.status == 0 ? nil : "is refused" }
        if result.status != 1 { return "ends with \(result.status)" }
        // What lint finds is its output.
        let said = role.name == "signatures lint" ? result.text + result.errors : result.errors
        if !said.contains("FILE") { return "is not named" }
        if result.errors.contains("Usage:") { return "is called a mistake of usage" }
        return nil
    }
}

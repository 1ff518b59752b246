import Foundation
import TestSupport
import Testing

/// Folders where a file, or a name, may be meant.
@Suite struct FolderInputTests {
    private let scratch = Scratch()

    /// Runs the program in the scratch folder, as somebody who may not read what has no permissions.
    private func run(_ arguments: [String]) throws -> CommandResult {
        let careful = geteuid() == 0 ? "setpriv --bounding-set=-dac_override,-dac_read_search " : ""
        return try TestSupport.run(
            "/bin/sh",
            [
                "-c", "folder=$1; shift; cd \"$folder\" && exec \(careful)\"$0\" \"$@\"", Program.path,
                scratch.path,
            ] + arguments,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
    }

    @Test func aFolderIsNoHostName() throws {
        let sweep = try scratch.write("sweep", FaultMatrix.record)
        try check(Program.path, ["corpus", "add", sweep, "--corpus", scratch.file("corpus")])
        for name in ["sweeps", "a.example", "203.0.113.7"] {
            try check("/bin/mkdir", [scratch.file(name)])
            try check("/bin/cp", [sweep, scratch.file(name)])
        }
        func pivot(_ query: String) throws -> CommandResult {
            try run(["pivot", query, "--corpus", "corpus", "--include-benign"])
        }
        for name in ["sweeps", "a.example"] {
            let result = try pivot(name)
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.errors.contains("\(name): is a folder"), "\(result.errors)")
            #expect(
                result.errors.contains("'./\(name)'") && result.errors.contains("'name=\(name)'"),
                "\(result.errors)"
            )
        }
        for name in [".", ".."] {
            let result = try pivot(name)
            #expect(result.status == 1 && result.errors.contains("is a folder"), "\(result.errors)")
        }
        // What can be nothing else than a query is one.
        let address = try pivot("203.0.113.7")
        #expect(address.errors.contains("a folder's name, too") && address.status != 1, "\(address.errors)")
        // The folder itself, as the advice says, and a host name.
        #expect(try pivot("./sweeps").errors == pivot("sweep").errors)
        #expect(try [2, 4].contains(pivot("name=sweeps").status))
        // A file that is not there reads as a host's name.
        let missing = try pivot("missing.ndjson")
        #expect(missing.status == 4 && missing.errors.contains("there is no such file here"))
        #expect(try !pivot("missing.example").errors.contains("such file"))
    }

    private static let log = ["--log", "http://127.0.0.1:1/a/", "--log-key", "log.pub"]

    /// Commands that read files and no folders say so in our words.
    @Test(arguments: [
        ["export", "--to", "csv", "DIR"], ["ct", "verify", "DIR"] + log,
        ["ct", "verify", "sweep", "--log-list", "DIR"],
        ["decide", "203.0.113.7:443", "dismiss", "--because", "x", "--records", "DIR", "--decisions", "new"],
        ["scan", "--dry-run", "-i", "DIR"], ["scan", "--dry-run", "127.0.0.1", "--scope", "DIR"],
        ["scan", "--dry-run", "127.0.0.1", "--exclude", "@DIR"], ["hunt", "sweep", "--decisions", "DIR"],
        ["compare", "sweep", "--inventory", "DIR"], ["decisions", "--decisions", "DIR"],
        ["corpus", "stats", "--corpus", "DIR"], ["pivot", "a.example", "--corpus", "DIR"],
        ["search", "*", "--corpus", "DIR"], ["validate", "-i", "DIR"],
    ])
    func aFolderIsCalledOne(_ arguments: [String]) throws {
        try scratch.write("sweep", FaultMatrix.record)
        try check(
            "openssl",
            ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", scratch.file("key")]
        )
        try check("openssl", ["ec", "-in", scratch.file("key"), "-pubout", "-out", scratch.file("log.pub")])
        try check("/bin/mkdir", [scratch.file("DIR")])
        for name in ["DIR", "."] {
            let result = try run(arguments.map { $0.replacing("DIR", with: name) })
            #expect(result.status == 1 || result.status == 64, "\(arguments): \(result.status)")
            #expect(
                result.errors.contains("a folder") && !result.errors.lowercased().contains("directory"),
                "\(arguments): \(result.errors)"
            )
        }
    }

    @Test func rulesThatMayNotBeReadAreSaid() throws {
        try check("/bin/mkdir", [scratch.file("rules")])
        try check("/bin/chmod", ["0", scratch.file("rules")])
        defer { _ = try? check("/bin/chmod", ["700", scratch.file("rules")]) }
        for arguments in [
            ["scan", "127.0.0.1:1", "--dry-run"], ["signatures", "list"],
            ["signatures", "list", "--changed"], ["signatures", "show", "Cobalt Strike"],
            ["signatures", "lint"], ["signatures", "stale", "--older", "2020-01-01"],
        ] {
            let result = try run(arguments + ["--signatures", "rules"])
            #expect(result.status == 1, "\(arguments): \(result.errors)")
            let said = result.errors + result.text
            #expect(said.contains("rules:1:1: can't be read"), "\(arguments): \(said)")
        }
        // What is not asked for is not read.
        let plain = try run(["scan", "127.0.0.1:1", "--dry-run", "--no-signatures"])
        #expect(plain.status == 0, "\(plain.errors)")
    }
}

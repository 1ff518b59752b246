import Foundation
import TestSupport
import Testing

/// What waits for another program to open or write a pipe says so; nobody can tell it from work otherwise.
@Suite struct AwaitedFileTests {
    private let scratch = Scratch()

    /// Starts a command whose standard input is open and silent, and waits until it says that it waits.
    ///
    /// - Returns: whether it said so, and what it said.
    private func waits(_ arguments: [String], for word: String) throws -> (Bool, String) {
        let script = """
            errors=$1; word=$2; shift 2
            # Open at both ends, it never has an end.
            mkfifo "$errors.in" && exec 3<> "$errors.in" 2> /dev/null
            "$@" <&3 > /dev/null 2> "$errors" & pid=$!
            for _ in $(seq 600); do
              grep -q "$word" "$errors" 2> /dev/null && found=yes && break
              sleep 0.1
            done
            kill -KILL "$pid"; wait "$pid" 2> /dev/null
            echo "${found:-no}"
            """
        let errors = scratch.file("errors")
        let result = try TestSupport.run(
            "bash",
            ["-c", script, "-", errors, word, Program.path] + arguments,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
        let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        return (result.text.contains("yes"), said)
    }

    @Test(arguments: [
        ["scan", "-i", "PIPE", "--dry-run"], ["scan", "--scope", "PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--exclude", "@PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--iocs", "PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--decisions", "PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--inventory", "PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--hosting", "own=PIPE", "--dry-run"],
        ["scan", "127.0.0.1:1", "--context", "--psl", "PIPE", "--dry-run"],
        ["match", "PIPE"], ["compare", "PIPE", "--inventory", "PIPE"], ["import", "PIPE"],
        ["serve", "--corpus", "CORPUS", "--token-file", "PIPE"],
    ])
    func aPipeThatNobodyWritesIsSaid(arguments: [String]) throws {
        try check("mkfifo", [scratch.file("pipe")])
        let placed = arguments.map {
            $0.replacing("PIPE", with: scratch.file("pipe")).replacing("CORPUS", with: scratch.file("c"))
        }
        let (isSaid, words) = try waits(placed, for: "to write to the pipe .*/pipe")
        #expect(isSaid, "\(arguments): \(words)")
    }

    @Test(arguments: [
        ["match"], ["scan", "-"], ["scan", "-", "--dry-run"], ["compare", "--inventory", "-"],
    ])
    func silentStandardInputIsSaid(arguments: [String]) throws {
        let (isSaid, words) = try waits(arguments, for: "waiting for standard input")
        #expect(isSaid, "\(arguments): \(words)")
    }

    @Test func aPipeThatNobodyReadsIsSaid() throws {
        let pipe = scratch.file("pipe")
        try check("mkfifo", [pipe])
        let scan = ["scan", "127.0.0.1:1", "--no-signatures", "-o", pipe]
        let (isSaid, words) = try waits(scan, for: "to read from the pipe .*/pipe")
        #expect(isSaid, "\(words)")
        // Who looks whether a run would be refused opens it not at all.
        let dry = try Program.run(scan + ["--dry-run"])
        #expect(dry.status == 0 && !dry.errors.contains("waiting"), "\(dry.errors)")
    }

    @Test func aPipeIsNoDatabase() throws {
        let pipe = scratch.file("pipe")
        try check("mkfifo", [pipe])
        let result = try Program.run(["scan", "127.0.0.1:1", "--mmdb", pipe, "--dry-run"])
        #expect(result.status != 0 && result.errors.contains("is a pipe"), "\(result.errors)")
    }
}

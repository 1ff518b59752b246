import Foundation
import TestSupport
import Testing

/// A dry run is refused as the run would be, in the same words and with the same exit code, and leaves
/// nothing behind.
@Suite struct DryRunTests {
    private static let scan = ["scan", "127.0.0.1:1", "-q", "--retries", "0", "--connect-timeout", "1"]

    /// The options of `scan` that name a file which is read; `FILE` is the file.
    ///
    /// What goes with the option stands behind.
    private static let read: [[String]] = [
        ["--input", "FILE"], ["--scope", "FILE"], ["--exclude", "@FILE"], ["--resume", "FILE"],
        ["--ca-file", "FILE", "--verify"], ["--store", "own=FILE", "--verify"],
        ["--passive-dns", "FILE"], ["--mmdb", "FILE"], ["--hosting", "own=FILE"], ["--log-list", "FILE"],
        ["--psl", "FILE"], ["--inventory", "FILE"], ["--decisions", "FILE"], ["--iocs", "FILE"],
        ["--iocs-map", "FILE"], ["--signatures", "FILE", "--no-default-signatures"],
        ["--mmdb", "FILE", "--log-list", "https://192.0.2.1/list.json"],
    ]

    /// The same of what is written.
    private static let written: [[String]] = [
        ["--output", "FILE"], ["--checkpoint", "FILE"], ["--summary", "FILE"], ["--corpus", "FILE"],
        ["--corpus", "FILE", "--context", "--no-context-names"], ["--metrics", "FILE"],
    ]

    /// Options of which another value than a file may be named, or that are none of a scan's.
    private static let others: Set<String> = ["--completions", "--config"]

    private func outcome(_ arguments: [String]) throws -> String {
        var arguments = Self.scan + arguments
        if !arguments.contains("--signatures") { arguments.append("--no-signatures") }
        let result = try Program.run(arguments)
        // A run that goes on although something is missing tells of itself, too.
        let told = result.errors.split(separator: "\n").filter { !$0.contains("1 endpoint") }
        return "\(result.status): \(told.joined(separator: "\n"))"
    }

    @Test func isRefusedAsTheRunIs() throws {
        let scratch = Scratch()
        let folder = scratch.file("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var cells = Self.read.map { ($0, scratch.file("missing")) }
        // Rules and lists may lie in folders.
        let takesFolders = ["--signatures", "--iocs"]
        cells += Self.read.filter { !takesFolders.contains($0[0]) }.map { ($0, folder) }
        cells += Self.written.map { ($0, folder) }
        cells += Self.written.map { ($0, scratch.file("nowhere/file")) }
        for (arguments, path) in cells {
            let arguments = arguments.map { $0.replacing("FILE", with: path) }
            // What would be fetched is not.
            let isFetched = arguments.contains { $0.contains("://") }
            let real = try outcome(
                arguments.filter { !isFetched || !$0.contains("://") && $0 != "--log-list" }
            )
            let dry = try outcome(arguments + ["--dry-run"])
            #expect(!real.hasPrefix("0"), "\(arguments): \(real)")
            #expect(real == dry, "\(arguments)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["folder"])
    }

    @Test func leavesNothingBehind() throws {
        let scratch = Scratch()
        for arguments in Self.written {
            let arguments = arguments.map { $0.replacing("FILE", with: scratch.file("new")) }
            let dry = try outcome(arguments + ["--dry-run"])
            #expect(dry.hasPrefix("0"), "\(arguments): \(dry)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty, "\(arguments)")
        }
        // What an earlier run left stays as it is.
        let output = try scratch.write("sweep.ndjson", FaultMatrix.record)
        #expect(try outcome(["--output", output, "--dry-run"]).hasPrefix("0"))
        #expect(try String(contentsOfFile: output, encoding: .utf8) == FaultMatrix.record)
    }

    /// An option that comes anew has its place in this table.
    @Test func everyOptionThatNamesAFileIsTried() throws {
        let help = try Program.run(["scan", "--help"], columns: 200).text
        var named: Set<String> = []
        for line in help.split(separator: "\n") {
            let words = line.split(separator: " ")
            let values = words.filter { $0.hasPrefix("<") && $0.hasSuffix(">") }
            guard values.contains(where: isFile) else { continue }
            if let option = words.first(where: { $0.hasPrefix("--") }) {
                named.insert(String(option.prefix { $0 != "," }))
            }
        }
        let tried = Set((Self.read + Self.written).map { $0[0] })
        #expect(named.count > 15)
        #expect(named.subtracting(tried).subtracting(Self.others).isEmpty, "\(named.subtracting(tried))")
    }

    private func isFile(_ value: Substring) -> Bool {
        ["file", "dir", "place"].contains { value.contains($0) }
    }
}

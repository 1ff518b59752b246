import Foundation
import TestSupport
import Testing

@testable import Signatures
import YAML

/// What `signatures lint` finds, and that it finds nothing in the shipped library.
@Suite struct LintTests {
    private static let root = #filePath.replacing("/Tests/SignaturesTests/LintTests.swift", with: "")

    private static let good = """
        title: A tool's title
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        status: stable
        description: Says what it is.
        references: [https://example.com/]
        author: Hallmark
        date: 2026-11-22
        tags: [attack.command-and-control, attack.s0001]
        logsource: {product: hallmark, category: tls_observation}
        detection: {s: {http.response.title: Tool, url.path: /a}, condition: s}
        falsepositives: [None known.]
        level: high
        hallmark:
          software: {name: Tool, id: S0001}
          specificity: unique
          requests: [{path: /a}]
          examples:
            match: [{http.response.title: tool, url.path: /a}]
            no_match: [{http.response.title: tools, url.path: /a}]

        """

    private static func lint(_ rules: [(String, String)]) throws -> [String] {
        let scratch = Scratch()
        let files = FileManager.default
        for folder in ["vocabulary", "rules/c2", "rules/benign", "rules/ja4plus", "rules/steeler"] {
            try files.createDirectory(atPath: scratch.file(folder), withIntermediateDirectories: true)
        }
        try scratch.write(
            "vocabulary/software.yml",
            "- {name: Tool, id: S0001, family: c2}\n- {name: Other, family: rat}\n- {name: Thing, family: benign}\n"
        )
        try scratch.write(
            "vocabulary/attack.yml",
            "tactics: [command-and-control]\ntechniques: {T1071.001: Web}\nsoftware: {S0001: Tool}\n"
        )
        for (path, text) in rules { try scratch.write("rules/" + path, text) }
        let library = try SignatureLibrary.read([scratch.file("rules")], ja4plus: true)
        return try SignatureLint.run(library).map { "\($0.line): \($0.message)" }
    }

    /// A rule belongs to the folder that it lies in; one that lies in none is told so.
    @Test func aRuleLiesInTheFolderOfAFamily() throws {
        let alone = try Self.lint([("a.yml", Self.good)])
        #expect(alone.contains { $0.hasPrefix("1: the file stands in no folder of a family: ") }, "\(alone)")
        let found = try Self.lint([("steeler/a.yml", Self.good)])
        #expect(found.contains("1: 'steeler' is no family; is it stealer?"), "\(found)")
    }

    @Test func findsNothingInAGoodRule() throws {
        #expect(try Self.lint([("c2/a.yml", Self.good)]) == [])
    }

    @Test(arguments: [
        ("level: high", "level: low", "12: the level of such a rule is high or critical"),
        ("attack.s0001", "attack.t9999", "8: the tag attack.s0001 is missing"),
        ("attack.command-and-control", "attack.nothing", "8: unknown tag attack.nothing"),
        ("name: Tool, id: S0001", "name: Fool, id: S0001", "14: unknown software Fool; is it Tool?"),
        ("name: Tool, id: S0001", "name: Tool", "14: the id of Tool is S0001"),
        ("author: Hallmark\n", "", "1: author is missing"),
        ("author: Hallmark\n", "author: Hallmark\nauthors: x\n", "7: unknown key authors; is it author?"),
        (
            "author: Hallmark\n", "author: Hallmark\nregression_tests_path: x\n",
            "7: unknown key regression_tests_path"
        ),
        ("name: Tool, id: S0001", "name: Tol, id: S0001", "14: unknown software Tol; is it Tool?"),
        (
            "software: {name: Tool, id: S0001}", "kind: http",
            "1: rules of neither, and no others, stand in the folder trait"
        ),
        ("condition: s}", "t: {tls.server.jarm: a}, condition: s}", "10: the condition does not ask for t"),
        ("references: [https://example.com/]", "references: []", "5: no reference"),
        ("A tool's title", "A tool's title.", "1: a title has at most 110 characters and no full stop"),
        ("requests: [{path: /a}]", "requests: [{path: /b}]", "10: no request for /a"),
        ("http.response.title: Tool,", "http.response.title: 0x1F,", "10: put quotes around 0x1F"),
        (
            "{http.response.title: tool, url", "{http.response.title: toll, url",
            "18: the example does not match its own rule, A tool's title"
        ),
        (
            "{http.response.title: tools, url", "{http.response.title: TOOL, url",
            "19: a near miss matches its own rule, A tool's title"
        ),
        (
            "match: [{http.response.title: tool, url.path: /a}]", "match: []",
            "14: at least one example and one near miss"
        ),
        (
            "{http.response.title: Tool,", "{tls.server.ja4x: a, http.response.title: Tool,",
            "1: rules of JA4S and JA4X, and no others, stand in the folder ja4plus"
        ),
    ])
    func finds(_ old: String, _ new: String, _ finding: String) throws {
        let findings = try Self.lint([("c2/a.yml", Self.good.replacing(old, with: new))])
        #expect(findings.contains(finding), "\(findings)")
    }

    @Test func findsWhatTwoRulesShare() throws {
        let other = Self.good.replacing("name: Tool, id: S0001", with: "name: Other")
        let findings = try Self.lint([("c2/a.yml", Self.good), ("c2/b.yml", other)])
        #expect(findings.contains { $0.hasPrefix("1: the same title as in ") })
        #expect(findings.contains { $0.hasPrefix("2: the same id as in ") })
        let renamed = other.replacing("0c4b8a0e", with: "0c4b8a0f").replacing(
            "A tool's title",
            with: "Another"
        )
        let shared = try Self.lint([("c2/a.yml", Self.good), ("c2/b.yml", renamed)])
        #expect(shared.contains("18: the example is matched by Another of Other as well"), "\(shared)")
        let named = renamed.replacing("specificity: unique", with: "specificity: unique\n  overlaps: [Tool]")
        #expect(try Self.lint([("c2/a.yml", Self.good), ("c2/b.yml", named)]) == [])
    }

    @Test func shippedLibraryIsClean() throws {
        let library = try SignatureLibrary.read([Self.root + "/signatures"], ja4plus: true)
        #expect(try SignatureLint.run(library).map(\.description) == [])
        #expect(library.rules.count > 500)
    }

    /// A damaged or missing cache changes nothing.
    @Test func cacheIsNeverBelieved() throws {
        let scratch = Scratch()
        let cache = CacheFolder(scratch.file("cache"))
        let documents = try RuleReader.read(
            rule("s:\n  http.response.title|contains: needle\ncondition: s"),
            file: "r.yml"
        )
        for damage in [0, 1, 2] {
            let set = try RuleSet(documents, cache: cache)
            #expect(try !matches(set, #"{"http":{"response":{"title":"a needle"}}}"#).isEmpty)
            let files = try FileManager.default.contentsOfDirectory(atPath: scratch.file("cache"))
            #expect(files.count == 1)
            let path = scratch.file("cache/" + files[0])
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            if damage == 1 { bytes[bytes.count / 2] ^= 1 }
            if damage == 2 { bytes.removeLast(40) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        let set = try RuleSet(documents, cache: cache)
        #expect(try !matches(set, #"{"http":{"response":{"title":"a needle"}}}"#).isEmpty)
        let unwritable = CacheFolder("/proc/nothing")
        #expect(try RuleSet(documents, cache: unwritable).rules.count == 1)
    }
}

import Foundation
import TestSupport
import Testing

@testable import Signatures
import YAML

/// What a git repository of rules looks like, and what is made of each file.
@Suite struct RuleFolderTests {
    private static func text(
        _ title: String,
        _ source: String = "{product: hallmark, category: tls_observation}"
    )
        -> String
    {
        "title: \(title)\nlogsource: \(source)\ndetection:\n  s: {tls.server.jarm: a}\n  condition: s\n"
    }

    private let scratch = Scratch()

    private func read() throws -> SignatureLibrary {
        try SignatureLibrary.read([scratch.path], ja4plus: true)
    }

    /// Reads the folder with one good rule and one other file.
    private func reading(_ name: String, _ text: String) throws -> SignatureLibrary {
        try scratch.write("ok.yml", Self.text("OK"))
        let folder = (scratch.file(name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try scratch.write(name, text)
        return try read()
    }

    @Test(arguments: [
        ".github/workflows/ci.yml", "c2/.hidden/rule.yml", "._ok.yml", ".#ok.yml", ".pre-commit-config.yaml",
    ])
    func hiddenFilesArePassedOver(_ name: String) throws {
        let library = try reading(name, "on: [push\n")
        #expect(library.rules.map(\.title) == ["OK"])
        #expect(library.errors == [] && library.skipped.isEmpty)
    }

    @Test func linksThatLeadNowhereAndLocksArePassedOver() throws {
        try scratch.write("ok.yml", Self.text("OK"))
        for name in [".#ok.yml", "README.md"] {
            try FileManager.default.createSymbolicLink(
                atPath: scratch.file(name),
                withDestinationPath: "/nonexistent"
            )
        }
        #expect(try read().errors == [])
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("gone.yml"),
            withDestinationPath: "/nonexistent"
        )
        #expect(try read().errors.map(\.message) == ["No such file or directory"])
    }

    @Test func linkedFoldersAreReadOnce() throws {
        try FileManager.default.createDirectory(atPath: scratch.file("c2"), withIntermediateDirectories: true)
        try scratch.write("c2/ok.yml", Self.text("OK"))
        try FileManager.default.createSymbolicLink(atPath: scratch.file("c2/up"), withDestinationPath: "..")
        #expect(try read().rules.map(\.title) == ["OK"])
    }

    @Test(arguments: [
        ("w.yml", text("W", "{product: windows, category: process_creation}"), 1, 0),
        ("z.yml", text("Z", "{product: zeek, service: ssl}"), 1, 0),
        ("s.yml", text("S", "{service: sysmon}"), 1, 0),
        ("broken-windows.yml", "title: W\nlogsource:\n  product: windows\ndetection:\n  s: [\n", 1, 0),
        (
            "old.yml",
            "action: global\ntitle: W\nlogsource: {product: windows}\n---\ndetection: {s: {A: b}, condition: s}\n",
            2, 0
        ),
        ("compose.yml", "services:\n  web: {image: nginx}\n", 0, 1),
        ("list.yml", "- a\n- b\n", 0, 1),
        ("helm.yaml", "metadata: {{ .Values.x }}\n", 0, 1),
        ("empty.yml", "", 0, 1), ("comment.yml", "# nothing yet\n", 0, 1),
        ("two.yml", text("W", "{product: windows}") + "---\nkey: value\n", 1, 1),
    ])
    func foreignDocumentsAreCounted(_ name: String, _ text: String, _ others: Int, _ none: Int) throws {
        let library = try reading(name, text)
        #expect(library.errors == [])
        #expect(library.rules.map(\.title) == ["OK"])
        #expect(library.skipped == SkippedDocuments(otherSources: others, noRules: none))
    }

    @Test(arguments: [
        (
            "title: T\nlogsource: {product: hallmark}\ndetection: {s: {jarm: a}, condition: s}\n",
            "3:17: unknown field jarm"
        ),
        (text("T", "{product: halmark}"), "2:12: not our log source"),
        (text("T", "{category: tls_observations}"), "2:12: not our log source"),
        (
            text("T", "{product: hallmrk}"),
            "2:12: not our log source: product hallmark, category tls_observation; is 'hallmrk' hallmark?"
        ),
        (text("T", "{product: hallmark-scanner, category: webserver}"), "2:12: not our log source"),
        (text("T", "{product: windows, category: tls_observatoin}"), "2:12: not our log source"),
        ("title: T\ndetection: {s: {tls.server.jarm: a}, condition: s}\n", "1:1: logsource is missing"),
        ("title: T\nlogsource:\n  product: hallmark\ndetection:\n  s: [\n", "6:1: did not find"),
        ("title: T\nhallmark: {specificity: weak}\n", "1:1: logsource is missing"),
        (
            "title: S\nlogsource: {product: windows, service: halmark}\ndetection: {s: {a: b}, condition: s}\n",
            "2:12: not our log source: product hallmark, category tls_observation; is 'halmark' hallmark?"
        ),
        (
            "title: S\nlogsource: {category: webserverr}\ndetection: {s: {a: b}, condition: s}\nhallmark: {specificity: weak}\n",
            "2:12: not our log source: product hallmark, category tls_observation; is 'webserverr' webserver?"
        ),
        (
            "title: C\ncorrelation: {type: temporal, rules: [gone], group-by: [server.ip], timespan: 1d}\n",
            "2:39: no rule is called gone"
        ),
        (
            "title: F\nlogsource: {product: hallmark}\nfilter: {rules: [gone], s: {tls.server.jarm: a}, condition: s}\n",
            "3:18: no rule is called gone"
        ),
    ])
    func whatClaimsToBeOursIsAnError(_ text: String, _ start: String) throws {
        let library = try reading("bad.yml", text)
        #expect(library.rules.map(\.title) == ["OK"])
        #expect(library.errors.count == 1)
        let error = try #require(library.errors.first?.description)
        #expect(error.hasPrefix(scratch.file("bad.yml") + ":" + start), "\(error)")
        #expect(library.skipped.isEmpty)
    }

    /// A log source of others that seems misspelt is said with what it is like.
    @Test func misspeltSourcesOfOthersAreSaid() throws {
        let texts = [
            ("webserverr", "; is it webserver?"), ("process_creatoin", "; is it process_creation?"),
            ("webserver", nil), ("registry_add", nil), ("something_else", nil),
        ]
        for (category, hint) in texts {
            let library = try reading("other.yml", Self.text("W", "{category: \(category)}"))
            let said = hint.map { ["passed over as of another log source: '\(category)'" + $0] } ?? []
            #expect(library.misspeltSources == said)
        }
    }

    /// One bad document leaves the others of its file.
    @Test func documentsAreReadOneByOne() throws {
        let library = try reading(
            "many.yml",
            Self.text("A") + "---\n" + Self.text("B", "{product: halmark}") + "---\n" + Self.text("C")
        )
        #expect(library.rules.map(\.title) == ["A", "C", "OK"])
        #expect(library.errors.count == 1)
    }

    @Test func correlationsAndFiltersOfForeignRulesAreTheirs() throws {
        let id = "0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52"
        try scratch.write("w.yml", Self.text("W", "{product: windows}") + "name: logon\nid: \(id)\n")
        try scratch.write(
            "c.yml",
            "title: C\nname: many\ncorrelation: {type: event_count, rules: [logon], group-by: [User], timespan: 1d, condition: {gte: 5}}\n"
        )
        try scratch.write(
            "d.yml",
            "title: D\ncorrelation: {type: temporal, rules: [many, \(id)], group-by: [User], timespan: 1d}\n"
        )
        try scratch.write(
            "f.yml",
            "title: F\nlogsource: {category: tls_observation}\nfilter: {rules: [logon], s: {tls.server.jarm: a}, condition: s}\n"
        )
        let library = try reading("x.yml", Self.text("X"))
        #expect(library.errors == [])
        #expect(library.correlations.isEmpty)
        #expect(library.skipped.otherSources == 4)
    }

    @Test func encodingsAreRead() throws {
        try scratch.write("bom.yml", "\u{feff}" + Self.text("BOM"))
        let wide = try #require(("\u{feff}" + Self.text("Wide")).data(using: .utf16LittleEndian))
        try wide.write(to: URL(fileURLWithPath: scratch.file("wide.yml")))
        let latin = Data(Self.text("Latin").utf8) + Data([0x23, 0xe9, 0x0a])
        try latin.write(to: URL(fileURLWithPath: scratch.file("latin.yml")))
        try Data([0x74, 0x3a, 0x20, 0xff]).write(to: URL(fileURLWithPath: scratch.file("other.yml")))
        let library = try read()
        #expect(library.rules.map(\.title) == ["BOM", "Wide"])
        #expect(library.errors.map(\.message) == ["is not UTF-8"])
        #expect(library.skipped == SkippedDocuments(otherSources: 0, noRules: 1))
    }

    @Test func keysOfARulesOwnMayStand() throws {
        let library = try reading("own.yml", Self.text("Own") + "regression_tests_path: x\nteam: blue\n")
        #expect(library.errors == [] && library.rules.count == 2)
    }

    @Test func pipesAndFoldersCalledLikeRulesDoNotStopIt() throws {
        try scratch.write("ok.yml", Self.text("OK"))
        #expect(mkfifo(scratch.file("pipe.yml"), 0o600) == 0)
        try FileManager.default.createDirectory(
            atPath: scratch.file("c.yml"),
            withIntermediateDirectories: true
        )
        try scratch.write("c.yml/in.yml", Self.text("In"))
        let library = try read()
        #expect(library.rules.map(\.title) == ["In", "OK"])
        #expect(library.errors.map(\.message) == ["is no regular file"])
    }

    /// A folder that was named and holds nothing of ours was not looked at.
    @Test func foldersWithoutARuleAreErrors() throws {
        try scratch.write("w.yml", Self.text("W", "{product: windows}"))
        #expect(try read().errors.map(\.message) == ["holds no rule of ours"])
        #expect(
            try SignatureLibrary.read([scratch.file("w.yml")]).errors.map(\.message) == [
                "holds no rule of ours"
            ]
        )
        #expect(throws: LibraryError.self) { try LoadedRules(nil, [scratch.path], cache: nil) }
        #expect(throws: LibraryError.self) { try SignatureLibrary.read([scratch.file("nothing")]) }
    }

    @Test func aRunGoesOnWithoutWhatCannotBeRead() throws {
        try scratch.write("bad.yml", Self.text("Bad", "{product: halmark}"))
        try scratch.write(
            "large.yml",
            "title: L\nlogsource: {product: hallmark}\ndetection: {s: {http.response.title|re: '(a.{0,100}b.{0,100}c){1,10}'}, condition: s}\n"
        )
        try scratch.write("w.yml", Self.text("W", "{product: windows}"))
        try scratch.write("ok.yml", Self.text("OK"))
        let rules = try LoadedRules(nil, [scratch.path], cache: nil)
        #expect(rules.set.rules.map(\.title) == ["OK"])
        #expect(rules.unread.map { ($0.file as NSString).lastPathComponent } == ["bad.yml", "large.yml"])
        #expect(rules.notes == ["rules: \(scratch.path)", "rules passed over: 1 of another log source"])
        #expect(!rules.areInstalled)
    }
}

/// Where the shipped rules are taken from.
@Suite struct LibraryPlaceTests {
    private let scratch = Scratch()

    private func library(_ folder: String) throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: scratch.file(folder + "/signatures"),
            withIntermediateDirectories: true
        )
        try files.createDirectory(
            atPath: scratch.file(folder + "/vocabulary"),
            withIntermediateDirectories: true
        )
        try scratch.write(folder + "/vocabulary/software.yml", "[]\n")
    }

    private func place(_ executable: String, _ named: String? = nil) throws -> LibraryPlace {
        let environment = named.map { ["HALLMARK_SIGNATURES": $0] } ?? [:]
        return try LibraryPlace(executable: scratch.file(executable), environment: environment)
    }

    @Test func theVariableWins() throws {
        try library("share/hallmark")
        try library("own")
        let installed = LibraryPlace(path: scratch.file("share/hallmark/signatures"), isInstalled: true)
        #expect(try place("bin/hallmark") == installed)
        #expect(try place("bin/hallmark", "") == installed)
        let own = scratch.file("own/signatures")
        #expect(try place("bin/hallmark", own) == LibraryPlace(path: own, isInstalled: false))
    }

    /// A wrong variable is an error, not a reason to take other rules.
    @Test func aVariableThatNamesNothingIsAnError() throws {
        try library("share/hallmark")
        #expect(throws: LibraryError.self) { try place("bin/hallmark", scratch.file("nothing")) }
        let file = try scratch.write("file", "")
        #expect(throws: LibraryError.self) { try place("bin/hallmark", file) }
    }

    @Test func aBuildFindsTheRulesOfItsTree() throws {
        try library("tree")
        let path = scratch.file("tree/signatures")
        #expect(try place("tree/.build/x86_64/debug/hallmark") == LibraryPlace(path: path, isInstalled: true))
        #expect(throws: LibraryError.self) { try place("tree/elsewhere/hallmark") }
    }
}

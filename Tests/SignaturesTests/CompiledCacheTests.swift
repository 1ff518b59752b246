import Bytes
import Foundation
import Glibc
import TestSupport
import Testing
import YAML

@testable import Signatures

/// Rules out of the cache do what those do that were read, and nothing that has changed is taken out of it.
@Suite struct CompiledCacheTests {
    private static let shipped = #filePath.replacing(
        "Tests/SignaturesTests/CompiledCacheTests.swift",
        with: "signatures"
    )
    /// Has files count as settled that were written just now.
    private static let atOnce: Int64 = -10_000_000_000

    private let scratch = Scratch()

    private var folder: CacheFolder { CacheFolder(scratch.file("cache")) }

    private func cache(_ folders: [String], settled: Int64 = atOnce) -> CompiledCache {
        CompiledCache(folder: folder, shipped: nil, folders: folders, ja4plus: true, settled: settled)
    }

    /// Reads and compiles rules, and keeps them.
    private func keep(_ folders: [String], settled: Int64 = atOnce) throws -> CompiledCache.Content {
        let cache = cache(folders, settled: settled)
        let library = try SignatureLibrary.read(folders, ja4plus: true)
        var refused = library.errors
        let set = try RuleSet.compile(
            library.documents,
            digest: library.digest,
            cache: nil,
            refused: &refused
        )
        let content = CompiledCache.Content(set: set, unread: refused, skipped: library.skipped)
        cache.keep(content, library.walked)
        return content
    }

    private static func assess(_ example: RuleExample, _ assessor: Assessor) throws -> String {
        var line = ByteBuffer()
        try example.encode(into: &line)
        try assessor.assess(&line)
        return line.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    @Test func shippedRulesAreTheSame() throws {
        let before = try keep([Self.shipped])
        let after = try #require(cache([Self.shipped]).restore())
        #expect(after.unread == before.unread && after.skipped == before.skipped)
        #expect(after.set.digest == before.set.digest && after.set.ruleCount == before.set.ruleCount)
        #expect(after.set.requests == before.set.requests && after.set.usedProbes == before.set.usedProbes)
        #expect(after.set.correlations.map(\.meaning) == before.set.correlations.map(\.meaning))
        #expect(after.set.correlations.map(\.file) == before.set.correlations.map(\.file))
        #expect(after.set.counted == before.set.counted && !before.set.counted.isEmpty)
        let (one, other) = (Assessor(before.set), Assessor(after.set))
        var leads = 0
        for rule in before.set.rules {
            for example in rule.hallmark.matches + rule.hallmark.nearMisses {
                let assessed = try Self.assess(example, one)
                #expect(try Self.assess(example, other) == assessed)
                #expect(other.scratch.wantedProbes() == one.scratch.wantedProbes())
                #expect(other.scratch.openRequests() == one.scratch.openRequests())
                if assessed.contains("\"leads\"") { leads += 1 }
            }
        }
        #expect(leads > 300)
        for (one, other) in zip(before.set.rules, after.set.rules) {
            #expect(one.title == other.title && one.file == other.file && one.isOwn == other.isOwn)
            #expect(one.family == other.family && one.tags == other.tags && one.condition == other.condition)
        }
    }

    private static func rule(_ title: String, _ value: String) -> String {
        """
        title: \(title)
        logsource: {product: hallmark, category: tls_observation}
        detection:
          s: {tls.server.jarm|contains: \(value), server.port|gte: 443}
          t: {tls.server.x509.subject.common_name: \(value)}
          condition: s or t
        hallmark: {software: {name: Tool}, specificity: strong}

        """
    }

    private var rules: String { scratch.file("rules") }

    private func makeFolder() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: rules + "/c2/deep", withIntermediateDirectories: true)
        try files.createDirectory(atPath: scratch.file("elsewhere"), withIntermediateDirectories: true)
        try scratch.write("rules/c2/a.yml", Self.rule("A", "aaaa"))
        try scratch.write("rules/c2/deep/b.yml", Self.rule("B", "bbbb"))
        try scratch.write("rules/c2/notes.txt", "no rule\n")
        try scratch.write("rules/other.yml", "title: W\nlogsource: {product: windows}\n")
        try scratch.write("rules/bad.yml", "title: Bad\nlogsource: {product: hallmark}\n")
        try scratch.write("elsewhere/c.yml", Self.rule("C", "cccc"))
        try files.createSymbolicLink(
            atPath: rules + "/c2/link",
            withDestinationPath: scratch.file("elsewhere")
        )
    }

    @Test func whatWasPassedOverOrRefusedIsSaidAgain() throws {
        try makeFolder()
        let before = try keep([rules])
        let after = try #require(cache([rules]).restore())
        #expect(before.unread.count == 1 && before.skipped.otherSources == 1)
        #expect(after.unread == before.unread && after.skipped == before.skipped)
        #expect(after.set.rules.map(\.title) == ["A", "B", "C"])
        // Other folders, and another choice of the shipped one, are another file's.
        #expect(cache([rules + "/c2"]).restore() == nil)
        let own = CompiledCache(folder: folder, shipped: rules, folders: [rules], ja4plus: true)
        #expect(own.restore() == nil)
    }

    /// Sets a file's time back, as an archive does that is unpacked; the status' own time can't be set.
    private func write(_ name: String, _ text: String, keepingTimeOf path: String) throws {
        var status = stat()
        #expect(stat(path, &status) == 0)
        try scratch.write(name, text)
        var times = [status.st_atim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, scratch.file(name), &times, 0) == 0)
    }

    @Test func everyChangeIsSeen() throws {
        let changes: [(String, () throws -> Void)] = [
            (
                "an edit of the same length, its time set back",
                {
                    try write("rules/c2/a.yml", Self.rule("A", "dddd"), keepingTimeOf: rules + "/c2/a.yml")
                }
            ),
            ("a new file", { try scratch.write("rules/c2/deep/new.yml", Self.rule("N", "nnnn")) }),
            (
                "a new folder",
                {
                    try FileManager.default.createDirectory(
                        atPath: rules + "/c2/new",
                        withIntermediateDirectories: true
                    )
                }
            ),
            ("a removed file", { try FileManager.default.removeItem(atPath: rules + "/c2/deep/b.yml") }),
            (
                "a renamed folder",
                {
                    try FileManager.default.moveItem(atPath: rules + "/c2/deep", toPath: rules + "/c2/other")
                }
            ),
            (
                "another one in its place",
                {
                    try FileManager.default.removeItem(atPath: rules + "/c2/a.yml")
                    try FileManager.default.copyItem(
                        atPath: scratch.file("elsewhere/c.yml"),
                        toPath: rules + "/c2/a.yml"
                    )
                }
            ),
            (
                "a new file where a link leads",
                { try scratch.write("elsewhere/d.yml", Self.rule("D", "eeee")) }
            ),
            ("an edit where a link leads", { try scratch.write("elsewhere/c.yml", Self.rule("C", "ffff")) }),
            (
                "a link that leads elsewhere",
                {
                    try FileManager.default.removeItem(atPath: rules + "/c2/link")
                    try FileManager.default.createSymbolicLink(
                        atPath: rules + "/c2/link",
                        withDestinationPath: scratch.file("cache")
                    )
                }
            ),
            (
                "a file that becomes a folder",
                {
                    try FileManager.default.removeItem(atPath: rules + "/c2/notes.txt")
                    try FileManager.default.createDirectory(
                        atPath: rules + "/c2/notes.txt",
                        withIntermediateDirectories: true
                    )
                }
            ),
            ("rights taken away", { #expect(chmod(rules + "/c2/a.yml", 0) == 0) }),
        ]
        for (what, change) in changes {
            for folder in ["rules", "elsewhere"] {
                try? FileManager.default.removeItem(atPath: scratch.file(folder))
            }
            try makeFolder()
            _ = try keep([rules])
            try #require(cache([rules]).restore() != nil, "\(what)")
            try change()
            #expect(cache([rules]).restore() == nil, "\(what)")
        }
    }

    /// What may change again within the clock's tick, and what could not be looked at, is not kept.
    @Test func whatIsNotSettledIsNotKept() throws {
        try makeFolder()
        _ = try keep([rules], settled: 3_600_000_000_000)
        #expect(cache([rules]).restore() == nil)
        try FileManager.default.createSymbolicLink(
            atPath: rules + "/gone",
            withDestinationPath: scratch.file("nothing")
        )
        _ = try keep([rules])
        #expect(cache([rules]).restore() == nil)
        try FileManager.default.removeItem(atPath: rules + "/gone")
        _ = try keep([rules])
        #expect(cache([rules]).restore() != nil)
    }

    /// A run takes them, and says of them what it said before.
    @Test func aRunTakesThem() throws {
        try makeFolder()
        let isKept = eventually {
            let rules = try? LoadedRules(nil, [self.rules], ja4plus: true, cache: folder)
            #expect(rules?.unread.count == 1)
            let kept = CompiledCache(folder: folder, shipped: nil, folders: [self.rules], ja4plus: true)
            return kept.restore() != nil
        }
        #expect(isKept)
        let again = try LoadedRules(nil, [rules], ja4plus: true, cache: folder)
        #expect(again.set.rules.map(\.title) == ["A", "B", "C"] && again.unread.count == 1)
        let areOwn = again.set.rules.allSatisfy(\.isOwn)
        #expect(areOwn)
    }

    /// Bytes that no writer of ours made, under a digest that fits them, are no trap, and lead none.
    @Test func strangeBytesAreNoTrap() throws {
        try makeFolder()
        _ = try keep([rules])
        let cache = cache([rules])
        let good = try #require(folder.read(cache.name, magic: CompiledCache.magic))
        let line = Array(#"{"server":{"port":443},"tls":{"server":{"jarm":"xaaaax"}}}"#.utf8)
        func isRead(_ bytes: [UInt8]) -> Bool {
            folder.write(bytes, cache.name, magic: CompiledCache.magic)
            guard let content = cache.restore() else { return false }
            let assessor = Assessor(content.set)
            line.withUnsafeBufferPointer { _ = try? assessor.scratch.match($0) }
            _ = assessor.assessLast()
            return true
        }
        #expect(isRead(good))
        // Behind the patterns, which Vectorscan checks by itself; what stands before it are texts and times.
        let tables = max(0, good.count - 4000)
        for place in stride(from: tables, to: good.count, by: 3) {
            for value: UInt8 in [0x00, 0x01, 0x7f, 0x80, 0xff] where good[place] != value {
                var bytes = good
                bytes[place] = value
                _ = isRead(bytes)
            }
            #expect(!isRead(Array(good[..<place])))
        }
        #expect(!isRead([]) && !isRead([UInt8](repeating: 0xff, count: 64)))
    }
}

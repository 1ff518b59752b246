import Foundation
import Glibc
import TestSupport
import Testing
import YAML

@testable import Signatures

/// What was read before is the same when it comes out of the cache, and nothing else is believed.
@Suite struct RuleCacheTests {
    private static let shipped = #filePath.replacing(
        "Tests/SignaturesTests/RuleCacheTests.swift",
        with: "signatures"
    )
    private let scratch = Scratch()

    private var folder: CacheFolder { CacheFolder(scratch.file("cache")) }

    /// Every member by its name, but those that the cache leaves out and those compared by themselves.
    private static func members(_ value: Any, but left: Set<String>) -> [String: String] {
        let named = Mirror(reflecting: value).children.compactMap { child -> (String, String)? in
            guard let label = child.label, !left.contains(label) else { return nil }
            return (label, String(reflecting: child.value))
        }
        return Dictionary(uniqueKeysWithValues: named)
    }

    private func files(_ paths: [String]) -> ([RuleFile], [FileVersion]) {
        (paths.map { RuleFile(path: $0, family: "c2") }, paths.compactMap(FileVersion.init(path:)))
    }

    @Test func allRulesComeBackAsTheyWere() throws {
        let read = try SignatureLibrary.read([Self.shipped], ja4plus: true)
        let paths = read.files.filter { $0.onlyRules != nil }.map(\.path)
        #expect(paths.count > 500)
        let cache = RuleCache(folder: folder, of: [Self.shipped], settled: 0)
        let (fresh, versions) = files(paths)
        var all = fresh
        for index in all.indices { all[index].read() }
        cache.keep(all, versions, but: [])
        var restored = fresh
        #expect(cache.restore(&restored, versions) == Set(paths.indices))
        for (before, after) in zip(all, restored) {
            #expect(before.digest == after.digest)
            let pairs = Array(zip(try #require(before.onlyRules), try #require(after.onlyRules)))
            #expect(pairs.count == before.documents.count)
            for (one, other) in pairs {
                let left: Set = ["node", "kinds", "hallmark", "condition"]
                #expect(Self.members(one, but: left) == Self.members(other, but: left))
                #expect(one.kinds == other.kinds && one.condition == other.condition)
                #expect(one.node.file == other.node.file && one.node.line == other.node.line)
                let examples: Set = ["matches", "nearMisses", "requests"]
                #expect(
                    Self.members(one.hallmark, but: examples) == Self.members(other.hallmark, but: examples)
                )
                #expect(one.hallmark.requests == other.hallmark.requests)
            }
        }
    }

    private static func rule(_ value: String) -> String {
        """
        title: R
        logsource: {product: hallmark, category: tls_observation}
        detection:
          s: {tls.server.jarm: \(value)}
          condition: s

        """
    }

    private func titles() throws -> [String] {
        try SignatureLibrary.read([scratch.file("rules")], cache: folder).rules.map { "\($0.condition)" }
    }

    /// A file that changes is read again, also when its size and its time are set back.
    @Test func aChangedFileIsReadAgain() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.file("rules"),
            withIntermediateDirectories: true
        )
        try scratch.write("rules/r.yml", Self.rule("aaaa"))
        let path = scratch.file("rules/r.yml")
        // It is kept when its last change lies far enough back that another one would show.
        let isKept = eventually {
            _ = try? titles()
            var (files, versions) = files([path])
            let cache = RuleCache(folder: folder, of: [scratch.file("rules")])
            return cache.restore(&files, versions) == [0]
        }
        #expect(isKept)
        #expect(try titles().first?.contains("97, 97, 97, 97") == true)
        var status = stat()
        #expect(stat(path, &status) == 0)
        try scratch.write("rules/r.yml", Self.rule("bbbb"))
        var times = [status.st_atim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
        #expect(try titles().first?.contains("98, 98, 98, 98") == true)
    }

    /// What another user could have written, or what is damaged, is not taken.
    @Test func onlyOurOwnFilesAreBelieved() throws {
        let path = scratch.file("cache/rules-1")
        func content() -> [UInt8]? { folder.read("rules-1", magic: "m") }
        folder.write([1, 2, 3], "rules-1", magic: "m")
        #expect(content() == [1, 2, 3])
        #expect(folder.read("rules-1", magic: "n") == nil)
        for (place, mode) in [(path, 0o664), (path, 0o646), (scratch.file("cache"), 0o777)] {
            var status = stat()
            #expect(stat(place, &status) == 0)
            #expect(chmod(place, mode_t(mode)) == 0)
            #expect(content() == nil, "\(place) \(mode)")
            #expect(chmod(place, status.st_mode) == 0)
            #expect(content() == [1, 2, 3])
        }
        if geteuid() == 0 {
            #expect(chown(path, 1, 1) == 0)
            #expect(content() == nil)
            #expect(chown(path, 0, 0) == 0)
        }
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for index in good.indices {
            var bad = good
            bad[index] ^= 0x10
            try bad.write(to: URL(fileURLWithPath: path))
            #expect(content() == nil)
            try good.prefix(index).write(to: URL(fileURLWithPath: path))
            #expect(content() == nil)
        }
        try good.write(to: URL(fileURLWithPath: scratch.file("elsewhere")))
        #expect(unlink(path) == 0 && symlink(scratch.file("elsewhere"), path) == 0)
        #expect(content() == nil)
        #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        #expect(content() == nil)
    }

    /// The folder does not grow: what is oldest goes, by bytes as well as by number, and other kinds stay.
    @Test func theOldestMakesRoom() throws {
        let path = scratch.file("small")
        let small = CacheFolder(path, maximumBytes: 10_000)
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
        func write(_ name: String, _ bytes: Int, age: Int) {
            small.write([UInt8](repeating: 1, count: bytes), name, magic: "m")
            let then = timespec(tv_sec: time(nil) - age, tv_nsec: 0)
            #expect(utimensat(AT_FDCWD, path + "/" + name, [then, then], 0) == 0)
        }
        write("other-1", 9000, age: 900)
        write("rules-b", 4000, age: 500)
        write("rules-a", 4000, age: 400)
        #expect(try names() == ["other-1", "rules-a", "rules-b"])
        write("rules-c", 4000, age: 300)
        #expect(try names() == ["other-1", "rules-a", "rules-c"])
        for number in 0..<12 { write("rules-\(number)", 10, age: 100 - number) }
        #expect(try names().count == 1 + CacheFolder.maximumFiles)
        #expect(small.read("rules-11", magic: "m")?.count == 10)
        // What alone is too long is not kept at all.
        write("large-1", 9000, age: 0)
        small.write([UInt8](repeating: 1, count: 10_001), "large-2", magic: "m")
        #expect(small.read("large-2", magic: "m") == nil)
        #expect(try !names().contains("large-2"))
    }

    /// Bytes that no writer of ours made are an error, whatever they are.
    @Test func strangeBytesAreNoTrap() throws {
        let source = try #require(
            try SignatureLibrary.read([Self.shipped]).files.first { ($0.onlyRules?.count ?? 0) > 0 }
        )
        var file = RuleFile(path: source.path, family: "c2")
        file.read()
        var writer = CacheWriter()
        writer.put(try #require(file.onlyRules)) { $0.put($1) }
        let good = writer.bytes
        func read(_ bytes: [UInt8]) -> Bool {
            var reader = CacheReader(bytes)
            let rules = try? reader.list { reader throws(CacheReader.Broken) in
                try reader.rule(file: "f", family: "c2")
            }
            return rules != nil && reader.isAtEnd
        }
        #expect(read(good))
        for index in good.indices {
            #expect(!read(Array(good.prefix(index))))
            for value: UInt8 in [0x00, 0x01, 0x7f, 0x80, 0xff] {
                var bytes = good
                bytes[index] = value
                _ = read(bytes)
            }
        }
        #expect(!read([UInt8](repeating: 0xff, count: 64)))
        // A condition of many levels ends at a bound, and not at the end of the stack.
        var deep = CacheReader([UInt8](repeating: 1, count: 100_000))
        #expect(throws: CacheReader.Broken.self) { try deep.condition() }
    }
}

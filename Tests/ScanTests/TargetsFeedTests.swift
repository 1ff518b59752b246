import Foundation
import Scan
import Targets
import TestSupport
import Testing

/// Pulls until the feed says something else than "targets", in batches of a size.
func drain(_ feed: TargetFeed, batch: Int = 7) -> (targets: [Target], end: TargetFeed.Pull) {
    var targets: [Target] = []
    while true {
        let pull = feed.pull(batch, into: &targets)
        guard case .targets = pull else { return (targets, pull) }
    }
}

extension TargetFeed.Pull {
    var isDone: Bool { if case .done = self { true } else { false } }
    var isNotYet: Bool { if case .notYet = self { true } else { false } }
}

@Suite struct TargetsFeedTests {
    @Test func allTargetsOnce() throws {
        let plan = try plan(["8.0.0.0/24", "example.com"])
        let feed = try TargetFeed(plan)
        #expect(feed.total == 257)
        let (targets, end) = drain(feed)
        #expect(end.isDone)
        #expect(targets == visit(plan))
        feed.complete(targets.map(\.sequence))
        #expect(feed.completed == 257)
        #expect(feed.progress.lowWater == 257)
    }

    @Test func manyThreadsShareOneFeed() async throws {
        let feed = try TargetFeed(try plan(["8.0.0.0/20"]))
        let parts = await withTaskGroup(of: [Target].self) { group in
            for batch in [1, 3, 16, 64] {
                group.addTask {
                    let targets = drain(feed, batch: batch).targets
                    feed.complete(targets.map(\.sequence))
                    return targets
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(parts.count == 4096)
        #expect(Set(parts.map(number)).count == 4096)
        #expect(feed.progress.lowWater == 4096)
    }

    @Test func standardInputComesAsItArrives() throws {
        let pipe = Pipe()
        let feed = try TargetFeed(try plan(["9.9.9.9"]), input: pipe.fileHandleForReading.fileDescriptor)
        func write(_ text: String) throws { try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }
        #expect(drain(feed).targets.map(endpoint) == ["9.9.9.9:443"])
        #expect(feed.total == nil)
        try write("a.example\n# nothing\n8.0.0.1:8443 8.0.0.2 # two\nb.exam")
        let (targets, end) = drain(feed)
        #expect(targets.first.map(endpoint) == "a.example:443")
        #expect(Set(targets.map(endpoint)) == ["a.example:443", "8.0.0.1:8443", "8.0.0.2:443"])
        #expect(targets.map(\.sequence) == [1, 2, 3])
        #expect(end.isNotYet)
        try write("ple\n8.0.0.256\n8.0.1.0/29")
        #expect(drain(feed).targets.map(endpoint) == ["b.example:443"])
        try pipe.fileHandleForWriting.close()
        let rest = drain(feed)
        #expect(rest.end.isDone)
        #expect(Set(rest.targets.map(endpoint)) == Set((0..<8).map { "8.0.1.\($0):443" }))
        #expect(feed.total == 13)
        #expect(
            feed.takeIssues().first.map(\.description) == [
                "standard input:5: \"8.0.0.256\": \"8.0.0.256\" is not an IPv4 address"
            ]
        )
        #expect(feed.takeIssues().count == 0)
    }

    @Test func optionsHoldForStandardInput() throws {
        let scratch = Scratch()
        let path = try scratch.write(
            "in.txt",
            "8.0.0.0/30\n127.0.0.0/30\n9.0.0.0/31\n8.0.0.1\nbank.example\n"
        )
        let scope = try Scope(name: "s", authorization: "T", include: ["8.0.0.0/8"], source: "s.yaml")
        let options = TargetOptions(
            ports: try ports("443,444"),
            exclusions: try Exclusions(["8.0.0.1", "*.example"]),
            scope: scope,
            inOrder: true
        )
        let feed = try TargetFeed(try plan([], options), input: try open(path))
        let targets = drain(feed).targets
        #expect(
            targets.map { ($0.problem == nil ? "" : "-") + endpoint($0) } == [
                "8.0.0.0:443", "8.0.0.0:444", "8.0.0.2:443", "8.0.0.2:444", "8.0.0.3:443", "8.0.0.3:444",
                "-9.0.0.0:443", "-9.0.0.0:444", "-9.0.0.1:443", "-9.0.0.1:444",
            ]
        )
        let counts = feed.inputCounts
        #expect(counts.names == 1 && counts.excluded == 6 && counts.refused == 4 && counts.special == 8)
    }

    @Test(arguments: [2, 3, 7]) func shardsOfStandardInput(_ count: Int) throws {
        let scratch = Scratch()
        let lines = (0..<40).map { "8.0.\($0).0/29\nh\($0).example:443,8443" }.joined(separator: "\n")
        let path = try scratch.write("in.txt", lines)
        func run(_ shard: String) throws -> [String] {
            let options = TargetOptions(seed: 3, shard: try Shard(parsing: shard))
            let targets = drain(try TargetFeed(try plan(["7.0.0.0/28"], options), input: try open(path)))
                .targets
            #expect(targets.map(\.sequence) == Array(0..<UInt64(targets.count)))
            return targets.map(endpoint)
        }
        let whole = try run("1/1")
        #expect(whole.count == 16 + 400)
        #expect(try (1...count).flatMap { try run("\($0)/\(count)") }.sorted() == whole.sorted())
    }

    @Test func noNumberOfEndpointsIsTooLarge() throws {
        let scratch = Scratch()
        let path = try scratch.write("in.txt", "2a00::/64\n2a01::/64\n2a02::/64\n")
        let options = TargetOptions(shard: try Shard(parsing: "4294967295/4294967295"))
        let feed = try TargetFeed(try plan([], options), input: try open(path))
        var targets: [Target] = []
        #expect(!feed.pull(100, into: &targets).isDone)
        #expect(Set(targets.map(endpoint)).count == 100)
    }

    @Test func longLinesAreReported() throws {
        let scratch = Scratch()
        let text = "8.0.0.1\n" + String(repeating: "x", count: 2_000_000) + "\n8.0.0.2\n"
        let path = try scratch.write("in.txt", text + String(repeating: " ", count: 1_100_000))
        let feed = try TargetFeed(try plan([]), input: try open(path))
        #expect(drain(feed).targets.map(endpoint) == ["8.0.0.1:443", "8.0.0.2:443"])
        #expect(
            feed.takeIssues().first.map(\.description) == [
                "standard input:2: a line has at most 1048576 bytes",
                "standard input:4: a line has at most 1048576 bytes",
            ]
        )
    }

    @Test func unreadableInputEndsTheFeed() throws {
        let feed = try TargetFeed(try plan(["8.0.0.1"]), input: try open("/"))
        let (targets, end) = drain(feed)
        #expect(targets.count == 1)
        #expect(end.isDone)
        #expect(feed.failure?.description == "standard input:1: is a folder: name the files in it")
    }

    @Test func filesAndArguments() throws {
        let scratch = Scratch()
        let path = try scratch.write(
            "t.txt",
            "\u{feff}8.0.0.1\r\n\r\n  8.0.0.2 8.0.0.3 # more\n#8.0.0.4\nbad..name\n8.0.0.5"
        )
        var builder = TargetPlanBuilder(TargetOptions(inOrder: true))
        try builder.add(file: path)
        builder.add(argument: "8.0.0.6 8.0.0.7")
        builder.add(argument: "8.0.0.0/99")
        builder.add(argument: "-")
        #expect(builder.readsStandardInput)
        #expect(
            builder.issues.first.map(\.description) == [
                "\(path):5: \"bad..name\": a host name has an empty label",
                "argument: \"8.0.0.0/99\": \"99\" is not a prefix length (0 to 32)",
            ]
        )
        #expect(throws: TargetIssue.self) { try builder.add(file: scratch.file("none")) }
        let plan = try builder.finish()
        #expect(builder.readsStandardInput && builder.issues.count == 2)
        #expect(visit(plan).map(endpoint) == [1, 2, 3, 5, 6, 7].map { "8.0.0.\($0):443" })
    }

    private func open(_ path: String) throws -> Int32 {
        let descriptor = Foundation.open(path, O_RDONLY)
        try #require(descriptor >= 0)
        return descriptor
    }
}

import Foundation
import Scan
import Targets
import TestSupport
import Testing

@Suite struct TargetsCheckpointTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func theTrackerAgreesWithASet(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var tracker = CompletionTracker()
        var done: Set<UInt64> = []
        var open = Array(0..<UInt64(40))
        var next = UInt64(40)
        for step in 0..<3000 {
            // Mostly one of those in flight, at times one that is done already.
            let place = Int(random.next() % UInt64(open.count))
            let sequence = random.next() % 20 == 0 ? random.next() % next : open[place]
            if sequence == open[place] {
                open[place] = next
                next += 1
            }
            tracker.complete(sequence)
            done.insert(sequence)
            guard step % 50 == 0 else { continue }
            let lowWater = try #require((0...next).first { !done.contains($0) })
            #expect(tracker.lowWater == lowWater)
            #expect(tracker.count == UInt64(done.count))
            #expect(tracker.done.flatMap { Array($0) } == done.filter { $0 > lowWater }.sorted())
            for sequence in 0..<next + 100 { #expect(tracker.contains(sequence) == done.contains(sequence)) }
            let copy = try #require(CompletionTracker(lowWater: tracker.lowWater, done: tracker.done))
            #expect(copy.lowWater == lowWater && copy.done == tracker.done && copy.count == tracker.count)
        }
    }

    @Test func aStragglerCostsABitForEachTargetBehindIt() {
        var tracker = CompletionTracker()
        for sequence in 1..<UInt64(1_000_000) { tracker.complete(sequence) }
        #expect(tracker.lowWater == 0)
        #expect(tracker.done == [1...999_999])
        tracker.complete(0)
        #expect(tracker.lowWater == 1_000_000)
        #expect(tracker.done.isEmpty)
    }

    /// Kills a run at a random moment, again and again: every target once, none in between lost.
    @Test(arguments: 0..<12 as Range<UInt64>, [false, true])
    func resumedRunsHoldEveryTargetOnce(_ seed: UInt64, _ fromInput: Bool) throws {
        var random = SplitMix(seed: seed)
        let scratch = Scratch()
        let items = (0..<20).map { "8.0.\($0).0/28" } + ["a.example:443,8443", "8.1.0.1,x.example"]
        let path = try scratch.write("in.txt", "# list\n" + items.joined(separator: "\n\n") + "\n# end\n")
        let options = TargetOptions(seed: seed, shard: try Shard(parsing: "2/3"))
        let plan = try plan(fromInput ? ["9.0.0.0/28"] : items, options)
        func feed(_ progress: Checkpoint.Progress?, _ written: [EndpointKey]) throws -> TargetFeed {
            let input = fromInput ? open(path, O_RDONLY) : nil
            return try TargetFeed(plan, input: input, resume: progress, written: written)
        }
        let whole = drain(try feed(nil, [])).targets.map(endpoint)
        var output: [Target] = []
        var saved: (progress: Checkpoint.Progress, offset: Int)?
        while output.count < whole.count {
            let beyond = output[(saved?.offset ?? 0)...].map { EndpointKey($0) }
            let run = try feed(saved?.progress, beyond)
            var inFlight: [Target] = []
            var isDone = false
            // The run's life in steps; at its end everything in flight is lost.
            for _ in 0..<random.next() % 60 where !isDone || !inFlight.isEmpty {
                if !isDone { isDone = run.pull(Int(random.next() % 9), into: &inFlight).isDone }
                inFlight.shuffle(using: &random)
                let finished = inFlight.prefix(Int(random.next() % 6))
                inFlight.removeFirst(finished.count)
                output += finished
                // At times the kill comes between the record and its being counted.
                let isKilled = !finished.isEmpty && random.next() % 9 == 0
                run.complete(finished.dropLast(isKilled ? 1 : 0).map(\.sequence))
                if isKilled { break }
                if random.next() % 3 == 0 {
                    saved = (run.progress, output.count)
                }
            }
            #expect(run.failure == nil)
            guard output.count <= whole.count else { break }
        }
        #expect(output.map(endpoint).sorted() == whole.sorted())
    }

    private func checkpoint() throws -> Checkpoint {
        let options = TargetOptions(seed: .max, shard: try Shard(parsing: "1/2"))
        let plan = try plan(["8.0.0.0/24"], options)
        let feed = try TargetFeed(plan)
        feed.complete([0, 1, 2, 5, 6, 9])
        return Checkpoint(
            scanID: "id",
            plan: PlanFingerprint(plan, readsStandardInput: false),
            progress: feed.progress,
            counts: ["success": 4, "connection_refused": 2],
            output: Checkpoint.Output(path: "out/x.ndjson", offset: 1234)
        )
    }

    @Test func filesComeBack() throws {
        let scratch = Scratch()
        let path = scratch.file("run.checkpoint")
        let saved = try checkpoint()
        #expect(saved.progress.lowWater == 3)
        #expect(saved.progress.done == [[5, 6], [9, 9]])
        try scratch.write("run.checkpoint", "an older one")
        try saved.save(to: path)
        #expect(try Checkpoint.load(from: path) == saved)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["run.checkpoint"])
        // It is JSON that others can read.
        let field = try check(
            "python3",
            [
                "-c",
                "import json,sys; c=json.load(open(sys.argv[1])); print(c['plan']['seed'], c['progress'])",
                path,
            ]
        )
        #expect(
            field.text == "18446744073709551615 {'done': [[5, 6], [9, 9]], 'low_water': 3, 'written': []}\n"
        )
    }

    @Test func whatCannotBeWrittenIsAnError() throws {
        let error = #expect(throws: CheckpointError.self) { try checkpoint().save(to: "/nowhere/x") }
        #expect(error?.description.hasSuffix("cannot be created: No such file or directory") == true)
    }

    @Test(arguments: [
        ("", "is not a checkpoint"), ("{}", "is not a checkpoint: version is missing"),
        ("[1]", "is not a checkpoint"),
        ("{\"version\": 7}", "has version 7; this program reads version 1"),
        ("{\"version\": 1}", "scan_id is missing"),
        ("\u{1}\u{2}", "is not a checkpoint"),
    ])
    func malformedFilesAreNamed(_ text: String, _ why: String) throws {
        let scratch = Scratch()
        let path = try scratch.write("c", text)
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.load(from: path) }
        #expect(error?.description == "\(path): \(why)")
    }

    @Test(arguments: [
        ("\"low_water\" : 3", "\"low_water\" : -3", "holds a number that is out of range"),
        ("\"low_water\" : 3", "\"low_water\" : \"3\"", "progress.low_water has the wrong type"),
        ("\"low_water\" : 3", "\"low_watter\" : 3", "progress.low_water is missing"),
        ("\"low_water\" : 3", "\"low_water\" : 6", "progress.done is not sorted"),
        ("\"low_water\" : 3", "\"low_water\" : 18446744073709551615", "progress.done is not sorted"),
    ])
    func brokenFieldsAreNamed(_ old: String, _ new: String, _ why: String) throws {
        let scratch = Scratch()
        try checkpoint().save(to: scratch.file("c"))
        let text = try String(contentsOfFile: scratch.file("c"), encoding: .utf8)
        #expect(text.contains(old))
        let path = try scratch.write("d", text.replacingOccurrences(of: old, with: new))
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.load(from: path) }
        #expect(error?.description.hasPrefix("\(path): \(why)") == true, "\(error?.description ?? "")")
    }

    @Test func rangesAreChecked() throws {
        for done: [ClosedRange<UInt64>] in [
            [5...6, 6...7], [9...9, 5...5], [2...2], [5...1 << 60], [0...UInt64.max],
        ] {
            #expect(CompletionTracker(lowWater: 3, done: done) == nil)
        }
        #expect(CompletionTracker(lowWater: .max, done: []) == nil)
    }

    @Test func anotherRunIsRefusedInWords() throws {
        let scratch = Scratch()
        func mark(_ items: [String], _ options: TargetOptions, input: Bool = false) throws -> PlanFingerprint
        {
            PlanFingerprint(try plan(items, options), readsStandardInput: input)
        }
        let scope = try Scope(name: "corp", authorization: "T", include: ["8.0.0.0/8"], source: "x")
        let saved = try mark(["8.0.0.0/24"], TargetOptions())
        #expect(try mark(["8.0.0.0/24"], TargetOptions()).differences(from: saved).isEmpty)
        let path = try scratch.write("t.txt", "8.0.0.0/24 # the same\n")
        var builder = TargetPlanBuilder(TargetOptions())
        try builder.add(file: path)
        #expect(
            PlanFingerprint(try builder.finish(), readsStandardInput: false).differences(from: saved).isEmpty
        )
        let other = TargetOptions(
            ports: try ports("443,8443"),
            exclusions: try Exclusions(["8.0.0.1"]),
            scope: scope,
            includeSpecial: true,
            seed: 5,
            shard: try Shard(parsing: "1/2"),
            inOrder: true
        )
        let differences = try mark(["8.0.0.0/24", "9.9.9.9"], other, input: true).differences(from: saved)
        let expected = [
            "targets: 1 (digest ", "standard input: no in the checkpoint, yes now",
            "ports: 443 in the checkpoint, 443,8443 now", "exclusions: 0 (digest ",
            "scope: none in the checkpoint, corp ",
            "special-purpose addresses included: no in the checkpoint, yes now",
            "seed: 0 in the checkpoint, 5 now",
            "shard: 1/1 in the checkpoint, 1/2 now", "in order: no in the checkpoint, yes now",
        ]
        #expect(differences.count == expected.count)
        for (difference, start) in zip(differences, expected) { #expect(difference.hasPrefix(start)) }
    }

    @Test func changedInputIsNoticed() throws {
        let scratch = Scratch()
        func progress(of text: String, resuming: Checkpoint.Progress? = nil) throws -> TargetFeed {
            let path = try scratch.write("in.txt", text)
            let feed = try TargetFeed(try plan([]), input: open(path, O_RDONLY), resume: resuming)
            _ = drain(feed)
            return feed
        }
        let saved = try progress(of: "8.0.0.1\n# one\n8.0.0.2\n").progress
        #expect(try progress(of: "8.0.0.1\n# one\n8.0.0.2\n8.0.0.3\n", resuming: saved).failure == nil)
        #expect(try progress(of: "8.0.0.1\n# two\n8.0.0.2\n", resuming: saved).failure?.line == 3)
        #expect(try progress(of: "8.0.0.1\n# one\n", resuming: saved).failure?.line == 2)
    }

    @Test func theTailOfAnOutput() throws {
        let scratch = Scratch()
        let covered = "{\"server\":{\"address\":\"8.0.0.1\",\"port\":443}}\n"
        let beyond = """
            {"server":{"address":"8.0.0.2","ip":"8.0.0.2","port":443},"tls":{"version":"1.3"}}
            {"server":{"address":"a.example","port":8443},"tls":{"client":{"server_name":"a.example"}}}
            {"server":{"address":"8.0.0.3","port":443},"tls":{"client":{"server_name":"x.example"}}}
            {"server":{"address":"8.0.0.4","port":443},"tls":{"client":{"server_name":"fixed.example"}}}
            {"note":"no record"}

            """
        let path = try scratch.write("out.ndjson", covered + beyond + "{\"server\":{\"addr")
        let output = Checkpoint.Output(path: path, offset: UInt64(covered.utf8.count))
        let tail = try OutputTail(of: output, override: nil)
        #expect(tail.length == UInt64((covered + beyond).utf8.count))
        let targets = try plan(
            ["8.0.0.2", "a.example:8443", "8.0.0.3,x.example", "8.0.0.4,fixed.example"],
            TargetOptions(inOrder: true)
        )
        #expect(tail.written == visit(targets).map { EndpointKey($0) })
        let error = #expect(throws: CheckpointError.self) {
            try OutputTail(of: Checkpoint.Output(path: path, offset: 100_000))
        }
        #expect(error?.description == "\(path): is shorter than the 100000 bytes that the checkpoint covers")
    }

    @Test func dryRun() throws {
        let options = TargetOptions(
            ports: try ports("443,8443"),
            exclusions: try Exclusions(["8.0.0.1"]),
            scope: try Scope(
                name: "corp",
                authorization: "T",
                include: ["8.0.0.0/24", "a.example"],
                source: "x"
            ),
            shard: try Shard(parsing: "1/2"),
            inOrder: true
        )
        let run = DryRun(
            try plan(["9.0.0.1:1", "127.0.0.0/30", "8.0.0.0/30", "a.example", "[2a00::1]:2"], options),
            showing: 3
        )
        #expect(
            run.lines == [
                "5 endpoints in shard 1/2 of 10", "1 name or pair with a server name",
                "2 outside the scope: a record each, no connection", "2 excluded",
                "8 special-purpose, passed over: --include-special scans them",
                "127.0.0.0/8: 4 addresses (Loopback)",
                "9.0.0.1:1  out_of_scope: 9.0.0.1 port 1 is outside the scope corp", "8.0.0.0:8443",
                "8.0.0.2:8443",
            ]
        )
        #expect(DryRun(try plan(["8.0.0.0/8"], TargetOptions(ports: try ports("1-3")))).first.count == 10)
    }
}

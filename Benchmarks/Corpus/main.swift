import Bytes
import Corpus
import Foundation
import Inventory
import Observations

// bench-corpus corpus FILE [SIGHTINGS] [CERTIFICATES]   makes a corpus and pivots in it
// bench-corpus pivot FILE                               pivots in a corpus that is there
// bench-corpus sweep FILE [RECORDS] [ASSETS]            makes a sweep and an inventory, and compares them
//
// On two cores that do nothing else: the corpus of five million sightings and a million certificates takes
// some minutes and 4.5 GB beside FILE, its pivots half a minute, the sweep half a minute and 2.6 GB.

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.compactMap { Int($0.filter { $0 != "_" }) }
guard arguments.count >= 2, let mode = arguments.first else {
    print("usage: bench-corpus corpus|pivot|sweep FILE [NUMBER] [NUMBER]")
    exit(64)
}
let path = arguments[arguments.startIndex + 1]

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body)
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

func shown(_ number: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", number) }

/// The most memory that the process has held, in MiB.
func peak() -> Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
}

/// The CPU seconds that the process has used.
func cpu() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func makeCorpus(_ sightings: Int, _ certificates: Int) throws {
    let internet = Internet(certificates: certificates, seed: 42)
    var line = ByteBuffer(capacity: 8192)
    let before = cpu()
    for endpoint in 0..<20_000 {
        line.removeAll()
        internet.write(endpoint, time: 0, to: &line)
    }
    let making = (cpu() - before) / 20_000 * Double(sightings)
    let writer = CorpusWriter(try CorpusFile(path, .write))
    let begin = cpu()
    let time = try seconds {
        for endpoint in 0..<sightings {
            line.removeAll()
            internet.write(endpoint, time: 1_790_000_000_000 + endpoint, to: &line)
            line.withSpan { writer.add($0) }
        }
        try writer.finish()
    }
    let used = cpu() - begin - making
    print("import: \(sightings) sightings in \(shown(time)) s, \(Int(Double(sightings) / time)) a second;")
    print("  \(shown(used / Double(sightings) * 1e6)) us CPU each, without making the records")
    print("peak memory: \(peak()) MiB, with the pages of the file that are mapped")
}

/// The address of an endpoint whose certificate was seen there first.
func address(_ number: Int) -> String {
    "\(1 + number >> 24 & 127).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
}

func pivots() throws {
    let corpus = try CorpusFile(path, .read)
    let stats = try corpus.stats(top: 0)
    print(
        stats.counts.map { "\($0.name) \($0.count)" }.joined(separator: ", "),
        "size \(stats.bytes >> 20) MiB"
    )
    let certificates = stats.counts.first { $0.name == "certificates" }?.count ?? 1
    // Ordinary ones, popular ones, and those that belong together, in turn; then each single mark of some.
    var queries: [(group: String, text: String)] = []
    for number in 0..<200 {
        let endpoint = number % 4 == 0 ? number / 4 * 4001 + 7 : number % 4 == 1 ? number : number * 7919
        let place = address(endpoint % certificates)
        queries.append(("endpoint", place))
        guard number < 80 else { continue }
        let answer = try Pivot.run(PivotQuery(place), in: corpus, PivotOptions())
        for seed in answer.seeds.prefix(1) { queries.append(("certificate", seed.sha256)) }
        for mark in answer.marks.map(\.mark) where !queries.contains(where: { $0.text.hasSuffix(mark.value) })
        {
            queries.append(
                (mark.kind.isOfService ? "mark of a service" : "mark", "\(mark.kind.alias)=\(mark.value)")
            )
            if mark.kind == .name { queries.append(("name", mark.value)) }
        }
    }
    for depth in 1...2 {
        print("depth \(depth)")
        var slowest = (time: 0.0, text: "")
        for group in ["endpoint", "certificate", "name", "mark", "mark of a service"] {
            var times: [Double] = []
            var used: [Double] = []
            var results = 0
            for query in queries where query.group == group {
                var options = PivotOptions()
                options.depth = depth
                let begin = cpu()
                let time = try seconds {
                    results += try Pivot.run(PivotQuery(query.text), in: corpus, options).results.count
                }
                times.append(time * 1000)
                used.append((cpu() - begin) * 1000)
                if time > slowest.time { slowest = (time, query.text) }
            }
            guard !times.isEmpty else { continue }
            times.sort()
            used.sort()
            let name = group.padding(toLength: 18, withPad: " ", startingAt: 0)
            print(
                "  \(name) \(times.count) queries: median \(shown(times[times.count / 2])) ms,",
                "95 % \(shown(times[times.count * 95 / 100])) ms, longest \(shown(times[times.count - 1])) ms;",
                "CPU: median \(shown(used[used.count / 2])) ms, 95 % \(shown(used[used.count * 95 / 100])) ms;",
                "\(results / times.count) results each"
            )
        }
        print("  the slowest is \(slowest.text)")
    }
}

func compareSweep(_ records: Int, _ assets: Int) throws {
    let internet = Internet(certificates: records, seed: 7)
    var inventory = InventoryAdoption.head
    guard let file = fopen(path, "w") else { exit(1) }
    var line = ByteBuffer(capacity: 1 << 20)
    for endpoint in 0..<records {
        internet.write(endpoint, time: 1_790_000_000_000 + endpoint, to: &line)
        if line.count > 1 << 19 || endpoint == records - 1 {
            line.withSpan { span in span.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) } }
            line.removeAll()
        }
    }
    fclose(file)
    // A tenth of the endpoints as assets with their certificates, the rest inside owned ranges.
    var adoption = InventoryAdoption()
    var count = 0
    struct Enough: Error {}
    do {
        try adoption.add(sweep: path)
        _ = try adoption.write { row in
            inventory += row
            count += 1
            if count == assets { throw Enough() }
        }
    } catch is Enough {}
    inventory += "owned,0.0.0.0/4" + String(repeating: ",", count: InventoryRow.columns.count - 2) + "\r\n"
    let before = peak()
    let begin = cpu()
    var findings = 0
    let time = try seconds {
        let rows = try CSVReader.rows(Array(inventory.utf8), file: "inventory.csv")
        let index = InventoryIndex(try Inventory(rows, file: "inventory.csv"))
        let comparison = SweepComparison(index) { _ in findings += 1 }
        try comparison.add(sweep: path)
        try comparison.finish()
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    print(
        "compare: \(records) records (\(size >> 20) MiB), \(assets) assets: \(shown(time)) s, \(shown(cpu() - begin)) s CPU, \(findings) findings"
    )
    print("peak memory: \(peak()) MiB, \(before) MiB of it before")
}

switch mode {
case "corpus":
    try makeCorpus(numbers.first ?? 5_000_000, numbers.dropFirst().first ?? 1_000_000)
    try pivots()
case "pivot": try pivots()
case "sweep": try compareSweep(numbers.first ?? 1_000_000, numbers.dropFirst().first ?? 100_000)
default: exit(64)
}

import Corpus
import Foundation
import Observations

// bench-corpus corpus FILE [SIGHTINGS] [CERTIFICATES]   makes a corpus and pivots in it
// bench-corpus pivot FILE                               pivots in a corpus that is there
// bench-corpus sweep FILE [RECORDS] [ASSETS]            makes a sweep and an inventory, and compares them

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

func makeCorpus(_ sightings: Int, _ certificates: Int) throws {
    let internet = Internet(certificates: certificates, seed: 42)
    let writer = CorpusWriter(try CorpusFile(path, .write))
    var line = ByteBuffer(capacity: 8192)
    let time = try seconds {
        for endpoint in 0..<sightings {
            line.removeAll()
            internet.write(endpoint, time: 1_790_000_000_000 + endpoint, to: &line)
            line.withSpan { writer.add($0) }
        }
        try writer.finish()
    }
    print("import: \(sightings) sightings in \(shown(time)) s, \(Int(Double(sightings) / time)) a second")
    print("peak memory: \(peak()) MiB")
}

func pivots() throws {
    let corpus = try CorpusFile(path, .read)
    let stats = try corpus.stats(top: 0)
    print(
        stats.counts.map { "\($0.name) \($0.count)" }.joined(separator: ", "),
        "size \(stats.bytes >> 20) MiB"
    )
    let certificates = stats.counts.first { $0.name == "certificates" }?.count ?? 1
    for (title, depth) in [("pivot", 1), ("pivot, depth 2", 2)] {
        var times: [Double] = []
        var results = 0
        for number in 0..<200 {
            // Ordinary ones, popular ones, and those that belong together, in turn.
            let endpoint = number % 4 == 0 ? number / 4 * 4001 + 7 : number % 4 == 1 ? number : number * 7919
            let address = endpoint % certificates
            let ip =
                "\(1 + address >> 24 & 127).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
            var options = PivotOptions()
            options.depth = depth
            times.append(
                try seconds { results += try Pivot.run(PivotQuery(ip), in: corpus, options).results.count }
            )
        }
        times.sort()
        print(
            "\(title): median \(shown(times[100] * 1000)) ms, 95 % \(shown(times[190] * 1000)) ms,",
            "longest \(shown(times[199] * 1000)) ms, \(results / 200) results each"
        )
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
        try adoption.add(sweep: path) { row in
            inventory += row
            count += 1
            if count == assets { throw Enough() }
        }
    } catch is Enough {}
    inventory += "owned,0.0.0.0/4" + String(repeating: ",", count: InventoryRow.columns.count - 2) + "\r\n"
    let before = peak()
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
        "compare: \(records) records (\(size >> 20) MiB), \(assets) assets: \(shown(time)) s, \(findings) findings"
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

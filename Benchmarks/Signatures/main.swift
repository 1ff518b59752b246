import Foundation
import Glibc
import Observations
import Signatures

// What the signatures cost: `bench-signatures LIBRARY` prints how long the library takes to load, and the CPU
// time of one observation with 100, 1,000 and 10,000 rules, made from the shipped ones by varying their
// values.
//
// `bench-signatures LIBRARY --write COUNT` writes the observations that it uses instead, for `hallmark
// match`.

/// Milliseconds of CPU time of the whole process: other programs don't count.
func cpu() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
}

func wall() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e6 }

func shown(_ number: Double) -> String { String(format: "%.1f", number) }

func measure(_ texts: [String], _ observations: [UInt8], _ lines: [Range<Int>]) throws {
    let documents = try texts.flatMap { try RuleReader.read($0, file: "rule") }
    let begin = cpu()
    let set = try RuleSet(documents)
    let compiled = cpu() - begin
    let scratch = MatchScratch(set)
    var best = (read: Double.infinity, match: Double.infinity)
    var evaluated = 0
    observations.withUnsafeBufferPointer { bytes in
        for _ in 0..<5 {
            var begin = cpu()
            for line in lines {
                _ = try? scratch.reader.read(UnsafeBufferPointer(rebasing: bytes[line]), padded: true)
            }
            best.read = min(best.read, cpu() - begin)
            begin = cpu()
            evaluated = 0
            for line in lines {
                try? scratch.match(UnsafeBufferPointer(rebasing: bytes[line]), padded: true)
                evaluated += scratch.evaluated
            }
            best.match = min(best.match, cpu() - begin)
        }
    }
    let scale = 1000 / Double(lines.count)
    print(
        "\(set.rules.count) rules: compiled in \(shown(compiled)) ms; an observation \(shown(best.match * scale)) us, "
            + "of which reading \(shown(best.read * scale)) us; \(shown(Double(evaluated) / Double(lines.count))) rules evaluated"
    )
}

func main() throws -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else {
        print("usage: bench-signatures LIBRARY [--write COUNT]")
        return 64
    }
    if arguments.count == 4, arguments[2] == "--write", let count = Int(arguments[3]) {
        var sample = SampleObservations()
        for _ in 0..<count { print(sample.next()) }
        return 0
    }
    _ = try SignatureLibrary.load([arguments[1]])
    let start = (cpu: cpu(), wall: wall())
    let set = try SignatureLibrary.load([arguments[1]])
    print(
        "library: \(set.rules.count) rules loaded in \(shown(wall() - start.wall)) ms, \(shown(cpu() - start.cpu)) ms of CPU"
    )
    var sample = SampleObservations()
    var observations: [UInt8] = []
    var lines: [Range<Int>] = []
    for _ in 0..<2000 {
        let first = observations.count
        observations += Array(sample.next().utf8)
        lines.append(first..<observations.count)
        observations.append(0x0a)
    }
    observations += [UInt8](repeating: 0x20, count: 64)
    print("observations: \(observations.count / lines.count) bytes each")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: arguments[1]).sorted().filter {
        $0.hasSuffix(".yml")
            && !["correlation", "ja4plus"].contains($0.prefix { $0 != "/" })
    }
    let shipped = try paths.map {
        try String(contentsOfFile: arguments[1] + "/" + $0, encoding: .utf8)
    }
    try measure(shipped, observations, lines)
    for count in [100, 1000, 10_000] {
        var texts: [String] = []
        for number in 0..<count {
            // A hundred are taken from all over the library; beyond its size come variations.
            let place = count < shipped.count ? number * shipped.count / count : number % shipped.count
            texts.append(RuleVariation.make(shipped[place], number / shipped.count))
        }
        try measure(texts, observations, lines)
    }
    return 0
}

exit(try main())

import Foundation

// Feeds mutated inputs to one parser. The same seed gives the same inputs; the
// files are inputs to mutate besides those that the parser's entry brings along.
let usage =
    "usage: fuzz NAME COUNT [SEED] [CORPUS-FILE…]\n\(Fuzzer.all.keys.sorted().joined(separator: " "))\n"

func main(_ arguments: [String]) -> Int32 {
    guard arguments.count >= 2, let fuzzer = Fuzzer.all[arguments[0]], let count = Int(arguments[1]) else {
        FileHandle.standardError.write(Data(usage.utf8))
        return 64
    }
    let seed = arguments.count > 2 ? UInt64(arguments[2]) : nil
    var extra: [[UInt8]] = []
    for file in arguments.dropFirst(seed == nil ? 2 : 3) {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
            FileHandle.standardError.write(Data("can't read \(file)\n".utf8))
            return 1
        }
        extra.append(Array(bytes))
    }
    let total = fuzzer.feed(count, seed: seed ?? 1, extra: extra)
    print("\(arguments[0]): \(count) inputs, \(total) bytes")
    return 0
}

exit(main(Array(CommandLine.arguments.dropFirst())))

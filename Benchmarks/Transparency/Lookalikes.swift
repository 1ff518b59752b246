import Foundation
import PublicSuffix
import Transparency

/// Counts what the shipped tables call a look-alike: of variants that another program made of brands, and of
/// names that are nobody's trap.
enum Lookalikes {
    /// - Parameters:
    ///   - variants: a file with lines of `Tests/Tools/name_variants.py`: brand, kind, variant.
    ///   - innocent: a file with a name a line.
    static func measure(variants: String, innocent: String) throws {
        let lines = try String(contentsOfFile: variants, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        let words = try String(contentsOfFile: "lookalikes/words.txt", encoding: .utf8).split(separator: "\n")
        let finder = LookalikeFinder(
            Set(lines.compactMap(\.first)).sorted(),
            suffixes: try PublicSuffixList(file: "publicsuffix/public_suffix_list.dat"),
            skeletons: SkeletonTable(try String(contentsOfFile: "lookalikes/skeletons.txt", encoding: .utf8)),
            words: words.filter { !$0.hasPrefix("#") }.map(String.init)
        )
        var kinds: [String: (all: Int, found: Int)] = [:]
        for line in lines where line.count == 3 {
            kinds[line[1], default: (0, 0)].all += 1
            if finder.find(line[2])?.original == line[0] { kinds[line[1], default: (0, 0)].found += 1 }
        }
        let all = kinds.values.reduce(0) { $0 + $1.all }
        let found = kinds.values.reduce(0) { $0 + $1.found }
        print("variants: \(found) of \(all), \(percent(found, all))")
        for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) {
            print("  \(kind): \(count.found) of \(count.all), \(percent(count.found, count.all))")
        }
        let names = try String(contentsOfFile: innocent, encoding: .utf8).split(separator: "\n").map(
            String.init
        )
        let wrong = names.filter { finder.find($0) != nil }
        print("innocent names: \(wrong.count) of \(names.count) \(wrong.prefix(20))")
    }

    private static func percent(_ part: Int, _ all: Int) -> String {
        String(format: "%.2f %%", 100 * Double(part) / Double(max(1, all)))
    }
}

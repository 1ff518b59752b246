/// Finds the known word that a misspelt one stands for.
package enum Spelling {
    /// The known word that is nearest to `word`, when few letters differ; nil when none is near, or `word` is
    /// known.
    ///
    /// Up to a third of the letters may differ, three at most; case and the signs `-`, `_` and blank do not
    /// count.
    package static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        guard word.utf8.count <= 100 else { return nil }
        let wanted = plain(word)
        let limit = min(3, wanted.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known {
            if candidate == word { return nil }
            let letters = plain(candidate)
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = distance(letters, wanted)
            if distance <= limit, best.map({ distance < $0.distance }) ?? true {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// `; is it NAME?`, or nothing when no known word is near.
    package static func hint(_ word: String, among known: some Sequence<String>) -> String {
        hint(nearest(to: word, among: known))
    }

    /// `; is it NAME?`, or nothing without a name.
    package static func hint(_ near: String?) -> String { near.map { "; is it \($0)?" } ?? "" }

    private static func plain(_ word: String) -> [UInt8] {
        word.utf8.map { 0x41...0x5a ~= $0 ? $0 | 0x20 : $0 }.filter { $0 != 0x2d && $0 != 0x5f && $0 != 0x20 }
    }

    /// How many letters must be changed, added, left out or swapped with the next to make one word of the
    /// other.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for (place, letter) in left.enumerated() {
            var row = last
            row[0] = place + 1
            for index in right.indices {
                row[index + 1] = min(
                    last[index] + (letter == right[index] ? 0 : 1),
                    row[index] + 1,
                    last[index + 1] + 1
                )
                if place > 0, index > 0, letter == right[index - 1], left[place - 1] == right[index] {
                    row[index + 1] = min(row[index + 1], beforeLast[index - 1] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}

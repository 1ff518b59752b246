/// How many letters have to be put in, left out, changed or swapped with their neighbour to make one text of
/// another.
enum EditDistance {
    /// The distance, or nil when it is beyond `limit`.
    static func between(_ one: [UInt8], _ other: [UInt8], limit: Int) -> Int? {
        guard abs(one.count - other.count) <= limit else { return nil }
        var before = [Int](repeating: 0, count: other.count + 1)
        var last = Array(0...other.count)
        var row = last
        for place in one.indices {
            row[0] = place + 1
            var least = row[0]
            for column in other.indices {
                let cost = one[place] == other[column] ? 0 : 1
                var best = min(last[column + 1] + 1, row[column] + 1, last[column] + cost)
                if place > 0, column > 0, one[place] == other[column - 1], one[place - 1] == other[column] {
                    best = min(best, before[column - 1] + 1)
                }
                row[column + 1] = best
                least = min(least, best)
            }
            if least > limit { return nil }
            (before, last) = (last, row)
        }
        return last[other.count] <= limit ? last[other.count] : nil
    }
}

import Foundation

/// How often each value stands in a table, alone and beside others.
struct HuntCounts {
    /// The values of a mark.
    private struct Column {
        /// By the number of the value.
        var counts: [Int32] = []
        var total = 0
        var tail = Tail([Int32]())
    }

    /// The values of a mark beside each value of another one.
    private struct Pair {
        var counts: [Int64: Int32] = [:]
        /// By the value that is held against; values that too few have are missing.
        var totals: [Int32: Int] = [:]
        var tails: [Int32: Tail] = [:]
    }

    /// How many endpoints have a value that so few have, or fewer.
    ///
    /// A value that nobody else has is no surprise where a tenth of all have such a one.
    private struct Tail {
        private var endpoints: [Int32: Int] = [:]

        init(_ counts: some Sequence<Int32>) {
            var byCount: [Int32: Int] = [:]
            for count in counts where count > 0 { byCount[count, default: 0] += Int(count) }
            var sum = 0
            for (count, endpoints) in byCount.sorted(by: { $0.key < $1.key }) {
                sum += endpoints
                self.endpoints[count] = sum
            }
        }

        func endpoints(_ count: Int32) -> Int { max(1, endpoints[count] ?? 1) }
    }

    /// Values that stand on fewer endpoints tell too little of what is usual beside them.
    private static let leastGiven = 32

    private let table: HuntTable
    private var columns: [Column] = []
    private var pairs: [Pair] = []

    init(_ table: HuntTable) {
        self.table = table
        for place in HuntMark.all.indices {
            var column = Column(counts: Array(repeating: 0, count: table.texts[place].count))
            for row in table.rows where row.values[place] >= 0 {
                column.counts[Int(row.values[place])] += 1
                column.total += 1
            }
            column.tail = Tail(column.counts)
            columns.append(column)
        }
        for (given, place) in HuntMark.pairs { pairs.append(pair(given, place)) }
    }

    private func pair(_ given: Int, _ place: Int) -> Pair {
        var pair = Pair()
        for row in table.rows where row.values[given] >= 0 && row.values[place] >= 0 {
            pair.counts[Self.key(row.values[given], row.values[place]), default: 0] += 1
            pair.totals[row.values[given], default: 0] += 1
        }
        pair.totals = pair.totals.filter { $0.value >= Self.leastGiven }
        var counts: [Int32: [Int32]] = [:]
        for (key, count) in pair.counts {
            let given = Int32(truncatingIfNeeded: key >> 32)
            if pair.totals[given] != nil { counts[given, default: []].append(count) }
        }
        pair.tails = counts.mapValues { Tail($0) }
        return pair
    }

    private static func key(_ given: Int32, _ value: Int32) -> Int64 {
        Int64(given) << 32 | Int64(UInt32(bitPattern: value))
    }

    /// What is unusual about a row: of each family the most unusual mark.
    func unusual(_ row: HuntTable.Row, _ common: CommonMarks) -> [HuntReason] {
        var best: [HuntReason?] = Array(repeating: nil, count: HuntMark.Family.allCases.count)
        func offer(_ reason: HuntReason, _ family: HuntMark.Family) {
            guard reason.counted > best[family.rawValue]?.counted ?? 0 else { return }
            best[family.rawValue] = reason
        }
        for (place, mark) in HuntMark.all.enumerated() where row.values[place] >= 0 {
            let (column, value) = (columns[place], Int(row.values[place]))
            let reason = HuntReason(
                field: mark.field,
                value: table.texts[place][value],
                count: Int(column.counts[value]),
                asRare: column.tail.endpoints(column.counts[value]),
                of: column.total
            )
            // Whether it is common elsewhere is asked only for what would count.
            guard reason.counted > 0, !common.knows(mark.field, reason.value) else { continue }
            offer(reason, mark.family)
        }
        for (pair, (given, place)) in zip(pairs, HuntMark.pairs) {
            let (first, second) = (row.values[given], row.values[place])
            guard first >= 0, second >= 0, let total = pair.totals[first], let tail = pair.tails[first],
                let count = pair.counts[Self.key(first, second)]
            else { continue }
            let reason = HuntReason(
                field: HuntMark.all[place].field,
                value: table.texts[place][Int(second)],
                given: (HuntMark.all[given].field, table.texts[given][Int(first)]),
                count: Int(count),
                asRare: tail.endpoints(count),
                of: total
            )
            offer(reason, HuntMark.all[place].family)
        }
        return best.compactMap(\.self)
    }
}

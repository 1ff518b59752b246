/// Which of what a pivot started from is drawn.
extension PivotGraph {
    /// More starts of one answer make no picture.
    static let mostSeeds = 20

    /// The seeds of an answer that are drawn, and the marks that tie them to each other.
    struct Seeds {
        var shown: [PivotResult] = []
        /// Marks that several seeds have, for those that share none with what was found.
        var marks: Set<Mark> = []
    }

    /// Picks those that something ties to what else is drawn.
    ///
    /// A certificate of an address with a hundred ports that shares nothing says less than the one that leads
    /// on. Only where nothing ties any of them do they stand alone.
    ///
    /// - Parameters:
    ///   - drawn: the marks of the results that are drawn.
    ///   - results: the ids of these.
    static func seeds(of answer: PivotAnswer, drawn: Set<Mark>, results: Set<String>) -> Seeds {
        var holders: [Mark: Int] = [:]
        var places: [String: Int] = [:]
        for seed in answer.seeds {
            for mark in Self.strong(seed) { holders[mark.mark, default: 0] += 1 }
            for address in addresses(of: seed) { places[address, default: 0] += 1 }
        }
        let clients = Set((answer.clients ?? []).map(\.result))
        var covered: Set<Mark> = []
        var leading: [PivotResult] = []
        var ranks: [[PivotResult]] = [[], [], []]
        for seed in answer.seeds {
            let marks = seed.shared.lazy.map(\.mark).filter(drawn.contains)
            let isNew = marks.contains { !covered.contains($0) }
            covered.formUnion(marks)
            if isNew {
                leading.append(seed)
            } else if !marks.isEmpty || results.contains(seed.id) || clients.contains(seed.id)
                || answer.paths.paths.prefix(mostPaths).contains(where: { $0.leads(from: seed) })
            {
                ranks[0].append(seed)
            } else if Self.strong(seed).contains(where: { holders[$0.mark] ?? 0 > 1 }) {
                ranks[1].append(seed)
            } else if addresses(of: seed).contains(where: { places[$0] ?? 0 > 1 }) {
                ranks[2].append(seed)
            }
        }
        let tied = leading + ranks.flatMap(\.self)
        var seeds = Seeds(shown: Array((tied.isEmpty ? answer.seeds : tied).prefix(mostSeeds)))
        var shared: [Mark: Int] = [:]
        for seed in seeds.shown { for mark in Self.strong(seed) { shared[mark.mark, default: 0] += 1 } }
        for seed in seeds.shown where !seed.shared.contains(where: { drawn.contains($0.mark) }) {
            let marks = Self.strong(seed).filter { shared[$0.mark] ?? 0 > 1 }
            seeds.marks.formUnion(marks.prefix(mostMarks).map(\.mark))
        }
        return seeds
    }

    /// The marks that say something, the weightiest first.
    static func strong(_ result: PivotResult) -> [SharedMark] {
        result.shared.filter { $0.weight > 0 && !$0.isCommon }
    }

    /// The addresses where something was seen.
    static func addresses(of result: PivotResult) -> Set<String> {
        Set(
            result.places.compactMap { place in
                place.endpoint.lastIndex(of: ":").map {
                    String(place.endpoint[..<$0].trimmingPrefix("[").prefix { $0 != "]" })
                }
            }
        )
    }
}

extension PivotPath {
    /// Whether a seed is where it begins.
    func leads(from seed: PivotResult) -> Bool {
        let host = address.contains(":") ? "[\(address)]" : address
        return direction == .toAddress
            ? seed.shared.contains { $0.mark.kind == .name && $0.mark.value == names.first }
            : seed.places.contains { $0.endpoint.hasPrefix(host + ":") }
    }
}

import Observations

/// Certificates or endpoints that share marks which were followed, and what those marks weigh together.
///
/// Only their numbers are known; what is behind one is looked at when it is among the best.
struct Candidates {
    private struct Entry {
        var score = 0.0
        /// The families of marks that have been counted.
        var families: UInt16 = 0
    }

    private var entries: [Int: Entry] = [:]

    /// Counts a mark for a candidate.
    ///
    /// Marks come in the order of their weight, so that the first of a family is its heaviest.
    mutating func add(_ id: Int, _ mark: SharedMark) {
        let bit: UInt16 = 1 << UInt16(mark.mark.kind.family.rawValue)
        var entry = entries[id] ?? Entry()
        guard entry.families & bit == 0 else { return }
        entry.families |= bit
        entry.score += mark.weight
        entries[id] = entry
    }

    func contains(_ id: Int) -> Bool { entries[id] != nil }

    /// The best candidates besides those that are known already.
    func best(
        _ count: Int,
        start: Int,
        leavingOut known: Set<Int>,
        age: (Int) -> PivotAge
    ) -> [RankedCandidate] {
        var list = BestCandidates(count)
        for (id, entry) in entries where !known.contains(id) {
            list.add(RankedCandidate(id: id, score: entry.score, age: age(id), start: start))
        }
        return list.sorted()
    }
}

/// A candidate and its place in the order: the heaviest first, the oldest among equals.
struct RankedCandidate {
    let id: Int
    let score: Double
    let age: PivotAge
    /// Which start leads to it.
    let start: Int

    func comesBefore(_ other: RankedCandidate) -> Bool {
        score > other.score || score == other.score && age < other.age
    }
}

/// The best of many candidates, without keeping or sorting all of them.
struct BestCandidates {
    private let count: Int
    private var kept: [RankedCandidate] = []
    /// Once there were more than enough: the last that counts.
    private var floor: RankedCandidate?

    init(_ count: Int) { self.count = count }

    mutating func add(_ candidate: RankedCandidate) {
        if let floor, !candidate.comesBefore(floor) { return }
        kept.append(candidate)
        if kept.count >= 4 * count { cut() }
    }

    private mutating func cut() {
        kept.sort { $0.comesBefore($1) }
        guard kept.count > count else { return }
        kept.removeLast(kept.count - count)
        floor = kept.last
    }

    /// The best, the very best first; each once, by the start from which it weighs most.
    mutating func sorted() -> [RankedCandidate] {
        cut()
        var seen: Set<Int> = []
        return kept.filter { seen.insert($0.id).inserted }
    }
}

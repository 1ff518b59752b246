import Bytes
import Dispatch
package import Observations

/// Matches many lines on several cores and gives them back in their order.
package final class BatchMatcher {
    private let set: RuleSet
    private let onlyLeads: Bool
    private let workers: [Worker]
    private var correlator: Correlator
    package private(set) var summary = MatchSummary()

    /// - Parameters:
    ///   - threads: how many cores are used.
    ///   - onlyLeads: whether observations without a lead are left out.
    ///   - lists: what others list.
    package init(_ set: RuleSet, threads: Int, onlyLeads: Bool, lists: (any MarkLists)? = nil) {
        self.set = set
        self.onlyLeads = onlyLeads
        let hasCorrelations = !set.correlations.isEmpty
        let correlator = Correlator(set)
        workers = (0..<max(1, threads)).map { _ in
            Worker(set, hasCorrelations ? correlator : nil, lists)
        }
        self.correlator = correlator
    }

    /// Matches whole lines.
    ///
    /// - Parameters:
    ///   - bytes: lines; 64 bytes after them may be read as well.
    ///   - write: takes the result piece by piece, in order.
    ///   - invalid: told the number of each line that is no observation, from 1 within these lines, and why.
    /// - Returns: how many lines there were.
    @discardableResult
    package func match(
        _ bytes: UnsafeBufferPointer<UInt8>,
        write: (Span<UInt8>) throws -> Void,
        invalid: (Int, ObservationSyntaxError) -> Void
    ) rethrows -> Int {
        let pieces = split(bytes)
        let work = Work(workers: workers, bytes: bytes, pieces: pieces, onlyLeads: onlyLeads)
        DispatchQueue.concurrentPerform(iterations: pieces.count) { work.run($0) }
        var lines = 0
        for worker in workers.prefix(pieces.count) {
            for (line, error) in worker.invalid { invalid(lines + line, error) }
            for events in worker.events { correlator.add(events) }
            summary.add(worker.summary)
            lines += worker.lines
            try worker.output.withSpan(write)
        }
        return lines
    }

    /// The groups for which correlation rules hold, after all lines.
    package func correlations() -> [Correlator.Finding] { correlator.finish() }

    /// One piece for each worker, each of whole lines.
    private func split(_ bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let rest = workers.count - pieces.count
            var end = start + (bytes.count - start + rest - 1) / rest
            while end < bytes.count, bytes[end - 1] != 0x0a { end += 1 }
            pieces.append(start..<end)
            start = end
        }
        return pieces
    }
}

/// Pieces to be matched at the same time.
///
/// Unchecked, because each piece has a worker of its own and nobody writes the bytes.
private struct Work: @unchecked Sendable {
    let workers: [Worker]
    let bytes: UnsafeBufferPointer<UInt8>
    let pieces: [Range<Int>]
    let onlyLeads: Bool

    func run(_ index: Int) {
        workers[index].match(UnsafeBufferPointer(rebasing: bytes[pieces[index]]), onlyLeads)
    }
}

/// What a run of matching came to.
package struct MatchSummary: Sendable {
    package var observations = 0
    package var matched = 0
    /// Observations of which others list something.
    package var listed = 0
    /// Observations that share a mark with what the user decided to block or escalate.
    package var ofCases = 0
    package var invalid = 0
    /// JSON objects that are no observations.
    package var foreign = 0
    /// Findings and counts of correlation rules of an earlier run, which are passed over.
    package var conclusions = 0
    package var deceptive = 0
    /// By software: how many leads of each label.
    package var leads: [String: [LeadLabel: Int]] = [:]
    package var highest: LeadLabel?
    /// Observations for which rules could not be decided, because their source cannot have what they ask for.
    package var undecidedObservations = 0
    /// The rules, by their place in the set.
    package private(set) var undecidedRules: Set<Int> = []
    private var lastUndecided: [Int] = []
    /// By field: for want of it so many rules could not be decided.
    package private(set) var wanted: [String: Set<Int>] = [:]

    /// Counts what could not be decided for the observation that was matched last.
    mutating func addUndecided(_ scratch: MatchScratch) {
        guard scratch.hasUndecided else { return }
        undecidedObservations += 1
        // The same many rules for nearly all records of a source.
        if scratch.alwaysUndecided != lastUndecided {
            lastUndecided = scratch.alwaysUndecided
            add(undecided: lastUndecided, scratch)
        }
        add(undecided: scratch.undecidedHere, scratch)
    }

    private mutating func add(undecided rules: [Int], _ scratch: MatchScratch) {
        for rule in rules where undecidedRules.insert(rule).inserted {
            for name in scratch.wanted(by: rule) { wanted[name, default: []].insert(rule) }
        }
    }

    /// Counts one observation.
    package mutating func add(_ assessment: Assessment) {
        observations += 1
        if assessment.listed.contains(where: { !$0.isOfCase }) { listed += 1 }
        if assessment.listed.contains(where: \.isOfCase) { ofCases += 1 }
        guard !assessment.isEmpty else { return }
        if !assessment.matches.isEmpty { matched += 1 }
        if assessment.isDeceptive { deceptive += 1 }
        for lead in assessment.leads { leads[lead.software.name, default: [:]][lead.label, default: 0] += 1 }
        highest = max(highest, assessment.highest)
    }

    mutating func add(_ other: MatchSummary) {
        observations += other.observations
        matched += other.matched
        listed += other.listed
        ofCases += other.ofCases
        invalid += other.invalid
        foreign += other.foreign
        conclusions += other.conclusions
        deceptive += other.deceptive
        undecidedObservations += other.undecidedObservations
        undecidedRules.formUnion(other.undecidedRules)
        wanted.merge(other.wanted) { $0.union($1) }
        for (name, counts) in other.leads {
            leads[name, default: [:]].merge(counts) { $0 + $1 }
        }
        highest = max(highest, other.highest)
    }

    private func max(_ left: LeadLabel?, _ right: LeadLabel?) -> LeadLabel? {
        guard let left, let right else { return left ?? right }
        return left < right ? right : left
    }
}

/// What one core works with; reused from piece to piece.
private final class Worker {
    private let assessor: Assessor
    private let correlator: Correlator?
    var output = ByteBuffer(capacity: 1 << 20)
    var summary = MatchSummary()
    var invalid: [(Int, ObservationSyntaxError)] = []
    var events: [Correlator.Events] = []
    var lines = 0

    init(_ set: RuleSet, _ correlator: Correlator?, _ lists: (any MarkLists)?) {
        assessor = Assessor(set, lists: lists)
        self.correlator = correlator
    }

    func match(_ bytes: UnsafeBufferPointer<UInt8>, _ onlyLeads: Bool) {
        output.removeAll()
        summary = MatchSummary()
        invalid.removeAll()
        events.removeAll()
        lines = 0
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0a { end += 1 }
            lines += 1
            // Lines out end in one line feed alone, however those that came in do.
            let isReturned = end > start && bytes[end - 1] == 0x0d
            matchLine(UnsafeBufferPointer(rebasing: bytes[start..<(isReturned ? end - 1 : end)]), onlyLeads)
            start = end + 1
        }
    }

    private func matchLine(_ line: UnsafeBufferPointer<UInt8>, _ onlyLeads: Bool) {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { return }
        let before = output.count
        do {
            let assessment = try assessor.assess(line, padded: true, onlyLeads: onlyLeads, into: &output)
            summary.add(assessment)
            summary.addUndecided(assessor.scratch)
            if let correlator {
                let found = correlator.events(assessor.scratch)
                if !found.isEmpty { events.append(found) }
            }
        } catch {
            if error.isConclusion {
                summary.conclusions += 1
                return
            }
            if error.isForeign { summary.foreign += 1 } else { summary.invalid += 1 }
            if invalid.count < 100 { invalid.append((lines, error)) }
        }
        if output.count > before { output.append(0x0a) }
    }
}

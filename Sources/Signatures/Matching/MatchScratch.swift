import CVectorscan
package import Observations

/// What one thread needs to match observations against a `RuleSet`; it holds the last one's result.
///
/// It belongs to one thread. Matching allocates nothing until a rule matches.
package final class MatchScratch {
    package let ruleSet: RuleSet
    package let reader: ObservationReader
    /// The observation that was matched last.
    package private(set) var view = FieldView.empty
    /// The rules that matched it, by their place in the set, each with the exchange in which it did.
    package private(set) var matched: [(rule: Int, exchange: Int)] = []
    /// How many rules were evaluated for it.
    package private(set) var evaluated = 0

    private var patternScratch: OpaquePointer?
    /// By atom: when it was last seen to hold, when not to, and the value that did it.
    private let held: UnsafeMutablePointer<UInt32>
    private let failed: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<Int32>
    /// By atom: where in the value a pattern's match ends.
    private let ends: UnsafeMutablePointer<UInt32>
    /// By rule: when it was last noted to be evaluated, and when it last matched.
    private let noted: UnsafeMutablePointer<UInt32>
    private let hit: UnsafeMutablePointer<UInt32>
    private let candidates: UnsafeMutablePointer<Int32>
    private var candidateCount = 0
    /// Moments: one for what all exchanges share, one for each exchange.
    private var shared: UInt32 = 0
    private var current: UInt32 = 0
    private var exchange = 0
    private var valueIndex: Int32 = 0
    private var comparer = FieldComparer()

    package init(_ ruleSet: RuleSet) {
        self.ruleSet = ruleSet
        reader = ObservationReader(members: ruleSet.members, skipping: ruleSet.skipping)
        for database in ruleSet.databases { hs_alloc_scratch(database.handle, &patternScratch) }
        held = Self.zeros(ruleSet.atoms.count)
        failed = Self.zeros(ruleSet.atoms.count)
        values = Self.zeros(ruleSet.atoms.count)
        ends = Self.zeros(ruleSet.atoms.count)
        noted = Self.zeros(ruleSet.rules.count)
        hit = Self.zeros(ruleSet.rules.count)
        candidates = Self.zeros(2 * ruleSet.rules.count)
    }

    deinit {
        hs_free_scratch(patternScratch)
        held.deallocate()
        failed.deallocate()
        values.deallocate()
        ends.deallocate()
        noted.deallocate()
        hit.deallocate()
        candidates.deallocate()
    }

    private static func zeros<Number: FixedWidthInteger>(_ count: Int) -> UnsafeMutablePointer<Number> {
        let memory = UnsafeMutablePointer<Number>.allocate(capacity: count + 1)
        memory.initialize(repeating: 0, count: count + 1)
        return memory
    }

    /// Matches one line of NDJSON.
    ///
    /// - Parameter padded: 64 bytes after the line may be read as well.
    package func match(
        _ line: UnsafeBufferPointer<UInt8>,
        padded: Bool = false
    ) throws(ObservationSyntaxError) {
        matched.removeAll(keepingCapacity: true)
        evaluated = 0
        view = .empty
        view = try reader.read(line, padded: padded)
        begin()
        for index in 0..<view.count where view[index].exchange == nil { look(at: index) }
        let sharedCount = candidateCount
        for number in 0..<min(64, max(1, view.exchanges)) {
            exchange = number
            current += 1
            candidateCount = sharedCount
            if view.exchanges > 0 {
                for index in 0..<view.count where view[index].exchange == number { look(at: index) }
            }
            evaluateCandidates(sharedCount)
        }
    }

    private func begin() {
        if current > UInt32.max - 1000 {
            held.update(repeating: 0, count: ruleSet.atoms.count)
            failed.update(repeating: 0, count: ruleSet.atoms.count)
            noted.update(repeating: 0, count: ruleSet.rules.count)
            hit.update(repeating: 0, count: ruleSet.rules.count)
            current = 0
        }
        current += 1
        shared = current
        candidateCount = 0
        exchange = 0
    }

    /// Marks the tests that a value answers.
    private func look(at index: Int) {
        let value = view[index]
        let plan = ruleSet.plans[value.field]
        guard plan.isUsed else { return }
        valueIndex = Int32(index)
        if !value.isMarker {
            let bytes = value.bytes
            if plan.lengths & (1 << UInt64(min(63, bytes.count))) != 0 {
                ruleSet.exact.find(value.field, bytes) { mark($0) }
            }
            if plan.database >= 0 { scan(bytes, ruleSet.databases[Int(plan.database)]) }
        }
        for rule in plan.present { note(rule) }
    }

    private func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ database: PatternDatabase) {
        // An empty value has no address, and Vectorscan wants one.
        var nothing: CChar = 0
        withUnsafePointer(to: &nothing) { empty in
            let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self) ?? empty
            hs_scan(
                database.handle,
                start,
                UInt32(truncatingIfNeeded: bytes.count),
                0,
                patternScratch,
                { atom, _, end, _, context in
                    guard let context else { return 0 }
                    Unmanaged<MatchScratch>.fromOpaque(context)
                        ._withUnsafeGuaranteedRef {
                            $0.mark(Int32(bitPattern: atom), end: UInt32(truncatingIfNeeded: end))
                        }
                    return 0
                },
                Unmanaged.passUnretained(self).toOpaque()
            )
        }
    }

    private func mark(_ atom: Int32, end: UInt32 = 0) {
        let index = Int(atom)
        if held[index] == shared || held[index] == current { return }
        held[index] = current
        values[index] = valueIndex
        ends[index] = end
        let start = Int(ruleSet.triggerStarts[index])
        let end = Int(ruleSet.triggerStarts[index + 1])
        for place in start..<end { note(ruleSet.triggered[place]) }
    }

    private func note(_ rule: Int32) {
        let index = Int(rule)
        if noted[index] == shared || noted[index] == current { return }
        noted[index] = current
        candidates[candidateCount] = rule
        candidateCount += 1
    }

    private func evaluateCandidates(_ sharedCount: Int) {
        for place in 0..<candidateCount {
            let rule = Int(candidates[place])
            // What needs no exchange was evaluated in the first.
            if place < sharedCount && exchange > 0 && !ruleSet.isInExchange[rule] { continue }
            evaluate(rule)
        }
        for rule in ruleSet.always where exchange == 0 || ruleSet.isInExchange[Int(rule)] {
            evaluate(Int(rule))
        }
    }

    private func evaluate(_ rule: Int) {
        if hit[rule] >= shared { return }
        evaluated += 1
        if holds(Int(ruleSet.program.starts[rule])) {
            hit[rule] = current
            matched.append((rule, exchange))
        }
    }

    private func holds(_ place: Int) -> Bool {
        let step = ruleSet.program.steps[place]
        switch step.operation {
        case .test: return holds(atom: Int(step.atom))
        case .not: return !holds(place + 1)
        case .and:
            var child = place + 1
            while child < Int(step.end) {
                if !holds(child) { return false }
                child = Int(ruleSet.program.steps[child].end)
            }
            return true
        case .or:
            var child = place + 1
            while child < Int(step.end) {
                if holds(child) { return true }
                child = Int(ruleSet.program.steps[child].end)
            }
            return false
        }
    }

    /// Whether a test holds in the exchange that was looked at last.
    func holds(atom index: Int) -> Bool {
        if held[index] == shared || held[index] == current { return true }
        if failed[index] == shared || failed[index] == current { return false }
        let atom = ruleSet.atoms[index]
        if atom.isMarked { return false }
        let moment = atom.isInExchange ? current : shared
        guard let value = comparer.find(atom, in: view, exchange: exchange) else {
            failed[index] = moment
            return false
        }
        held[index] = moment
        values[index] = Int32(value)
        return true
    }

    /// The tests that hold in a rule that matched last, with what the fields hold; at most 32.
    package func excerpts(of rule: Int) -> [Assessment.Evidence] {
        var found: [Assessment.Evidence] = []
        if let match = matched.first(where: { $0.rule == rule }), match.exchange != exchange {
            replay(match.exchange)
        }
        collect(Int(ruleSet.program.starts[rule]), into: &found)
        return found
    }

    /// Marks an exchange again, for what is asked of it afterwards.
    private func replay(_ number: Int) {
        exchange = number
        current += 1
        candidateCount = 0
        for index in 0..<view.count where view[index].exchange == number { look(at: index) }
    }

    private func collect(_ place: Int, into found: inout [Assessment.Evidence]) {
        let step = ruleSet.program.steps[place]
        switch step.operation {
        case .not: return
        case .and, .or:
            var child = place + 1
            while child < Int(step.end) {
                if holds(child) { collect(child, into: &found) }
                child = Int(ruleSet.program.steps[child].end)
            }
        case .test:
            let atom = Int(step.atom)
            let field = ruleSet.names[ruleSet.atoms[atom].field]
            guard found.count < 32, let kind = EvidenceKind.of(field) else { return }
            let isPattern = ruleSet.atoms[atom].isMarked
            let text = excerpt(view[Int(values[atom])].bytes, around: isPattern ? Int(ends[atom]) : 0)
            if !found.contains(where: { $0.field == field && $0.value == text }) {
                found.append(Assessment.Evidence(kind: kind, field: field, value: text))
            }
        }
    }

    /// At most 256 bytes of a value: its begin, or what comes before `end` and a little after it.
    private func excerpt(_ bytes: UnsafeBufferPointer<UInt8>, around end: Int) -> String {
        var first = 0
        if bytes.count > 256, end > 192 { first = min(end, bytes.count) - 192 }
        while first > 0, first < bytes.count, bytes[first] & 0xc0 == 0x80 { first += 1 }
        var last = min(bytes.count, first + 256)
        while last < bytes.count, last > first, bytes[last] & 0xc0 == 0x80 { last -= 1 }
        return String(decoding: bytes[first..<last], as: UTF8.self)
    }

    /// All values of a field of the observation that was matched last.
    func texts(_ name: String) -> [String] {
        guard let field = ruleSet.names.firstIndex(of: name), view.count > 0 else { return [] }
        return view.texts(field)
    }
}

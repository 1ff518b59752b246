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

    /// The rules that can be decided for no record of its kind, because its source, or a certificate that did
    /// not come whole, cannot have what they ask for.
    package private(set) var alwaysUndecided: [Int] = []
    /// Of the other rules those that could not be decided for it.
    package private(set) var undecidedHere: [Int] = []
    /// All rules that could not be decided for it, in their order.
    package var undecided: [Int] {
        undecidedHere.isEmpty ? alwaysUndecided : (alwaysUndecided + undecidedHere).sorted()
    }
    package var hasUndecided: Bool { !alwaysUndecided.isEmpty || !undecidedHere.isEmpty }
    private var lacking: LackingFields
    /// Whether the last observation cannot have some field.
    private var isLacking = false
    private(set) var standIn: (field: Int, place: Int)?
    /// Whether the certificate of the last observation was taken for one that signed itself, by its begin.
    package var isSelfSignatureUnseen: Bool {
        standIn.map { view[$0.place].truth == true } ?? false
    }

    let marks: UnsafeMutablePointer<MarkBoard>
    let steps: UnsafePointer<RuleProgram.Step>
    private(set) var exchange = 0
    private var comparer = FieldComparer()

    package init(_ ruleSet: RuleSet) {
        self.ruleSet = ruleSet
        reader = ObservationReader(members: ruleSet.members, skipping: ruleSet.skipping)
        lacking = LackingFields(ruleSet.names)
        steps = ruleSet.tables.steps.base
        marks = .allocate(capacity: 1)
        marks.initialize(to: MarkBoard(ruleSet))
    }

    deinit {
        marks.pointee.free()
        marks.deinitialize(count: 1)
        marks.deallocate()
    }

    /// Matches one line of NDJSON.
    ///
    /// - Parameter padded: 64 bytes after the line may be read as well.
    package func match(
        _ line: UnsafeBufferPointer<UInt8>,
        padded: Bool = false
    ) throws(ObservationSyntaxError) {
        matched.removeAll(keepingCapacity: true)
        if hasUndecided { (alwaysUndecided, undecidedHere) = ([], []) }
        evaluated = 0
        view = .empty
        isLacking = false
        standIn = nil
        let view = try reader.read(line, padded: padded)
        self.view = view
        marks.pointee.begin()
        isLacking = lacking.read(view)
        standIn = isLacking ? lacking.standIn(view) : nil
        if let standIn {
            MarkBoard.look(view[standIn.place].standing(for: standIn.field), standIn.place, marks)
        }
        for index in 0..<view.count where view[index].exchange == nil {
            MarkBoard.look(view[index], index, marks)
        }
        let sharedCount = marks.pointee.candidateCount
        for number in 0..<min(64, max(1, view.exchanges)) {
            exchange = number
            marks.pointee.beginExchange(keeping: sharedCount)
            if view.exchanges > 0 { look(at: number) }
            evaluateCandidates(sharedCount)
        }
        if isLacking { settleUndecided() }
    }

    /// Takes back what matched only because nothing is known of what speaks against it, and notes what could
    /// not be decided.
    private func settleUndecided() {
        let fates = standIn == nil ? lacking.fates(of: ruleSet, view) : RuleFates(of: ruleSet)
        var found: [Int: Int] = [:]
        for number in 0..<min(64, max(1, view.exchanges)) {
            if exchange != number || number > 0 { replay(number) }
            for rule in fates.open where found[rule] == nil {
                if number > 0, !ruleSet.isInExchange[rule] { continue }
                switch truth(Int(ruleSet.starts[rule])) {
                case true?: found[rule] = number
                case nil: undecidedHere.append(rule)
                case false?: break
                }
            }
        }
        matched = matched.compactMap { match in
            fates.isSettled[match.rule] ? match : found[match.rule].map { (match.rule, $0) }
        }
        alwaysUndecided = fates.undecided
        if !found.isEmpty { undecidedHere.removeAll { found[$0] != nil } }
        // One that several exchanges leave open is told once.
        if view.exchanges > 1 { undecidedHere = Set(undecidedHere).sorted() }
    }

    /// Whether a condition holds; nil when that hangs on what the source cannot have (Kleene's logic).
    private func truth(_ place: Int) -> Bool? {
        let step = steps[place]
        switch step.operation {
        case .test:
            return truth(ofAtom: Int(step.atom))
        case .not: return truth(place + 1).map { !$0 }
        case .and, .or:
            let decisive = step.operation == .or
            var result: Bool? = !decisive
            var child = place + 1
            while child < Int(step.end) {
                let one = truth(child)
                if one == decisive { return decisive }
                if one == nil { result = nil }
                child = Int(steps[child].end)
            }
            return result
        }
    }

    /// Whether a test that does not hold says nothing, since the last observation cannot have its field.
    func isUnknown(_ atom: Int) -> Bool { isLacking && lacking.isUnknown(ruleSet.atoms[atom], view) }

    /// Whether a test holds; nil when nothing follows from that it does, or does not.
    func truth(ofAtom atom: Int) -> Bool? {
        if holds(atom: atom) { return isForeign(atom) ? nil : true }
        return isUnknown(atom) ? nil : false
    }

    private func isForeign(_ atom: Int) -> Bool { isLacking && lacking.isForeign(ruleSet.atoms[atom]) }

    /// The fields for want of which a rule could not be decided for the observation that was matched last.
    package func wanted(by rule: Int) -> [String] {
        let start = Int(ruleSet.starts[rule])
        var names: [String] = []
        for place in start..<Int(steps[start].end) where steps[place].operation == .test {
            let atom = Int(steps[place].atom)
            let name = ruleSet.names[ruleSet.atoms[atom].field]
            if isUnknown(atom) || isForeign(atom), !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// Marks what the values of one exchange answer.
    private func look(at exchange: Int) {
        for index in 0..<view.count where view[index].exchange == exchange {
            MarkBoard.look(view[index], index, marks)
        }
    }

    private func evaluateCandidates(_ sharedCount: Int) {
        for place in 0..<marks.pointee.candidateCount {
            let rule = Int(marks.pointee.candidates[place])
            // What needs no exchange was evaluated in the first.
            if place < sharedCount && exchange > 0 && !ruleSet.isInExchange[rule] { continue }
            evaluate(rule)
        }
        for rule in ruleSet.always where exchange == 0 || ruleSet.isInExchange[Int(rule)] {
            evaluate(Int(rule))
        }
    }

    private func evaluate(_ rule: Int) {
        if marks.pointee.hasMatched(rule) { return }
        evaluated += 1
        if holds(Int(ruleSet.starts[rule])) {
            marks.pointee.matched(rule)
            matched.append((rule, exchange))
        }
    }

    /// Whether a condition holds in the exchange that was looked at last.
    func holds(_ place: Int) -> Bool {
        let step = steps[place]
        switch step.operation {
        case .test: return holds(atom: Int(step.atom))
        case .not: return !holds(place + 1)
        case .and:
            var child = place + 1
            while child < Int(step.end) {
                if !holds(child) { return false }
                child = Int(steps[child].end)
            }
            return true
        case .or:
            var child = place + 1
            while child < Int(step.end) {
                if holds(child) { return true }
                child = Int(steps[child].end)
            }
            return false
        }
    }

    /// Whether a test holds in the exchange that was looked at last.
    func holds(atom index: Int) -> Bool {
        if let known = marks.pointee.truth(of: index) { return known }
        let atom = ruleSet.atoms[index]
        if atom.isMarked { return false }
        let value = comparer.find(atom, in: view, exchange: exchange)
        marks.pointee.set(index, value, isShared: !atom.isInExchange)
        return value != nil
    }

    /// Marks an exchange again, for what is asked of it afterwards.
    func replay(_ number: Int) {
        exchange = number
        marks.pointee.beginExchange(keeping: 0)
        look(at: number)
    }

    /// All values of a field of the observation that was matched last.
    func texts(_ name: String) -> [String] {
        guard let field = ruleSet.names.firstIndex(of: name), view.count > 0 else { return [] }
        return view.texts(field)
    }
}

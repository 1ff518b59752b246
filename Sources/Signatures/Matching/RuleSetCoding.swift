import Observations

/// How a compiled set lies in the cache.
///
/// Its tables are read without checks of bounds while they match: every number that is an index is checked
/// here.
extension CacheWriter {
    mutating func put(_ set: RuleSet) {
        put(set.digest)
        put(set.members)
        put(set.skipping.sorted())
        put(set.store)
        put(set.correlations) { $0.put($1) }
        put(set.counted) { writer, rules in writer.put(rules) { $0.put($1) } }
        put(set.isInExchange) { $0.put($1) }
        put(set.atoms) { $0.put($1) }
        put(set.tables.steps.elements) { $0.put($1) }
        put(set.starts)
        put(set.tables.presentRules.elements)
        put(set.tables.plans.elements) { writer, plan in
            writer.put(Int64(bitPattern: plan.lengths))
            writer.put(Int64(plan.database.flatMap(set.place(of:)) ?? -1))
            writer.put(Int64(plan.presentStart))
            writer.put(Int64(plan.presentEnd))
        }
        put(set.tables.triggered.elements)
        put(set.tables.triggerStarts.elements)
        put(set.always)
        put(set.tables.exact)
    }

    private mutating func put(_ numbers: [Int32]) { put(numbers) { $0.put(Int64($1)) } }

    private mutating func put(_ atom: RuleSet.Atom) {
        put(atom.field)
        put(atom.isInExchange)
        put(atom.other)
        put(Int64(atom.form.code))
        put(Int64(atom.subject.rawValue))
        put(atom.predicate != nil)
        if let predicate = atom.predicate { put(predicate) }
    }

    private mutating func put(_ step: RuleProgram.Step) {
        put(Int64(step.operation.rawValue))
        put(Int64(step.atom))
        put(Int64(step.end))
    }
}

extension CacheReader {
    /// - Parameter databases: the patterns of the set, in their order.
    mutating func ruleSet(_ databases: [PatternDatabase]) throws(Broken) -> RuleSet {
        let digest = try text()
        let members = try texts()
        let names = Field.all.map(\.name) + members
        let skipping = Set(try texts())
        let store = try rules()
        let correlations = try list { reader throws(Broken) in try reader.correlation() }
        let counted = try list { reader throws(Broken) in
            try reader.list { reader throws(Broken) in try reader.place(in: store.count) }
        }
        let isInExchange = try list { reader throws(Broken) in try reader.flag() }
        let atoms = try list { reader throws(Broken) in try reader.atom(names.count) }
        let steps = try list { reader throws(Broken) in try reader.step(atoms.count) }
        let starts = try numbers(below: steps.count)
        let presentRules = try numbers(below: store.count)
        let plans = try list { reader throws(Broken) in try reader.plan(databases, presentRules.count) }
        let triggered = try numbers(below: store.count)
        let triggerStarts = try numbers(below: triggered.count + 1)
        let always = try numbers(below: store.count)
        let exact = try exactTable(atoms.count)
        guard counted.count == correlations.count, isInExchange.count == store.count,
            starts.count == store.count, plans.count == names.count,
            triggerStarts.count == atoms.count + 1,
            zip(triggerStarts, triggerStarts.dropFirst()).allSatisfy({ $0 <= $1 }), isNested(steps)
        else { throw Broken() }
        return RuleSet(
            digest: digest,
            store: store,
            correlations: correlations,
            counted: counted,
            members: members,
            skipping: skipping,
            starts: starts,
            atoms: atoms,
            databases: databases,
            tables: RuleTables(
                plans: FrozenArray(plans),
                presentRules: FrozenArray(presentRules),
                triggerStarts: FrozenArray(triggerStarts),
                triggered: FrozenArray(triggered),
                steps: FrozenArray(steps),
                exact: exact
            ),
            always: always,
            isInExchange: isInExchange
        )
    }

    /// Whether every part of a condition ends behind its begin, and within its whole.
    private func isNested(_ steps: [RuleProgram.Step]) -> Bool {
        var ends: [Int] = []
        for (place, step) in steps.enumerated() {
            while let last = ends.last, last <= place { ends.removeLast() }
            let end = Int(step.end)
            guard end > place, end <= ends.last ?? steps.count else { return false }
            if step.operation == .test, end != place + 1 || step.atom < 0 { return false }
            if step.operation == .not, end == place + 1 { return false }
            ends.append(end)
        }
        return true
    }

    private mutating func numbers(below count: Int) throws(Broken) -> [Int32] {
        try list { reader throws(Broken) in Int32(truncatingIfNeeded: try reader.place(in: count)) }
    }

    private mutating func atom(_ fields: Int) throws(Broken) -> RuleSet.Atom {
        let field = try place(in: fields)
        let isInExchange = try flag()
        let other: Int = try small(-1...fields - 1)
        guard let form = EvidenceForm(code: try small(0...2)) else { throw Broken() }
        guard let subject = TestSubject(rawValue: UInt8(try small(0...2) as Int)) else { throw Broken() }
        let predicate: Predicate? = try flag() ? try predicate() : nil
        if case .fieldReference = predicate, other < 0 { throw Broken() }
        return RuleSet.Atom(
            field: field,
            isInExchange: isInExchange,
            other: other,
            form: form,
            subject: subject,
            predicate: predicate
        )
    }

    private mutating func step(_ atoms: Int) throws(Broken) -> RuleProgram.Step {
        guard let operation = RuleProgram.Operation(rawValue: try small(0...3)) else { throw Broken() }
        return RuleProgram.Step(
            operation: operation,
            atom: try small(-1...Int32(truncatingIfNeeded: atoms) - 1),
            end: try small(1...Int32.max)
        )
    }

    private mutating func plan(
        _ databases: [PatternDatabase],
        _ presentRules: Int
    ) throws(Broken) -> RuleSet.FieldPlan {
        var plan = RuleSet.FieldPlan()
        plan.lengths = UInt64(bitPattern: try number())
        let database: Int = try small(-1...databases.count - 1)
        if database >= 0 { plan.database = databases[database].handle }
        plan.presentStart = try small(0...Int32(truncatingIfNeeded: presentRules))
        plan.presentEnd = try small(plan.presentStart...Int32(truncatingIfNeeded: presentRules))
        return plan
    }
}

extension RuleSet {
    /// Which of the set's databases a handle is.
    fileprivate func place(of database: OpaquePointer) -> Int? {
        databases.firstIndex { $0.handle == database }
    }
}

extension EvidenceForm {
    fileprivate var code: UInt8 {
        switch self {
        case .text: 0
        case .structure: 1
        case .common: 2
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .text
        case 1: self = .structure
        case 2: self = .common
        default: return nil
        }
    }
}

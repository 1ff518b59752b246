import Observations
import YAML

/// Turns checked rules into the tables of a `RuleSet`.
struct RuleCompiler {
    let members: [String]
    let names: [String]
    let skipping: Set<String>
    private(set) var program = RuleProgram()
    private(set) var atoms: [RuleSet.Atom] = []
    private(set) var plans: [RuleSet.FieldPlan] = []
    private(set) var exact = ExactTable([])
    private(set) var databases: [PatternDatabase] = []
    private(set) var presentRules: [Int32] = []
    private(set) var triggerStarts: [Int32] = []
    private(set) var triggered: [Int32] = []
    private(set) var always: [Int32] = []
    private(set) var isInExchange: [Bool] = []
    /// Rules whose patterns take too long or can't be compiled; when there are any, nothing is compiled.
    private(set) var slow: [YAMLError] = []

    init(
        _ rules: [SigmaRule],
        _ correlations: [CorrelationRule],
        cache: CacheFolder?,
        probe: PatternProbe?
    ) throws(YAMLError) {
        for rule in rules { program.add(rule.condition) }
        var used = Set(program.atoms.map(\.field))
        for test in program.atoms {
            if case .fieldReference(let other, _, _) = test.predicate { used.insert(other) }
        }
        for rule in correlations { used.formUnion(rule.groupBy + (rule.field.map { [$0] } ?? [])) }
        // Where an answer points to decides what is asked next.
        used.insert("http.response.header.location")
        members = used.filter { FieldCatalog.member($0) != nil }.sorted()
        names = Field.all.map(\.name) + members
        skipping = ObservationReader.bulk.union(Self.conclusions).filter { field in
            !used.contains { $0 == field || $0.hasPrefix(field + ".") }
        }
        let ids = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        plans = Array(repeating: RuleSet.FieldPlan(), count: names.count)
        atoms = program.atoms.map { Self.atom($0, ids) }
        addTriggers(rules.count)
        addExact()
        try addPatterns(rules, cache, probe)
    }

    /// What is made anew, whatever stands there.
    private static let conclusions = ["hallmark.matches", "hallmark.leads", "hallmark.decisions"]

    private static func atom(_ test: FieldTest, _ ids: [String: Int]) -> RuleSet.Atom {
        var other = -1
        var isInExchange = FieldCatalog.isInExchange(test.field)
        var isMarked = false
        switch test.predicate {
        case .fieldReference(let name, _, _):
            other = ids[name] ?? -1
            isInExchange = isInExchange || FieldCatalog.isInExchange(name)
        case .text(let text, _): isMarked = text.parts != [.any]
        case .expression: isMarked = true
        case .compare, .part, .network, .exists: break
        }
        return RuleSet.Atom(
            field: ids[test.field] ?? 0,
            isInExchange: isInExchange,
            other: other,
            form: test.form,
            subject: test.subject,
            predicate: isMarked ? nil : test.predicate
        )
    }

    private mutating func addTriggers(_ ruleCount: Int) {
        var byAtom = [[Int32]](repeating: [], count: atoms.count)
        var byField = [[Int32]](repeating: [], count: plans.count)
        for (rule, triggers) in program.triggers().enumerated() {
            guard let triggers else {
                always.append(Int32(rule))
                continue
            }
            for atom in Set(triggers) {
                if atoms[Int(atom)].isMarked {
                    byAtom[Int(atom)].append(Int32(rule))
                } else {
                    byField[atoms[Int(atom)].field].append(Int32(rule))
                }
            }
        }
        for (field, rules) in byField.enumerated() {
            plans[field].presentStart = Int32(presentRules.count)
            presentRules += rules
            plans[field].presentEnd = Int32(presentRules.count)
        }
        triggerStarts = [0]
        for rules in byAtom {
            triggered += rules
            triggerStarts.append(Int32(triggered.count))
        }
        for rule in 0..<ruleCount {
            let start = Int(program.starts[rule])
            let steps = program.steps[start..<Int(program.steps[start].end)]
            isInExchange.append(steps.contains { $0.atom >= 0 && atoms[Int($0.atom)].isInExchange })
        }
    }

    private mutating func addExact() {
        var values: [(field: Int, bytes: [UInt8], cased: Bool, atom: Int32)] = []
        for (index, atom) in atoms.enumerated() {
            guard case .text(let text, let cased) = program.atoms[index].predicate,
                let literal = text.literal
            else {
                continue
            }
            values.append((atom.field, cased ? literal : folded(literal), cased, Int32(index)))
            plans[atom.field].lengths |= 1 << UInt64(min(63, literal.count))
        }
        exact = ExactTable(values)
    }

    private mutating func addPatterns(
        _ rules: [SigmaRule],
        _ cache: CacheFolder?,
        _ probe: PatternProbe?
    ) throws(YAMLError) {
        var groups: [Int: [PatternDatabase.Pattern]] = [:]
        for (index, atom) in atoms.enumerated() where atom.isMarked {
            let pattern: (String, UInt32)
            switch program.atoms[index].predicate {
            case .text(let text, let cased) where text.hasWildcard:
                pattern = (text.expression, RegexCheck.textFlags(cased: cased))
            case .expression(let text, let flags): pattern = (text, RegexCheck.flags(flags))
            default: continue
            }
            groups[atom.field, default: []].append(
                PatternDatabase.Pattern(expression: pattern.0, flags: pattern.1, atom: Int32(index))
            )
        }
        let fields = groups.keys.sorted()
        defer {
            for (field, database) in zip(fields, databases) { plans[field].database = database.handle }
        }
        let lists = fields.map { groups[$0] ?? [] }
        let cache = cache.map { PatternCache(folder: $0) }
        if let kept = cache?.load(lists) {
            databases = kept
            return
        }
        if let probe {
            slow = probe.slowRules(rules, program.atoms, lists)
            if !slow.isEmpty { return }
        }
        for (index, list) in lists.enumerated() {
            do {
                databases.append(try PatternDatabase.compile(list))
            } catch {
                // All at once, where they are gathered: the next round would find the next one.
                slow = probe?.unsupportedRules(rules, program.atoms, lists) ?? []
                guard slow.isEmpty else { return }
                throw failure(error, in: list, rules)
            }
            probe?.progress?(index + 1, lists.count)
        }
        cache?.store(databases, for: lists)
    }

    /// Says which rule holds the pattern that can't be compiled.
    private func failure(
        _ failure: PatternFailure,
        in list: [PatternDatabase.Pattern],
        _ rules: [SigmaRule]
    ) -> YAMLError {
        let message = PatternProbe.unsupported("rules", failure.message)
        guard list.indices.contains(failure.index) else {
            return YAMLError(file: "rules", line: 1, column: 1, message: message)
        }
        let test = program.atoms[Int(list[failure.index].atom)]
        let rule = rules.first { $0.condition.tests.contains(test) }
        return rule?.node.error(PatternProbe.unsupported(test.field, failure.message))
            ?? YAMLError(file: "rules", line: 1, column: 1, message: message)
    }
}

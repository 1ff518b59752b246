/// What becomes of rules in records that lack fields, as far as that hangs on the lack alone.
///
/// Most rules ask for what a source never has, or for nothing that it lacks. Only the others have to be
/// evaluated anew for each record.
struct RuleFates {
    /// Whatever the record holds, these can't be decided; in their order.
    private(set) var undecided: [Int] = []
    /// These hang on what the record holds, and on what it lacks; in their order.
    private(set) var open: [Int] = []
    /// By rule: whether it asks for nothing that is lacking, so that what was found of it stands.
    private(set) var isSettled: [Bool] = []

    /// All rules are open.
    init(of ruleSet: RuleSet) {
        open = Array(0..<ruleSet.ruleCount)
        isSettled = Array(repeating: false, count: ruleSet.ruleCount)
    }

    /// - Parameters:
    ///   - isLacking: by field id: whether the field is not there, so that no test of it can be decided.
    ///   - mayLack: by field id: whether a test of it that does not hold may say nothing.
    init(of ruleSet: RuleSet, isLacking: [Bool], mayLack: [Bool]) {
        let atoms = ruleSet.atoms.map { atom -> Outcomes in
            if isLacking[atom.field] { return .unknown }
            if mayLack[atom.field] || atom.other >= 0 && (isLacking[atom.other] || mayLack[atom.other]) {
                return [.holds, .fails, .unknown]
            }
            return [.holds, .fails]
        }
        for rule in 0..<ruleSet.ruleCount {
            let outcomes = Self.outcomes(Int(ruleSet.starts[rule]), ruleSet.tables.steps.base, atoms)
            isSettled.append(!outcomes.contains(.unknown))
            if outcomes == .unknown { undecided.append(rule) } else if !isSettled[rule] { open.append(rule) }
        }
    }

    /// What may come of a condition: never fewer than may come of it.
    private struct Outcomes: OptionSet {
        let rawValue: UInt8
        static let holds = Outcomes(rawValue: 1)
        static let fails = Outcomes(rawValue: 2)
        static let unknown = Outcomes(rawValue: 4)
    }

    private static func outcomes(
        _ place: Int,
        _ steps: UnsafePointer<RuleProgram.Step>,
        _ atoms: [Outcomes]
    ) -> Outcomes {
        let step = steps[place]
        switch step.operation {
        case .test: return atoms[Int(step.atom)]
        case .not:
            let inner = outcomes(place + 1, steps, atoms)
            var result = inner.intersection(.unknown)
            if inner.contains(.holds) { result.insert(.fails) }
            if inner.contains(.fails) { result.insert(.holds) }
            return result
        case .and, .or:
            let (decisive, neutral): (Outcomes, Outcomes) =
                step.operation == .or ? (.holds, .fails) : (.fails, .holds)
            // One part that decides is enough; all have to be neutral for the whole to be.
            var (result, isNeutral, isAlwaysDecided): (Outcomes, Bool, Bool) = ([], true, false)
            var child = place + 1
            while child < Int(step.end) {
                let one = outcomes(child, steps, atoms)
                result.formUnion(one.intersection([decisive, .unknown]))
                if !one.contains(neutral) { isNeutral = false }
                if one == decisive { isAlwaysDecided = true }
                child = Int(steps[child].end)
            }
            if isAlwaysDecided { return decisive }
            if isNeutral { result.insert(neutral) }
            return result
        }
    }
}

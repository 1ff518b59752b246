/// The conditions of all rules over numbered atoms, flat.
struct RuleProgram: Sendable {
    enum Operation: UInt8, Sendable {
        case test, not, and, or
    }

    struct Step: Sendable {
        let operation: Operation
        /// The atom of a test.
        let atom: Int32
        /// The place after this part of the condition.
        var end: Int32
    }

    private(set) var steps: [Step] = []
    /// Where each rule's condition begins.
    private(set) var starts: [Int32] = []
    private(set) var atoms: [FieldTest] = []
    private var numbers: [FieldTest: Int32] = [:]

    mutating func add(_ condition: Expression) {
        starts.append(Int32(steps.count))
        append(condition)
    }

    private mutating func append(_ expression: Expression) {
        let place = steps.count
        switch expression {
        case .test(let test):
            steps.append(Step(operation: .test, atom: number(test), end: 0))
        case .not(let inner):
            steps.append(Step(operation: .not, atom: -1, end: 0))
            append(inner)
        case .and(let parts):
            steps.append(Step(operation: .and, atom: -1, end: 0))
            for part in parts { append(part) }
        case .or(let parts):
            steps.append(Step(operation: .or, atom: -1, end: 0))
            for part in parts { append(part) }
        }
        steps[place].end = Int32(steps.count)
    }

    private mutating func number(_ test: FieldTest) -> Int32 {
        if let known = numbers[test] { return known }
        let number = Int32(atoms.count)
        atoms.append(test)
        numbers[test] = number
        return number
    }

    /// For each rule the atoms of which one at least must hold for it to match.
    ///
    /// Of several such sets the one that holds most seldom; nil when a rule can match with no atom.
    func triggers() -> [[Int32]?] {
        var uses = [Int](repeating: 0, count: atoms.count)
        for step in steps where step.operation == .test { uses[Int(step.atom)] += 1 }
        let costs = atoms.indices.map { cost(atoms[$0]) + uses[$0] }
        return starts.map { cover(Int($0), costs)?.atoms }
    }

    /// How often an atom is likely to hold, compared with others.
    private func cost(_ test: FieldTest) -> Int {
        switch test.predicate {
        case .text(let text, _):
            guard let literal = text.literal else { return text.parts == [.any] ? 4000 : 20 }
            let isCommon =
                literal.count < 4 || literal == Array("true".utf8) || literal == Array("false".utf8)
            return isCommon ? 1000 : 10
        case .expression: return 30
        case .compare, .part, .network, .fieldReference: return 2000
        case .exists: return 4000
        }
    }

    private func cover(_ place: Int, _ costs: [Int]) -> (cost: Int, atoms: [Int32])? {
        let step = steps[place]
        switch step.operation {
        case .test: return (costs[Int(step.atom)], [step.atom])
        case .not: return nil
        case .and:
            return children(place).compactMap { cover($0, costs) }.min { $0.cost < $1.cost }
        case .or:
            var sum = 0
            var atoms: [Int32] = []
            for child in children(place) {
                guard let one = cover(child, costs) else { return nil }
                sum += one.cost
                atoms += one.atoms
            }
            return (sum, atoms)
        }
    }

    private func children(_ place: Int) -> [Int] {
        var result: [Int] = []
        var child = place + 1
        while child < Int(steps[place].end) {
            result.append(child)
            child = Int(steps[child].end)
        }
        return result
    }
}

import Observations

/// Rules compiled together, to be matched from any number of threads, each with a `MatchScratch` of its own.
package final class RuleSet: Sendable {
    package let rules: [SigmaRule]
    package let correlations: [CorrelationRule]
    /// Field ids as the scratch's reader has them.
    let names: [String]
    let members: [String]
    let skipping: Set<String>
    let program: RuleProgram
    let atoms: [Atom]
    let databases: [PatternDatabase]
    let tables: RuleTables
    /// Rules that can match with no test holding, to be evaluated each time.
    package let always: [Int32]
    /// By rule: whether it tests anything of an HTTP exchange.
    let isInExchange: [Bool]

    /// By software: what its rules look at.
    let corroboration: [Software: [Corroboration]]
    /// Probes beyond the certificate that some rule can use.
    package let usedProbes: ProbeKinds
    /// By atom: the probe that brings its field, and whether it is evidence.
    let atomProbes: [ProbeKinds]
    let isEvidence: [Bool]
    /// Rules that look at fields of several probes.
    let severalKinds: [Int]
    /// The HTTP requests that the rules need beyond `GET /`, the most telling first.
    let asked: [AskedRequest]
    /// Rules that know an innocent TLS stack.
    let innocentStacks: Set<Int>

    /// What a test needs when it is evaluated.
    struct Atom: Sendable {
        let field: Int
        let isInExchange: Bool
        /// Whether it is marked when values are looked at; the others are evaluated when asked for.
        let isMarked: Bool
        /// The other field of a `fieldref`.
        let other: Int
        let predicate: Predicate
    }

    /// What is done with each value of a field.
    struct FieldPlan: @unchecked Sendable {  // The database is the rule set's and never changes.
        /// Which lengths whole values have, bit 63 standing for all from 63 on.
        var lengths: UInt64 = 0
        var database: OpaquePointer?
        /// Rules to be evaluated when the field is there at all: a range of `RuleTables.presentRules`.
        var presentStart: Int32 = 0
        var presentEnd: Int32 = 0
    }

    /// - Parameters:
    ///   - documents: rules, correlations and filters.
    ///   - cache: keeps compiled patterns between runs.
    package init(_ documents: [RuleDocument], cache: PatternCache? = nil) throws(YAMLError) {
        var rules: [SigmaRule] = []
        var correlations: [CorrelationRule] = []
        var filters: [FilterRule] = []
        for document in documents {
            switch document {
            case .rule(let rule): rules.append(rule)
            case .correlation(let rule): correlations.append(rule)
            case .filter(let filter): filters.append(filter)
            }
        }
        try Self.checkReferences(rules, correlations, filters)
        for index in rules.indices {
            for filter in filters where filter.applies(to: rules[index]) {
                rules[index].condition = .and([rules[index].condition, filter.condition])
            }
        }
        let compiler = try RuleCompiler(rules, correlations, cache: cache)
        self.rules = rules
        self.correlations = correlations
        names = compiler.names
        members = compiler.members
        skipping = compiler.skipping
        program = compiler.program
        atoms = compiler.atoms
        databases = compiler.databases
        tables = RuleTables(
            plans: Frozen(compiler.plans),
            presentRules: Frozen(compiler.presentRules),
            triggerStarts: Frozen(compiler.triggerStarts),
            triggered: Frozen(compiler.triggered),
            steps: Frozen(compiler.program.steps),
            exact: compiler.exact
        )
        always = compiler.always
        isInExchange = compiler.isInExchange
        corroboration = Corroboration.all(rules, compiler.names)
        let probes = compiler.program.atoms.map { ProbeKinds.bringing($0.field) }
        atomProbes = probes
        isEvidence = compiler.program.atoms.map { EvidenceKind.of($0.field) != nil }
        usedProbes = probes.reduce(ProbeKinds()) { $0.union($1) }
        severalKinds = rules.indices.filter { index in
            let fields = rules[index].condition.tests.map { ProbeKinds.bringing($0.field) }
            return Set(fields.map(\.rawValue)).count > 1
        }
        asked = AskedRequest.all(rules)
        innocentStacks = Set(
            rules.indices.filter { index in
                rules[index].hallmark.benign != nil
                    && rules[index].condition.positiveTests.contains { Self.stackFields.contains($0.field) }
            }
        )
    }

    /// A correlation or filter of a rule that isn't there would never do anything.
    private static func checkReferences(
        _ rules: [SigmaRule],
        _ correlations: [CorrelationRule],
        _ filters: [FilterRule]
    ) throws(YAMLError) {
        var lists = correlations.map { ($0.rules, $0.node["correlation"]?["rules"] ?? $0.node) }
        lists += filters.map { ($0.rules, $0.node["filter"]?["rules"] ?? $0.node) }
        for (names, node) in lists {
            for (place, name) in names.enumerated() where !rules.contains(where: { $0.isCalled(name) }) {
                let element = node.elements.map { $0[place] } ?? node
                guard correlations.contains(where: { $0.isCalled(name) }) else {
                    throw element.error("no rule is called \(name)")
                }
                throw element.error("\(name) is a correlation rule: those of others are not supported")
            }
        }
    }

    /// What tells a TLS stack as soon as the certificate is seen.
    private static let stackFields: Set<String> = [
        "hallmark.stack", "hallmark.stack_text", "hallmark.ja3s_text", "tls.server.ja3s", "tls.server.ja4s",
    ]

    /// The HTTP requests that the rules need beyond `GET /`, each once, the most telling first.
    package var requests: [RuleRequest] { asked.map(\.request) }
}

/// What is looked at for every value, flat.
struct RuleTables: Sendable {
    let plans: Frozen<RuleSet.FieldPlan>
    let presentRules: Frozen<Int32>
    /// By atom: the range of `triggered` with the rules that it calls for.
    let triggerStarts: Frozen<Int32>
    let triggered: Frozen<Int32>
    let steps: Frozen<RuleProgram.Step>
    let exact: ExactTable
}

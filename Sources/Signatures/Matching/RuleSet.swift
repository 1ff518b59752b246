import Observations
import Synchronization
package import YAML

/// Rules compiled together, to be matched from any number of threads, each with a `MatchScratch` of its own.
package final class RuleSet: Sendable {
    package let rules: [SigmaRule]
    package let correlations: [CorrelationRule]
    /// Which rules these are (`SignatureLibrary.digest`); empty for rules of no library.
    package let digest: String
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

    /// What the floors above make of the rules, by type, each made once.
    private let tablesAbove = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    /// What a test needs when it is evaluated.
    struct Atom: Sendable {
        let field: Int
        let isInExchange: Bool
        /// Whether it is marked when values are looked at; the others are evaluated when asked for.
        let isMarked: Bool
        /// The other field of a `fieldref`.
        let other: Int
        let form: EvidenceForm
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
    package convenience init(_ documents: [RuleDocument], cache: CacheFolder? = nil) throws(YAMLError) {
        let references = RuleReferences(documents)
        for document in documents { if let problem = references.problem(document) { throw problem } }
        let (rules, correlations) = Self.sort(documents)
        let compiler = try RuleCompiler(rules, correlations, cache: cache, probe: nil)
        self.init(rules, correlations, compiler, digest: "")
    }

    /// Compiles the rules that can be compiled in a time that can be waited for.
    ///
    /// - Parameters:
    ///   - refused: takes the errors of those that can't be, and of correlations and filters that need them.
    ///   - limit: the longest time for the patterns of one rule.
    ///   - progress: told while it goes on.
    package static func compile(
        _ documents: [RuleDocument],
        digest: String = "",
        cache: CacheFolder?,
        refused: inout [YAMLError],
        limit: Duration = PatternProbe.limit,
        progress: CompilationProgress? = nil
    ) throws(YAMLError) -> RuleSet {
        var documents = documents
        var probe: PatternProbe? = PatternProbe(limit: limit, progress: progress)
        while true {
            documents = RuleReferences.sift(documents, &refused)
            let (rules, correlations) = sort(documents)
            var errors: [YAMLError]
            do throws(YAMLError) {
                let compiler = try RuleCompiler(rules, correlations, cache: cache, probe: probe)
                guard !compiler.slow.isEmpty else {
                    return RuleSet(rules, correlations, compiler, digest: digest)
                }
                errors = compiler.slow
                probe = nil
            } catch {
                errors = [error]
            }
            let count = documents.count
            let places = Set(errors.map { "\($0.file):\($0.line)" })
            documents.removeAll { places.contains("\($0.node.file):\($0.node.line)") }
            refused += errors
            // An error that no rule is to blame for would come again.
            if documents.count == count, let error = errors.first { throw error }
        }
    }

    /// The rules with their filters, and the correlations.
    private static func sort(_ documents: [RuleDocument]) -> ([SigmaRule], [CorrelationRule]) {
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
        for index in rules.indices {
            for filter in filters where filter.applies(to: rules[index]) {
                rules[index].condition = .and([rules[index].condition, filter.condition])
            }
        }
        return (rules, correlations)
    }

    private init(
        _ rules: [SigmaRule],
        _ correlations: [CorrelationRule],
        _ compiler: RuleCompiler,
        digest: String
    ) {
        self.digest = digest
        self.rules = rules
        self.correlations = correlations
        names = compiler.names
        members = compiler.members
        skipping = compiler.skipping
        program = compiler.program
        atoms = compiler.atoms
        databases = compiler.databases
        tables = RuleTables(
            plans: FrozenArray(compiler.plans),
            presentRules: FrozenArray(compiler.presentRules),
            triggerStarts: FrozenArray(compiler.triggerStarts),
            triggered: FrozenArray(compiler.triggered),
            steps: FrozenArray(compiler.program.steps),
            exact: compiler.exact
        )
        always = compiler.always
        isInExchange = compiler.isInExchange
    }

    /// A table that a floor above makes of the rules; it is made when it is first asked for.
    func derived<Table: AnyObject & Sendable>(_ make: (RuleSet) -> Table) -> Table {
        tablesAbove.withLock { tables in
            if let table = tables[ObjectIdentifier(Table.self)] as? Table { return table }
            let table = make(self)
            tables[ObjectIdentifier(Table.self)] = table
            return table
        }
    }
}

/// Told how many of how many fields' patterns are compiled.
package typealias CompilationProgress = @Sendable (_ done: Int, _ all: Int) -> Void

/// What is looked at for every value, flat.
struct RuleTables: Sendable {
    let plans: FrozenArray<RuleSet.FieldPlan>
    let presentRules: FrozenArray<Int32>
    /// By atom: the range of `triggered` with the rules that it calls for.
    let triggerStarts: FrozenArray<Int32>
    let triggered: FrozenArray<Int32>
    let steps: FrozenArray<RuleProgram.Step>
    let exact: ExactTable
}

import Observations
import Synchronization
package import YAML

/// Rules compiled together, to be matched from any number of threads, each with a `MatchScratch` of its own.
package final class RuleSet: Sendable {
    let store: RuleStore
    package let correlations: [CorrelationRule]
    /// By correlation: the places of the rules that it counts.
    let counted: [[Int]]
    /// Which rules these are (`SignatureLibrary.digest`); empty for rules of no library.
    package let digest: String
    /// Field ids as the scratch's reader has them.
    let names: [String]
    let members: [String]
    let skipping: Set<String>
    /// By rule: the step of `tables` at which its condition begins.
    let starts: [Int32]
    let atoms: [Atom]
    let databases: [PatternDatabase]
    let tables: RuleTables
    /// Rules that can match with no test holding, to be evaluated each time.
    package let always: [Int32]
    /// By rule: whether it tests anything of an HTTP exchange.
    let isInExchange: [Bool]
    /// By field: whether what it holds is evidence.
    let isEvidence: [Bool]

    /// What the floors above make of the rules, by type, each made once.
    private let tablesAbove = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    /// What a test needs when it is evaluated.
    struct Atom: Sendable {
        let field: Int
        let isInExchange: Bool
        /// The other field of a `fieldref`.
        let other: Int
        let form: EvidenceForm
        let subject: TestSubject
        /// What is evaluated when it is asked for; nil for what is marked when values are looked at.
        let predicate: Predicate?

        var isMarked: Bool { predicate == nil }
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
        var probe = PatternProbe(limit: limit, progress: progress)
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
                probe.isDone = true
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

    private convenience init(
        _ rules: [SigmaRule],
        _ correlations: [CorrelationRule],
        _ compiler: RuleCompiler,
        digest: String
    ) {
        self.init(
            digest: digest,
            store: RuleStore(rules),
            correlations: correlations,
            counted: correlations.map { correlation in
                correlation.rules.compactMap { name in rules.firstIndex { $0.isCalled(name) } }
            },
            members: compiler.members,
            skipping: compiler.skipping,
            starts: compiler.program.starts,
            atoms: compiler.atoms,
            databases: compiler.databases,
            tables: RuleTables(
                plans: FrozenArray(compiler.plans),
                presentRules: FrozenArray(compiler.presentRules),
                triggerStarts: FrozenArray(compiler.triggerStarts),
                triggered: FrozenArray(compiler.triggered),
                steps: FrozenArray(compiler.program.steps),
                exact: compiler.exact
            ),
            always: compiler.always,
            isInExchange: compiler.isInExchange
        )
    }

    /// A set of finished tables.
    init(
        digest: String,
        store: RuleStore,
        correlations: [CorrelationRule],
        counted: [[Int]],
        members: [String],
        skipping: Set<String>,
        starts: [Int32],
        atoms: [Atom],
        databases: [PatternDatabase],
        tables: RuleTables,
        always: [Int32],
        isInExchange: [Bool]
    ) {
        self.digest = digest
        self.store = store
        self.correlations = correlations
        self.counted = counted
        names = Field.all.map(\.name) + members
        self.members = members
        self.skipping = skipping
        self.starts = starts
        self.atoms = atoms
        self.databases = databases
        self.tables = tables
        self.always = always
        self.isInExchange = isInExchange
        isEvidence = names.map { EvidenceKind.of($0) != nil }
    }

    /// All rules; who needs a few asks for each.
    package var rules: [SigmaRule] { store.all }

    package var ruleCount: Int { store.count }

    /// A rule by its place.
    package func rule(_ place: Int) -> SigmaRule { store[place] }

    /// Takes a table of a floor above that was made before.
    func adopt<Table: AnyObject & Sendable>(_ table: Table) {
        tablesAbove.withLock { $0[ObjectIdentifier(Table.self)] = table }
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

import Context
import Decisions
import Foundation
import Inventory
import Pipeline
import Signatures

/// What a scan judges its records by: rules, decisions, what others list, and what ought to be there.
///
/// Read before any file is touched that the run writes to.
struct ScanMaterial {
    /// Nil with `--no-signatures`, and in a dry run.
    let rules: LoadedRules?
    /// What was decided before; nil without `--decisions`.
    let decisions: DecisionIndex?
    /// What others list; nil without `--iocs`.
    let lists: (any MarkLists)?
    /// What ought to be there; nil without `--inventory`.
    let inventory: InventoryIndex?
    /// What surrounds records is looked up by it; nil without context.
    let context: ContextSetup?
    /// Whether decisions and lists could be read to their ends; what could not was said.
    let isWhole: Bool

    /// - Throws: what keeps a run from being judged as its user asked for.
    init(_ command: ScanCommand) throws {
        let (decisions, areDecisionsWhole) = try command.decisions.read()
        let (lists, areListsWhole) = try command.indicators.read(
            quiet: command.output.quiet,
            cases: command.decisions.cases(decisions)
        )
        (self.decisions, self.lists) = (decisions, lists)
        let isDry = command.order.dryRun
        // Nothing is matched in a dry run; whether the rules can be read is seen without compiling them.
        let areRulesRead = isDry ? try Self.areRulesRead(command) : true
        isWhole = areDecisionsWhole && areListsWhole && areRulesRead
        rules =
            command.output.noSignatures || isDry
            ? nil : try command.signatures.load(quiet: command.output.quiet)
        context = try command.around.setup(
            isStage: false,
            resolvers: command.target.resolver,
            corpus: command.output.corpus,
            fetches: !isDry
        )
        inventory = try command.output.inventory.map { try InventoryFile.load($0) }
    }

    /// Whether all rules can be read that were named; what can't is said.
    private static func areRulesRead(_ command: ScanCommand) throws -> Bool {
        let isNamed = !command.signatures.folders.isEmpty || command.signatures.noDefaults
        guard !command.output.noSignatures else { return true }
        guard isNamed else {
            _ = try command.signatures.shipped()
            return true
        }
        return try command.signatures.read().errors.isEmpty
    }

    /// Whether nothing of what was named is missing: lists, decisions, rules and what context is read from.
    var isAllRead: Bool {
        isWhole && rules.map(\.unread.isEmpty) ?? true && context.map(\.faults.isEmpty) ?? true
    }

    /// The rules to match; lists are looked at without any, too.
    var ruleSet: RuleSet? { get throws { try rules?.set ?? (lists == nil ? nil : RuleSet([])) } }
}

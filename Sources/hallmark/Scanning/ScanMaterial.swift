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
        isWhole = areDecisionsWhole && areListsWhole
        guard !command.order.dryRun else {
            (rules, inventory, context) = (nil, nil, nil)
            return
        }
        rules =
            command.output.noSignatures ? nil : try command.signatures.load(quiet: command.output.quiet)
        context = try command.around.setup(
            isStage: false,
            resolvers: command.target.resolver,
            corpus: command.output.corpus
        )
        inventory = try command.output.inventory.map { try InventoryFile.load($0) }
    }

    /// Whether nothing of what was named is missing: lists, decisions, rules and what context is read from.
    var isAllRead: Bool {
        isWhole && rules.map(\.unread.isEmpty) ?? true && context.map(\.faults.isEmpty) ?? true
    }

    /// The rules to match; lists are looked at without any, too.
    var ruleSet: RuleSet? { get throws { try rules?.set ?? (lists == nil ? nil : RuleSet([])) } }
}

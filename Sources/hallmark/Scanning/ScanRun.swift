import Context
import Decisions
import Inventory
import Observations
import Pipeline
import Signatures

/// What the handlers of all loops of a run share.
struct ScanRun: Sendable {
    /// Where records go, and what is told when they are there.
    let delivery: Delivery<ScanReceipt>
    let policy: EscalationPolicy
    let rules: RuleSet?
    let encoding: RecordEncoder.Options
    /// What ought to be there; nil without `--inventory`.
    let inventory: InventoryIndex?
    /// What was decided before; nil without `--decisions`.
    let decisions: DecisionIndex?
    /// What others list; nil without `--iocs`.
    let lists: (any MarkLists)?
    /// Where records get their context and are finished; nil without context.
    private(set) var context: ContextThread<FinishedEndpoint>?

    /// - Throws: when no thread can be made for context.
    init(
        _ command: ScanCommand,
        _ material: ScanMaterial,
        _ delivery: Delivery<ScanReceipt>,
        _ encoding: RecordEncoder.Options
    ) throws {
        (self.delivery, self.encoding, rules) = (delivery, encoding, try material.ruleSet)
        policy = EscalationPolicy(
            level: command.probe.probe,
            sniVariants: command.probe.sniVariants,
            rules: material.rules?.set
        )
        (inventory, decisions, lists) = (material.inventory, material.decisions, material.lists)
        context = nil
        guard let setup = material.context else { return }
        context = try ContextThread<FinishedEndpoint>(setup) { [self] in RecordFinisher(self) }
    }
}

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
    var inventory: InventoryIndex?
    /// What was decided before; nil without `--decisions`.
    var decisions: DecisionIndex?
    /// What others list; nil without `--iocs`.
    var lists: (any MarkLists)?
    /// Where records get their context and are finished; nil without context.
    private(set) var context: ContextThread<FinishedEndpoint>?

    init(
        delivery: Delivery<ScanReceipt>,
        policy: EscalationPolicy,
        rules: RuleSet?,
        encoding: RecordEncoder.Options
    ) {
        (self.delivery, self.policy, self.rules, self.encoding) = (delivery, policy, rules, encoding)
    }

    /// The same run with a thread that looks up context.
    func with(_ setup: ContextSetup?) throws -> ScanRun {
        guard let setup else { return self }
        var run = self
        run.context = try ContextThread<FinishedEndpoint>(setup) { [self] in RecordFinisher(self) }
        return run
    }
}

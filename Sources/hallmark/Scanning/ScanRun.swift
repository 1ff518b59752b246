import Context
import Corpus
import Decisions
import Inventory
import Observations
import Scan
import Signatures

/// What the handlers of all loops of a run share.
final class ScanRun: Sendable {
    let sink: RecordSink
    let policy: EscalationPolicy
    let rules: RuleSet?
    let onlyLeads: Bool
    /// Whether endpoints that showed neither a certificate nor an answer are counted, and not written.
    let omitsFailures: Bool
    let form: RecordForm
    let encoding: RecordEncoder.Options
    /// What ought to be there; nil without `--inventory`.
    let inventory: InventoryIndex?
    /// Where records are remembered as well; nil without `--corpus`.
    let corpus: CorpusWriter?
    /// What was decided before; nil without `--decisions`.
    let decisions: DecisionIndex?
    /// Where records get their context and are finished; nil without context.
    let context: ContextThread<FinishedEndpoint>?

    init(
        sink: RecordSink,
        policy: EscalationPolicy,
        rules: RuleSet?,
        onlyLeads: Bool,
        omitsFailures: Bool,
        form: RecordForm,
        encoding: RecordEncoder.Options,
        inventory: InventoryIndex? = nil,
        corpus: CorpusWriter? = nil,
        decisions: DecisionIndex? = nil,
        context: ContextThread<FinishedEndpoint>? = nil
    ) {
        self.sink = sink
        self.policy = policy
        self.rules = rules
        self.onlyLeads = onlyLeads
        self.omitsFailures = omitsFailures
        self.form = form
        self.encoding = encoding
        self.inventory = inventory
        self.corpus = corpus
        self.decisions = decisions
        self.context = context
    }

    /// The same run with a thread that looks up context.
    func with(_ setup: ContextSetup?) throws -> ScanRun {
        guard let setup else { return self }
        let context = try ContextThread<FinishedEndpoint>(setup) { [self] in RecordFinisher(self) }
        return ScanRun(
            sink: sink,
            policy: policy,
            rules: rules,
            onlyLeads: onlyLeads,
            omitsFailures: omitsFailures,
            form: form,
            encoding: encoding,
            inventory: inventory,
            corpus: corpus,
            decisions: decisions,
            context: context
        )
    }
}

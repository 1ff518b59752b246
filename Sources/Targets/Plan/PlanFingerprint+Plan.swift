import Wire

extension PlanFingerprint {
    /// What of a plan decides whether a run is the same one.
    package init(_ plan: TargetPlan, readsStandardInput: Bool) {
        let options = plan.options
        targets = List(count: plan.itemCount, digest: plan.digest)
        self.readsStandardInput = readsStandardInput
        ports = options.ports.description
        exclusions = List(count: options.exclusions.count, digest: options.exclusions.digest)
        scope = options.scope.map { ScopeMark(name: $0.name, digest: $0.digest) }
        includeSpecial = options.includeSpecial
        seed = options.seed
        shard = options.shard.description
        inOrder = options.inOrder
        endpoints = "\(plan.total)"
    }
}

import Observations

/// What a run would do, told without a single connection.
package struct DryRun: Sendable {
    package let plan: TargetPlan
    /// The first targets in the order of the visit.
    package let first: [Target]

    /// - Parameter count: how many targets to show.
    package init(_ plan: TargetPlan, showing count: Int = 10) {
        self.plan = plan
        var walk = TargetWalk(plan)
        var first: [Target] = []
        while first.count < count, let target = walk.next() { first.append(target) }
        self.first = first
    }

    /// The summary and the first targets as text, a line each.
    package var lines: [String] {
        let counts = plan.counts
        var lines = ["\(plan.share) endpoint\(plan.share == 1 ? "" : "s")"]
        if plan.share != plan.total { lines[0] += " in shard \(plan.options.shard) of \(plan.total)" }
        if counts.names > 0 {
            let kind = counts.names == 1 ? "name or pair" : "names and pairs"
            lines.append("\(counts.names) \(kind) with a server name")
        }
        if counts.refused > 0 {
            lines.append("\(counts.refused) outside the scope: a record each, no connection")
        }
        if counts.excluded > 0 { lines.append("\(counts.excluded) excluded") }
        if counts.special > 0 {
            lines.append("\(counts.special) special-purpose, passed over: --include-special scans them")
            lines += counts.passedOverLines
        }
        if counts.closed > 0 {
            lines.append("\(counts.closed) line\(counts.closed == 1 ? "" : "s") without an open TCP port")
        }
        if let remark = counts.columnNameRemark { lines.append(remark) }
        return lines
            + first.map { target in
                target.problem.map { "\(target)  \($0.code.rawValue): \($0.message)" } ?? "\(target)"
            }
    }
}

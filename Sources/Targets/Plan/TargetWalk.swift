/// The endpoints of a plan's shard, in the order in which they are visited.
package struct TargetWalk: Sendable, IteratorProtocol {
    package let plan: TargetPlan
    /// The sequence number that comes after the last target.
    package let end: UInt64
    /// The sequence number of the next target.
    package private(set) var sequence: UInt64
    /// The sequence number of the first target, and its place among those of all shards.
    private let start: (sequence: UInt64, place: UInt64)
    private let stride: UInt64
    private let permutation: Permutation?
    private var walk: Permutation.Walk?

    package init(_ plan: TargetPlan) {
        let shard = plan.options.shard
        self.init(plan, from: UInt64(shard.number - 1), stride: UInt64(shard.of), sequence: 0)
    }

    /// Walks over every `stride`-th place and gives numbers from `sequence` on.
    init(_ plan: TargetPlan, from place: UInt64, stride: UInt64, sequence: UInt64) {
        self.plan = plan
        self.sequence = sequence
        self.stride = stride
        start = (sequence, place)
        let count = plan.total > place ? (plan.total - UInt128(place) - 1) / UInt128(stride) + 1 : 0
        // Of a plan of 2^64 endpoints the last one is cut off, for want of a number to come after it.
        end = UInt64(clamping: UInt128(sequence) + count)
        permutation = plan.options.inOrder ? nil : Permutation(count: plan.total, seed: plan.options.seed)
        seek(to: sequence)
    }

    /// Goes on with the target that has a sequence number, or ends if there are fewer.
    package mutating func seek(to sequence: UInt64) {
        self.sequence = max(start.sequence, min(sequence, end))
        walk = nil
        guard self.sequence < end, let permutation else { return }
        walk = Permutation.Walk(permutation, from: place, stride: stride)
    }

    package mutating func next() -> Target? {
        guard sequence < end else { return nil }
        let number = walk?.next() ?? place
        defer { sequence += 1 }
        return plan.target(number, sequence: sequence)
    }

    /// The place of the next target among those of all shards.
    private var place: UInt64 {
        start.place + (sequence - start.sequence) * stride
    }
}

import Wire

/// The part of the feed that the lock guards.
struct FeedState: Sendable {
    var issues = TargetIssues()
    var counts = TargetPlan.Counts()
    private(set) var failure: TargetIssue?
    /// How far the input was read.
    private(set) var inputPosition: Checkpoint.InputPosition?

    private let options: TargetOptions
    private let special: SpecialFilter
    /// The plan's targets, then those of one item of the input after the other.
    private var walk: TargetWalk
    private var input: TargetInput?
    private var list = TargetList()
    /// How many endpoints of the input, over all shards, came before the next item.
    private var inputPlace: UInt64 = 0
    /// What runs before this one have done.
    private let resumed: CompletionTracker
    private let override: EndpointKey.Override?
    private var written: [EndpointKey: Int] = [:]
    /// The same for single addresses of names.
    private var writtenAddresses: [EndpointKey: Set<String>] = [:]
    /// What a checkpoint knew of them.
    private let resumedAddresses: [UInt64: Set<String>]

    init(
        _ plan: TargetPlan,
        _ input: Int32?,
        _ resume: Checkpoint.Progress?,
        _ resumed: CompletionTracker,
        _ written: [EndpointKey],
        _ override: EndpointKey.Override?
    ) {
        self.override = override
        options = plan.options
        special = SpecialFilter(plan.options)
        walk = TargetWalk(plan)
        walk.seek(to: resumed.lowWater)
        self.input = input.map { TargetInput($0, expecting: resume?.input) }
        self.resumed = resumed
        inputPosition = resume?.input
        resumedAddresses = resume?.addressesDone ?? [:]
        for key in (resume?.written ?? []) + written {
            if let ip = key.ip {
                writtenAddresses[key.target, default: []].insert(ip)
            } else {
                self.written[key, default: 0] += 1
            }
        }
    }

    var total: UInt64? { input == nil ? walk.end : nil }

    /// What of `written` was not met yet, in no order.
    var stillWritten: [EndpointKey] {
        written.flatMap { Array(repeating: $0.key, count: $0.value) }
            + writtenAddresses.flatMap { key, ips in ips.map { key.about($0) } }
    }

    mutating func pull(_ count: Int, into targets: inout [Target], passed: inout [UInt64]) -> TargetFeed.Pull
    {
        let start = targets.count
        while targets.count - start < count {
            if var target = walk.next() {
                if resumed.contains(target.sequence) { continue }
                if pass(target) {
                    passed.append(target.sequence)
                } else {
                    target.addressesDone = addressesDone(of: target)
                    targets.append(target)
                }
            } else if let outcome = advance() {
                return targets.count > start ? .targets : outcome
            }
        }
        return .targets
    }

    /// Whether the output already has the target's record.
    private mutating func pass(_ target: Target) -> Bool {
        guard !written.isEmpty else { return false }
        let key = EndpointKey(target, override: override)
        guard let count = written[key] else { return false }
        written[key] = count > 1 ? count - 1 : nil
        return true
    }

    /// Which addresses of a name the output already has records of.
    private mutating func addressesDone(of target: Target) -> Set<String> {
        guard case .name = target.host else { return [] }
        let known = resumedAddresses[target.sequence] ?? []
        guard !writtenAddresses.isEmpty,
            let more = writtenAddresses.removeValue(forKey: EndpointKey(target, override: override))
        else { return known }
        return known.union(more)
    }

    /// Makes a walk of the next item of the input; returns what to say if there is none.
    private mutating func advance() -> TargetFeed.Pull? {
        guard let item = input?.next() else { return .done }
        inputPosition = input?.position
        switch item {
        case .text(let text, let line):
            begin(text, line)
            return nil
        case .tooLong(let line):
            issues.append(.tooLong(source: TargetInput.name, line: line))
            return nil
        case .notYet:
            return .notYet
        case .end:
            return end()
        case .failed(let issue):
            failure = issue
            return end()
        }
    }

    private mutating func end() -> TargetFeed.Pull {
        input = nil
        return .done
    }

    private mutating func begin(_ text: [UInt8], _ line: Int) {
        // Each line has an order of its own, which the place in the input decides with the seed.
        var options = options
        var mix = SplitMix(seed: options.seed ^ inputPlace)
        options.seed = mix.next()
        var builder = TargetPlanBuilder(options, special)
        builder.add(line: text, of: &list, source: TargetInput.name, number: line)
        issues.append(builder.issues.take())
        do throws(AddressSyntaxError) {
            let plan = try builder.finish()
            counts.add(plan.counts)
            let stride = UInt64(options.shard.of)
            let first = (UInt64(options.shard.number - 1) + stride - inputPlace % stride) % stride
            inputPlace = UInt64(clamping: UInt128(inputPlace) + plan.total)
            walk = TargetWalk(plan, from: first, stride: stride, sequence: walk.end)
            walk.seek(to: resumed.lowWater)
        } catch {
            issues.append(TargetIssue(source: TargetInput.name, line: line, text: text.span, why: error.why))
        }
    }
}

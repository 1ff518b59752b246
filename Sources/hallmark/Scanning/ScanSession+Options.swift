import ArgumentParser
import Foundation
import JA4Plus
import Observations
import Scan
import Signatures
import Targets
import Terminal

/// What the arguments mean for the engine.
extension ScanSession {
    /// - Throws: when the machine refuses what is asked for.
    func scanOptions(_ targets: TargetSetup) throws -> ScanOptions {
        var options = try command.probe.scanOptions(command.target)
        options.perNetwork = command.pace.perNetwork
        if let retries = command.pace.retries { (options.retries, options.retriesSilence) = (retries, true) }
        options.connectTimeout = UInt64(command.pace.connectTimeout * 1000)
        options.handshakeTimeout = UInt64(command.pace.handshakeTimeout * 1000)
        options.totalTimeout = UInt64(command.pace.totalTimeout * 1000)
        options.byteBudget = command.pace.maximumBytes
        options.rate = command.pace.rate ?? 0
        if let limit = targets.scope?.rate, options.rate == 0 || options.rate > Double(limit) {
            options.rate = Double(limit)
        }
        options.discovers = command.pace.discover != nil
        if options.discovers, let refusal = Sweep.discoveryRefusal() {
            Terminal.say("hallmark: \(refusal)", .error)
            throw ExitCode(1)
        }
        options.concurrency = Sweep.prepare(concurrency: command.pace.concurrency ?? options.concurrency)
        if let wanted = command.pace.concurrency, options.concurrency < wanted {
            Terminal.say(
                "hallmark: the limit of open files allows \(counted(options.concurrency, "connection")) at once, "
                    + "not \(wanted); raise it with ulimit -n",
                .warning
            )
        }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        options.threads = min(command.pace.threads ?? cores, options.concurrency)
        return options
    }

    func encoding(_ scanID: String) throws -> RecordEncoder.Options {
        var options = RecordEncoder.Options(scanID: scanID, chain: command.output.chain)
        options.proxy = try command.probe.theProxy()?.name
        options.shortensFailures = command.output.shortFailures
        if command.signatures.ja4plus { options.supplement = { JA4Members.append($0, to: &$1) } }
        return options
    }

    /// What the run is about to do, for `--verbose`.
    func explain(_ targets: TargetSetup, _ options: ScanOptions, _ material: ScanMaterial, scanID: String) {
        let counts = targets.plan.counts
        Terminal.say(
            "scan \(scanID), seed \(targets.plan.options.seed), shard \(targets.plan.options.shard)"
        )
        Terminal.say(
            "\(counted(targets.plan.share, "endpoint")); left out: \(counts.excluded) excluded, \(counts.special) of a special purpose; "
                + "\(counts.refused) outside the scope"
        )
        Terminal.say(
            "\(counted(options.concurrency, "connection")) at once on \(counted(options.threads, "thread")), "
                + (options.rate > 0 ? "\(options.rate) new ones a second" : "no limit of rate")
                + (options.discovers ? ", SYNs before them" : "")
                + "; limits: connect \(options.connectTimeout) ms, handshake \(options.handshakeTimeout) ms, "
                + "endpoint \(options.totalTimeout) ms, \(options.byteBudget) bytes"
        )
        Terminal.say("probes: \(options.level.rawValue); signatures: \(material.rules?.set.ruleCount ?? 0)")
    }
}

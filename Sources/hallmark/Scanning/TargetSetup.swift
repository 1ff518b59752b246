import ArgumentParser
import Foundation
import Glibc
import Scan
import Targets
import Terminal
import Wire

/// The targets of a run, from its arguments, files and standard input.
struct TargetSetup {
    let plan: TargetPlan
    let scope: Scope?
    let issues: TargetIssues
    let fingerprint: PlanFingerprint
    private let readsStandardInput: Bool
    private let allAddresses: Bool

    init(_ arguments: TargetArguments, _ order: OrderArguments, _ saved: Checkpoint?) throws {
        scope = try arguments.scope.map { try ScopeFile.read($0) }
        var options = TargetOptions(
            ports: try PortSet(parsing: arguments.ports ?? "443"),
            exclusions: try Exclusions(arguments.exclude),
            scope: scope,
            includeSpecial: arguments.includeSpecial,
            seed: order.seed ?? saved?.plan.seed ?? UInt64.random(in: 0...UInt64(UInt32.max)),
            shard: try order.shard.map { try Shard(parsing: $0) } ?? Shard(),
            inOrder: order.inOrder
        )
        if arguments.ports == nil, let ports = scope?.ports { options.ports = ports }
        var builder = TargetPlanBuilder(options)
        for argument in arguments.targets { builder.add(argument: argument) }
        for file in arguments.input { try builder.add(file: file) }
        let isSilent = arguments.targets.isEmpty && arguments.input.isEmpty
        if isSilent, let scope {
            // A pattern of names says what may be scanned, not what is there.
            for text in scope.includeTexts where !text.hasPrefix("*.") { builder.add(argument: text) }
        } else if isSilent {
            guard isatty(STDIN_FILENO) == 0 else {
                throw ValidationError(
                    "No targets: name some, or read them with --input FILE, --scope FILE or -."
                )
            }
            builder.add(argument: "-")
        }
        readsStandardInput = builder.readsStandardInput
        allAddresses = arguments.allAddresses
        issues = builder.issues
        plan = try builder.finish()
        fingerprint = PlanFingerprint(plan, readsStandardInput: readsStandardInput)
        if plan.total == 0, !readsStandardInput, issues.count > 0 {
            for issue in issues.first { Terminal.say("hallmark: \(issue)") }
            throw ValidationError("None of the targets could be understood.")
        }
    }

    /// The feed, after the work of the run that is being resumed.
    func feed(_ saved: Checkpoint?, output: String?, override: String?) throws -> TargetFeed {
        let input = readsStandardInput ? STDIN_FILENO : nil
        guard let saved else { return try TargetFeed(plan, input: input) }
        let differences = fingerprint.differences(from: saved.plan)
        guard differences.isEmpty else {
            throw ValidationError(
                "This is not the run of the checkpoint:\n  \(differences.joined(separator: "\n  "))\n"
                    + "Give the same targets and options, or begin anew without --resume."
            )
        }
        var written: [EndpointKey] = []
        if let place = saved.output, place.path == output {
            written = try OutputTail(of: place, override: override, allAddresses: allAddresses).written
        }
        return try TargetFeed(plan, input: input, resume: saved.progress, written: written)
    }

    /// Standard output, or the file; one that is being resumed is gone on with behind its last whole line.
    func outputFile(_ path: String?, resuming saved: Checkpoint? = nil) throws -> OutputFile {
        guard let path else { return OutputFile() }
        guard let place = saved?.output, place.path == path else {
            return try OutputFile.open(path: path, keeping: nil)
        }
        return try OutputFile.open(path: path, keeping: Int64(OutputTail(of: place).length))
    }
}

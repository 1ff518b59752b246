import Observations
import ArgumentParser
import Foundation
import Glibc
import Pipeline
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
    let readsStandardInput: Bool
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
        options.refusesSpecial = WorkerOrders.refusesSpecial
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
        let isTyped = arguments.input.isEmpty && !builder.readsStandardInput
        if order.dryRun, builder.readsStandardInput { try builder.addStandardInput() }
        readsStandardInput = builder.readsStandardInput
        allAddresses = arguments.allAddresses
        issues = builder.issues
        plan = try builder.finish()
        fingerprint = PlanFingerprint(plan, readsStandardInput: readsStandardInput)
        if plan.total == 0, !readsStandardInput, issues.count > 0 {
            for issue in issues.first { Terminal.say("hallmark: \(issue)", .error) }
            let message = "None of the targets could be understood."
            guard isTyped else {
                Terminal.say("hallmark: \(message)", .error)
                throw ExitCode(1)
            }
            throw ValidationError(message)
        }
    }

    /// The feed, after the work of the run that is being resumed.
    ///
    /// - Parameter written: what the output holds beyond the checkpoint.
    func feed(
        _ saved: Checkpoint?,
        written: [EndpointKey],
        override: EndpointKey.Override?
    ) throws -> TargetFeed {
        let input = readsStandardInput ? STDIN_FILENO : nil
        guard let saved else { return try TargetFeed(plan, input: input, override: override) }
        let differences = fingerprint.differences(from: saved.plan)
        guard differences.isEmpty else {
            throw ValidationError(
                "This is not the run of the checkpoint:\n  \(differences.joined(separator: "\n  "))\n"
                    + "Give the same targets and options, or begin anew without --resume."
            )
        }
        return try TargetFeed(
            plan,
            input: input,
            resume: saved.progress,
            written: written,
            override: override
        )
    }

    /// What the file of an interrupted run holds beyond its checkpoint; nil if the output is another one.
    ///
    /// - Parameter tally: goes on with what the records that are found came to.
    /// - Throws: if the records of another run would be lost.
    func tail(
        of file: borrowing OutputFile,
        _ saved: Checkpoint?,
        override: EndpointKey.Override?,
        _ tally: inout ScanTally
    ) throws -> OutputTail? {
        guard let saved, let identity = file.identity else { return nil }
        // A file that was made anew may have the number of the one that is gone.
        guard let place = saved.output, (place.file ?? FileIdentity(path: place.path)) == identity,
            place.offset == 0 || !file.isEmpty
        else {
            guard file.isEmpty else {
                throw ValidationError(
                    "\(file.path) holds records, and is not the file that the interrupted run wrote to"
                        + (saved.output.map { " (\($0.path))" } ?? "") + ". Name that file, or a new one."
                )
            }
            if let place = saved.output, URL(fileURLWithPath: file.path).path == place.path, place.offset > 0
            {
                throw ValidationError(
                    "\(file.path): the records of the interrupted run are gone. Name another file for the rest, or "
                        + "begin anew without --resume."
                )
            }
            return nil
        }
        var found = tally
        defer { tally = found }
        return try OutputTail(
            of: Checkpoint.Output(path: file.path, offset: place.offset),
            override: override,
            allAddresses: allAddresses
        ) { found.count($0) }
    }
}

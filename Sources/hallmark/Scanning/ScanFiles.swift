import Observations
import ArgumentParser
import Foundation
import Metrics
import Targets

/// The files that a run names: who may touch which of them, and that none is two things at once.
struct ScanFiles {
    /// The checkpoint of the run that is gone on with.
    let resumed: CheckpointFile?
    /// Where this run notes what is done.
    let checkpoint: CheckpointFile?
    private var files = NamedFiles()

    /// Takes the checkpoints, so that no other run can change them from here on.
    init(_ command: ScanCommand) throws {
        let order = command.order
        let target = command.target
        let lists = target.exclude.filter { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
        files.reads("--input", target.input)
        files.reads("--exclude", lists)
        files.reads("--scope", [target.scope])
        files.reads("--inventory", [command.output.inventory])
        files.reads("--ca-file", [command.probe.caFile])
        files.reads("--store", command.probe.store.map(NamedFiles.withoutName))
        files.reads("--mmdb", command.around.mmdb)
        files.reads("--passive-dns", command.around.passiveDNS)
        files.reads("--hosting", command.around.hosting.map(NamedFiles.withoutName))
        files.reads("--decisions", command.decisions.files)
        files.reads("--iocs", command.indicators.files)
        files.reads("--iocs-map", command.indicators.maps)
        files.reads("--signatures", command.signatures.folders)
        files.writes("--checkpoint", [order.checkpoint ?? order.resume])
        files.writes("--summary", [command.output.summary])
        files.writes("--corpus", [command.output.corpus])
        files.writes("--metrics", [command.output.metrics.flatMap { MetricsSink.file($0) }])
        var all = files
        all.writes("--output", [command.output.recordsPath])
        try all.check()
        resumed = try order.resume.map { try CheckpointFile($0) }
        guard let path = order.checkpoint, resumed.map({ !NamedFiles.isSame($0.path, path) }) ?? true else {
            checkpoint = resumed
            try checkpoint?.checkThatItMayBeReplaced()
            try check(output: nil)
            return
        }
        checkpoint = try CheckpointFile(path)
        try checkpoint?.checkThatItMayBeReplaced()
        try check(output: nil)
    }

    /// Refuses a run that would write over what it reads, or over what it writes.
    ///
    /// - Parameter output: the file for records, as far as it is known.
    func check(output: FileIdentity?) throws { try files.check(output: output) }
}

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
    private let read: [Named]
    private let written: [Named]

    private struct Named {
        var option: String
        var path: String
    }

    /// Takes the checkpoints, so that no other run can change them from here on.
    init(_ command: ScanCommand) throws {
        let order = command.order
        let target = command.target
        let lists = target.exclude.filter { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
        read =
            Self.named("--input", target.input) + Self.named("--exclude", lists)
            + Self.named("--scope", [target.scope]) + Self.named("--inventory", [command.output.inventory])
            + Self.named("--ca-file", [command.probe.caFile])
            + Self.named("--store", command.probe.store.map(Self.withoutName))
            + Self.named("--mmdb", command.around.mmdb)
            + Self.named("--passive-dns", command.around.passiveDNS)
            + Self.named("--hosting", command.around.hosting.map(Self.withoutName))
            + Self.named("--decisions", command.decisions.files)
            + Self.named("--iocs", command.indicators.files)
            + Self.named("--iocs-map", command.indicators.maps)
            + Self.named("--signatures", command.signatures.folders)
        written =
            Self.named("--checkpoint", [order.checkpoint ?? order.resume])
            + Self.named("--summary", [command.output.summary])
            + Self.named("--corpus", [command.output.corpus])
            + Self.named("--metrics", [command.output.metrics.flatMap { MetricsSink.file($0) }])
        resumed = try order.resume.map { try CheckpointFile($0) }
        guard let path = order.checkpoint, resumed.map({ !Self.isSame($0.path, path) }) ?? true else {
            checkpoint = resumed
            try checkpoint?.checkThatItMayBeReplaced()
            try check(output: nil)
            return
        }
        checkpoint = order.dryRun ? nil : try CheckpointFile(path)
        try checkpoint?.checkThatItMayBeReplaced()
        try check(output: nil)
    }

    private static func named(_ option: String, _ paths: [String?]) -> [Named] {
        paths.compactMap { path in path.flatMap { $0 == "-" ? nil : Named(option: option, path: $0) } }
    }

    /// The path of `NAME=PATH`, or of a path alone.
    private static func withoutName(_ text: String) -> String {
        text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        if let identity = FileIdentity(path: one) { return identity == FileIdentity(path: other) }
        // Neither is there yet, unless one is a device: that is nobody's file.
        return access(one, F_OK) != 0
            && URL(fileURLWithPath: one).standardizedFileURL
                == URL(fileURLWithPath: other).standardizedFileURL
    }

    /// Refuses a run that would write over what it reads, or over what it writes.
    ///
    /// - Parameter output: the file for records, as far as it is known.
    func check(output: FileIdentity?) throws {
        for (index, file) in written.enumerated() {
            for other in read + written[..<index] where Self.isSame(file.path, other.path) {
                // A corpus remembers decisions, too.
                if file.option == "--corpus", other.option == "--decisions" { continue }
                throw ValidationError("\(file.path) is named by both \(other.option) and \(file.option).")
            }
        }
        guard let output else { return }
        for other in read + written where FileIdentity(path: other.path) == output {
            throw ValidationError("\(other.path) is named by both \(other.option) and --output.")
        }
    }
}

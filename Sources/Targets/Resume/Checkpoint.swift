package import Observations
/// Where a run stands, so that another can go on.
///
/// Up to the output's `offset` there are the records of the targets that count
/// as done, and no others: both are taken under the writer's lock. Behind it the
/// file may hold more by the time the run is killed; `OutputTail` finds these
/// records, and the feed passes their targets over.
package struct Checkpoint: Codable, Equatable, Sendable {
    /// The version of the format that this program writes and reads.
    package static let currentVersion = 1

    package private(set) var version = Checkpoint.currentVersion
    /// The run's `hallmark.scan.id`, which the resumed run keeps.
    package var scanID: String
    /// What the run is about.
    package var plan: PlanFingerprint
    package var progress: Progress
    /// What the records of the done targets came to, for the summary and the exit code of the resumed run.
    package var counts: [String: UInt64]
    /// nil if the output is no file.
    package var output: Output?

    package struct Output: Codable, Equatable, Sendable {
        /// Absolute, for messages: what tells the file from others is its identity.
        package var path: String
        /// How many bytes of it are whole records of done targets.
        package var offset: UInt64
        /// nil in checkpoints of versions that did not write it down.
        package var file: FileIdentity?

        package init(path: String, offset: UInt64, file: FileIdentity? = nil) {
            self.path = path
            self.offset = offset
            self.file = file
        }
    }

    /// Which targets are done.
    package struct Progress: Codable, Equatable, Sendable {
        /// All targets with a smaller sequence number are done.
        package var lowWater: UInt64
        /// Those above that are done, as pairs of first and last.
        package var done: [[UInt64]]
        /// Targets whose records the output holds though they don't count as done yet: a run before
        /// this one wrote them after its last checkpoint.
        package var written: [EndpointKey]
        /// Names of which some addresses are done.
        package var partly: [Partly]?
        /// How far standard input was read; nil if it wasn't.
        package var input: InputPosition?

        init(
            lowWater: UInt64,
            done: [ClosedRange<UInt64>],
            written: [EndpointKey],
            partly: [UInt64: Set<String>],
            input: InputPosition?
        ) {
            self.lowWater = lowWater
            self.done = done.map { [$0.lowerBound, $0.upperBound] }
            self.written = written
            let names = partly.map { Partly(sequence: $0.key, addresses: $0.value.sorted()) }
            self.partly = names.isEmpty ? nil : names.sorted { $0.sequence < $1.sequence }
            self.input = input
        }

        enum CodingKeys: String, CodingKey {
            case lowWater = "low_water"
            case done
            case written
            case partly
            case input
        }

        /// The addresses that are done of targets that are not.
        var addressesDone: [UInt64: Set<String>] {
            (partly ?? []).reduce(into: [:]) { $0[$1.sequence, default: []].formUnion($1.addresses) }
        }

        func tracker() throws(CheckpointError) -> CompletionTracker {
            var ranges: [ClosedRange<UInt64>] = []
            for pair in done {
                guard pair.count == 2, pair[0] <= pair[1] else {
                    throw CheckpointError("progress.done holds \(pair), which is no pair of first and last")
                }
                ranges.append(pair[0]...pair[1])
            }
            guard let tracker = CompletionTracker(lowWater: lowWater, done: ranges) else {
                throw CheckpointError("progress.done is not sorted, overlaps or lies too far from low_water")
            }
            return tracker
        }
    }

    /// A target that is a name, and which of its addresses have their record.
    package struct Partly: Codable, Equatable, Sendable {
        package var sequence: UInt64
        package var addresses: [String]
    }

    package struct InputPosition: Codable, Equatable, Sendable {
        package var lines: Int
        package var digest: String
    }

    enum CodingKeys: String, CodingKey {
        case version
        case scanID = "scan_id"
        case plan
        case progress
        case counts
        case output
    }

    package init(
        scanID: String,
        plan: PlanFingerprint,
        progress: Progress,
        counts: [String: UInt64] = [:],
        output: Output? = nil
    ) {
        self.scanID = scanID
        self.plan = plan
        self.progress = progress
        self.counts = counts
        self.output = output
    }
}

/// Why a checkpoint can't be written, read or used.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

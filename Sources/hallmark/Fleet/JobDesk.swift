import ArgumentParser
import Fleet
import Foundation
import Synchronization
import Targets

/// What a worker knows of jobs: those that it does, made ready once, and those that it does not, with the
/// reason.
final class JobDesk: Sendable {
    /// A job that this worker does.
    struct Ready: Sendable {
        let job: FleetJob
        /// Where its files are.
        let folder: String
        /// The arguments of a scan, but its shard's.
        let arguments: [String]
        /// Whether special-purpose networks are refused, also where names lead there.
        let refusesSpecial: Bool
    }

    enum Answer: Sendable {
        case ready(Ready)
        case refused(String)
        /// Taken back, or nowhere to be found.
        case gone
    }

    private let board: JobBoard
    private let keys: [TrustedKey]
    private let allowsSpecial: Bool
    private let folder: String
    private let known = Mutex<[String: Answer]>([:])

    /// - Parameter folder: for files of jobs; this worker's alone.
    init(_ board: JobBoard, _ keys: [TrustedKey], allowsSpecial: Bool, folder: String) {
        self.board = board
        self.keys = keys
        self.allowsSpecial = allowsSpecial
        self.folder = folder
    }

    /// What this worker does with a job's shards.
    ///
    /// - Throws: when the broker does not say.
    func answer(_ id: String) throws(FleetError) -> Answer {
        if try board.isCancelled(id) { return .gone }
        if let answer = known.withLock({ $0[id] }) {
            guard case .ready(let ready) = answer else { return answer }
            // It may have got too old meanwhile.
            return ready.job.fault(now: Self.now).map { .refused($0) } ?? answer
        }
        guard let signed = try board.job(id) else { return .gone }
        var answer: Answer
        do { answer = .ready(try ready(id, signed)) } catch { answer = .refused("\(error)") }
        known.withLock { $0[id] = answer }
        return answer
    }

    func isCancelled(_ id: String) -> Bool { (try? board.isCancelled(id)) ?? false }

    private static var now: Int { Int(Date().timeIntervalSince1970) }

    private func ready(_ id: String, _ signed: SignedJob) throws -> Ready {
        let job = try signed.job(trusting: keys)
        guard job.id == id else { throw FleetError("it is the job \(job.id.prefix(64)) under another name") }
        if let fault = job.fault(now: Self.now) { throw FleetError(fault) }
        let place = folder + "/" + id
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        // A digest is its name: no name of the submitter's becomes a path here.
        for file in job.files {
            try file.contents.write(to: URL(fileURLWithPath: place + "/" + file.sha256), options: .atomic)
        }
        let arguments = try ScanWords.arguments(job, files: place) + ["--seed=\(job.seed)"]
        try check(job, arguments)
        return Ready(job: job, folder: place, arguments: arguments, refusesSpecial: !allowsSpecial)
    }

    /// Makes the plan here, too: it is this worker that answers for what it scans.
    private func check(_ job: FleetJob, _ arguments: [String]) throws {
        guard let command = try? ScanCommand.parseAsRoot(arguments + ["--"] + job.targets) as? ScanCommand
        else {
            throw FleetError("its arguments are none of a scan: it is of another version")
        }
        let targets = try TargetSetup(command.target, command.order, nil)
        guard !targets.readsStandardInput else { throw FleetError("it names no targets") }
        guard UInt64(exactly: targets.plan.total) == job.endpoints else {
            throw FleetError(
                "its plan and its scope do not agree: \(targets.plan.total) endpoints here, \(job.endpoints) in the job"
            )
        }
        guard try JobPlan.text(targets) == job.plan else {
            throw FleetError("its plan is not what its targets, options and seed come to here")
        }
        let special = targets.plan.specialBlocks
        guard special.isEmpty || allowsSpecial else {
            throw FleetError(
                "it goes into special-purpose networks (\(special.joined(separator: ", "))), and this worker does not without "
                    + "--allow-special"
            )
        }
    }
}

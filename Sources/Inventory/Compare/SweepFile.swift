package import Observations
import Terminal

/// Reads the records of sweeps and keeps what could not be read: silence is never taken for agreement.
package struct SweepFile {
    /// How many lines were records.
    package private(set) var records = 0
    /// How many lines were none.
    package private(set) var malformed = 0
    /// How many lines were certificates of logs, which answer on no endpoint and are compared with nothing.
    package private(set) var logged = 0
    /// How many lines were findings and counts of ours, which stand beside records and are passed over.
    package private(set) var conclusions = 0
    /// What was named and could not be read, wholly or in part: a sentence for each file.
    package private(set) var unread: [String] = []

    package init() {}

    private static let loggedReason =
        "certificates of logs stand on no endpoint; 'hallmark ct watch --inventory' compares them"

    /// Reads one source.
    ///
    /// - Parameters:
    ///   - source: records of ours, or what makes some of another program's file.
    ///   - record: takes a line with `RecordPicker.padding` readable bytes behind it and its place in the
    ///     file, if it has one, and says whether it is a record. What it throws ends the run.
    package mutating func read(
        _ source: any RecordSource,
        record: (_ line: UnsafeRawBufferPointer, _ place: Int?) throws -> Bool
    ) throws {
        var (good, bad, logged, nameless) = (0, 0, 0, 0)
        var firstBad: (line: Int, reason: String)?
        var faults: [FileError] = []
        var conclusions = 0
        let others = ConclusionLines()
        try source.read { block in
            try block.forEachLine { line, number in
                if try record(line, block.place(of: line)) {
                    good += 1
                } else if others.hold(padded: line) {
                    conclusions += 1
                } else {
                    let verdict = others.verdict
                    if verdict == .logged {
                        logged += 1
                        return
                    }
                    bad += 1
                    if verdict == .placeless { nameless += 1 }
                    firstBad = firstBad ?? (number, Self.reason(verdict))
                }
            }
        } unread: {
            faults.append($0)
        }
        records += good
        malformed += bad
        self.logged += logged
        self.conclusions += conclusions
        unread += faults.map(\.description)
        if good == 0 {
            // A source that could not be read at all has said why.
            guard bad + logged > 0 || faults.isEmpty else { return }
            let lines = bad + conclusions + logged
            let reason =
                lines == 0
                ? "is empty"
                : logged > 0
                    ? "is no sweep: \(Self.loggedReason)"
                    : nameless == lines
                        ? "is no sweep: none of its \(counted(lines, "record")) names an endpoint"
                        : "is no sweep: none of its \(counted(lines, "line")) is a record"
                            + (firstBad.map { "; line \($0.line): \($0.reason)" } ?? "")
            unread.append("\(source.name): \(reason)")
            return
        }
        if logged > 0 {
            unread.append(
                "\(source.name): \(counted(logged, "certificate")) of logs among the records: \(Self.loggedReason)"
            )
        }
        if let firstBad {
            let more = bad > 1 ? ", the first of \(counted(bad, "line")) that are none" : ""
            unread.append("\(source.name):\(firstBad.line): \(firstBad.reason)\(more)")
        }
    }

    private static func reason(_ verdict: RecordVerdict) -> String {
        switch verdict {
        case .refused(let fault) where fault != .foreign: "no record of ours: \(fault)"
        case .placeless: "no record of an endpoint"
        default: "no record of ours"
        }
    }
}

/// What is done with the records of sweeps, one after the other.
package protocol SweepReader: AnyObject {
    var counts: ComparisonCounts { get set }

    /// Takes one line that has `RecordPicker.padding` readable bytes behind it.
    ///
    /// - Returns: whether it is a record.
    func add(line: UnsafeRawBufferPointer) throws -> Bool
}

extension SweepReader {
    /// Takes all records of a source.
    package func add(_ source: any RecordSource) throws {
        var sweeps = counts.sweeps
        defer { counts.sweeps = sweeps }
        try sweeps.read(source) { line, _ in try add(line: line) }
    }

    /// The same of a file of records, or of standard input: `-`.
    package func add(sweep path: String) throws { try add(RecordFile(path)) }
}

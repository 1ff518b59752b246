import Bytes
import Foundation
import Observations
import Terminal
import Transparency

extension LogMisbehaviour {
    /// The finding as a line of NDJSON.
    ///
    /// - Parameter evidence: the file that holds what shows it; empty for none.
    func line(evidence: String) -> FindingLine {
        var line = FindingLine(
            name: name.rawValue,
            severity: name.severity,
            // Reports and exports tell the message alone.
            message: "\(log.name): \(message)",
            place: .log(name: log.name, id: log.logID.description, url: log.url, evidence: evidence)
        )
        line.time = Int(WallClock.nanoseconds / 1_000_000)
        return line
    }

    /// Writes what shows it into a folder, which is made when it is not there.
    ///
    /// - Returns: the file's path; empty, and a word about it, when it could not be written.
    func keepEvidence(in folder: String) -> String {
        let moment = WallClock.nanoseconds
        let path = "\(folder)/\(name.rawValue)-\(log.logID.description.prefix(16))-\(moment).json"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(evidence.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            return path
        } catch {
            Terminal.say(
                "hallmark: the evidence could not be kept: \(path): \(error.localizedDescription)",
                .error
            )
            return ""
        }
    }
}

/// Whether a file has changed since it was last asked.
struct FileStamp {
    private var last: [Int] = []

    /// True for a file that is there and is not as it was, or was not asked about before.
    mutating func hasChanged(_ path: String) -> Bool {
        var status = stat()
        let isThere = stat(path, &status) == 0
        let now = isThere ? [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec] : [-1]
        defer { last = now }
        return isThere && now != last
    }
}

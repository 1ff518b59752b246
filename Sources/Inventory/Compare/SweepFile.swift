import Observations
import Terminal

/// Reads the lines of sweeps and keeps what could not be read, so that silence is never taken for agreement.
package struct SweepFile {
    /// How many lines were records.
    package private(set) var records = 0
    /// How many lines were none.
    package private(set) var malformed = 0
    /// What was named and could not be read, wholly or in part: a sentence for each file.
    package private(set) var unread: [String] = []

    package init() {}

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - path: NDJSON, or `-` for standard input.
    ///   - opened: is told first whether the places that follow are places in the file.
    ///   - placed: is told where in the file each record begins, after `record` took it.
    ///   - record: takes a line with `RecordPicker.padding` readable bytes behind it, and says whether it is
    ///     a record. What it throws ends the run.
    package mutating func read(
        _ path: String,
        opened: (Bool) -> Void = { _ in },
        placed: (Int) -> Void = { _ in },
        record: (UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        var (good, bad) = (0, 0)
        var firstBad: Int?
        defer {
            records += good
            malformed += bad
        }
        do {
            var reader = try LineReader(path)
            opened(try reader.isPlainFile())
            while true {
                let isRecord = try reader.next { line in Result { try record(line) } }
                guard let isRecord else { break }
                do {
                    if try isRecord.get() {
                        good += 1
                        placed(reader.lineOffset)
                    } else {
                        bad += 1
                        firstBad = firstBad ?? reader.number
                    }
                } catch { throw Stop(reason: error) }
            }
            if reader.skipped > 0 {
                unread.append("\(path): too long to be read: \(counted(reader.skipped, "line"))")
            }
            bad += reader.skipped
        } catch let stop as Stop {
            throw stop.reason
        } catch {
            return unread.append(String(describing: error))
        }
        if good == 0 {
            unread.append(
                "\(path): \(bad == 0 ? "is empty" : "is no sweep: none of its \(bad) lines is a record")"
            )
        } else if let firstBad {
            unread.append(
                "\(path):\(firstBad): no record of ours, the first of \(counted(bad, "line")) that are none"
            )
        }
    }

    /// What the reader of a record threw, told apart from what the file did.
    private struct Stop: Error {
        let reason: any Error
    }
}

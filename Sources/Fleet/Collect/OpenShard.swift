import Bytes
import Observations

/// By what a record is told from others of its shard: the first half of a SHA-256.
struct RecordKey: Hashable {
    let high: UInt64
    let low: UInt64

    static let size = 16

    init(_ digest: some Collection<UInt8>) {
        func number(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        high = number(digest.prefix(8))
        low = number(digest.dropFirst(8).prefix(8))
    }

    func append(to bytes: inout [UInt8]) {
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }
}

/// Makes keys of records.
final class RecordKeyReader {
    private let picker = RecordPicker(RecordField.judged + [.serverName, .urlScheme])

    /// Of a line: whom it is about.
    ///
    /// - Returns: nil for what is no record of an endpoint: no scan writes it, and whoever reads the file
    ///   that it went into would have to refuse it.
    func key(of line: UnsafeRawBufferPointer, tellsAddresses: Bool) -> RecordKey? {
        guard (try? picker.read(line)) != nil, picker.verdict == .endpoint,
            (try? picker.checkWhole()) != nil
        else { return nil }
        let parts = [
            picker.text(.address) ?? "", picker.integer(.port).map { "\($0)" } ?? "",
            picker.text(.serverName) ?? "", picker.text(.urlScheme) ?? "",
            tellsAddresses || !picker.has(.address) ? picker.text(.ip) ?? "" : "",
        ]
        let text = Array(parts.joined(separator: "\u{0}").utf8)
        return RecordKey(BodyDigest.sha256(text.span))
    }
}

/// What came of a shard that is not done yet.
///
/// A shard that was given to a second worker is scanned anew, and its records come again, with other times
/// and perhaps other results. Of each endpoint the first record counts. One that stands n times in a plan
/// has n records, and so records are counted, for each scan of the shard on its own: the n-th of a scan
/// counts when no other scan has had n.
struct OpenShard {
    private var attempts: [String: Attempt] = [:]

    private struct Attempt {
        var sequences: Set<Int> = []
        var counts: [RecordKey: UInt32] = [:]
        /// How many messages with records the whole scan has, and what it came to; nil before its last one
        /// came.
        var end: (messages: Int, done: ResultHeader.Done)?
    }

    /// Scans of one shard that are told apart: whoever makes them up shall not fill the memory.
    static let mostAttempts = 100

    /// Whether a scan is known, or there is room for one more.
    func mayBegin(_ attempt: String) -> Bool {
        attempts.count < Self.mostAttempts || attempts[attempt] != nil
    }

    /// Notes a message.
    ///
    /// - Returns: false when it came before.
    mutating func begin(_ attempt: String, _ sequence: Int) -> Bool {
        attempts[attempt, default: Attempt()].sequences.insert(sequence).inserted
    }

    /// Notes a record.
    ///
    /// - Returns: whether it is one that no scan of the shard has brought yet.
    mutating func add(_ key: RecordKey, _ attempt: String) -> Bool {
        let count = attempts[attempt, default: Attempt()].counts[key, default: 0] &+ 1
        attempts[attempt, default: Attempt()].counts[key] = count
        return !attempts.contains { $0.key != attempt && $0.value.counts[key, default: 0] >= count }
    }

    /// Notes that a scan came to its end with so many messages before the last one.
    mutating func end(_ attempt: String, messages: Int, _ done: ResultHeader.Done) {
        attempts[attempt, default: Attempt()].end = (messages, done)
    }

    /// What a scan came to of which all messages are there, and how many records they brought; nil while
    /// there is none.
    var finished: (done: ResultHeader.Done, records: UInt64)? {
        attempts.values.lazy.compactMap { attempt in
            attempt.end.flatMap { end in
                guard attempt.sequences.count(where: { $0 < end.messages }) == end.messages else {
                    return nil
                }
                return (end.done, attempt.counts.values.reduce(0) { $0 + UInt64($1) })
            }
        }
        .first
    }
}

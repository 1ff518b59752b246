import Bytes
import Observations

extension CorpusFile {
    /// Gives out each endpoint as it was seen last.
    ///
    /// - Parameters:
    ///   - since: endpoints that were not seen since are left out, in milliseconds since 1970.
    ///   - take: is given a record with `RecordPicker.padding` readable bytes behind it.
    /// - Returns: how many there were.
    @discardableResult
    package func latestRecords(since: Int, _ take: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        let latest = """
            SELECT s.id AS id FROM sightings s WHERE last_seen >= ?
            AND NOT EXISTS (SELECT 1 FROM sightings o WHERE o.endpoint = s.endpoint
            AND (o.last_seen, o.id) > (s.last_seen, s.id))
            """
        var padded: [UInt8] = []
        return try records(ofSightings: latest, [.integer(since)]) { line in
            padded.removeAll(keepingCapacity: true)
            line.withUnsafeBufferPointer { padded.append(contentsOf: $0) }
            let length = padded.count
            padded.append(contentsOf: repeatElement(0x20, count: RecordPicker.padding))
            try padded.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        }
    }
}

import Bytes
import Observations

/// For how many connections a record stands, and when the first and the last of them was.
struct SeenPeriod {
    let count: Int
    /// Milliseconds since 1970.
    let first: Int
    let last: Int

    /// No record stands for more; sums stay far from the end of `Int`.
    static let mostCounted = 1 << 40

    /// - Parameter time: the record's own, within the period whatever else it says.
    init(_ record: RecordPicker, _ time: Int) {
        count = min(max(record.integer(.sightingCount) ?? 1, 1), Self.mostCounted)
        let told = [RecordField.firstSighting, .lastSighting].map { field in
            record.text(field).flatMap { RFC3339.milliseconds($0) } ?? time
        }
        first = min(told[0], time)
        last = max(told[1], time)
    }
}

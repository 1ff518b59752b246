package import Bytes

/// What every line of ours begins with, whoever writes the rest.
///
/// A scan's records begin by `RecordEncoder`, which remembers places in what it writes.
extension ByteBuffer {
    /// Opens a record and writes its time, the version of ECS, and `event`.
    ///
    /// - Parameter time: milliseconds since 1970.
    package mutating func beginRecord(_ dataset: RecordDataset, at time: Int, isAlert: Bool = false) {
        begin(dataset.rawValue, time, isAlert)
        append(",\"category\":[\"network\"],\"type\":[\"info\"],\"outcome\":\"success\"}")
    }

    /// The same of a line that says something of records.
    package mutating func begin(_ kind: LineKind, at time: Int, isAlert: Bool) {
        begin("hallmark.\(kind.rawValue)", time, isAlert)
        append("}")
    }

    private mutating func begin(_ dataset: String, _ time: Int, _ isAlert: Bool) {
        append("{")
        member("@timestamp", RFC3339.text(time))
        append(",\"ecs\":")
        append(Self.ecs)
        object("event")
        member("kind", word: isAlert ? "alert" : "event")
        member("dataset", word: dataset)
    }

    /// The version of the Elastic Common Schema whose names are used.
    package static var ecs: StaticString { "{\"version\":\"9.0.0\"}" }
}

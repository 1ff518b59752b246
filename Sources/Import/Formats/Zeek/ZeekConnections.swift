/// Bytes and durations of conn.log by connection, for the connections of the other logs.
struct ZeekConnections {
    private struct Size {
        let bytes: Int?
        let milliseconds: Int?
        /// Whether it came behind connections of the other logs, and none was given it so far.
        var isLate: Bool
    }

    /// What became of a row.
    enum Outcome {
        /// Remembered, or of a service that is not read.
        case taken
        /// Remembered as far as it can be read.
        case unreadable
        /// There are too many.
        case full
    }

    /// By the hash of the connection's identifier.
    private var sizes: [Int: Size] = [:]
    /// Connections that are remembered; those beyond are without sizes.
    private let most: Int
    /// Rows that came behind connections of the other logs, and that none of them was given.
    private(set) var late = 0

    init(most: Int = 2_000_000) { self.most = most }

    /// - Parameter isLate: whether connections of the other logs have been read before it.
    mutating func add(_ row: ZeekRow, isLate: Bool) -> Outcome {
        guard let uid = row.bytes(.uid), let service = row.text(.service),
            service.contains("ssl") || service.contains("http")
        else { return .taken }
        let key = Self.hash(uid)
        guard sizes.count < most || sizes[key] != nil else { return .full }
        let (bytes, hasBytes) = Self.bytes(row)
        let (milliseconds, hasTime) = Self.milliseconds(row)
        if isLate, sizes[key]?.isLate != true { late += 1 }
        sizes[key] = Size(bytes: bytes, milliseconds: milliseconds, isLate: isLate)
        return hasBytes && hasTime ? .taken : .unreadable
    }

    /// The bytes of both sides, and whether what stands there can be read; one that is not set is not known.
    private static func bytes(_ row: ZeekRow) -> (Int?, Bool) {
        var sum: Int?
        for column in [ZeekColumn.clientBytes, .serverBytes] where row.has(column) {
            guard let count = row.integer(column), count >= 0 else { return (nil, false) }
            let (next, isTooLarge) = (sum ?? 0).addingReportingOverflow(count)
            guard !isTooLarge else { return (nil, false) }
            sum = next
        }
        return (sum, true)
    }

    private static func milliseconds(_ row: ZeekRow) -> (Int?, Bool) {
        guard row.has(.duration) else { return (nil, true) }
        guard let seconds = row.real(.duration), seconds >= 0, seconds < 1e9 else { return (nil, false) }
        return (Int(seconds * 1000), true)
    }

    /// What is known of the connection of a row.
    mutating func client(_ row: ZeekRow) -> ImportClient {
        var client = ImportClient()
        guard !sizes.isEmpty, let uid = row.bytes(.uid) else { return client }
        let key = Self.hash(uid)
        guard let size = sizes[key] else { return client }
        if size.isLate {
            sizes[key]?.isLate = false
            late -= 1
        }
        client.bytes = size.bytes
        client.milliseconds = size.milliseconds
        return client
    }

    private static func hash(_ uid: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: uid)
        return hasher.finalize()
    }
}

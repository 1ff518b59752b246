/// Bytes and durations of conn.log by connection, for the connections of the other logs.
struct ZeekConnections {
    private struct Size {
        let bytes: Int
        let milliseconds: Int
    }

    /// By the hash of the connection's identifier.
    private var sizes: [Int: Size] = [:]
    /// Connections that are remembered; those beyond are without sizes.
    private static let most = 2_000_000

    mutating func add(_ row: ZeekRow) {
        guard sizes.count < Self.most, let uid = row.bytes(.uid),
            let service = row.text(.service), service.contains("ssl") || service.contains("http")
        else { return }
        let bytes = (row.integer(.clientBytes) ?? 0).addingReportingOverflow(row.integer(.serverBytes) ?? 0)
        guard !bytes.overflow else { return }
        let time = row.real(.duration) ?? 0
        sizes[Self.hash(uid)] = Size(
            bytes: bytes.partialValue,
            milliseconds: time.magnitude < 1e9 ? Int(time * 1000) : 0
        )
    }

    /// What is known of the connection of a row.
    func client(_ row: ZeekRow) -> ImportClient {
        var client = ImportClient()
        guard !sizes.isEmpty, let uid = row.bytes(.uid), let size = sizes[Self.hash(uid)] else {
            return client
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

import Corpus
import Export
import Observations
import Wire

/// A sighting as a query over the table makes it of records: all of one endpoint, certificate and appearance.
struct SightingRow {
    /// The place of the condition among those of the query.
    let place: Int
    let certificate: String
    let endpoint: Endpoint
    let service: ServiceFacts
    let first: Int
    let last: Int
    let leads: [String]
    /// How many sightings of the same group there are, whenever they were.
    let total: Int

    /// What tells an endpoint from all others.
    struct Endpoint: Hashable {
        let ip: String
        let port: Int
        let name: String
        let transport: Transport

        /// As `key` in SQL makes it.
        var key: String { "\(ip) \(port) \(transport.rawValue) \(name)" }
    }

    init(_ row: WarehouseRow) throws(WarehouseError) {
        place = try row.integer(0)
        certificate = try row.text(1)
        let port = try row.integer(3)
        guard 0...65535 ~= port, let transport = Transport(rawValue: try row.text(5)) else {
            throw WarehouseError("the answer has an endpoint with a port or transport that is none")
        }
        endpoint = Endpoint(ip: try row.text(2), port: port, name: try row.text(4), transport: transport)
        let values = try row.texts(6)
        guard values.count == Self.fields.count else {
            throw WarehouseError("the answer has \(values.count) marks of a service")
        }
        let told = Dictionary(uniqueKeysWithValues: zip(Self.fields, values))
        service = ServiceFacts { told[$0] }
        first = try row.integer(7)
        last = try row.integer(8)
        leads = try row.texts(9)
        total = try row.integer(10)
    }

    private static let fields = ClickHousePivot.serviceMarks.map { RecordField($0) }

    // MARK: SQL

    /// What the rows of a query are gathered by, as far as their number is bounded.
    enum Group: String {
        case certificate = "c"
        case endpoint = "ip, port, transport, host"
        case appearance = "a"
    }

    static let key =
        "concat(ifNull(server_ip, ''), ' ', toString(ifNull(server_port, 0)), ' ', "
        + "\(ClickHousePivot.transport), ' ', \(ClickHousePivot.host))"

    /// The rows for which a condition holds, the latest first of each group.
    ///
    /// Milliseconds of `least` and `most` are the pivot's period: what was last seen before or first seen
    /// after it is left out, but counted.
    static func sql(
        _ place: Int,
        _ condition: String,
        _ group: Group,
        limit: Int,
        least: String,
        most: String
    ) -> String {
        let (first, last) = ("hallmark_sightings_first", "hallmark_sightings_last")
        return """
            SELECT toString(\(place)), c, ip, toString(port), host, transport, a, toString(seen), toString(gone), s,
                toString(total)
            FROM (
                SELECT *, count() OVER (PARTITION BY \(group.rawValue)) AS total,
                    min(seen) OVER (PARTITION BY \(group.rawValue)) AS age
                FROM (
                    SELECT \(ClickHousePivot.certificate) AS c, ifNull(server_ip, '') AS ip,
                        ifNull(server_port, 0) AS port, \(ClickHousePivot.host) AS host,
                        \(ClickHousePivot.transport) AS transport, \(ClickHousePivot.appearance) AS a,
                        min(toUnixTimestamp64Milli(least(ifNull(\(first), timestamp), timestamp))) AS seen,
                        max(toUnixTimestamp64Milli(greatest(ifNull(\(last), timestamp), timestamp))) AS gone,
                        arraySort(groupUniqArrayArray(\(ClickHousePivot.leads))) AS s
                    FROM \(ClickHouseTable.name)
                    WHERE \(ClickHousePivot.sighting) != 0 AND \(condition)
                    GROUP BY c, ip, port, host, transport, a
                )
            )
            WHERE gone >= \(least) AND seen <= \(most)
            ORDER BY age, \(group.rawValue), gone DESC, ip, port, c
            LIMIT \(limit) BY \(group.rawValue)
            """
    }
}

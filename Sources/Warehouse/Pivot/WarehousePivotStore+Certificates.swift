import Bytes
package import Corpus
import Export

/// Certificates, endpoints and appearances by their numbers, and what leads to them.
extension WarehousePivotStore {
    func fetch(certificates numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { found[$0] == nil && certificates[$0] != nil }
        let column = ClickHousePivot.certificate
        // What somebody else wrote down of a certificate counts where nobody has read it.
        let place = "(\(column), \(ClickHousePivot.isText), timestamp)"
        let rows = try inParts(unknown.compactMap { certificates[$0] }, Self.mostFetched) {
            row throws(WarehouseError) in
            (try row.text(0), try row.optionalText(1), try row.optionalText(2))
        } _: { digests, query in
            let isWanted = "\(column) IN \(query.value(Array(digests)))"
            return """
                SELECT \(column), any(JSONExtractRaw(record, 'tls', 'server', 'x509')),
                    any(JSONExtractRaw(record, 'hallmark', 'certificate'))
                FROM \(ClickHouseTable.name)
                PREWHERE \(isWanted) AND \(place) IN (
                    SELECT \(column), min((\(ClickHousePivot.isText), timestamp)).1 AS t,
                        min((\(ClickHousePivot.isText), timestamp)).2
                    FROM \(ClickHouseTable.name) WHERE \(isWanted) GROUP BY \(column)
                )
                GROUP BY \(column)
                """
        }
        for number in unknown { found[number] = .some(nil) }
        for (sha256, x509, details) in rows {
            let certificate = PivotCertificate(
                sha256: sha256,
                subject: nil,
                x509: x509,
                details: details,
                picker
            )
            guard let certificate else {
                throw WarehouseError("\(clickHouse.place): the record of a certificate is not JSON")
            }
            found[certificates.number(sha256)] = .some(certificate)
        }
    }

    package func certificate(_ id: Int) throws -> PivotCertificate? {
        try fetch(certificates: [id])
        return found[id] ?? nil
    }

    package func certificate(sha256: [UInt8]) throws -> Int? {
        let number = certificates.number(sha256.hex)
        try fetch(certificates: [number])
        return found[number].flatMap(\.self) == nil ? nil : number
    }

    /// The endpoints for which a condition holds, the one that was seen first first.
    func endpoints(
        limit: Int,
        _ condition: (inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [Int] {
        var query = WarehouseQuery()
        query.text = """
            SELECT '0', '', ifNull(server_ip, '') AS ip, toString(ifNull(server_port, 0)) AS port,
                \(ClickHousePivot.host) AS host, \(ClickHousePivot.transport) AS transport,
                any(\(ClickHousePivot.appearance)), '0', '0', [], '0'
            FROM \(ClickHouseTable.name) WHERE \(ClickHousePivot.sighting) != 0 AND \(condition(&query))
            GROUP BY ip, port, host, transport ORDER BY min(timestamp), ip, port, host LIMIT \(limit)
            """
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try SightingRow(row).endpoint }
        return rows.map { endpoints.number($0) }
    }

    package func endpoints(ip: String, port: Int?, limit: Int) throws -> [Int] {
        try endpoints(limit: limit) { query in
            let address = "server_ip = \(query.value(ip))"
            return port.map { "\(address) AND server_port = \(query.value($0))" } ?? address
        }
    }

    package func endpoints(name: String, limit: Int) throws -> [Int] {
        try endpoints(limit: limit) {
            "\(ClickHousePivot.host) = \($0.value(name)) AND \(ClickHousePivot.host) != ''"
        }
    }

    package func certificates(below domain: String, limit: Int) throws -> [Int] {
        var query = WarehouseQuery()
        let end = query.value("." + domain.lowercased())
        query.text = """
            SELECT \(ClickHousePivot.certificate) AS c FROM \(ClickHouseTable.name)
            WHERE c != '' AND arrayExists(
                n -> endsWith(trim(TRAILING '.' FROM n), \(end)) AND length(n) > length(\(end)),
                \(ClickHousePivot.names))
            GROUP BY c ORDER BY min(timestamp), c LIMIT \(limit)
            """
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try row.text(0) }
        return rows.map { certificates.number($0) }
    }

    package func endpoint(_ id: Int) throws -> CorpusEndpoint {
        guard let place = endpoints[id] else { throw WarehouseError("there is no endpoint \(id)") }
        return CorpusEndpoint(
            ip: place.ip,
            port: place.port,
            name: place.name,
            transport: place.transport
        )
    }

    package func service(_ id: Int) throws -> ServiceFacts {
        guard let facts = services[id] else { throw WarehouseError("there is no appearance \(id)") }
        return facts
    }
}

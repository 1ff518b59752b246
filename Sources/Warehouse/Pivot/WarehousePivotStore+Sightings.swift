package import Corpus
import Export

/// What was seen of certificates, endpoints and appearances, and when.
extension WarehousePivotStore {
    /// The sightings for each of several conditions, with the place of the condition.
    func fetch<Wanted>(
        _ wanted: [Wanted],
        _ group: SightingRow.Group,
        limit: Int,
        most: Int,
        _ condition: (Wanted, inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [(place: Int, row: SightingRow)] {
        try inParts(wanted.enumerated().map(\.self), Self.mostParts) { row throws(WarehouseError) in
            let row = try SightingRow(row)
            guard wanted.indices.contains(row.place) else {
                throw WarehouseError("the answer is to a question that was not asked")
            }
            return (row.place, row)
        } _: { parts, query in
            let (least, latest) = (query.value(since), query.value(until))
            return parts.map { place, wanted in
                let text = SightingRow.sql(
                    place,
                    condition(wanted, &query),
                    group,
                    limit: limit,
                    least: least,
                    most: latest
                )
                return "(SELECT * FROM (\(text)) LIMIT \(most))"
            }.joined(separator: " UNION ALL ")
        }
    }

    func number(_ row: SightingRow) -> PivotSighting {
        let endpoint = endpoints.number(row.endpoint)
        let certificate = row.certificate.isEmpty ? 0 : certificates.number(row.certificate)
        let appearance = appearances.number(row.service.text)
        services[appearance] = row.service
        endpointAges[endpoint] = min(endpointAges[endpoint] ?? .max, row.first)
        certificateAges[certificate] = min(certificateAges[certificate] ?? .max, row.first)
        let id = sightings.number([endpoint, certificate, appearance])
        leads[id] = row.leads
        return PivotSighting(
            id: id,
            endpoint: endpoint,
            certificate: certificate,
            appearance: appearance,
            first: row.first,
            last: row.last
        )
    }

    func fetchSightings(certificates numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { $0 > 0 && ofCertificate[$0] == nil && certificates[$0] != nil }
        for start in stride(from: 0, to: unknown.count, by: Self.mostFetched) {
            let part = unknown[start..<min(start + Self.mostFetched, unknown.count)]
            let digests = part.compactMap { certificates[$0] }
            let rows = try fetch([digests], .certificate, limit: Self.mostSightings, most: .max >> 1) {
                "\(ClickHousePivot.certificate) IN \($1.value($0))"
            }
            for number in part { ofCertificate[number] = [] }
            for (_, row) in rows {
                let sighting = number(row)
                ofCertificate[sighting.certificate, default: []].append(sighting)
                totals[sighting.certificate] = row.total
            }
        }
    }

    func fetchSightings(endpoints numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { ofEndpoint[$0] == nil && endpoints[$0] != nil }
        for start in stride(from: 0, to: unknown.count, by: Self.mostFetched) {
            let part = unknown[start..<min(start + Self.mostFetched, unknown.count)]
            let keys = part.compactMap { endpoints[$0] }
            let rows = try fetch([keys], .endpoint, limit: Self.mostSightings, most: .max >> 1) {
                "server_ip IN \($1.value(Array(Set($0.map(\.ip))))) "
                    + "AND \(SightingRow.key) IN \($1.value($0.map(\.key)))"
            }
            for number in part { ofEndpoint[number] = [] }
            for (_, row) in rows {
                let sighting = number(row)
                ofEndpoint[sighting.endpoint, default: []].append(sighting)
            }
        }
    }

    package func sightings(certificate: Int, limit: Int) throws -> [PivotSighting] {
        try fetchSightings(certificates: [certificate])
        return Array((ofCertificate[certificate] ?? []).prefix(limit))
    }

    package func sightings(endpoint: Int, limit: Int) throws -> [PivotSighting] {
        try fetchSightings(endpoints: [endpoint])
        return Array((ofEndpoint[endpoint] ?? []).prefix(limit))
    }

    package func sightings(appearance: Int, limit: Int) throws -> [PivotSighting] {
        Array((ofAppearance[appearance] ?? []).prefix(limit))
    }

    package func sightings(lead software: String, limit: Int) throws -> [PivotSighting] {
        let (leads, sighting) = (ClickHousePivot.leads, ClickHousePivot.sighting)
        let rows = try fetch([software], .certificate, limit: limit, most: limit) { software, query in
            let isSaid = "has(\(leads), \(query.value(software)))"
            return "\(sighting) IN (SELECT \(sighting) FROM \(ClickHouseTable.name) WHERE \(isSaid))"
        }
        return rows.filter { $0.row.leads.contains(software) }.map { number($0.row) }
    }

    package func sightingCount(certificate: Int) throws -> Int {
        try fetchSightings(certificates: [certificate])
        return min(totals[certificate] ?? 0, 1000)
    }

    package func age(certificate: Int) -> PivotAge {
        PivotAge(certificateAges[certificate] ?? .max, certificates[certificate] ?? "")
    }

    package func age(endpoint: Int) -> PivotAge {
        PivotAge(endpointAges[endpoint] ?? .max, endpoints[endpoint]?.key ?? "")
    }

    package func leads(sighting: Int) throws -> [String] { leads[sighting] ?? [] }
}

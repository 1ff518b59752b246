import Bytes
package import Corpus
import Export
import Observations

/// The table of `hallmark warehouse schema` as a pivot reads it, by few queries of which each asks much.
///
/// Records become marks by the same readers as on their way into a corpus. Numbers are given out here, in the
/// order in which things are met, and say nothing of their age; what was read is remembered, for one pivot.
package final class WarehousePivotStore: PivotStore {
    let clickHouse: ClickHouse
    let picker = RecordPicker()
    let since: Int
    let until: Int
    /// How many records there are.
    var recordCount: Int?

    /// When certificates and endpoints were first seen, by their numbers, as far as rows have told.
    var certificateAges: [Int: Int] = [:]
    var endpointAges: [Int: Int] = [:]
    var certificates = NumberTable<String>()
    var endpoints = NumberTable<SightingRow.Endpoint>()
    var appearances = NumberTable<String>()
    var sightings = NumberTable<[Int]>()
    var services: [Int: ServiceFacts] = [:]
    var leads: [Int: [String]] = [:]
    /// What stands behind numbers of certificates that were looked for; nil for what is not there.
    var found: [Int: PivotCertificate?] = [:]
    var totals: [Int: Int] = [:]
    var ofCertificate: [Int: [PivotSighting]] = [:]
    var ofEndpoint: [Int: [PivotSighting]] = [:]
    var ofAppearance: [Int: [PivotSighting]] = [:]
    var counts: [Mark: Int] = [:]
    /// What has a mark, and how many were asked for.
    var holders: [Mark: (limit: Int, numbers: [Int])] = [:]

    /// Up to this many records, what is distinct is counted; of more it is estimated, within a percent.
    static let mostCounted = 10_000_000
    /// Up to this many records, one pass over all of them is cheaper than a question for each mark.
    static let mostPassed = 1_000_000
    /// Of each certificate and endpoint so many sightings are read: a pivot looks at no more.
    static let mostSightings = 20
    /// Conditions of one query, certificates of one query.
    static let mostParts = 50
    static let mostFetched = 400

    /// - Parameters:
    ///   - since: milliseconds since 1970, or nil, as `PivotOptions` has it.
    package init(_ clickHouse: ClickHouse, since: Int?, until: Int?) {
        self.clickHouse = clickHouse
        self.since = since ?? .min
        self.until = until ?? .max
    }

    /// Asks for each part of what is wanted: at most `size` at once, and fewer where their values are long.
    func inParts<Wanted, Row>(
        _ wanted: [Wanted],
        _ size: Int,
        _ read: (WarehouseRow) throws(WarehouseError) -> Row,
        _ text: (ArraySlice<Wanted>, inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [Row] {
        var rows: [Row] = []
        var left = wanted[...]
        var count = size
        while !left.isEmpty {
            let part = left.prefix(count)
            var query = WarehouseQuery()
            query.text = text(part, &query)
            guard query.size <= WarehouseQuery.usualSize || part.count == 1 else {
                count = (part.count + 1) / 2
                continue
            }
            rows += try clickHouse.rows(query, read)
            left = left.dropFirst(part.count)
        }
        return rows
    }

    // MARK: Ahead

    package func prefetch(_ wanted: PivotForesight) throws {
        switch wanted {
        case .weights(let marks): try fetchCounts(marks)
        case .holders(let marks):
            try fetchCertificates(with: marks, limit: Self.mostHolders)
            try fetchAppearances(with: marks, limit: Self.mostAppearances)
        case .digests(let digests):
            try fetch(certificates: digests.map { certificates.number($0.hex) })
        case .certificates(let numbers):
            try fetch(certificates: numbers)
            try fetchSightings(certificates: numbers)
        case .endpoints(let numbers):
            try fetchSightings(endpoints: numbers)
            let shown = numbers.flatMap { ofEndpoint[$0] ?? [] }.map(\.certificate)
            try fetch(certificates: shown.filter { $0 > 0 })
        }
    }

    /// Certificates and appearances with one mark that a pivot goes through at most.
    static let mostHolders = 3000
    static let mostAppearances = 200
}

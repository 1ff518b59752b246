/// From marks to what has them.
extension Pivot {
    /// A certificate or an endpoint under consideration.
    private struct Candidate {
        var marks: [Int] = []
        var score = 0.0
    }

    /// The results that share marks, or, with `only`, the seeds themselves.
    func expand(
        _ marks: [SharedMark],
        depth: Int,
        via: PivotResult?,
        only seeds: Seeds? = nil,
        leavingOut known: Set<String> = []
    ) throws -> [PivotResult] {
        var certificates: [Int: Candidate] = [:]
        var endpoints: [Int: Candidate] = [:]
        if let seeds {
            for id in seeds.certificates { certificates[id] = Candidate() }
            if seeds.certificates.isEmpty { for id in seeds.endpoints { endpoints[id] = Candidate() } }
        } else {
            try collect(marks, &certificates, &endpoints)
        }
        let most = max(options.limit + known.count + 20, 50)
        var results: [PivotResult] = []
        for (id, _) in best(certificates, marks, most) where !known.contains("c\(id)") {
            if let result = try certificate(id, marks, depth, via) { results.append(result) }
        }
        for (id, _) in best(endpoints, marks, most) where !known.contains("e\(id)") {
            if let result = try endpoint(id, marks, depth, via) { results.append(result) }
        }
        return seeds == nil ? results.filter { $0.score > 0 } : results
    }

    private func collect(
        _ marks: [SharedMark],
        _ certificates: inout [Int: Candidate],
        _ endpoints: inout [Int: Candidate]
    ) throws {
        var left = Self.mostCandidates
        for (number, shared) in marks.enumerated() where shared.followed && left > 0 {
            guard !shared.mark.kind.isOfService else { continue }
            for id in try reader.certificates(with: shared.mark, limit: min(left, Self.mostFollowed)) {
                certificates[id, default: Candidate()].marks.append(number)
                left -= 1
            }
        }
        // The endpoints of services are several look-ups away each.
        left = Self.mostCandidates / 10
        for (number, shared) in marks.enumerated() where shared.followed && left > 0 {
            guard shared.mark.kind.isOfService else { continue }
            for appearance in try reader.appearances(with: shared.mark, limit: 200) where left > 0 {
                for sighting in try reader.sightings(appearance: appearance, limit: min(left, 200)) {
                    left -= 1
                    if certificates[sighting.certificate] != nil { continue }
                    endpoints[sighting.endpoint, default: Candidate()].marks.append(number)
                }
            }
        }
    }

    private func best(
        _ candidates: [Int: Candidate],
        _ marks: [SharedMark],
        _ most: Int
    ) -> [(key: Int, value: Candidate)] {
        let scored = candidates.mapValues { candidate in
            Candidate(marks: candidate.marks, score: Self.score(candidate.marks.map { marks[$0] }))
        }
        return Array(scored.sorted { ($1.value.score, $0.key) < ($0.value.score, $1.key) }.prefix(most))
    }

    /// Looks at a certificate as a whole: all marks that it and its endpoints share.
    private func certificate(
        _ id: Int,
        _ marks: [SharedMark],
        _ depth: Int,
        _ via: PivotResult?
    ) throws -> PivotResult? {
        guard let certificate = try reader.certificate(id) else { return nil }
        let sightings = try reader.sightings(certificate: id, limit: 8)
        // With a period, what was not seen in it does not count.
        if sightings.isEmpty, options.since != nil || options.until != nil { return nil }
        var has = Set(certificate.marks)
        for sighting in sightings { has.formUnion(try reader.service(sighting.appearance).marks) }
        return try result(
            id: "c\(id)",
            certificate,
            sightings,
            count: sightings.count < 8 ? sightings.count : try reader.sightingCount(certificate: id),
            shared: marks.filter { has.contains($0.mark) },
            isEndpoint: false,
            depth,
            via
        )
    }

    private func endpoint(
        _ id: Int,
        _ marks: [SharedMark],
        _ depth: Int,
        _ via: PivotResult?
    ) throws -> PivotResult? {
        let sightings = try reader.sightings(endpoint: id, limit: 8).sorted { $0.last > $1.last }
        guard let latest = sightings.first else { return nil }
        var has: Set<Mark> = []
        var shown: PivotReader.Certificate?
        for sighting in sightings {
            has.formUnion(try reader.service(sighting.appearance).marks)
            if let certificate = try reader.certificate(sighting.certificate) {
                has.formUnion(certificate.marks)
                if shown == nil { shown = certificate }
            }
        }
        return try result(
            id: "e\(id)",
            shown,
            [latest],
            count: 1,
            shared: marks.filter { has.contains($0.mark) },
            isEndpoint: true,
            depth,
            via
        )
    }

    private func result(
        id: String,
        _ certificate: PivotReader.Certificate?,
        _ sightings: [PivotReader.Sighting],
        count: Int,
        shared: [SharedMark],
        isEndpoint: Bool,
        _ depth: Int,
        _ via: PivotResult?
    ) throws -> PivotResult {
        var leads: [String] = []
        for sighting in sightings {
            for lead in try reader.leads(sighting: sighting.id) where !leads.contains(lead) {
                leads.append(lead)
            }
        }
        let places = try sightings.map { sighting in
            let endpoint = try reader.endpoint(sighting.endpoint)
            return PivotResult.Place(
                endpoint: endpoint.text,
                name: endpoint.name,
                first: sighting.first,
                last: sighting.last
            )
        }
        return PivotResult(
            id: id,
            sha256: certificate?.sha256 ?? "",
            subject: certificate?.subject ?? "",
            places: places,
            placeCount: count,
            isEndpoint: isEndpoint,
            leads: leads,
            score: Self.score(shared) * (depth > 1 ? 0.5 : 1),
            shared: shared,
            depth: depth,
            via: via?.id,
            firstSeen: sightings.map(\.first).min(),
            lastSeen: sightings.map(\.last).max()
        )
    }
}

/// From marks to what has them.
extension Pivot {
    /// Marks from which a step begins.
    struct Start {
        let marks: [SharedMark]
        /// The result that has them; nil for the query.
        let via: String?
        /// The places of the marks in `marks`.
        let places: [Mark: Int]

        init(_ marks: [SharedMark], via: String? = nil) {
            self.marks = marks
            self.via = via
            places = Dictionary(
                marks.enumerated().map { ($1.mark, $0) },
                uniquingKeysWith: { first, _ in first }
            )
        }

        /// Those that something else has too, the weightiest first.
        func shared(with others: some Sequence<Mark>) -> [SharedMark] {
            var found: Set<Int> = []
            for mark in others { if let place = places[mark] { found.insert(place) } }
            return found.sorted().map { marks[$0] }
        }
    }

    /// What shares marks of one start or another: the best of it, looked at as a whole.
    ///
    /// - Parameter known: results that are there already.
    func expand(_ starts: [Start], depth: Int, leavingOut known: [PivotMatch]) throws -> [PivotMatch] {
        let knownCertificates = Set(known.lazy.filter { !$0.isEndpoint }.map(\.id))
        let knownEndpoints = Set(known.lazy.filter(\.isEndpoint).map(\.id))
        // Whole, a candidate can weigh more than by its followed marks alone: look at more than are wanted.
        let most = limit + 20
        var certificates = BestCandidates(most)
        var endpoints = BestCandidates(most)
        try store.prefetch(.holders(starts.flatMap(\.marks).filter(\.followed).map(\.mark)))
        for (number, start) in starts.enumerated() {
            let found = try collect(start.marks, budget: Self.mostCandidates / starts.count)
            found.certificates
                .best(most, start: number, leavingOut: knownCertificates) { store.age(certificate: $0) }
                .forEach { certificates.add($0) }
            found.endpoints
                .best(most, start: number, leavingOut: knownEndpoints) { store.age(endpoint: $0) }
                .forEach { endpoints.add($0) }
        }
        var matches: [PivotMatch] = []
        let (best, places) = (certificates.sorted(), endpoints.sorted())
        try store.prefetch(.certificates(best.map(\.id)))
        for candidate in best {
            if let match = try certificate(candidate.id, starts[candidate.start], depth) {
                matches.append(match)
            }
        }
        try store.prefetch(.endpoints(places.map(\.id)))
        for candidate in places {
            if let match = try endpoint(candidate.id, starts[candidate.start], depth) {
                matches.append(match)
            }
        }
        return matches.filter { $0.score > 0 }
    }

    /// What the query names, as results.
    func matches(_ seeds: Seeds, _ marks: [SharedMark]) throws -> [PivotMatch] {
        let start = Start(marks)
        try store.prefetch(.certificates(seeds.certificates))
        guard seeds.certificates.isEmpty else {
            return try seeds.certificates.sorted { store.age(certificate: $0) < store.age(certificate: $1) }
                .compactMap { try certificate($0, start, 0) }
        }
        return try seeds.endpoints.sorted { store.age(endpoint: $0) < store.age(endpoint: $1) }
            .compactMap { try endpoint($0, start, 0) }
    }

    private func collect(_ marks: [SharedMark], budget: Int) throws -> (
        certificates: Candidates, endpoints: Candidates
    ) {
        var certificates = Candidates()
        var endpoints = Candidates()
        var left = budget
        for shared in marks where shared.followed && left > 0 && !shared.mark.kind.isOfService {
            for id in try store.certificates(with: shared.mark, limit: min(left, Self.mostFollowed)) {
                certificates.add(id, shared)
                left -= 1
            }
        }
        // The endpoints of services are several look-ups away each, and no more are wanted than a few.
        left = min(budget / 10, 20 * (limit + 20))
        for shared in marks where shared.followed && left > 0 && shared.mark.kind.isOfService {
            for appearance in try store.appearances(with: shared.mark, limit: 200) where left > 0 {
                for sighting in try store.sightings(appearance: appearance, limit: min(left, 200)) {
                    left -= 1
                    if !certificates.contains(sighting.certificate) {
                        endpoints.add(sighting.endpoint, shared)
                    }
                }
            }
        }
        return (certificates, endpoints)
    }

    /// Looks at a certificate as a whole: all marks that it and its endpoints share.
    private func certificate(_ id: Int, _ start: Start, _ depth: Int) throws -> PivotMatch? {
        guard let certificate = try store.certificate(id) else { return nil }
        let sightings = try store.sightings(certificate: id, limit: 8)
        // With a period, what was not seen in it does not count.
        if sightings.isEmpty, options.since != nil || options.until != nil { return nil }
        var marks = certificate.marks
        for appearance in Set(sightings.map(\.appearance)) { marks += try store.service(appearance).marks }
        return PivotMatch(
            id: id,
            isEndpoint: false,
            certificate: certificate,
            sightings: sightings,
            shared: start.shared(with: marks),
            depth: depth,
            via: start.via
        )
    }

    private func endpoint(_ id: Int, _ start: Start, _ depth: Int) throws -> PivotMatch? {
        let sightings = try store.sightings(endpoint: id, limit: 8).sorted { $0.last > $1.last }
        guard let latest = sightings.first else { return nil }
        var marks: [Mark] = []
        var shown: PivotCertificate?
        for sighting in sightings {
            marks += try store.service(sighting.appearance).marks
            if let certificate = try store.certificate(sighting.certificate) {
                marks += certificate.marks
                if shown == nil { shown = certificate }
            }
        }
        return PivotMatch(
            id: id,
            isEndpoint: true,
            certificate: shown,
            sightings: [latest],
            shared: start.shared(with: marks),
            depth: depth,
            via: start.via
        )
    }

    /// Where and when something was seen.
    func place(_ sighting: PivotSighting) throws -> PivotResult.Place {
        let endpoint = try store.endpoint(sighting.endpoint)
        return PivotResult.Place(
            endpoint: endpoint.text,
            name: endpoint.name,
            first: sighting.first,
            last: sighting.last
        )
    }

    /// A match with its endpoints and leads.
    func result(_ match: PivotMatch) throws -> PivotResult {
        var leads: [String] = []
        for sighting in match.sightings {
            for lead in try store.leads(sighting: sighting.id) where !leads.contains(lead) {
                leads.append(lead)
            }
        }
        let places = try match.sightings.map(place)
        return PivotResult(
            id: match.key,
            sha256: match.certificate?.sha256 ?? "",
            subject: match.certificate?.subject ?? "",
            isPrecertificate: match.certificate?.isPrecertificate ?? false,
            places: places,
            placeCount: match.isEndpoint
                ? 1 : places.count < 8 ? places.count : try store.sightingCount(certificate: match.id),
            isEndpoint: match.isEndpoint,
            leads: leads,
            score: match.score,
            shared: match.shared,
            depth: match.depth,
            via: match.via,
            firstSeen: match.firstSeen,
            lastSeen: match.sightings.map(\.last).max()
        )
    }
}

/// A certificate or an endpoint that shares marks, as far as its place among the results asks for.
struct PivotMatch {
    let id: Int
    let isEndpoint: Bool
    let certificate: PivotCertificate?
    let sightings: [PivotSighting]
    let shared: [SharedMark]
    let depth: Int
    let via: String?
    let score: Double
    let firstSeen: Int?

    init(
        id: Int,
        isEndpoint: Bool,
        certificate: PivotCertificate?,
        sightings: [PivotSighting],
        shared: [SharedMark],
        depth: Int,
        via: String?
    ) {
        self.id = id
        self.isEndpoint = isEndpoint
        self.certificate = certificate
        self.sightings = sightings
        self.shared = shared
        self.depth = depth
        self.via = via
        score = Pivot.score(shared) * (depth > 1 ? 0.5 : 1)
        firstSeen = sightings.map(\.first).min()
    }

    /// As `PivotResult.id`.
    var key: String { (isEndpoint ? "e" : "c") + String(id) }
}

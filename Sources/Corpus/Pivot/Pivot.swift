import Foundation
import Observations

/// Finds what shares the marks of a certificate, an endpoint or a name.
///
/// From the seeds to their marks, from each mark that is rare enough to the certificates and appearances that
/// have it, from those to the endpoints: all by index. What is found is then looked at as a whole, so that
/// its reasons name the common marks too, with the little weight that they have.
package struct Pivot {
    let store: any PivotStore
    let options: PivotOptions
    let certificateTotal: Int
    let sightingTotal: Int

    /// A mark that more have is not followed: it would lead everywhere.
    static let mostFollowed = 3000
    /// So many candidates are collected at most, and so many certificates and endpoints looked at as a whole.
    static let mostCandidates = 20_000

    /// A set of certificates and appearances whose marks are looked for.
    struct Seeds {
        var certificates: [Int] = []
        var endpoints: [Int] = []
        var marks: [Mark] = []

        mutating func add(_ more: [Mark]) {
            for mark in more where !marks.contains(mark) { marks.append(mark) }
        }
    }

    package static func run(
        _ query: PivotQuery,
        in corpus: CorpusFile,
        _ options: PivotOptions
    ) throws -> PivotAnswer {
        try read(corpus, options) { try $0.answer(query) }
    }

    /// Marks with their rarity in a corpus, whether it has them or not, the weightiest first.
    package static func weigh(
        _ marks: [Mark],
        in corpus: CorpusFile,
        _ options: PivotOptions
    ) throws -> [SharedMark] {
        try read(corpus, options) { try $0.weigh(marks) }
    }

    private static func read<Result>(
        _ corpus: CorpusFile,
        _ options: PivotOptions,
        _ body: (Pivot) throws -> Result
    ) throws -> Result {
        try corpus.read { db in
            let reader = PivotReader(
                db,
                hash: corpus.hash,
                since: options.since ?? .min,
                until: options.until ?? .max
            )
            return try body(Pivot(over: reader, options))
        }
    }

    private init(over store: any PivotStore, _ options: PivotOptions) throws {
        self.store = store
        self.options = options
        certificateTotal = max(1, try store.certificateTotal())
        sightingTotal = max(1, try store.sightingTotal())
    }

    /// Asks any store, which has to be of the options' period.
    package static func run(
        _ query: PivotQuery,
        over store: any PivotStore,
        _ options: PivotOptions
    ) throws -> PivotAnswer {
        try Pivot(over: store, options).answer(query)
    }

    /// How many results there are at most; more candidates are never collected.
    var limit: Int { min(max(0, options.limit), Self.mostCandidates) }

    private func answer(_ query: PivotQuery) throws -> PivotAnswer {
        var answer = PivotAnswer()
        let seeds = try seeds(of: query)
        var asked = false
        if case .marks = query { asked = true }
        let hasMarks = asked && !seeds.marks.isEmpty
        answer.isKnown =
            !seeds.certificates.isEmpty || !seeds.endpoints.isEmpty || hasMarks || query.isOfFile
        answer.paths = try paths(query, seeds)
        answer.isKnown = answer.isKnown || !answer.paths.paths.isEmpty || !answer.paths.busy.isEmpty
        answer.marks = try weigh(seeds.marks, asked: asked)
        let own = try matches(seeds, answer.marks)
        answer.seeds = try own.map { try result($0) }
        var found = try expand([Start(answer.marks)], depth: 1, leavingOut: own)
        if options.depth > 1, !found.isEmpty {
            found += try expand(try further(from: found), depth: 2, leavingOut: own + found)
        }
        found = found.filter { $0.score >= options.leastScore }
        switch options.order {
        case .score:
            found.sort { ($1.score, $0.depth, $0.firstSeen ?? 0) < ($0.score, $1.depth, $1.firstSeen ?? 0) }
        case .time: found.sort { ($0.firstSeen ?? .max, $1.score) < ($1.firstSeen ?? .max, $0.score) }
        }
        answer.isCut = found.count > limit
        if options.wantsClients {
            let told = try clients(of: own + found.prefix(limit))
            answer.clients = told.clients
            answer.areClientsCut = told.isCut
        }
        answer.results = try found.prefix(limit).map { try result($0) }
        return answer
    }

    /// The best results, as starts of a second step.
    private func further(from found: [PivotMatch]) throws -> [Start] {
        // A result that shares little with the seeds leads away from them.
        let best = found.map(\.score).max() ?? 0
        let starts = found.sorted { $0.score > $1.score }.prefix(10).filter { $0.score * 2 >= best }
        let next = try starts.map { start in
            var next = Seeds()
            if start.isEndpoint {
                for sighting in try store.sightings(endpoint: start.id, limit: 5) {
                    if let certificate = try store.certificate(sighting.certificate) {
                        next.add(certificate.marks)
                    }
                }
            } else if let certificate = start.certificate {
                next.add(certificate.marks)
            }
            return (marks: next.marks, via: start.key)
        }
        try store.prefetch(.weights(next.flatMap(\.marks)))
        return try next.map { Start(try weigh($0.marks), via: $0.via) }
    }

    // MARK: Seeds

    private func seeds(of query: PivotQuery) throws -> Seeds {
        var seeds = Seeds()
        switch query {
        case .certificate(let digest):
            if let id = try store.certificate(sha256: digest) { seeds.certificates = [id] }
        case .records(let lines):
            let picker = RecordPicker()
            let all = lines.compactMap { line in
                (try? picker.read(line)) == nil ? nil : CertificateFacts(picker)
            }
            try store.prefetch(.digests(all.map(\.sha256)))
            try store.prefetch(.weights(all.flatMap(\.marks)))
            for facts in all {
                // A mark that nothing in the corpus has leads nowhere, and has no weight in it.
                seeds.add(try facts.marks.filter { try store.has($0) })
                if let id = try store.certificate(sha256: facts.sha256) { seeds.certificates.append(id) }
            }
        case .endpoint(let ip, let port):
            seeds.endpoints = try store.endpoints(ip: ip, port: port, limit: 100)
        case .name(let name):
            seeds.endpoints = try store.endpoints(name: name, limit: 20)
            seeds.certificates = try store.certificates(with: Mark(.name, name), limit: 50)
            seeds.add([Mark(.name, name)])
        case .below(let domain):
            seeds.certificates = Array(
                Set(try store.certificates(below: domain, limit: 200)).sorted().prefix(50)
            )
        case .marks(let marks):
            try store.prefetch(.weights(marks))
            seeds.add(try marks.filter { try store.has($0) })
        case .lead(let software):
            let sightings = try store.sightings(lead: software, limit: 200)
            seeds.certificates = Array(Set(sightings.map(\.certificate)).subtracting([0])).sorted()
            seeds.endpoints = Array(Set(sightings.filter { $0.certificate == 0 }.map(\.endpoint))).sorted()
        }
        try store.prefetch(.endpoints(seeds.endpoints))
        for endpoint in seeds.endpoints {
            for sighting in try store.sightings(endpoint: endpoint, limit: 20) {
                if sighting.certificate > 0, !seeds.certificates.contains(sighting.certificate) {
                    seeds.certificates.append(sighting.certificate)
                }
                seeds.add(try store.service(sighting.appearance).marks)
            }
        }
        try store.prefetch(.certificates(seeds.certificates))
        for certificate in seeds.certificates {
            guard let found = try store.certificate(certificate) else { continue }
            seeds.add(found.marks)
            if case .certificate = query {
                for sighting in try store.sightings(certificate: certificate, limit: 20) {
                    seeds.add(try store.service(sighting.appearance).marks)
                }
            }
        }
        return seeds
    }

    // MARK: Weights

    /// The marks with their rarity, the weightiest first.
    ///
    /// - Parameter asked: whether somebody asked for the marks themselves, however common they are.
    func weigh(_ marks: [Mark], asked: Bool = false) throws -> [SharedMark] {
        try store.prefetch(.weights(marks))
        return try marks.map { mark in
            let total = mark.kind.isOfService ? sightingTotal : certificateTotal
            let count = min(total, max(1, try store.count(mark) ?? 1))
            let benign = asked ? nil : options.benign(mark)
            let isRare = count <= Self.mostFollowed && !SharedMark.isCommon(count, of: total)
            return SharedMark(
                mark: mark,
                count: count,
                total: total,
                // One more than there are, so that what all of a small corpus share still shows.
                weight: benign == nil ? log2((Double(total) + 1) / Double(count)) : 0,
                benign: benign,
                followed: asked || benign == nil && isRare
            )
        }.sorted { ($1.weight, $0.mark.kind.rawValue) < ($0.weight, $1.mark.kind.rawValue) }
    }

    /// The sum over the families of the weightiest mark.
    static func score(_ marks: [SharedMark]) -> Double {
        var best: [FieldMark.Family: Double] = [:]
        for mark in marks { best[mark.mark.kind.family] = max(best[mark.mark.kind.family] ?? 0, mark.weight) }
        // In one order: the last bits of a sum hang on it, and the order of equals on them.
        return best.values.sorted().reduce(0, +)
    }
}

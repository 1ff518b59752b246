import Bytes

/// The answer of a pivot as a graph: what was found, and between it the marks that are shared.
package struct PivotGraph: Sendable {
    enum Kind: String, Sendable {
        case seed, certificate, endpoint, mark, client, name, address
    }

    struct Node: Sendable {
        let id: String
        let kind: Kind
        let label: String
        /// What a click shows.
        var details: [(name: String, value: String)]
        /// What a pivot from here starts with; empty where there is none.
        var query = ""
        /// Places to look further, all written by `ExternalQueries`.
        var links: [(name: String, url: String)] = []
        let weight: Double
        var x = 0.0
        var y = 0.0
    }

    struct Edge: Sendable {
        let from: Int
        let to: Int
        let weight: Double
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    /// Whether there is more than what is drawn.
    package private(set) var isCut = false

    /// More results than this make no picture.
    package static let mostResults = 600
    /// Each result is tied to its weightiest marks only.
    static let mostMarks = 5
    static let mostClients = 100
    static let mostPaths = 100

    package init(_ answer: PivotAnswer) { self.init([answer]) }

    /// Several answers in one picture: what one found and another started from stands once.
    package init(_ answers: [PivotAnswer]) {
        var places: [String: Int] = [:]
        var marks: [Mark: Int] = [:]
        var ties: Set<[Int]> = []
        // In turn: the first ones shall not take all places.
        let longest = answers.map(\.results.count).max() ?? 0
        let found = (0..<longest).flatMap { rank in
            answers.compactMap { rank < $0.results.count ? $0.results[rank] : nil }
        }
        let results = found.prefix(Self.mostResults)
        // What shares only what many have is tied by that.
        let tying = results.map { result in
            let strong = Self.strong(result).prefix(Self.mostMarks)
            return strong.isEmpty ? result.shared.filter { $0.weight > 0 }.prefix(1) : strong
        }
        let drawn = Set(tying.lazy.joined().map(\.mark))
        let ids = Set(results.map(\.id))
        let begins = answers.map { Self.seeds(of: $0, drawn: drawn, results: ids) }
        let seeds = begins.flatMap(\.shown)
        isCut =
            results.count < found.count || answers.contains(where: \.isCut)
            || zip(answers, begins).contains { $0.seeds.count > $1.shown.count }
        for result in seeds + results where places[result.id] == nil {
            places[result.id] = nodes.count
            nodes.append(Self.node(result))
        }
        func connect(_ from: Int, _ to: Int, _ weight: Double) {
            guard from != to, ties.insert([min(from, to), max(from, to)]).inserted else { return }
            edges.append(Edge(from: from, to: to, weight: weight))
        }
        func tie(_ result: PivotResult, _ shared: some Sequence<SharedMark>) {
            guard let from = places[result.id] else { return }
            for mark in shared {
                let to = marks[mark.mark] ?? nodes.count
                if marks[mark.mark] == nil {
                    marks[mark.mark] = to
                    nodes.append(Self.node(mark))
                }
                connect(from, to, mark.weight)
            }
        }
        for (result, shared) in zip(results, tying) {
            tie(result, shared)
            if let via = result.via.flatMap({ places[$0] }), let own = places[result.id] {
                connect(via, own, 0)
            }
        }
        // Of the seeds' marks only those that somebody shares.
        for begin in begins {
            for seed in begin.shown {
                tie(seed, seed.shared.filter { marks[$0.mark] != nil || begin.marks.contains($0.mark) })
            }
            tieByAddress(begin.shown, &places)
        }
        add(answers.flatMap { $0.clients ?? [] }, places)
        for (answer, begin) in zip(answers, begins) { add(answer.paths.paths, places, begin.shown) }
        place()
    }

    /// A node for each address at which several seeds were seen, where one of them has no other edge.
    private mutating func tieByAddress(_ seeds: [PivotResult], _ places: inout [String: Int]) {
        var ofAddress: [String: [Int]] = [:]
        for seed in seeds {
            guard let place = places[seed.id] else { continue }
            for address in Self.addresses(of: seed) { ofAddress[address, default: []].append(place) }
        }
        let tied = Set(edges.flatMap { [$0.from, $0.to] })
        for (address, seen) in ofAddress.sorted(by: { $0.key < $1.key })
        where seen.count > 1 && !seen.allSatisfy(tied.contains) {
            let id = "a-" + address
            let hub = places[id] ?? nodes.count
            if places[id] == nil {
                places[id] = hub
                nodes.append(Node(id: id, kind: .address, label: address, details: [], weight: 0))
            }
            for place in seen { edges.append(Edge(from: place, to: hub, weight: 0)) }
        }
    }

    /// A node for each client, tied to all that it connected to.
    private mutating func add(_ clients: [PivotClient], _ places: [String: Int]) {
        var known: [String: Int] = [:]
        var ties: Set<[Int]> = []
        for client in clients {
            guard let to = places[client.result] else { continue }
            if known[client.label] == nil {
                guard known.count < Self.mostClients else { continue }
                known[client.label] = nodes.count
                nodes.append(
                    Node(id: "h-" + client.label, kind: .client, label: client.label, details: [], weight: 0)
                )
            }
            guard let from = known[client.label] else { continue }
            let name = client.name.isEmpty ? "" : " (\(client.name))"
            let times = [client.first, client.last].map { RFC3339.secondsText($0) }
            let bytes = client.bytes.map { ", \($0) \(noun("byte", for: $0))" } ?? ""
            let often = "\(client.count) \(noun("time", for: client.count))"
            nodes[from].details.append(
                (client.endpoint + name, "\(often), \(times[0]) to \(times[1])\(bytes)")
            )
            if ties.insert([from, to]).inserted { edges.append(Edge(from: from, to: to, weight: 0)) }
        }
    }

    /// A node for each name, address and certificate of the ways along passive DNS.
    private mutating func add(
        _ paths: [PivotPath],
        _ places: [String: Int],
        _ seeds: some Sequence<PivotResult>
    ) {
        var known = places
        var ties: Set<[Int]> = []
        func place(_ id: String, _ kind: Kind, _ label: String, _ details: [(String, String)] = []) -> Int {
            if let place = known[id] { return place }
            known[id] = nodes.count
            nodes.append(Node(id: id, kind: kind, label: label, details: details, weight: 0))
            return nodes.count - 1
        }
        func tie(_ from: Int, _ to: Int) {
            if from != to, ties.insert([from, to]).inserted {
                edges.append(Edge(from: from, to: to, weight: 0))
            }
        }
        for path in paths.prefix(Self.mostPaths) {
            let when = [path.first, path.last].map { RFC3339.secondsText($0) }.joined(separator: " to ")
            let address = place("a-" + path.address, .address, path.address)
            var before: Int?
            for name in path.names {
                let node = place("n-" + name, .name, name)
                if let before { tie(before, node) }
                before = node
            }
            guard let last = before, let first = path.names.first.flatMap({ known["n-" + $0] }) else {
                continue
            }
            tie(last, address)
            nodes[first].details.append(("Pointed to", "\(path.address), \(when)"))
            nodes[address].details.append(("Names", "\(path.names[0]), \(when)"))
            let begin = path.direction == .toAddress ? first : address
            for seed in seeds where path.leads(from: seed) {
                if let from = places[seed.id] { tie(from, begin) }
            }
            guard let end = path.end else { continue }
            let label = end.subject.isEmpty ? String(end.sha256.prefix(16)) : end.subject
            var details = [("Certificate", end.sha256)]
            if let place = end.place { details.append(("Endpoint", place.endpoint)) }
            tie(path.direction == .toAddress ? address : first, place(end.id, .certificate, label, details))
        }
    }

    private static func node(_ result: PivotResult) -> Node {
        var details: [(String, String)] = []
        if !result.sha256.isEmpty { details.append(("Certificate", result.sha256)) }
        if !result.subject.isEmpty { details.append(("Subject", result.subject)) }
        for place in result.places {
            details.append(("Endpoint", place.endpoint + (place.name.isEmpty ? "" : " (\(place.name))")))
        }
        if !result.when.isEmpty { details.append(("Seen", result.when)) }
        if !result.leads.isEmpty { details.append(("Leads", result.leadText)) }
        if result.depth > 0 { details.append(("Score", SharedMark.shown(result.score) + " bits")) }
        for mark in result.shared.prefix(12) { details.append(("Shares", mark.text)) }
        let kind: Kind = result.depth == 0 ? .seed : result.isEndpoint ? .endpoint : .certificate
        var node = Node(
            id: result.id,
            kind: kind,
            label: result.label,
            details: details,
            weight: result.score
        )
        node.query = result.isEndpoint ? result.label : result.sha256
        return node
    }

    private static func node(_ mark: SharedMark) -> Node {
        var node = Node(
            id: "m\(mark.mark.kind.rawValue)-\(mark.mark.value)",
            kind: .mark,
            label: "\(mark.mark.kind.alias) \(mark.mark.shown)",
            details: [
                ("Field", mark.mark.kind.field), ("Value", mark.mark.value), ("Shared by", mark.sharedBy),
                ("Weight", SharedMark.shown(mark.weight) + " bits"),
            ],
            weight: mark.weight
        )
        node.query = "\(mark.mark.kind.alias)=\(mark.mark.value)"
        node.links = ExternalQueryLinks.links(mark.mark)
        return node
    }

    private mutating func place() {
        let places = PivotLayout.places(nodes.count, edges.map { ($0.from, $0.to) })
        let left = places.map(\.x).min() ?? 0
        let top = places.map(\.y).min() ?? 0
        for (index, place) in places.enumerated() {
            nodes[index].x = (place.x - left + 60).rounded()
            nodes[index].y = (place.y - top + 40).rounded()
        }
    }

    var width: Double { (nodes.map(\.x).max() ?? 0) + 200 }
    var height: Double { (nodes.map(\.y).max() ?? 0) + 60 }
}

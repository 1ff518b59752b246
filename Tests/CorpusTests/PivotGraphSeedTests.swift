@testable import Corpus
import TestSupport
import Testing

/// A graph that starts from more than it has room for.
@Suite struct PivotGraphSeedTests {
    /// A record whose certificate shares with others what nearly all have, and its key where one is given.
    private static func record(_ ip: String, _ port: Int, _ number: Int, key: Int? = nil) -> SampleRecord {
        SampleRecord(
            ip: ip,
            port: port,
            certificate: number,
            key: key,
            serial: "1\(100_000 + number)",
            subject: "CN=\(number).example",
            commonName: "\(number).example",
            names: ["\(number).example"]
        )
    }

    /// A corpus of an address with so many ports, the last of which have keys that others have, too.
    private static func graph(ports: Int, shared: Int) throws -> PivotGraph {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        var records = (0..<250).map { record("198.51.100.\($0)", 443, $0) }
        for port in 0..<ports {
            let isShared = port >= ports - shared
            let key = isShared ? 10_000 + port : nil
            records.append(record("203.0.113.9", 1000 + port, 1000 + port, key: key))
            if isShared { records.append(record("192.0.2.\(port)", 443, 2000 + port, key: key)) }
        }
        _ = try corpus.add(sweep: scratch.sweep("sweep", records))
        return PivotGraph(try Pivot.run(PivotQuery("203.0.113.9"), in: corpus, PivotOptions()))
    }

    private static func untied(_ graph: PivotGraph) -> [String] {
        let tied = Set(graph.edges.flatMap { [$0.from, $0.to] })
        return graph.nodes.indices.filter { !tied.contains($0) }.map { graph.nodes[$0].id }
    }

    /// Those of a hundred ports are drawn that share something, and each that is found with its edge.
    @Test func startsAreDrawnThatSomethingTies() throws {
        let graph = try Self.graph(ports: 60, shared: 15)
        #expect(Self.untied(graph) == [] && graph.isCut)
        let seeds = graph.nodes.indices.filter { graph.nodes[$0].kind == .seed }
        let found = graph.nodes.indices.filter { graph.nodes[$0].kind == .certificate }
        #expect(seeds.count == PivotGraph.mostSeeds && found.count == 15)
        // From each that was found a mark leads to a seed.
        for node in found {
            let marks = graph.edges.compactMap { edge -> Int? in
                edge.from == node ? edge.to : edge.to == node ? edge.from : nil
            }
            #expect(
                graph.edges.contains { edge in
                    marks.contains(edge.to) && seeds.contains(edge.from)
                        || marks.contains(edge.from) && seeds.contains(edge.to)
                }
            )
        }
    }

    /// What shares nothing but the address is tied by that.
    @Test func startsOfOneAddressAreTiedByIt() throws {
        let graph = try Self.graph(ports: 30, shared: 0)
        #expect(Self.untied(graph) == [])
        #expect(graph.nodes.count { $0.kind == .address && $0.label == "203.0.113.9" } == 1)
        // One alone is what was asked for.
        let alone = try Self.graph(ports: 1, shared: 0)
        #expect(alone.nodes.map(\.kind) == [.seed] && alone.edges.isEmpty)
    }

    /// What is found by a mark that many have is tied by it.
    @Test func whatSharesACommonMarkIsTied() {
        let mark = SharedMark(
            mark: Mark(.key, "aa"),
            count: 50,
            total: 200,
            weight: 2,
            benign: nil,
            followed: true
        )
        func result(_ id: String, _ depth: Int) -> PivotResult {
            PivotResult(
                id: id,
                sha256: "",
                subject: id,
                isPrecertificate: false,
                places: [],
                placeCount: 0,
                isEndpoint: false,
                leads: [],
                score: 2,
                shared: [mark],
                depth: depth,
                via: nil,
                firstSeen: nil,
                lastSeen: nil
            )
        }
        var answer = PivotAnswer()
        answer.seeds = [result("c1", 0)]
        answer.results = [result("c2", 1), result("c3", 1)]
        #expect(Self.untied(PivotGraph(answer)) == [])
    }
}

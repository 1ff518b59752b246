@testable import Corpus
import Foundation
import Observations
import TestSupport
import Testing

/// What keeps a pivot cheap, and that nothing is lost by it.
@Suite struct PivotCostTests {
    // MARK: Layout

    @Test func theStepsOfALayoutAreFewerTheMoreNodesThereAre() {
        #expect(PivotLayout.steps(of: 1) == 200)
        for count in 1...5000 {
            let steps = PivotLayout.steps(of: count)
            #expect(steps == PivotLayout.fewestSteps || steps * count * count <= PivotLayout.mostPairs)
        }
        #expect(PivotLayout.steps(of: 5000) == PivotLayout.fewestSteps)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 230, 1200]) func everyNodeHasAPlaceOfItsOwn(count: Int) {
        let edges = (0..<max(0, count - 1)).map { (from: $0, to: $0 / 2) }
        let places = PivotLayout.places(count, edges)
        #expect(places.count == count && places.allSatisfy { $0.x.isFinite && $0.y.isFinite })
        #expect(Set(places.map { [$0.x.rounded(), $0.y.rounded()] }).count == count)
        #expect(zip(places, PivotLayout.places(count, edges)).allSatisfy { $0 == $1 })
    }

    /// Two families, which nothing ties: each stands together.
    @Test func whatIsTiedStandsTogether() {
        let edges = (2..<100).map { (from: $0, to: $0 % 2) }
        let places = PivotLayout.places(100, edges)
        func distance(_ one: Int, _ other: Int) -> Double {
            let (dx, dy) = (places[one].x - places[other].x, places[one].y - places[other].y)
            return (dx * dx + dy * dy).squareRoot()
        }
        let near = (2..<100).filter { distance($0, $0 % 2) < distance($0, 1 - $0 % 2) }
        #expect(near.count > 90)
    }

    // MARK: Marks

    /// Names of ASCII are read byte by byte, and their pattern is the same.
    @Test(arguments: [
        "", ".", "..", "a..b.", "Host12.Example", "1a22b.x#9.y9#", "#1", "x7k2q9z1.example", "bcdfghjklm.net",
        "*.a-b.c0", "\r\n1",
    ])
    func theBytesOfANameHaveItsPattern(name: String) {
        #expect(NamePattern.of(name) == NamePattern.ofAny(name.lowercased()))
    }

    /// A sign that combines with what stands before it takes no mark away.
    @Test func aMarkMayBeginWithACombiningSign() throws {
        // Another program's record may hold line ends, and words end there.
        let lines = ServiceFacts { $0 == MarkKind.title.source ? "\r\nLog in\r\nto\u{2028}\nthe box\n" : nil }
        #expect(lines.marks == [Mark(.title, "Log in to the box")])
        #expect(ServiceFacts { $0 == MarkKind.title.source ? "\n\r\n" : nil }.marks.isEmpty)
        let facts = ServiceFacts(marks: [Mark(.title, "\u{308}x=y"), Mark(.server, "nginx")])
        #expect(try ServiceFacts(text: facts.text) == facts)
    }

    // MARK: Pages of the file

    @Test func noPageOfACorpusIsMapped() throws {
        let scratch = Scratch()
        _ = try CorpusFile(scratch.file("c.sqlite"), .write)
        for access in [CorpusFile.Access.read, .change, .write] {
            var size = -1
            var isChecked = 0
            let corpus = try CorpusFile(scratch.file("c.sqlite"), access)
            try corpus.select("PRAGMA mmap_size") { size = try $0.integer(0) }
            try corpus.select("PRAGMA cell_size_check") { isChecked = try $0.integer(0) }
            #expect(size == 0 && isChecked == 1)
        }
    }

    // MARK: What is drawn

    @Test func aGraphSaysWhetherThereIsMore() throws {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        var records = (0..<60).map {
            SampleRecord(ip: "198.51.100.\($0)", certificate: $0 + 10, serial: "1\(100 + $0)")
        }
        for index in 0..<4 {
            records.append(SampleRecord(ip: "203.0.113.\(index)", certificate: index, serial: "08BB00EE"))
        }
        _ = try corpus.add(sweep: scratch.sweep("sweep", records))
        var options = PivotOptions()
        func graph() throws -> PivotGraph {
            PivotGraph(try Pivot.run(PivotQuery("203.0.113.0:443"), in: corpus, options))
        }
        options.limit = 1
        let cut = try graph()
        #expect(cut.isCut && cut.json().hasSuffix(#""cut":true}"# + "\n"))
        #expect(cut.text(.html).contains("There is more"))
        options.limit = 100
        let whole = try graph()
        #expect(!whole.isCut && whole.json().hasSuffix(#""cut":false}"# + "\n"))
        #expect(!whole.text(.html).contains("There is more"))
    }

    /// Of several starts each has its results drawn, though one alone has more than there is room for.
    @Test func startsShareTheRoomOfAGraph() {
        func answer(_ start: String, _ count: Int) -> PivotAnswer {
            var answer = PivotAnswer()
            answer.results = (0..<count).map { number in
                PivotResult(
                    id: "\(start)\(number)",
                    sha256: "",
                    subject: "CN=\(start)\(number)",
                    isPrecertificate: false,
                    places: [],
                    placeCount: 0,
                    isEndpoint: false,
                    leads: [],
                    score: 1,
                    shared: [],
                    depth: 1,
                    via: nil,
                    firstSeen: nil,
                    lastSeen: nil
                )
            }
            return answer
        }
        let graph = PivotGraph([answer("a", 2 * PivotGraph.mostResults), answer("b", 5)])
        #expect(graph.isCut)
        for rank in 0..<5 { #expect(graph.json().contains("CN=b\(rank)")) }
    }
}

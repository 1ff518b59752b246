import Terminal
import Testing

/// Tables fit the terminal, and what can be copied is whole.
@Suite struct TextTableTests {
    private let hash = String(repeating: "0123456789abcdef", count: 4)

    private func table(_ head: [String], _ rows: [[String]]) -> TextTable {
        var table = TextTable(head)
        for row in rows { table.add(row) }
        return table
    }

    @Test func whatFitsStandsInOneLine() {
        let table = table(["a", "b"], [["1", "one"], ["22", "two and more"]])
        #expect(table.text(width: 80) == "a   b\n1   one\n22  two and more\n")
    }

    @Test func theLastColumnIsBrokenAtBlanks() {
        let words = (0..<30).map { "word\($0)" }.joined(separator: " ")
        let text = table(["severity", "what"], [["high", words]]).text(width: 80)
        let lines = text.split(separator: "\n")
        #expect(lines.count > 3 && lines.allSatisfy { $0.count <= 80 })
        #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix("          word") })
        #expect(text.split { $0.isWhitespace }.dropFirst(3).joined(separator: " ") == words)
    }

    /// A hash, an address and a long name go to lines of their own, whole.
    @Test(arguments: [40, 60, 80, 120]) func whatDoesNotFitStandsBelow(_ width: Int) {
        let address = "[2001:db8:1234:5678:9abc:def0:1234:5600]:18443"
        let rows = [
            ["high", "unknown_endpoint", address, "a.example", "shows \(hash) and more of it"],
            ["low", "self_signed", "192.0.2.1:443", "", "The certificate vouches for itself."],
        ]
        let text = table(["severity", "finding", "endpoint", "name", "what"], rows).text(width: width)
        for word in [address, hash, "unknown_endpoint"] { #expect(text.contains(word), "\(text)") }
        for line in text.split(separator: "\n") {
            let isOneWord = line.split(separator: " ").count == 1
            #expect(line.count <= width || isOneWord, "\(line)")
        }
        // An empty cell has no line of its own.
        #expect(!text.contains("\n\n") && !text.contains(" \n"))
    }

    @Test func wordsAreWholeInEachColumn() {
        let long = "CN=" + String(repeating: "many words ", count: 20)
        let text = table(["mark", "value", "count"], [["body", hash, "1"], ["subject", long, "2"]]).text(
            width: 80
        )
        #expect(text.contains(hash) && text.contains("…"), "\(text)")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    }

    @Test func wideCharactersCountTwice() {
        let text = table(["name", "x"], [["漢字漢字", "1"], ["abc", "2"]]).text(width: 80)
        #expect(text == "name      x\n漢字漢字  1\nabc       2\n")
    }

    @Test func proseIsBrokenAtBlanksAlone() {
        #expect(ReportText.filled("a bb \(hash) c", to: 10) == ["a bb", hash, "c"])
        #expect(ReportText.filled("", to: 10) == [""])
    }
}

import TestSupport
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

    /// Whatever servers write, a line has no more columns than the terminal, as Python counts them.
    @Test func hostileTextStaysWithinTheWidth() throws {
        let long = String(repeating: "x", count: 400)
        let values = [
            long, String(repeating: "\u{6f22}", count: 200), String(repeating: "\u{1f600} ", count: 90),
            String(repeating: "\u{1b}[2J\u{202e}", count: 30), String(repeating: "\u{26a1}", count: 99),
            String(repeating: "a\u{301}\u{302}", count: 150), "a \(long) b",
            String(repeating: " ", count: 300),
            String(repeating: "\u{ff21} ", count: 90), "CN=" + String(repeating: "many words ", count: 40),
            String(repeating: "\u{a960}", count: 120), "\u{200b}\(long)", hash, "",
        ]
        var texts: [String] = []
        for columns in 1...5 {
            for (place, value) in values.enumerated() {
                let row = (0..<columns).map { $0 == place % columns ? value : values[($0 + place) % 14] }
                for widest in [48, Int.max] {
                    var table = TextTable((0..<columns).map { "column\($0)" }, widest: widest)
                    table.add(row)
                    table.add((0..<columns).map { "\($0)" })
                    texts.append(table.text(width: 80))
                }
            }
        }
        for text in texts {
            // The numbers stand after what was in the way.
            #expect(text.split(separator: "\n").count > 1)
        }
        let program = """
            import sys, unicodedata as u
            for line in sys.stdin:
                wide = sum(0 if u.combining(c) else 2 if u.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\\n"))
                if wide > 80: print(wide, line)
            """
        let scratch = Scratch()
        let input = try scratch.write("tables", texts.joined())
        #expect(try check("sh", ["-c", "python3 -c '\(program)' < '\(input)'"]).text == "")
        // What fits a line is whole.
        #expect(texts.filter { $0.contains(hash) }.count > 20)
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

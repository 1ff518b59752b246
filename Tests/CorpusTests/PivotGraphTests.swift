@testable import Corpus
import Foundation
import TestSupport
import Testing

@Suite struct PivotGraphTests {
    private static let evil =
        "</script><img src=x onerror=alert(1)><!--<script>\"'&{{x}}\u{2028}\u{2029}\u{202e}]]>\\"

    private func graph(_ text: String = evil) throws -> PivotGraph {
        let scratch = Scratch()
        let corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        var records = (0..<60).map {
            SampleRecord(ip: "198.51.100.\($0)", certificate: $0 + 10, serial: "1\(100 + $0)")
        }
        for index in 0..<3 {
            records.append(
                SampleRecord(
                    ip: "203.0.113.\(index)",
                    certificate: index,
                    serial: "08BB00EE",
                    subject: "CN=" + text,
                    commonName: text,
                    names: [text],
                    server: text
                )
            )
        }
        _ = try corpus.add(sweep: scratch.sweep("sweep", records))
        return PivotGraph(try Pivot.run(PivotQuery("203.0.113.0:443"), in: corpus, PivotOptions()))
    }

    @Test func aCertificateCannotRunAScript() throws {
        let scratch = Scratch()
        try scratch.write("graph.html", graph().text(.html))
        // A browser's own rules for elements, by Python's parser; the JSON must hold the name unharmed.
        let program = """
            import base64, hashlib, html.parser, json, sys
            text = open(sys.argv[1], encoding='utf-8', newline='').read()
            class Page(html.parser.HTMLParser):
                def __init__(self):
                    super().__init__()
                    self.tags, self.texts, self.policy, self.attributes, self.inside = [], {}, '', [], False
                def handle_starttag(self, tag, attributes):
                    self.tags.append((tag, dict(attributes)))
                    self.inside = True
                    self.attributes += [name for name, _ in attributes]
                    if dict(attributes).get('http-equiv') == 'Content-Security-Policy':
                        self.policy = dict(attributes)['content']
                def handle_endtag(self, tag):
                    self.inside = False
                def handle_data(self, data):
                    if self.inside: self.texts.setdefault(len(self.tags) - 1, []).append(data)
            page = Page()
            page.feed(text)
            scripts = [(a, ''.join(page.texts[i])) for i, (t, a) in enumerate(page.tags) if t == 'script']
            assert len(scripts) == 2, scripts
            assert not [t for t, _ in page.tags if t in ('img', 'iframe', 'object', 'embed', 'link', 'a')], page.tags
            assert not [name for name in page.attributes if name.startswith('on') or name == 'style']
            data = json.loads(scripts[0][1])
            assert any(sys.argv[2] in node['label'] for node in data['nodes']), 'the name is gone'
            style = ''.join(page.texts[[t for t, _ in page.tags].index('style')])
            def digest(text):
                return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
            assert 'script-src ' + digest(scripts[1][1]) in page.policy, page.policy
            assert 'style-src ' + digest(style) in page.policy, page.policy
            assert page.policy.startswith("default-src 'none'")
            print('safe')
            """
        let result = try run(
            "python3",
            ["-c", program, scratch.file("graph.html"), "</script><img src=x onerror=alert(1)>"]
        )
        #expect(result.text == "safe\n", "\(result.errors)")
    }

    /// The page of a hostile certificate has the very elements and attributes of the page of a harmless one.
    @Test func noElementComesFromACertificate() throws {
        let scratch = Scratch()
        try scratch.write("evil.html", graph().text(.html))
        try scratch.write("good.html", graph("good.example").text(.html))
        let program = """
            import html.parser, re, sys
            class Page(html.parser.HTMLParser):
                def __init__(self):
                    super().__init__()
                    self.seen = []
                def handle_starttag(self, tag, attributes):
                    self.seen.append((tag, [name for name, _ in attributes]))
                def handle_endtag(self, tag): self.seen.append(tag)
                def handle_comment(self, text): self.seen.append('comment')
                def handle_decl(self, text): self.seen.append(text)
                def unknown_decl(self, text): self.seen.append('unknown')
                def handle_pi(self, text): self.seen.append('instruction')
            pages = []
            for path in sys.argv[1:]:
                text = open(path, encoding='utf-8', newline='').read()
                data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S).group(1)
                assert not set('<>&\\u2028\\u2029') & set(data), path
                page = Page()
                page.feed(text)
                page.close()
                pages.append(page.seen)
                # Nothing is fetched: an address is followed by whoever clicks on it, and by nobody else.
                names = {name for seen in page.seen if isinstance(seen, tuple) for name in seen[1]}
                assert not names & {'src', 'srcset', 'href', 'xlink:href', 'action', 'data', 'background', 'style'}
                assert not re.search(r'url\\(|@import', text.split('</style>')[0]), path
            assert pages[0] == pages[1]
            print(len(pages[0]) > 100, 'comment' in pages[0])
            """
        let result = try run(
            "python3",
            ["-c", program, scratch.file("evil.html"), scratch.file("good.html")]
        )
        #expect(result.text == "True False\n", "\(result.errors)")
    }

    @Test func theScriptIsOne() throws {
        #expect(PivotPage.script.filter { $0 == "{" }.count == PivotPage.script.filter { $0 == "}" }.count)
        #expect(!PivotPage.script.contains("innerHTML"))
        #expect(!PivotPage.script.contains("</"))
    }

    /// Filter, weight, click, zoom and drag do what they should, with hostile names too.
    @Test(arguments: [evil, "good.example"]) func thePageCanBeUsed(text: String) throws {
        let scratch = Scratch()
        let page = try scratch.write("graph.html", graph(text).text(.html))
        let result = try run("node", [projectFolder + "/Tests/Tools/graph_page.js", page])
        #expect(result.text == "usable\n", "\(result.errors)")
    }

    /// Whoever expands a node by keys goes on from it.
    @Test func anExpandedGraphBeginsAtItsNode() throws {
        let scratch = Scratch()
        let graph = try graph("good.example")
        let node = try #require(graph.nodes.first { $0.kind == .certificate && !$0.query.isEmpty })
        let page = try scratch.write("graph.html", graph.page(expanding: "/graph?q=x&q="))
        let script = projectFolder + "/Tests/Tools/graph_page.js"
        let result = try run("node", [script, page, "?q=x&q=\(node.query)"])
        #expect(result.text == "focused\n", "\(result.errors)")
    }

    @Test func thePictureIsXML() throws {
        let scratch = Scratch()
        let graph = try graph()
        try scratch.write("graph.svg", graph.text(.svg))
        let program = """
            import sys, xml.etree.ElementTree as tree
            root = tree.parse(sys.argv[1]).getroot()
            space = '{http://www.w3.org/2000/svg}'
            names = {element.tag.removeprefix(space) for element in root.iter()}
            assert names <= {'svg', 'g', 'line', 'circle', 'rect', 'text', 'title'}, names
            titles = [element.text for element in root.iter(space + 'title')]
            assert any('onerror' in title for title in titles)
            print(len(titles), len(list(root.iter(space + 'line'))))
            """
        let text = try check("python3", ["-c", program, scratch.file("graph.svg")]).text
        #expect(text == "\(graph.nodes.count) \(graph.edges.count)\n")
    }

    @Test func theDotFileHoldsEachNodeAndEdge() throws {
        let scratch = Scratch()
        let graph = try graph()
        try scratch.write("graph.dot", graph.text(.dot))
        // DOT's own tokens: quoted strings end at the first quote that no backslash precedes.
        let program = """
            import re, sys
            text = open(sys.argv[1], encoding='utf-8').read()
            bare = re.sub(r'"(?:[^"\\\\]|\\\\.)*"', 'S', text, flags=re.S)
            assert '"' not in bare and '<' not in bare, bare
            lines = bare.strip().split('\\n')
            assert lines[0] == 'graph pivot {' and lines[-1] == '}'
            for line in lines[3:-1]:
                assert re.fullmatch(r'  n\\d+ \\[label=S, tooltip=S, shape=\\w+(, style=bold)?\\];|'
                                    r'  n\\d+ -- n\\d+ \\[penwidth=[0-9.]+\\];', line), line
            print(sum('label=' in line for line in lines), sum(' -- ' in line for line in lines))
            """
        let result = try run("python3", ["-c", program, scratch.file("graph.dot")])
        #expect(result.text == "\(graph.nodes.count) \(graph.edges.count)\n", "\(result.errors)")
        // And where Graphviz is installed, it reads the file.
        if try run("sh", ["-c", "command -v dot"]).status == 0 {
            try check("dot", ["-Tsvg", "-o", scratch.file("out.svg"), scratch.file("graph.dot")])
        }
    }

    @Test func theSameAnswerGivesTheSamePicture() throws {
        let graph = try graph()
        #expect(graph.nodes.allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.x >= 0 && $0.y >= 0 })
        #expect(try self.graph().text(.svg) == graph.text(.svg))
    }

    /// The script puts names into the page as it is given them.
    @Test func noActiveCharacterReachesThePage() throws {
        let page = try graph("a\u{1b}[2Jb\u{202e}c\u{9b}d").text(.html)
        for scalar in ["\u{1b}", "\u{202e}", "\u{9b}"] as [Unicode.Scalar] {
            let value = String(scalar.value, radix: 16)
            #expect(!page.unicodeScalars.contains(scalar))
            let padded = String(repeating: "0", count: 4 - value.utf8.count) + value
            #expect(!page.lowercased().contains("\\u\(padded)"), "a JSON escape of \(value)")
            #expect(page.contains("\\\\u{\(value)}"), "\(value)")
        }
    }
}

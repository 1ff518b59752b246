import Bytes
import Foundation
import Observations
import Terminal

/// The searches of a mark as links.
enum ExternalQueryLinks {
    static func links(_ mark: Mark) -> [(name: String, url: String)] {
        ExternalQueries.queries(field: mark.kind.field, value: mark.value).map {
            ($0.engine.rawValue, $0.url)
        }
    }
}

/// The graph as a file.
extension PivotGraph {
    package enum Format: String, CaseIterable, Sendable {
        case dot, svg, html, graphml

        /// By the end of a file's name.
        package init?(path: String) {
            self.init(rawValue: URL(fileURLWithPath: path).pathExtension.lowercased())
        }
    }

    package func text(_ format: Format) -> String {
        switch format {
        case .dot: dot
        case .svg: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg(standalone: true) + "\n"
        case .html: page(expanding: nil)
        case .graphml: graphML
        }
    }

    /// For Graphviz.
    private var dot: String {
        var result = "graph pivot {\n  overlap=false; splines=true;\n  node [fontsize=10];\n"
        for (index, node) in nodes.enumerated() {
            result += "  n\(index) [label=\(SafeText.dot(Self.short(node.label))), "
            result += "tooltip=\(SafeText.dot(node.label)), shape=\(Self.shape(node.kind))"
            result += node.kind == .seed ? ", style=bold];\n" : "];\n"
        }
        for edge in edges { result += "  n\(edge.from) -- n\(edge.to) [penwidth=\(Self.width(edge))];\n" }
        return result + "}\n"
    }

    private static func shape(_ kind: Kind) -> String {
        switch kind {
        case .mark: "ellipse"
        case .client: "triangle"
        case .name: "note"
        case .address: "hexagon"
        case .seed, .certificate, .endpoint: "box"
        }
    }

    /// For yEd, Gephi, NetworkX and others, with each node's kind, label and weight in bits.
    ///
    /// Source: GraphML Primer (graphml.graphdrawing.org).
    private var graphML: String {
        var result = """
            <?xml version="1.0" encoding="UTF-8"?>
            <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
            <key id="kind" for="node" attr.name="kind" attr.type="string"/>
            <key id="label" for="node" attr.name="label" attr.type="string"/>
            <key id="bits" for="node" attr.name="bits" attr.type="double"/>
            <key id="x" for="node" attr.name="x" attr.type="double"/>
            <key id="y" for="node" attr.name="y" attr.type="double"/>
            <key id="weight" for="edge" attr.name="weight" attr.type="double"/>
            <graph id="pivot" edgedefault="undirected">

            """
        for (index, node) in nodes.enumerated() {
            result += "<node id=\"n\(index)\"><data key=\"kind\">\(node.kind.rawValue)</data>"
            result += "<data key=\"label\">\(SafeText.markup(node.label))</data>"
            result += "<data key=\"bits\">\(SharedMark.shown(node.weight))</data>"
            result += "<data key=\"x\">\(Int(node.x))</data><data key=\"y\">\(Int(node.y))</data></node>\n"
        }
        for edge in edges {
            result += "<edge source=\"n\(edge.from)\" target=\"n\(edge.to)\">"
            result += "<data key=\"weight\">\(SharedMark.shown(edge.weight))</data></edge>\n"
        }
        return result + "</graph>\n</graphml>\n"
    }

    func svg(standalone: Bool) -> String {
        var result = "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"graph\" "
        result += "viewBox=\"0 0 \(Int(width)) \(Int(height))\" font-family=\"sans-serif\" font-size=\"11\""
        if standalone { result += " width=\"\(Int(width))\" height=\"\(Int(height))\"" }
        result += ">\n<g id=\"view\">\n"
        for (index, edge) in edges.enumerated() {
            let (from, to) = (nodes[edge.from], nodes[edge.to])
            result +=
                "<line class=\"edge\" data-edge=\"\(index)\" x1=\"\(Int(from.x))\" y1=\"\(Int(from.y))\" "
            result += "x2=\"\(Int(to.x))\" y2=\"\(Int(to.y))\" stroke=\"#9aa5b1\" "
            result +=
                "stroke-width=\"\(Self.width(edge))\"\(edge.weight == 0 ? " stroke-dasharray=\"4\"" : "")/>\n"
        }
        for (index, node) in nodes.enumerated() {
            let (x, y) = (Int(node.x), Int(node.y))
            result += "<g class=\"node\" data-node=\"\(index)\"><title>\(SafeText.markup(node.label))</title>"
            switch node.kind {
            case .client:
                result += "<path d=\"M\(x - 8) \(y + 7)L\(x + 8) \(y + 7)L\(x) \(y - 8)Z\" fill=\"#c27803\"/>"
            case .name, .address:
                let fill = node.kind == .name ? "#805ad5" : "#2c7a7b"
                result +=
                    "<path d=\"M\(x) \(y - 9)L\(x + 9) \(y)L\(x) \(y + 9)L\(x - 9) \(y)Z\" fill=\"\(fill)\"/>"
            case .mark:
                // The rarer, the larger.
                let radius = SharedMark.shown(4 + min(8, node.weight / 3))
                result +=
                    "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" fill=\"#c9d3de\" stroke=\"#66788a\"/>"
            case .seed, .certificate, .endpoint:
                let fill = node.kind == .seed ? "#d64545" : node.kind == .certificate ? "#3182ce" : "#2f9e6e"
                result +=
                    "<rect x=\"\(x - 8)\" y=\"\(y - 8)\" width=\"16\" height=\"16\" rx=\"3\" fill=\"\(fill)\"/>"
            }
            result +=
                "<text x=\"\(x + 12)\" y=\"\(y + 4)\">\(SafeText.markup(Self.short(node.label)))"
            if node.kind == .mark { result += " · \(SharedMark.shown(node.weight)) bits" }
            result += "</text></g>\n"
        }
        return result + "</g>\n</svg>"
    }

    /// A page of its own, which loads nothing and runs only the script in it.
    ///
    /// - Parameters:
    ///   - base: an address to which a node's query is added to expand it; nil for a page that nobody serves.
    ///   - remark: what is to be said of the graph.
    ///   - files: addresses of the same graph as files.
    package func page(
        expanding base: String?,
        remark: String = "",
        files: [(name: String, address: String)] = []
    ) -> String {
        let style = PivotPage.style
        let script = PivotPage.script
        let policy =
            "default-src 'none'; style-src '\(Self.digest(style))'; script-src '\(Self.digest(script))'; "
            + "img-src data:; base-uri 'none'; form-action 'none'"
        let links = files.map { file in
            "<a href=\"\(SafeText.markup(file.address))\" download=\"pivot.\(file.name.lowercased())\">\(SafeText.markup(file.name))</a> "
        }
        let said = remark.isEmpty ? "" : "<p role=\"status\">\(SafeText.markup(remark))</p>"
        let back = base == nil ? "" : "<a href=\"/\">Overview</a> "
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Hallmark pivot</title>
            <style>\(style)</style>
            </head>
            <body>
            <header>
            <h1>Pivot graph</h1>
            \(back)<input id="filter" type="search" placeholder="Filter" aria-label="Filter">
            <label>Least weight <input id="weight" type="range" min="0" max="30" value="0" step="0.5"></label>
            <span id="count"></span>\(isCut ? " <span>There is more: the weightiest are drawn.</span>" : "")\(said)
            <span class="key seed">seed</span> <span class="key certificate">certificate</span>
            <span class="key endpoint">endpoint</span> <span class="key mark">mark</span>
            <span class="key client">client</span>
            <span class="key name">name</span> <span class="key address">address</span>
            \(links.joined())<button id="png" type="button">PNG</button>
            </header>
            <main>
            \(svg(standalone: false))
            <aside id="details" aria-live="polite"><p>Drag to move, turn the wheel to zoom, click for details\(base == nil ? "" : " and to expand"), Escape to clear. By keys: Tab to the graph, arrows from node to node, Enter for details. A mark is the larger, the rarer it is.</p></aside>
            </main>
            <script type="application/json" id="data">\(data(expanding: base))</script>
            <script>\(script)</script>
            </body>
            </html>

            """
    }

    /// The nodes' details as JSON that can't end its script element.
    private func data(expanding base: String?) -> String {
        var out = ByteBuffer(capacity: 1 << 16)
        out.append("{")
        if let base { out.member("base", base) }
        out.array("nodes")
        for node in nodes {
            // The script puts them into the page as they are.
            let label = SafeText.terminal(node.label)
            out.element()
            out.member("kind", node.kind.rawValue)
            out.member("label", label)
            if base != nil { out.member("query", node.query) }
            out.key("weight")
            out.append(SharedMark.shown(node.weight))
            out.member("x", Int(node.x))
            out.member("y", Int(node.y))
            out.member("width", min(32, label.count) + (node.kind == .mark ? 12 : 0))
            out.array("details")
            for detail in node.details { out.append(pair: detail.name, SafeText.terminal(detail.value)) }
            out.endArray()
            out.array("links")
            for link in node.links { out.append(pair: link.name, link.url) }
            out.endArray()
            out.endObject()
        }
        out.endArray()
        out.array("edges")
        for edge in edges {
            out.comma()
            out.append("[\(edge.from),\(edge.to)]")
        }
        out.append("]}")
        return Self.inScript(out)
    }

    /// JSON of which no sign begins or ends an element.
    private static func inScript(_ json: borrowing ByteBuffer) -> String {
        var result = ByteBuffer(capacity: json.count + json.count / 8)
        json.withSpan { span in
            var start = 0
            for index in span.indices {
                let escape: StaticString
                switch span[index] {
                case 0x3c: escape = "\\u003c"
                case 0x3e: escape = "\\u003e"
                case 0x26: escape = "\\u0026"
                default: continue
                }
                result.append(span.extracting(start..<index))
                result.append(escape)
                start = index + 1
            }
            result.append(span.extracting(start..<span.count))
        }
        return result.text
    }

    private static func short(_ label: String) -> String {
        label.utf8.count > 32 && label.count > 32 ? label.prefix(31) + "…" : label
    }

    private static func width(_ edge: Edge) -> String { SharedMark.shown(min(4, 0.5 + edge.weight / 6)) }

    /// As a content security policy names a script or a style: `sha256-` and the digest in base64.
    private static func digest(_ text: String) -> String {
        "sha256-" + Data(BodyDigest.sha256(Array(text.utf8).span)).base64EncodedString()
    }
}

extension ByteBuffer {
    fileprivate mutating func append(pair name: String, _ value: String) {
        comma()
        append("[")
        string(name)
        append(",")
        string(value)
        append("]")
    }
}

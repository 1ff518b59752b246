import Bytes
import Observations
import Terminal

/// A report as one HTML file that needs nothing else: no script, no picture, no other file.
///
/// Every text passes `SafeText.markup`. The policy in the head lets nothing run or load even if one did not.
struct HTMLReport {
    private let document: ReportDocument

    init(_ document: ReportDocument) { self.document = document }

    func write(to out: inout ByteBuffer) {
        let title = SafeText.markup(document.title)
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        out.append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        out.append("style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n")
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        out.append("<meta name=\"referrer\" content=\"no-referrer\">\n")
        out.append("<title>\(title)</title>\n<style>\n\(Self.style)\n</style>\n</head>\n<body>\n")
        out.append("<header>\n<h1>\(title)</h1>\n<p>\(SafeText.markup(document.subtitle))</p>\n</header>\n")
        appendContents(to: &out)
        out.append("<main>\n")
        var number = 0
        for block in document.blocks {
            if case .heading(let text) = block {
                if number > 0 { out.append("</section>\n") }
                number += 1
                out.append("<section aria-labelledby=\"s\(number)\">\n")
                out.append("<h2 id=\"s\(number)\">\(SafeText.markup(text))</h2>\n")
            } else {
                append(block, to: &out)
            }
        }
        if number > 0 { out.append("</section>\n") }
        out.append("</main>\n</body>\n</html>\n")
    }

    private func appendContents(to out: inout ByteBuffer) {
        out.append("<nav aria-label=\"Contents\">\n<ol>\n")
        var number = 0
        for case .heading(let text) in document.blocks {
            number += 1
            out.append("<li><a href=\"#s\(number)\">\(SafeText.markup(text))</a>\n")
        }
        out.append("</ol>\n</nav>\n")
    }

    private func append(_ block: ReportBlock, to out: inout ByteBuffer) {
        switch block {
        case .heading(let text), .subheading(let text): out.append("<h3>\(SafeText.markup(text))</h3>\n")
        case .paragraph(let text): out.append("<p>\(SafeText.markup(text))</p>\n")
        case .warning(let text): out.append("<p class=\"warning\">\(SafeText.markup(text))</p>\n")
        case .list(let items):
            out.append("<ul>\n")
            for item in items { out.append("<li>\(SafeText.markup(item))\n") }
            out.append("</ul>\n")
        case .facts(let facts): append(facts, to: &out)
        case .table(let head, let rows): append(head, rows, to: &out)
        case .lead(let title, let label, let isDismissed, let facts):
            out.append("<article class=\"lead \(label.rawValue)\(isDismissed ? " dismissed" : "")\">\n")
            out.append("<h3>\(SafeText.markup(title))</h3>\n")
            append(facts, to: &out)
            out.append("</article>\n")
        }
    }

    private func append(_ facts: [ReportBlock.Fact], to out: inout ByteBuffer) {
        out.append("<dl>\n")
        for fact in facts {
            out.append("<dt>\(SafeText.markup(fact.name))\n")
            for value in fact.values { out.append("<dd>\(SafeText.markup(value))\n") }
        }
        out.append("</dl>\n")
    }

    /// Ends of rows and cells are left out, as HTML allows: they would be a third of a long table.
    private func append(_ head: [String], _ rows: [[String]], to out: inout ByteBuffer) {
        out.append("<div class=\"table\"><table>\n<thead><tr>")
        for cell in head { out.append("<th scope=\"col\">\(SafeText.markup(cell))") }
        out.append("\n<tbody>\n")
        for row in rows {
            out.append("<tr>")
            for cell in row { out.append("<td>\(SafeText.markup(cell))") }
            out.append("\n")
        }
        out.append("</table></div>\n")
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1a1f24; --paper: #fff; --faint: #5b6670; --line: #cfd6dc;
          --alarm: #b3261e; --warn: #8a5a00; --calm: #3b5b78; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8eb; --paper: #14181b; --faint: #a0abb4;
          --line: #39434b; --alarm: #ff8a80; --warn: #ffc46b; --calm: #9cc3e6; } }
        body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
          font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { margin: 0; font-size: 1.6rem; }
        h2 { margin-top: 2rem; border-bottom: 2px solid var(--line); font-size: 1.25rem; }
        h3 { margin: 1rem 0 .3rem; font-size: 1rem; }
        a { color: var(--calm); }
        header p { color: var(--faint); margin: .2rem 0 0; }
        .warning { border-left: 4px solid var(--warn); padding-left: .6rem; }
        .table { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .82rem; }
        th, td { border-bottom: 1px solid var(--line); padding: .2rem .5rem .2rem 0; text-align: left;
          vertical-align: top; }
        .lead { border: 1px solid var(--line); border-left: 6px solid var(--calm); padding: 0 .8rem .4rem;
          margin: .8rem 0; }
        .lead.high { border-left-color: var(--alarm); }
        .lead.medium { border-left-color: var(--warn); }
        .lead.dismissed { border-left-style: dotted; color: var(--faint); }
        dl { display: grid; grid-template-columns: fit-content(20rem) minmax(0, 1fr); gap: .1rem .8rem; margin: .3rem 0; }
        dt { color: var(--faint); grid-column: 1; }
        dd { margin: 0; grid-column: 2; }
        @media (max-width: 36rem) { dl { display: block; } dd { margin-left: 1rem; } }
        @media print {
          :root { color-scheme: light; --ink: #000; --paper: #fff; --faint: #444; --line: #bbb; --alarm: #a00;
            --warn: #850; --calm: #246; }
          @page { margin: 15mm; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          nav a { text-decoration: none; color: inherit; }
          h2, h3 { break-after: avoid; }
          tr, .lead, dt, dd { break-inside: avoid; }
          thead { display: table-header-group; }
          .table { overflow: visible; }
        }
        """
}

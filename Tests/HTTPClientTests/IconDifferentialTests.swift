import Foundation
import HTTPClient
import Observations
import TestSupport
import Testing
import Wire

/// Where pages say their icons are: our reading against html5lib's of the page and Node's of the address.
///
/// Which of several links counts is our own rule (`IconLink`); the script knows it, and nothing else of ours.
@Suite struct IconDifferentialTests {
    private static let references = [
        "/i.png", "i.png", "./i.png", "../i.png", "../../../i.png", "a/./b/../i.png", "a/%2e%2E/i.png",
        "?v=2", "//a.test/i",
        "//A.TEST:80/i", "//other.test/i", "http://a.test/i", "http://a.test:8080/i", "https://a.test/i",
        "HTTP:i.png",
        "\\i.png", "/a\\..\\i.png", " /blank ", "/t\tab\n", "/f#part", "/a&amp;b", "/a&copy=1", "/ä", "/a b",
        "data:,x", "",
        "#", "javascript:0", "/%zz", "/%41", ";x=1", "/.", "/..", "/a/..", "//", "http://[::1]/i",
        "http://a.test:99999/i",
    ]
    private static let relations = [
        "icon", "shortcut icon", "ICON", "apple-touch-icon", "mask-icon", "icon\tx", "iconic", " icon ",
        "x,icon",
        "stylesheet icon",
    ]
    private static let bases = [
        "/deep/er/", "/deep/er", "b/", "..", "//other.test/", "http://a.test/q/?x=1", "http://other.test/",
        "?only=query", "",
        " /blank/ ", "data:,x", "\\back\\",
    ]

    private static let pages: [String] = {
        var pages = references.map { "<link rel=icon href='\($0)'>" }
        pages += relations.map { "<link href=/i.png rel='\($0)'>" }
        for base in bases {
            for reference in ["i.png", "/i.png", "?v=2", "", "//a.test/i"] {
                pages.append("<base href='\(base)'><link rel=icon href='\(reference)'>")
            }
        }
        return pages + [
            "<link rel=icon><link rel=icon href=/2>", "<link rel=icon href=/1><link rel=icon href=/2>",
            "<base target=x><base href=/b/><base href=/c/><link rel=icon href=i>",
            "<link rel=icon href=i><base href=/late/>",
            "<!-- <link rel=icon href=/no> --><link rel=icon href=/yes>",
            "<script><link rel=icon href=/no></script>",
            "<style><base href=/no/></style><link rel=icon href=i>",
            "<title><link rel=icon href=/no></title>",
            "<template><link rel=icon href=/no></template><link rel=icon href=/yes>",
            "<LINK REL=ICON HREF=/i>",
            "<textarea><link rel=icon href=/no></textarea>", "<link rel=icon href=/a href=/b>",
            "<link rel=icon rel=stylesheet href=/a>", "<link rel=\"icon\" href=\"/a\"/>",
            "<link rel=icon href=/a/>",
            "<body><link rel=icon href=/body>", "<link rel=&#105;con href=&#x2f;r>",
            "<noscript><link rel=icon href=/n></noscript>",
            "<link\nrel\n=\nicon\nhref\n=\n/lines>", "<link rel=icon href=/cut", "<link rel=icon href='/cut>",
        ]
    }()

    /// What is asked for after the page.
    private func asked(_ page: String) throws -> String {
        var options = HTTPOptions()
        options.requests = 2
        let origin = HTTPOrigin(isTLS: false, host: "a.test", port: 80)
        let probe = HTTPProbe(origin, RequestPlan(options, wantsIcon: true), options)
        _ = probe.connected()
        let body = Array(page.utf8)
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(body.count)\r\n\r\n"
        guard case .send(let bytes) = probe.received((Array(head.utf8) + body).span) else { return "" }
        return String(String(decoding: bytes, as: UTF8.self).split(separator: " ")[1])
    }

    private func links(_ pages: [String]) throws -> [(reference: String, base: String)] {
        let script = """
            import html5lib, json, sys
            html = "{http://www.w3.org/1999/xhtml}"
            found = []
            for text in json.load(sys.stdin):
                page = html5lib.HTMLParser().parse(text, scripting=True)  # as a browser with scripts reads it
                hidden = {id(t) for template in page.iter(html + "template") for t in template.iter()}
                def first(name, suits):
                    tags = (t for t in page.iter(html + name) if id(t) not in hidden)
                    return next((t.get("href") for t in tags if suits(t)), "")
                base = first("base", lambda tag: tag.get("href") is not None)
                def is_icon(tag):
                    href = (tag.get("href") or "").strip()
                    words = (tag.get("rel") or "").lower().split()
                    return "icon" in words and href and not href.lower().startswith("data:")
                found.append([first("link", is_icon), base])
            json.dump(found, sys.stdout)
            """
        let input = try JSONSerialization.data(withJSONObject: pages)
        let result = try check("/usr/bin/python3", ["-c", script], input: [UInt8](input))
        let found = try #require(try JSONSerialization.jsonObject(with: Data(result.output)) as? [[String]])
        return found.map { ($0[0], $0[1]) }
    }

    @Test func iconsAreLookedForWhereOthersLook() throws {
        let pages = Self.pages
        let page = "http://a.test/"
        let links = try links(pages)
        let bases = try nodeURLs(links.map { ($0.base, page) }).map { $0.isEmpty ? page : $0 }
        let targets = try nodeURLs(links.indices.map { (links[$0].reference, bases[$0]) })
        var report = ""
        for index in pages.indices {
            // An icon elsewhere is not asked for: the host is what is looked at.
            let isHere = !links[index].reference.isEmpty && targets[index].hasPrefix(page)
            let expected = isHere ? String(targets[index].dropFirst(page.count - 1)) : "/favicon.ico"
            let ours = try asked(pages[index])
            if ours != expected {
                report += "\(pages[index].debugDescription): ours \(ours), theirs \(expected)\n"
            }
        }
        #expect(report.isEmpty, "\(report)")
        #expect(pages.count >= 120)
    }
}

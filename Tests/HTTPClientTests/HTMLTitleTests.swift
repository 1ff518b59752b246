import Testing
import TestSupport
import Wire

@Suite struct HTMLTitleTests {
    @Test(arguments: [
        ("<html><head><title>Hello</title>", "Hello"),
        ("<TITLE\nlang='en'>\r\n  A \t B\u{a0}C </TITLE >", "A B\u{a0}C"),
        ("<title></title>", ""),
        (
            "<title>a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39; &#x4E2D; &copy &bogus; & &#xD800; &#0; &#150;</title>",
            "a & b <c> \"d\" 'e' 中 © &bogus; & \u{fffd} \u{fffd} –"
        ),
        ("<titles>x</titles><title>y</title>", "y"),
        ("<title>never closed", "never closed"),
        ("<title>a</title><title>b</title>", "a"),
        ("<title>bell\u{7}\u{1b}[31m</title>", "bell\u{7}\u{1b}[31m"),
    ])
    func finds(_ page: String, _ title: String) {
        #expect(HTMLTitle.find(in: Array(page.utf8).span) == title)
    }

    @Test(arguments: ["", "no title", "<title", "<titl>x</titl>", "<title lang='x'"])
    func hasNone(_ page: String) {
        #expect(HTMLTitle.find(in: Array(page.utf8).span) == nil)
    }

    @Test func longTitlesAreCut() {
        let page = "<title>" + String(repeating: "é ", count: 5000) + "</title>"
        let title = HTMLTitle.find(in: Array(page.utf8).span)
        #expect((title ?? "").unicodeScalars.count == 255)
        #expect(
            HTMLTitle.find(in: Array(("<title>" + String(repeating: "x", count: 5000)).utf8).span)?.count
                == 256
        )
    }

    /// Python's `html.unescape` follows the HTML standard.
    @Test(arguments: [
        "&#8211;", "&#x1F600;", "&#128;", "&#x9f;", "&eacute;", "&nbsp", "&hellip;", "&#xffffffff;",
        "&#1114112;",
    ])
    func referencesAsInPython(_ text: String) throws {
        let expected = try check(
            "python3",
            ["-c", "import html,sys; print(html.unescape(sys.argv[1]), end='')", text]
        ).text
        #expect(CharacterReferences.resolve(text) == expected)
    }
}

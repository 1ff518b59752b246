extension AnswerRow {
    private static func page(_ name: String, _ html: String, _ differs: [Aspect: String] = [:]) -> AnswerRow {
        ok("title: " + name, "Content-Type: text/html; charset=utf-8\r\n", html, differs)
    }

    private static func charset(
        _ type: String,
        _ body: [UInt8],
        _ what: String = "",
        _ differs: [Aspect: String] = [:]
    ) -> AnswerRow {
        ok("charset \(type) \(what)", type.isEmpty ? "" : "Content-Type: text/html\(type)\r\n", body, differs)
    }

    private static func titled(_ bytes: [UInt8], before: String = "") -> [UInt8] {
        Array((before + "<title>").utf8) + bytes + Array("</title>".utf8)
    }

    private static func utf16(_ text: String, isBig: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xfeff] : []) + Array(text.utf16)).flatMap { unit in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 255)]
            return isBig ? bytes : bytes.reversed()
        }
    }

    private static let guess =
        "A page that is UTF-8 is read as it though nothing says so, as browsers guess, too."

    static let charsets: [AnswerRow] = [
        charset("; charset=utf-8", titled(Array("é中😀".utf8))),
        charset("; charset=\"UTF-8\"", titled(Array("é".utf8))),
        charset("; charset='utf-8'", titled(Array("é".utf8))),
        charset(";charset = utf8", titled(Array("é".utf8))),
        charset("; x=y; charset=utf-8; z", titled(Array("é".utf8))),
        charset("; charset=iso-8859-1", titled([0xe9, 0x80, 0x81])),
        charset("; charset=windows-1252", titled([0x93, 0xe9, 0x94])),
        charset("; charset=us-ascii", titled([0xe9])), charset("; charset=latin1", titled([0xe9])),
        charset("; charset=windows-1250", titled([0xe8, 0x9a])),
        charset("; charset=windows-1251", titled([0xcf, 0xf0, 0xe8])),
        charset("; charset=cp1251", titled([0xcf, 0x98])),
        charset("; charset=windows-1253", titled([0xe1, 0xf0])),
        charset("; charset=windows-1254", titled([0xfe, 0xdd])),
        charset("; charset=iso-8859-9", titled([0xfe, 0x80])),
        charset("; charset=windows-1255", titled([0xf9, 0xec])),
        charset("; charset=windows-1256", titled([0xd3, 0xe1])),
        charset("; charset=windows-1257", titled([0xe0, 0xfe])),
        charset("; charset=windows-1258", titled([0xf0, 0xfe])),
        charset("; charset=windows-874", titled([0xa1, 0xcd])),
        charset("; charset=iso-8859-2", titled([0xb1, 0xe6])),
        charset("; charset=iso-8859-5", titled([0xbf, 0xe0])),
        charset("; charset=iso-8859-7", titled([0xe1])),
        charset("; charset=iso-8859-8", titled([0xe0])), charset("; charset=iso-8859-15", titled([0xa4])),
        charset("; charset=koi8-r", titled([0xf0, 0xd2])), charset("; charset=koi8-u", titled([0xa4, 0xa6])),
        charset("; charset=macintosh", titled([0x8e])), charset("; charset=ibm866", titled([0x8f, 0xe0])),
        charset("; charset=shift_jis", titled([0x93, 0xfa, 0x96, 0x7b, 0x83, 0x5c, 0xb1])),
        charset("; charset=sjis", titled([0x87, 0x40, 0x93])),
        charset("; charset=euc-jp", titled([0xc6, 0xfc, 0xcb, 0xdc])),
        charset(
            "; charset=iso-2022-jp",
            titled([0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42])
        ),
        charset("; charset=gb2312", titled([0xd6, 0xd0])),
        charset("; charset=gbk", titled([0x81, 0x40, 0xd6, 0xd0])),
        charset("; charset=gb18030", titled([0x94, 0x39, 0xda, 0x33])),
        charset("; charset=big5", titled([0xa4, 0xa4])),
        charset("; charset=euc-kr", titled([0xc7, 0xd1])),
        charset("; charset=ks_c_5601-1987", titled([0x81, 0x41])),
        charset("; charset=bogus", titled(Array("é".utf8)), "", [.title: guess]),
        charset("; charset=bogus", titled([0xe9]), "in Latin-1"),
        charset("; charset=", titled([0xe9])), charset("; charset=utf-7", titled(Array("+AGE-".utf8))),
        charset("; charset=utf-8", titled([0xe9, 0x41]), "broken"), charset("", titled([0xe9])),
        charset("", titled(Array("é".utf8)), "in UTF-8", [.title: guess]),
        charset("", [0xef, 0xbb, 0xbf] + titled(Array("é".utf8)), "BOM"),
        charset("; charset=windows-1251", [0xef, 0xbb, 0xbf] + titled(Array("é".utf8)), "BOM of UTF-8"),
        charset("", utf16("<title>é中</title>", isBig: false, mark: true), "UTF-16, little"),
        charset("", utf16("<title>é中😀</title>", isBig: true, mark: true), "UTF-16, big"),
        charset("; charset=utf-16", utf16("<title>é</title>", isBig: false, mark: false)),
        charset("; charset=utf-16be", utf16("<title>é</title>", isBig: true, mark: false)),
        charset("; charset=utf-16le", utf16("<title>é</title>", isBig: true, mark: true), "BOM of the other"),
        charset("", titled([0xcf], before: "<meta charset=windows-1251>"), "meta"),
        charset("", titled([0xcf], before: "<META CHARSET='windows-1251'/>"), "META"),
        charset(
            "",
            titled(
                [0xcf],
                before: "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>"
            ),
            "pragma"
        ),
        charset(
            "",
            titled(
                [0xcf],
                before: "<meta content='text/html; charset=windows-1251' http-equiv=content-type>"
            ),
            "pragma, turned"
        ),
        charset(
            "",
            titled([0xcf], before: "<meta content='text/html; charset=windows-1251'>"),
            "content alone"
        ),
        charset(
            "",
            titled([0xcf], before: "<meta name=x content=y><meta charset=windows-1251>"),
            "second meta"
        ),
        charset(
            "",
            titled([0xcf], before: "<!-- <meta charset=koi8-r> --><meta charset=windows-1251>"),
            "comment"
        ),
        charset(
            "",
            titled([0xcf], before: "<a x='<meta charset=koi8-r>'><meta charset=windows-1251>"),
            "attribute"
        ),
        charset(
            "",
            titled([0xcf], before: "<meta charset=bogus><meta charset=windows-1251>"),
            "bogus, then known"
        ),
        charset("", titled(Array("é".utf8), before: "<meta charset=utf-16>"), "meta utf-16"),
        charset(
            "; charset=windows-1251",
            titled([0xcf], before: "<meta charset=koi8-r>"),
            "header before meta"
        ),
        charset(
            "",
            titled([0xcf], before: String(repeating: " ", count: 900) + "<meta charset=windows-1251>"),
            "meta at 900"
        ),
    ]

    static let titles: [AnswerRow] = [
        page("plain", "<html><head><title>Hello</title></head><body>x"), page("none", "<html><body>x"),
        page("empty", "<title></title>"),
        page("upper case", "<TITLE>Hello</TITLE>"), page("attributes", "<title lang='a>b' x>Hello</title>"),
        page("blanks", "<title>\n  a \t b\r\n c\u{c} </title>"),
        page("no-break space", "<title>a&nbsp;&nbsp;b\u{a0}</title>"),
        page("entities", "<title>a &amp; b &lt;c&gt; &quot; &#39; &#x41; &eacute; &hellip;</title>"),
        page("entities without semicolon", "<title>&amp &copy2 &notit; &ampx &eacute</title>"),
        page(
            "entities of HTML 5",
            "<title>&colon;&lbrace;&NewLine;&Tab;a&period;&bne;&NotEqualTilde;</title>"
        ),
        page("unknown entities", "<title>&bogus; &; & &#; &#x; &#xg;</title>"),
        page("numbers", "<title>&#128; &#150; &#0; &#xD800; &#x110000; &#99999999999; &#65</title>"),
        page("controls", "<title>a\u{7}b\u{1b}[31m</title>"), page("NUL", "<title>a\0b</title>"),
        page("tags inside", "<title>a <b>b</b> <!-- c --> d</title>"),
        page("nested", "<title>a<title>b</title>c</title>"),
        page("end tag with blank", "<title>a</title >b"),
        page("end tag with slash", "<title>a</title/>b</title>"),
        page("longer end tag", "<title>a</titles>b</title>"), page("cut end tag", "<title>a</titl"),
        page("unclosed", "<title>a<body>b"),
        page("self-closed", "<title/>a</title>"), page("two", "<title>a</title><title>b</title>"),
        page("empty, then another", "<title></title><title>b</title>"),
        page("longer name", "<titles>a</titles><title>b</title>"),
        page("comment", "<!-- <title>a</title> --><title>b</title>"),
        page("short comment", "<!--><title>a</title>-->"),
        page("short comment with dash", "<!---><title>a</title>-->"),
        page("comment with bang", "<!-- x --!><title>a</title>"),
        page("unclosed comment", "<!-- <title>a</title>"), page("bogus comment", "<? x <title>a</title>"),
        page("bogus end tag", "</ <title>a</title>"), page("empty end tag", "</><title>a</title>"),
        page("script", "<script>'<title>a</title>'</script><title>b</title>"),
        page(
            "script with comment",
            "<script><!-- <script></script> <title>a</title> --></script><title>b</title>"
        ),
        page("script with short comment", "<script><!--></script><title>a</title>"),
        page("script with end in comment", "<script><!-- </script><title>a</title>"),
        page("unclosed script", "<script><title>a</title>"),
        page("style", "<style><title>a</title></style><title>b</title>"),
        page("textarea", "<body><textarea><title>a</title></textarea><title>b</title>"),
        page("xmp", "<xmp><title>a</title></xmp><title>b</title>"),
        page("iframe", "<iframe><title>a</title></iframe><title>b</title>"),
        page(
            "noscript",
            "<noscript><title>a</title></noscript><title>b</title>",
            [.title: "A browser runs scripts and reads the content as text; html5lib does not."]
        ),
        page("plaintext", "<body><plaintext><title>a</title>"),
        page("attribute", "<meta content='<title>a</title>'><title>b</title>"),
        page("attribute without quotes", "<meta content=<title>a</title><title>b</title>"),
        page("svg", "<body><svg><title>a</title></svg><title>b</title>"),
        page("svg alone", "<svg><title>a</title></svg>"),
        page("svg, self-closed", "<svg/><title>a</title>"),
        page("svg left by a tag", "<svg><g><div><title>a</title>"),
        page("svg with HTML", "<svg><foreignObject><title>a</title></foreignObject></svg><title>b</title>"),
        page("svg description", "<svg><desc><title>a</title></desc></svg>"),
        page("svg in title", "<svg><title><title>a</title></title></svg>"),
        page("svg with CDATA", "<svg><![CDATA[<title>]]></svg><title>b</title>"),
        page("CDATA", "<![CDATA[<title>a</title>]]>"),
        page("svg script", "<svg><script><title>a</title></script></svg><title>b</title>"),
        page("math", "<math><title>a</title></math><title>b</title>"),
        page("math text", "<math><mtext><title>a</title></mtext></math>"),
        page("template", "<template><title>a</title></template><title>b</title>"),
        page("in body", "<body><p>x<title>a</title>"),
        page("in a table", "<table><tr><td><title>a</title></table>"),
        page("doctype", "<!DOCTYPE html PUBLIC \"a>b\"><title>a</title>"),
        page("unclosed tag", "<title>a</title><p"), page("unclosed start", "<title"),
        page("cut in an attribute", "<title x='"),
        page("not HTML", "just text"), page("long", "<title>\(String(repeating: "x", count: 250))</title>"),
        page(
            "too long",
            "<title>\(String(repeating: "x", count: 400))</title>",
            [.title: "At most 256 characters are recorded."]
        ),
        page("far down", String(repeating: "<p>x</p>", count: 3000) + "<title>a</title>"),
        page("astral", "<title>😀 \u{202e}x</title>"),
    ]

    private static func redirect(_ location: String, _ differs: [Aspect: String] = [:], status: Int = 302)
        -> AnswerRow
    {
        AnswerRow(
            "redirect \(status) \(location.debugDescription)",
            "HTTP/1.1 \(status) Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n",
            differs
        )
    }

    static let redirects: [AnswerRow] = [
        redirect("/login"), redirect("login"), redirect("./login"), redirect("../login"),
        redirect("../../../x"), redirect("/a/../b"),
        redirect("/a/./b"), redirect("/a/b/.."), redirect("/a/b/."), redirect("/.."), redirect("/a//b"),
        redirect("/a/%2e%2e/b"), redirect("/%2E"),
        redirect("?q=1"), redirect("?"), redirect("#top"), redirect("/a#top"), redirect("/a?b#c?d"),
        redirect("/a?b=/../c"), redirect("a:b"),
        redirect("//other.test/x"), redirect("//other.test"), redirect("///other.test/x"),
        redirect("http://other.test/"),
        redirect("HTTP://Other.TEST/A"), redirect("https://other.test"), redirect("https://other.test?q"),
        redirect("https://other.test:8443/x"),
        redirect("https://other.test:443/x"), redirect("http://other.test:80/x"),
        redirect("https://other.test:/x"), redirect("https://u:p@other.test/x"),
        redirect("https://a@b@other.test/"), redirect("http://other.test:99999/"),
        redirect("http://other.test:x/"), redirect("http://"), redirect("http:///x"),
        redirect("http:/other.test/x"), redirect("http:x"), redirect("https:x"), redirect("https:/x"),
        redirect("javascript:alert(1)"), redirect("ftp://other.test/x"),
        redirect("mailto:a@b"), redirect("http://[::1]/x"), redirect("http://[::1]:8080/x"),
        redirect("http://[2001:DB8:0:0::1]/"), redirect("http://[::1/x"),
        redirect("http://[::g]/"), redirect("\\\\other.test\\x"), redirect("/\\other.test/x"),
        redirect("\\x"), redirect("/a\\..\\b"), redirect("http:\\\\other.test\\x"),
        redirect("http://other.test\\@b/"), redirect("/a b"), redirect("/ä"), redirect("/a\tb"),
        redirect("  /x  "), redirect("/x\"<>`{}"), redirect("/x?\"<>'`{}"),
        redirect("http://a b/"), redirect("http://a%62/"), redirect("http://a<b/"), redirect(""),
        redirect(" "), redirect("/x", status: 301), redirect("/x", status: 303),
        redirect("/x", status: 307), redirect("/x", status: 308), redirect("/x", status: 300),
        redirect("/x", status: 304), redirect("/x", status: 399),
        redirect("/x", status: 200), redirect("/x", status: 201), redirect("/x", status: 404),
        AnswerRow("redirect without Location", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
        AnswerRow(
            "redirect twice",
            "HTTP/1.1 302 F\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
        ),
        AnswerRow("redirect, folded", "HTTP/1.1 302 F\r\nLocation:\r\n /a\r\nContent-Length: 0\r\n\r\n"),
        AnswerRow(
            "redirect in 103",
            "HTTP/1.1 103 E\r\nLocation: /a\r\n\r\nHTTP/1.1 302 F\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
        ),
        AnswerRow("refresh", "HTTP/1.1 200 OK\r\nRefresh: 0; url=/a\r\nContent-Length: 0\r\n\r\n"),
        AnswerRow(
            "base",
            "HTTP/1.1 302 F\r\nLocation: x\r\nContent-Type: text/html\r\n\r\n<base href='/y/'>"
        ),
    ]
}

/// Where our reading differs from others' by row, and why ours is right.
enum AnswerDifferences {
    static func reason(_ row: AnswerRow, _ aspect: Aspect) -> String? {
        row.differs[aspect] ?? all[row.name]?[aspect]
    }

    private static let all: [String: [Aspect: String]] = {
        var reasons: [String: [Aspect: String]] = [:]
        for (reason, rows) in table {
            for (row, aspects) in rows {
                for aspect in aspects { reasons[row, default: [:]][aspect] = reason }
            }
        }
        return reasons
    }()

    private static let table: [(String, [(String, [Aspect])])] = [
        (
            "curl refuses what a scanner has come to record; an anomaly says what was odd.",
            [
                ("tab for blank", [.end, .status, .headers]),
                ("two digits", [.end, .status, .headers]),
                ("four digits", [.end, .status, .headers]),
                ("no status", [.end, .headers]),
                ("status 000", [.end, .headers]),
                ("status 099", [.end, .status, .headers]),
                ("negative status", [.end, .headers]),
                ("HTTP/1.2", [.end, .status, .headers]),
                ("HTTP/1.10", [.end, .status, .headers]),
                ("HTTP/3 in text", [.end, .status, .headers]),
                ("HTTP/0.9 in text", [.end, .status, .headers]),
                ("HTTP/9.9", [.end, .status, .headers]),
                ("version without number", [.end, .status, .headers]),
                ("NUL in the status line", [.end, .headers]),
            ]
        ),
        (
            "Empty lines before the status line are skipped; curl takes them for HTTP/0.9.",
            [
                ("line end alone", [.end, .body, .decoded]),
                ("line end first", [.status, .headers, .body, .decoded]),
                ("line ends first", [.status, .headers, .body, .decoded]),
            ]
        ),
        (
            "A head without its end is read as far as it came, and called incomplete.",
            [
                ("CR alone", [.status]),
                ("head cut in the status line", [.status]),
                ("head cut in a header", [.end, .headers]),
                ("head cut before its end", [.end]),
            ]
        ),
        (
            "Values are kept byte by byte; curl or its JSON drops or changes these bytes.",
            [
                ("CR in a value", [.headers]),
                ("two CR", [.headers]),
                ("control in a value", [.headers]),
            ]
        ),
        (
            "A fold reads as one blank (RFC 9112, 5.2); curl keeps the tab or CR, or refuses.",
            [
                ("folded with tab", [.headers]),
                ("folded, empty value", [.headers]),
                ("folded first line", [.end, .headers]),
                ("folded length", [.end, .headers, .body, .decoded]),
                ("redirect, folded", [.headers, .redirect]),
            ]
        ),
        (
            "Blanks before the colon are no part of a name (RFC 9112, section 5.1); browsers drop them, too.",
            [
                ("blank before the colon", [.headers]),
                ("blank before the colon of a length", [.headers, .body, .decoded]),
                ("tab before the colon", [.headers]),
            ]
        ),
        (
            "curl refuses the answer; we record it with an anomaly.",
            [
                ("no colon", [.end, .headers]),
                ("no colon, first", [.end, .headers]),
                ("NUL in a value", [.end, .headers]),
                ("NUL in a name", [.end, .headers]),
            ]
        ),
        (
            "curl's JSON writes an empty value as a carriage return.",
            [
                ("empty value", [.headers]),
                ("empty transfer coding", [.headers]),
                ("redirect 302 \"\"", [.headers]),
                ("redirect 302 \" \"", [.headers]),
            ]
        ),
        (
            "curl's JSON leaves out the header between two of one name.",
            [
                ("repeated", [.headers])
            ]
        ),
        (
            "curl's JSON sign-extends bytes over 0x7f.",
            [
                ("non-ASCII name", [.headers]),
                ("UTF-8 value", [.headers]),
                ("Latin-1 value", [.headers]),
            ]
        ),
        (
            "After 101 no HTTP follows: what comes belongs to the other protocol (RFC 9110, section 15.2.2).",
            [
                ("101 not asked for", [.headers, .body, .decoded]),
                ("101, then an answer", [.body, .decoded]),
                ("101 behind 100", [.end, .headers]),
            ]
        ),
        (
            "curl refuses the answer; we read to the connection's end and note the anomaly.",
            [
                ("length \"-5\" of 5", [.end, .headers, .body, .decoded]),
                ("length \"\" of 5", [.end, .headers, .body, .decoded]),
                ("length \"x\" of 5", [.end, .headers, .body, .decoded]),
                ("length \"٥\" of 5", [.end, .headers, .body, .decoded]),
                ("length twice, one wrong", [.end, .headers, .body, .decoded]),
                ("length twice, the second wrong", [.end, .headers, .body, .decoded]),
            ]
        ),
        (
            "What is no number is no length; curl reads digits up to the first other character.",
            [
                ("length \"0x5\" of 5", [.body, .decoded]),
                ("length \"1e1\" of 5", [.body, .decoded]),
            ]
        ),
        (
            "Two lengths break the rules: the first counts, with an anomaly; curl takes the last.",
            [
                ("length twice, differing", [.body, .decoded])
            ]
        ),
        (
            "curl refuses the coding; the body is kept as it came (RFC 9112, section 6.3).",
            [
                ("unknown transfer coding", [.end, .body, .decoded]),
                ("unknown transfer coding and length", [.end, .body, .decoded]),
                ("coding bogus, chunked", [.end, .body, .decoded]),
                ("coding chunked;a=b", [.end, .body, .decoded]),
                ("coding \"chunked\"", [.end, .body, .decoded]),
                ("coding xchunked", [.end, .body, .decoded]),
                ("coding chunkedx", [.end, .body, .decoded]),
            ]
        ),
        (
            "Zeros before the size of a chunk are part of no limit (RFC 9112, section 7.1); browsers read on, too.",
            [
                ("chunks: seventeen digits", [.end, .body, .decoded]),
                ("chunks: forty digits", [.end, .body, .decoded]),
            ]
        ),
        (
            "A size with other characters in it is no size: what follows can't be trusted to be data.",
            [
                ("chunks: blank within", [.body, .decoded]),
                ("chunks: letters behind", [.end, .body, .decoded]),
            ]
        ),
        (
            "Where chunked is not the last coding the body ends with the connection (RFC 9112, section 6.3).",
            [
                ("coding chunked, identity", [.body, .decoded])
            ]
        ),
        (
            "The body as it was sent is still in its transfer coding; of curl's it is taken off.",
            [
                ("gzip as transfer coding", [.body])
            ]
        ),
        (
            "A body that does not decode is kept as it came; curl drops it.",
            [
                ("content gzip but bare", [.decoded]),
                ("content deflate but gzip", [.decoded]),
                ("content gzip but plain", [.decoded]),
                ("content deflate but plain", [.decoded]),
                ("content gzip head alone", [.decoded]),
                ("content gzip cut in its head", [.decoded]),
                ("content gzip, deflate nested, wrong order", [.decoded]),
            ]
        ),
        (
            "gzip members may follow one another (RFC 1952, section 2.2).",
            [
                ("content gzip twice", [.decoded])
            ]
        ),
        (
            "Codings not asked for are kept as they came; curl knows br and zstd, and drops the rest.",
            [
                ("content br ", [.decoded]),
                ("content zstd ", [.decoded]),
                ("content compress ", [.decoded]),
                ("content bogus ", [.decoded]),
            ]
        ),
        (
            "Servers that write single quotes mean what is in them.",
            [
                ("charset ; charset='utf-8' ", [.title])
            ]
        ),
        (
            "Python's tables lack characters that the Encoding Standard has.",
            [
                ("charset ; charset=iso-8859-1 ", [.title]),
                ("charset ; charset=cp1251 ", [.title]),
                ("charset ; charset=sjis ", [.title]),
                ("charset ; charset=ks_c_5601-1987 ", [.title]),
            ]
        ),
        (
            "Resolved as browsers do (column url); curl keeps what it is given, or reads RFC 3986 alone.",
            [
                ("redirect 302 \"/a/%2e%2e/b\"", [.redirect]),
                ("redirect 302 \"/%2E\"", [.redirect]),
                ("redirect 302 \"?\"", [.redirect]),
                ("redirect 302 \"#top\"", [.redirect]),
                ("redirect 302 \"/a#top\"", [.redirect]),
                ("redirect 302 \"/a?b#c?d\"", [.redirect]),
                ("redirect 302 \"a:b\"", [.redirect]),
                ("redirect 302 \"HTTP://Other.TEST/A\"", [.redirect]),
                ("redirect 302 \"https://other.test:443/x\"", [.redirect]),
                ("redirect 302 \"http://other.test:80/x\"", [.redirect]),
                ("redirect 302 \"https://u:p@other.test/x\"", [.redirect]),
                ("redirect 302 \"https://a@b@other.test/\"", [.redirect]),
                ("redirect 302 \"http://other.test:99999/\"", [.redirect]),
                ("redirect 302 \"http://other.test:x/\"", [.redirect]),
                ("redirect 302 \"http://\"", [.redirect]),
                ("redirect 302 \"http:/other.test/x\"", [.redirect]),
                ("redirect 302 \"http:x\"", [.redirect]),
                ("redirect 302 \"https:x\"", [.redirect]),
                ("redirect 302 \"javascript:alert(1)\"", [.redirect]),
                ("redirect 302 \"ftp://other.test/x\"", [.redirect]),
                ("redirect 302 \"mailto:a@b\"", [.redirect]),
                ("redirect 302 \"http://[::1/x\"", [.redirect]),
                ("redirect 302 \"http://[::g]/\"", [.redirect]),
                ("redirect 302 \"\\\\\\\\other.test\\\\x\"", [.redirect]),
                ("redirect 302 \"/\\\\other.test/x\"", [.redirect]),
                ("redirect 302 \"\\\\x\"", [.redirect]),
                ("redirect 302 \"/a\\\\..\\\\b\"", [.redirect]),
                ("redirect 302 \"http:\\\\\\\\other.test\\\\x\"", [.redirect]),
                ("redirect 302 \"http://other.test\\\\@b/\"", [.redirect]),
                ("redirect 302 \"/ä\"", [.headers, .redirect]),
                ("redirect 302 \"/a\\tb\"", [.redirect]),
                ("redirect 302 \"/x\\\"<>`{}\"", [.redirect]),
                ("redirect 302 \"/x?\\\"<>\\'`{}\"", [.redirect]),
                ("redirect 302 \"http://a b/\"", [.redirect]),
                ("redirect 302 \"http://a<b/\"", [.redirect]),
            ]
        ),
        (
            "The Location of a 201 is recorded, too.",
            [
                ("redirect 201 \"/x\"", [.redirect])
            ]
        ),
    ]
}

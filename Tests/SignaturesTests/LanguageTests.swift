import Bytes
import Testing

@testable import Signatures

/// The corners of Sigma's language, each with what the specification 2.1 says of it.
@Suite struct LanguageTests {
    private static let name = "tls.server.x509.subject.common_name"
    private static let body = "http.response.body.content"

    @Test(arguments: [
        // Case, wildcards and escapes.
        ("tls.server.jarm: ABC", #"{"tls":{"server":{"jarm":"abc"}}}"#, true),
        ("tls.server.jarm: abc", #"{"tls":{"server":{"jarm":"ABC"}}}"#, true),
        ("tls.server.jarm|cased: ABC", #"{"tls":{"server":{"jarm":"abc"}}}"#, false),
        ("tls.server.jarm|cased: abc", #"{"tls":{"server":{"jarm":"abc"}}}"#, true),
        ("tls.server.jarm: a*c", #"{"tls":{"server":{"jarm":"ABBBC"}}}"#, true),
        ("tls.server.jarm: a*c", #"{"tls":{"server":{"jarm":"ac"}}}"#, true),
        ("tls.server.jarm: a*c", #"{"tls":{"server":{"jarm":"acd"}}}"#, false),
        ("tls.server.jarm: a*c", #"{"tls":{"server":{"jarm":"a\nc"}}}"#, true),
        ("tls.server.jarm: a*c", #"{"tls":{"server":{"jarm":"ac\n"}}}"#, false),
        ("tls.server.jarm: a?c", #"{"tls":{"server":{"jarm":"abc"}}}"#, true),
        ("tls.server.jarm: a?c", #"{"tls":{"server":{"jarm":"aéc"}}}"#, true),
        ("tls.server.jarm: a?c", #"{"tls":{"server":{"jarm":"ac"}}}"#, false),
        (#"tls.server.jarm: a\*c"#, #"{"tls":{"server":{"jarm":"a*c"}}}"#, true),
        (#"tls.server.jarm: a\*c"#, #"{"tls":{"server":{"jarm":"abc"}}}"#, false),
        (#"tls.server.jarm: a\\*c"#, #"{"tls":{"server":{"jarm":"a\\bc"}}}"#, true),
        (#"tls.server.jarm: a\\*c"#, #"{"tls":{"server":{"jarm":"a*c"}}}"#, false),
        (#"tls.server.jarm: a\c"#, #"{"tls":{"server":{"jarm":"a\\c"}}}"#, true),
        (#"tls.server.jarm: a\\c"#, #"{"tls":{"server":{"jarm":"a\\c"}}}"#, true),
        (#"tls.server.jarm: 'c:\\\*'"#, #"{"tls":{"server":{"jarm":"c:\\*"}}}"#, true),
        (#"tls.server.jarm: ab\"#, #"{"tls":{"server":{"jarm":"ab\\"}}}"#, true),
        ("tls.server.jarm: '*'", #"{"tls":{"server":{"jarm":""}}}"#, true),
        ("tls.server.jarm: '*'", #"{"tls":{"server":{}}}"#, false),
        ("tls.server.jarm: '?'", #"{"tls":{"server":{"jarm":""}}}"#, false),
        ("tls.server.jarm: É", #"{"tls":{"server":{"jarm":"é"}}}"#, false),
        ("tls.server.jarm: É", #"{"tls":{"server":{"jarm":"É"}}}"#, true),
        // Empty, absent, null.
        ("tls.server.jarm: ''", #"{"tls":{"server":{"jarm":""}}}"#, true),
        ("tls.server.jarm: ''", #"{"tls":{"server":{"jarm":"a"}}}"#, false),
        ("tls.server.jarm: ''", #"{"tls":{}}"#, false),
        ("tls.server.jarm: null", #"{"tls":{}}"#, true),
        ("tls.server.jarm: null", #"{"tls":{"server":{"jarm":null}}}"#, true),
        ("tls.server.jarm: null", #"{"tls":{"server":{"jarm":""}}}"#, false),
        ("tls.server.jarm|exists: true", #"{"tls":{"server":{"jarm":""}}}"#, true),
        ("tls.server.jarm|exists: false", #"{"tls":{}}"#, true),
        ("\(name): null", #"{"tls":{"server":{"x509":{"subject":{"common_name":[]}}}}}"#, true),
        ("\(name): [null, a]", #"{"tls":{"server":{"x509":{"subject":{"common_name":["a"]}}}}}"#, true),
        // Lists, arrays, all.
        ("\(name): [a, b]", #"{"tls":{"server":{"x509":{"subject":{"common_name":["x","B"]}}}}}"#, true),
        ("\(name): [a, b]", #"{"tls":{"server":{"x509":{"subject":{"common_name":["x"]}}}}}"#, false),
        ("\(name)|all: [a, b]", #"{"tls":{"server":{"x509":{"subject":{"common_name":["b","a"]}}}}}"#, true),
        ("\(name)|all: [a, b]", #"{"tls":{"server":{"x509":{"subject":{"common_name":["a"]}}}}}"#, false),
        ("\(body)|contains|all: [a, b]", #"{"http":{"response":{"body":{"content":"xbya"}}}}"#, true),
        ("\(body)|contains|all: [a, b]", #"{"http":{"response":{"body":{"content":"xbyc"}}}}"#, false),
        ("\(body)|contains: [a, b]", #"{"http":{"response":{"body":{"content":"xBy"}}}}"#, true),
        ("- \(body): a\n- tls.server.jarm: b", #"{"tls":{"server":{"jarm":"b"}}}"#, true),
        ("- - \(body): a\n  - tls.server.jarm: b", #"{"tls":{"server":{"jarm":"b"}}}"#, true),
        ("\(body): a\ntls.server.jarm: b", #"{"tls":{"server":{"jarm":"b"}}}"#, false),
        // Places in a text.
        ("\(body)|startswith: ab", #"{"http":{"response":{"body":{"content":"ABc"}}}}"#, true),
        ("\(body)|startswith: ab", #"{"http":{"response":{"body":{"content":"cab"}}}}"#, false),
        ("\(body)|endswith: ab", #"{"http":{"response":{"body":{"content":"cAB"}}}}"#, true),
        ("\(body)|endswith: ab", #"{"http":{"response":{"body":{"content":"cab\n"}}}}"#, false),
        ("\(body)|contains: a*d", #"{"http":{"response":{"body":{"content":"xxa\nbcdxx"}}}}"#, true),
        ("\(body)|contains|cased: Ab", #"{"http":{"response":{"body":{"content":"xab"}}}}"#, false),
        ("\(body)|contains: ''", #"{"http":{"response":{"body":{"content":"xab"}}}}"#, true),
        // Regular expressions.
        ("\(body)|re: '^a[0-9]{2}$'", #"{"http":{"response":{"body":{"content":"a12"}}}}"#, true),
        ("\(body)|re: '^a[0-9]{2}$'", #"{"http":{"response":{"body":{"content":"A12"}}}}"#, false),
        ("\(body)|re|i: '^a[0-9]{2}$'", #"{"http":{"response":{"body":{"content":"A12"}}}}"#, true),
        ("\(body)|re: 'b+'", #"{"http":{"response":{"body":{"content":"abba"}}}}"#, true),
        ("\(body)|re: 'a.b'", #"{"http":{"response":{"body":{"content":"a\nb"}}}}"#, false),
        ("\(body)|re|s: 'a.b'", #"{"http":{"response":{"body":{"content":"a\nb"}}}}"#, true),
        ("\(body)|re: '^b'", #"{"http":{"response":{"body":{"content":"a\nb"}}}}"#, false),
        ("\(body)|re|m: '^b'", #"{"http":{"response":{"body":{"content":"a\nb"}}}}"#, true),
        ("\(body)|re: '^.$'", #"{"http":{"response":{"body":{"content":"é"}}}}"#, true),
        ("\(body)|re: '^$'", #"{"http":{"response":{"body":{"content":""}}}}"#, true),
        ("\(body)|re: 'x*'", #"{"http":{"response":{"body":{"content":"abc"}}}}"#, true),
        ("\(body)|re: '(GET|POST) /\\w+'", #"{"http":{"response":{"body":{"content":"POST /ab"}}}}"#, true),
        (
            #"\(body)|re: 'a{3}[({]{2}\({1}'"#.replacing("\\(body)", with: body),
            #"{"http":{"response":{"body":{"content":"aaa({("}}}}"#, true
        ),
        // Negation.
        ("tls.server.jarm|neq: a", #"{"tls":{"server":{"jarm":"b"}}}"#, true),
        ("tls.server.jarm|neq: a", #"{"tls":{"server":{"jarm":"a"}}}"#, false),
        ("tls.server.jarm|neq: a", #"{"tls":{}}"#, true),
        ("tls.server.jarm|neq: [a, b]", #"{"tls":{"server":{"jarm":"b"}}}"#, false),
        // Numbers, truth values.
        ("http.response.status_code: 404", #"{"http":{"response":{"status_code":404}}}"#, true),
        ("http.response.status_code: 404", #"{"http":{"response":{"status_code":"404"}}}"#, true),
        ("http.response.status_code: 404", #"{"http":{"response":{"status_code":4040}}}"#, false),
        ("http.response.status_code|gte: 400", #"{"http":{"response":{"status_code":404}}}"#, true),
        ("http.response.status_code|lt: 400", #"{"http":{"response":{"status_code":404}}}"#, false),
        ("http.response.status_code|startswith: 4", #"{"http":{"response":{"status_code":404}}}"#, true),
        ("http.response.status_code: 4*", #"{"http":{"response":{"status_code":404}}}"#, true),
        ("hallmark.favicon.mmh3: -15", #"{"hallmark":{"favicon":{"mmh3":-15}}}"#, true),
        ("tls.established: true", #"{"tls":{"established":true}}"#, true),
        ("tls.established: false", #"{"tls":{"established":true}}"#, false),
        // Dates.
        (
            "tls.server.not_before: 2020-01-01", #"{"tls":{"server":{"not_before":"2020-01-01T00:00:00Z"}}}"#,
            true
        ),
        (
            "tls.server.not_after|gt: 2020-01-01",
            #"{"tls":{"server":{"not_after":"9999-12-31T23:59:59Z"}}}"#, true
        ),
        (
            "tls.server.not_after|lt: 0002-01-01",
            #"{"tls":{"server":{"not_after":"0001-01-01T00:00:00Z"}}}"#, true
        ),
        (
            "tls.server.not_after|year: 9999", #"{"tls":{"server":{"not_after":"9999-12-31T23:59:59Z"}}}"#,
            true
        ),
        (
            "tls.server.not_after|hour|gte: 23", #"{"tls":{"server":{"not_after":"1999-12-31T23:59:59Z"}}}"#,
            true
        ),
        ("tls.server.not_after|week: 53", #"{"tls":{"server":{"not_after":"2027-01-03T23:59:59Z"}}}"#, true),
        ("tls.server.not_after|day: 29", #"{"tls":{"server":{"not_after":"2024-02-29T00:00:00Z"}}}"#, true),
        // Networks.
        (
            "server.ip|cidr: 192.0.2.0/24\ntls.established: true",
            #"{"server":{"ip":"192.0.2.77"},"tls":{"established":true}}"#, true
        ),
        (
            "server.ip|cidr: 192.0.2.0/25\ntls.established: true",
            #"{"server":{"ip":"192.0.2.128"},"tls":{"established":true}}"#, false
        ),
        (
            "server.ip|cidr: '2001:db8::/33'\ntls.established: true",
            #"{"server":{"ip":"2001:db8::1"},"tls":{"established":true}}"#, true
        ),
        (
            "server.ip|cidr: '2001:db8::/33'\ntls.established: true",
            #"{"server":{"ip":"2001:db8:8000::1"},"tls":{"established":true}}"#, false
        ),
        // Other fields.
        (
            "tls.server.subject|fieldref: tls.server.issuer",
            #"{"tls":{"server":{"subject":"CN=a","issuer":"cn=A"}}}"#, true
        ),
        (
            "tls.server.subject|fieldref|cased: tls.server.issuer",
            #"{"tls":{"server":{"subject":"CN=a","issuer":"cn=A"}}}"#, false
        ),
        (
            "tls.server.subject|fieldref|contains: server.domain",
            #"{"tls":{"server":{"subject":"CN=a.test"}},"server":{"domain":"A.test"}}"#, true
        ),
        (
            "tls.server.subject|fieldref|endswith: server.domain",
            #"{"tls":{"server":{"subject":"CN=a.testx"}},"server":{"domain":"a.test"}}"#, false
        ),
        (
            "tls.server.subject|fieldref|neq: tls.server.issuer",
            #"{"tls":{"server":{"subject":"CN=a","issuer":"b"}}}"#, true
        ),
        // Encodings.
        ("\(body)|base64: foo", #"{"http":{"response":{"body":{"content":"Zm9v"}}}}"#, true),
        (
            "\(body)|base64offset|contains: secret",
            #"{"http":{"response":{"body":{"content":"eHNlY3JldHg="}}}}"#, true
        ),
        (
            "\(body)|wide|base64offset|contains: ab",
            #"{"http":{"response":{"body":{"content":"eGEAYgA="}}}}"#, true
        ),
        ("\(body)|utf16|base64: a", #"{"http":{"response":{"body":{"content":"//5hAA=="}}}}"#, true),
        // Headers, chains and dotted keys.
        (
            "http.response.header.server: nginx",
            #"{"http":{"response":{"header":{"server":["x","Nginx"]}}}}"#, true
        ),
        ("http.response.header.x-a: ''", #"{"http":{"response":{"header":{"x-a":[""]}}}}"#, true),
        (
            "http.response.header.x-a|exists: false\ntls.established: true",
            #"{"http":{"response":{"header":{"x-b":[""]}}},"tls.established":true}"#, true
        ),
        (
            "hallmark.certificate.chain.subject: CN=b",
            #"{"hallmark":{"certificate":{"chain":[{"subject":"CN=a"},{"subject":"CN=b"}]}}}"#, true
        ),
        ("tls.server.jarm: a", #"{"tls.server":{"jarm":"a"}}"#, true),
        ("tls.server.jarm: a", #"{"tls":{"server.jarm":"a"}}"#, true),
    ])
    func search(_ search: String, _ line: String, _ expected: Bool) throws {
        #expect(try matches(search, line) == expected)
    }

    @Test(arguments: [
        ("a and b", false), ("a or b", true), ("a and not b", true), ("not a", false), ("not b", true),
        ("not a or a", true), ("b or a and a", true), ("b and b or a", true), ("(b or a) and b", false),
        ("1 of them", true), ("all of them", false), ("any of them", true), ("1 of a*", true),
        ("all of a*", true), ("1 of b*", false), ("not 1 of b*", true), ("all of them or a", true),
        ("1 of _hidden*", true), ("not (a and not b)", false),
    ])
    func condition(_ condition: String, _ expected: Bool) throws {
        let text = rule(
            """
            a: {tls.server.jarm: x}
            b: {tls.server.jarm: y}
            _hidden: {tls.server.jarm: x}
            condition: \(condition)
            """
        )
        #expect(try matches(load([text]), #"{"tls":{"server":{"jarm":"x"}}}"#).isEmpty == !expected)
    }

    @Test func ruleHoldsWithinOneExchange() throws {
        let search = "url.path: /a\nhttp.response.status_code: 200\ntls.server.jarm: j"
        let first =
            #"{"url":{"path":"/a"},"http":{"response":{"status_code":404}},"tls":{"server":{"jarm":"j"}}"#
        #expect(
            try !matches(
                search,
                first
                    + #","hallmark":{"http":[{"url":{"path":"/b"},"http":{"response":{"status_code":200}}}]}}"#
            )
        )
        #expect(
            try matches(
                search,
                first
                    + #","hallmark":{"http":[{},{"url":{"path":"/a"},"http":{"response":{"status_code":200}}}]}}"#
            )
        )
    }

    @Test func filterNarrowsRulesItNames() throws {
        let filter = """
            title: Not ours
            logsource: {product: hallmark}
            filter: {rules: [named], ours: {server.ip|cidr: 10.0.0.0/8}, condition: not ours}
            """
        let named = rule("s: {tls.server.jarm: a}\ncondition: s", hallmark: "name: named", title: "Named")
        let other = rule("s: {tls.server.jarm: a}\ncondition: s", title: "Other")
        let set = try load([named, other, filter])
        #expect(try matches(set, #"{"server":{"ip":"10.1.1.1"},"tls":{"server":{"jarm":"a"}}}"#) == ["Other"])
        #expect(
            try matches(set, #"{"server":{"ip":"11.1.1.1"},"tls":{"server":{"jarm":"a"}}}"#) == [
                "Named", "Other",
            ]
        )
    }
}

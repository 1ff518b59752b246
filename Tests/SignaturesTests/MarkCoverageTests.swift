import Bytes
import Foundation
import Observations
import TestSupport
import Testing
import Wire

@testable import Signatures

/// Which marks an observation can't tell of, and why.
@Suite struct MarkCoverageTests {
    private static let rules = [
        ("Leaf", "tls.server.x509.subject.common_name: leaf.test", ""), ("Jar", "tls.server.jarm: '1'", ""),
        ("Page", "http.response.title: page", ""), ("Icon", "hallmark.favicon.mmh3: 7", ""),
        ("Login", "{url.path: /login, http.response.title: login}", "requests: [{path: /login}], "),
        ("Panel", "{url.path: /panel, http.response.title: panel}", "requests: [{path: /panel}], "),
        ("Both", "{tls.server.jarm: '1', http.response.title: both}", ""),
    ]

    private func rules() throws -> RuleSet {
        let scratch = Scratch()
        for (name, search, requests) in Self.rules {
            try scratch.write(
                "\(name).yml",
                """
                title: \(name)
                logsource: {product: hallmark}
                detection: {s: \(search.hasPrefix("{") ? search : "{\(search)}"), condition: s}
                hallmark: {\(requests)software: {name: \(name)}, specificity: strong}

                """
            )
        }
        try scratch.write(
            "benign.yml",
            """
            title: Benign
            logsource: {product: hallmark}
            detection: {s: {tls.server.jarm: '9'}, condition: s}
            hallmark: {benign: {name: Web server, looks_like: [any]}, specificity: weak}

            """
        )
        return try LoadedRules(LibraryPlace(path: scratch.path, isInstalled: true), [], cache: nil).set
    }

    private func exchange(_ path: String, answered: Bool = true) -> HTTPExchange {
        let origin = HTTPOrigin(isTLS: true, host: "shop.test", port: 443)
        var exchange = HTTPExchange(origin: origin, request: HTTPRequest("GET", path))
        if answered { exchange.version = .http11 }
        return exchange
    }

    private func coverage(
        _ line: String,
        _ probes: [ProbeRecord],
        _ exchanges: [HTTPExchange] = [],
        leftOut: [LeftOutProbe] = []
    ) throws -> MarkCoverage {
        let observation = Observation()
        observation.probes = probes
        observation.http = exchanges
        observation.leftOut = leftOut
        let scratch = MatchScratch(try rules())
        try scratch.match(line)
        return scratch.coverage(LookedFor(observation))
    }

    private static func text(_ groups: [UntestedMarks]) -> [String] {
        groups.map { "\($0.what) \($0.reason) \($0.marks) \($0.software.joined(separator: ","))" }.sorted()
    }

    private static let all = [
        ProbeRecord(.jarm, .success), ProbeRecord(.http, .success), ProbeRecord(.favicon, .failure),
    ]
    private static let page =
        #"{"tls":{"server":{"jarm":"2"}},"url":{"path":"/"},"http":{"response":{"status_code":200}}"#

    @Test func allThatCanBeSeen() throws {
        let line =
            Self.page
            + #","hallmark":{"http":[{"url":{"path":"/login"},"http":{"response":{"status_code":404}}}]}}"#
        let found = try coverage(line, Self.all, [exchange("/"), exchange("/login"), exchange("/panel")])
        #expect(found.known == 7 && found.tested == 7 && found.untested.isEmpty)
    }

    @Test func whatALimitLeftOut() throws {
        var probes = Self.all
        probes[1].limit = .requests
        let found = try coverage(
            Self.page + "}",
            probes,
            [exchange("/"), exchange("/login", answered: false)]
        )
        #expect(found.known == 7 && found.tested == 5)
        #expect(Self.text(found.untested) == ["GET /login http_error 1 Login", "GET /panel budget 1 Panel"])
        let unsuspected = try coverage(Self.page + "}", Self.all, [exchange("/")])
        #expect(
            Self.text(unsuspected.untested) == [
                "GET /login unremarkable 1 Login", "GET /panel unremarkable 1 Panel",
            ]
        )
    }

    @Test func whatProbesDidNotBring() throws {
        let line = #"{"tls":{"version":"1.3"}}"#
        let found = try coverage(
            line,
            [
                ProbeRecord(.jarm, .failure, code: .connectionTimeout),
                ProbeRecord(.http, .failure, code: .httpTimeout),
            ],
            leftOut: [LeftOutProbe(.favicon, .unreachable)]
        )
        #expect(found.tested == 1)
        #expect(
            Self.text(found.untested) == [
                "http http_timeout 5 Both,Icon,Login,Page,Panel", "jarm connection_timeout 1 Jar",
            ]
        )
        // Who speaks mail shows no pages: there is nothing to look for.
        let mail = try coverage(
            line,
            [ProbeRecord(.jarm, .success)],
            leftOut: [LeftOutProbe(.http, .otherProtocol), LeftOutProbe(.favicon, .otherProtocol)]
        )
        #expect(mail.tested == 7)
    }

    /// A mark of two kinds is open when one of them is there and the other was not seen, on any page.
    @Test func marksOfTwoKinds() throws {
        let probes = [ProbeRecord(.jarm, .failure, code: .connectionReset), ProbeRecord(.http, .success)]
        func open(_ titles: [String]) throws -> [String] {
            let pages = titles.map { #"{"url":{"path":"/x"},"http":{"response":{"title":"\#($0)"}}}"# }
            let line =
                #"{"tls":{"version":"1.3"},"url":{"path":"/"},"http":{"response":{"title":"no"}},"hallmark":{"http":["#
            let found = try coverage(
                line + pages.joined(separator: ",") + "]}}",
                probes,
                ["/", "/login", "/panel"].map { exchange($0) },
                leftOut: [LeftOutProbe(.favicon, .notAsked)]
            )
            return Self.text(found.untested.filter { $0.what == "jarm" })
        }
        #expect(try open(["no", "no"]) == ["jarm connection_reset 1 Jar"])
        #expect(try open(["both", "no"]) == ["jarm connection_reset 2 Both,Jar"])
        #expect(try open(["no", "both"]) == ["jarm connection_reset 2 Both,Jar"])
    }

    /// A certificate of which only the begin was read refutes nothing that hangs on the rest of it.
    @Test func whatACutCertificateCannotTell() throws {
        let scratch = Scratch()
        func write(_ name: String, _ search: String) throws {
            try scratch.write(
                "\(name).yml",
                """
                title: \(name)
                logsource: {product: hallmark}
                detection: {s: {\(search)}, condition: s}
                hallmark: {software: {name: \(name)}, specificity: strong}

                """
            )
        }
        let name = "tls.server.x509.subject.common_name"
        try write("Signed", "\(name): Covenant, hallmark.certificate.self_signed: true")
        try write("Named", "tls.server.x509.alternative_names: late.test")
        try write("Other", "\(name): other, hallmark.certificate.self_signed: true")
        try write("Plain", "\(name): Covenant")
        let set = try LoadedRules(LibraryPlace(path: scratch.path, isInstalled: true), [], cache: nil).set
        let matcher = MatchScratch(set)
        let leaf =
            #"{"tls":{"server":{"x509":{"subject":{"common_name":["Covenant"]},"#
            + #""alternative_names":["early.test"]}}},"hallmark":{"certificate":{"chain_length":1}"#
        let observation = Observation()
        observation.probes = Self.all
        try matcher.match(leaf + #","limits":["certificate_bytes"]}}"#)
        let cut = matcher.coverage(LookedFor(observation))
        #expect(matcher.matched.map { set.rules[$0.rule].title } == ["Plain"])
        #expect(cut.known == 4 && cut.tested == 2)
        #expect(Self.text(cut.untested) == ["certificate budget 2 Named,Signed"])
        // What names itself as its issuer is taken for a certificate that signed itself: its signature is its
        // end. What names another one is not.
        let named = leaf.replacing(#""chain_length":1"#, with: #""chain_length":1,"self_issued":true"#)
        try matcher.match(named + #","limits":["certificate_bytes"]}}"#)
        #expect(matcher.matched.map { set.rules[$0.rule].title } == ["Plain", "Signed"])
        #expect(matcher.isSelfSignatureUnseen)
        let fields = matcher.excerpts(of: matcher.matched[1].rule).map(\.field)
        #expect(fields.sorted() == ["hallmark.certificate.self_issued", name])
        try matcher.match(named.replacing("true", with: "false") + #","limits":["certificate_bytes"]}}"#)
        #expect(matcher.matched.map { set.rules[$0.rule].title } == ["Plain"])
        #expect(!matcher.isSelfSignatureUnseen)
        // A whole certificate says itself whether it did.
        try matcher.match(named + "}}")
        #expect(matcher.matched.map { set.rules[$0.rule].title } == ["Plain"])
        try matcher.match(leaf + "}}")
        #expect(matcher.coverage(LookedFor(observation)).tested == 4)
        #expect(matcher.undecided.isEmpty)
    }

    /// A rule for a path asks for it; one for what can't be asked for is not tested.
    @Test func pathsOfRulesWithoutRequests() throws {
        let scratch = Scratch()
        for (name, search) in [
            ("Panel", "url.path: /my-own-panel"), ("Start", "url.path|startswith: /my-own"),
            ("Root", "url.path: /"),
        ] {
            try scratch.write(
                "\(name).yml",
                """
                title: \(name)
                logsource: {product: hallmark}
                detection: {s: {\(search), http.response.title: mine}, condition: s}
                hallmark: {software: {name: \(name)}, specificity: strong}

                """
            )
        }
        let set = try LoadedRules(LibraryPlace(path: scratch.path, isInstalled: true), [], cache: nil).set
        #expect(set.requests.map(\.path) == ["/my-own-panel"])
        let matcher = MatchScratch(set)
        let observation = Observation()
        observation.probes = Self.all
        observation.http = [exchange("/")]
        try matcher.match(Self.page + "}")
        let found = matcher.coverage(LookedFor(observation))
        #expect(
            Self.text(found.untested) == [
                "GET /my-own-panel unremarkable 1 Panel", "url.path not_asked 1 Start",
            ]
        )
    }

    /// It stands in the record, and is taken out when the record is matched anew.
    @Test func itIsWrittenAndTakenOut() throws {
        let observation = Observation()
        observation.probes = [ProbeRecord(.http, .failure, code: .httpTimeout)]
        let assessor = Assessor(try rules())
        var line = ByteBuffer()
        line.append(
            "{\"event\":{\"kind\":\"event\"},\"tls\":{\"version\":\"1.3\"},\"hallmark\":{\"proof\":\"proven\"}}"
        )
        let assessment = try assessor.assess(&line, lookedFor: LookedFor(observation))
        #expect(assessment.coverage?.untestedCount == 6)
        let text = line.withSpan { $0.text }
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let marks = try #require((object?["hallmark"] as? [String: Any])?["marks"] as? [String: Any])
        #expect(marks["known"] as? Int == 7 && marks["tested"] as? Int == 1)
        #expect((marks["untested"] as? [[String: Any]])?.first?["what"] as? String == "http")
        try assessor.assess(&line)
        #expect(
            line.withSpan { $0.text }
                == "{\"event\":{\"kind\":\"event\"},\"tls\":{\"version\":\"1.3\"},\"hallmark\":{\"proof\":\"proven\"}}"
        )
    }
}

import Observations
import Testing

@testable import Signatures

/// Rules as searches of Internet-wide indexes, in the words of the engines' own documentation.
@Suite struct SearchQueryTests {
    @Test(arguments: [
        (
            "s: {hallmark.certificate.serial.integer: 8BB00EE}\ncondition: s",
            "ssl.cert.serial:146473198", "host.services.cert.parsed.serial_number=\"146473198\""
        ),
        (
            "s: {tls.server.x509.subject.common_name: multiplayer, tls.server.x509.issuer.common_name: operators}\ncondition: s",
            "ssl.cert.subject.cn:multiplayer ssl.cert.issuer.cn:operators",
            "host.services: (cert.parsed.subject.common_name=\"multiplayer\" and cert.parsed.issuer.common_name=\"operators\")"
        ),
        (
            "s: {tls.server.jarm: [aa, bb]}\ncondition: s", "ssl.jarm:aa,bb",
            "host.services: (jarm.fingerprint=\"aa\" or jarm.fingerprint=\"bb\")"
        ),
        (
            "s: {http.response.title|contains: 'say \"x\"', http.response.status_code: 404}\ncondition: s",
            "http.title:\"say \\\"x\\\"\" http.status:404",
            "host.services: (endpoints.http.html_title: \"say \\\"x\\\"\" and endpoints.http.status_code=404)"
        ),
        ("s: {http.response.header.x-havoc: 'true'}\ncondition: s", "\"X-Havoc: true\"", nil),
        ("s: {http.response.header.server|endswith: havoc}\ncondition: s", "\"havoc\"", nil),
        (
            "s: {http.response.title: a}\nt: {http.response.body.content|contains: b}\ncondition: s and not t",
            "http.title:a -http.html:b",
            "host.services: (endpoints.http.html_title=\"a\" and not endpoints.http.body: \"b\")"
        ),
        // Too common to be a search, or with nothing that the engines hold.
        (
            "s: {http.response.status_code: 404, http.response.header.date|endswith: GMT}\ncondition: s", nil,
            nil
        ),
        ("s: {tls.server.x509.subject.country: US}\ncondition: s", nil, nil),
        ("s: {hallmark.certificate.self_signed: true}\ncondition: s", nil, nil),
        ("s: {http.response.title|re: 'a+'}\ncondition: s", nil, nil),
        ("s: {http.response.title: a}\ncondition: not s", nil, nil),
        ("s: {http.response.title: \"a\\nb\"}\ncondition: s", nil, nil),
    ])
    func search(_ detection: String, _ shodan: String?, _ censys: String?) throws {
        let rule = try load([rule(detection)]).rules[0]
        #expect(SearchQuery(rule, for: .shodan)?.text == shodan)
        #expect(SearchQuery(rule, for: .censys)?.text == censys)
    }

    @Test(arguments: [
        ("s: {http.response.title: a}\ncondition: s", nil),
        (
            "s: {http.response.title: a, http.response.raw_head|contains: b}\ncondition: s",
            "finds more than the rule"
        ),
        ("s: {http.response.title: a*b}\ncondition: s", "finds more than the rule"),
        (
            "s: [{http.response.title: a}, {http.response.raw_head|contains: b}]\ncondition: s",
            "finds less than the rule"
        ),
        // Shodan has no `or` between filters.
        ("s: [{http.response.title: a}, {tls.server.jarm: b}]\ncondition: s", "finds less than the rule"),
        (
            "s: [{http.response.title: a*b}, {tls.server.jarm: b}]\ncondition: s",
            "not quite what the rule finds"
        ),
    ])
    func difference(_ detection: String, _ words: String?) throws {
        let rule = try load([rule(detection)]).rules[0]
        #expect(SearchQuery(rule, for: .shodan)?.difference == words)
    }

    /// A rule that asks for one value and a mark of the same value are searched for by the same words.
    @Test func rulesAndMarksAreSearchedAlike() throws {
        var asked = 0
        for field in Field.all + [Field.named("http.response.header.server")].compactMap(\.self)
        where field.kind == .keyword || field.kind == .long {
            let value = field.kind == .long ? "7" : "ab12"
            let queries = ExternalQueries.queries(field: field.name, value: value)
            guard !queries.isEmpty else { continue }
            let rule = try load([rule("s: {\(field.name): \(value)}\ncondition: s")]).rules[0]
            for engine in SearchQuery.engines {
                guard let query = SearchQuery(rule, for: engine) else {
                    // What many have is no search of its own, but a mark in a row with others.
                    #expect(
                        field.searches?[engine] == nil || field.searches?.isCommon == true,
                        "\(field.name)"
                    )
                    continue
                }
                asked += 1
                let text = queries.first { $0.engine == engine }?.text
                #expect(query.text.replacing("=7", with: "=\"7\"") == text, "\(field.name)")
            }
        }
        #expect(asked > 20)
    }

    /// Shodan knows a certificate by its SHA-1 alone.
    @Test func shodanIsNotAskedForASHA256() throws {
        let digest = String(repeating: "AB", count: 32)
        let rule = try load([rule("s: {tls.server.hash.sha256: \(digest)}\ncondition: s")]).rules[0]
        #expect(SearchQuery(rule, for: .shodan) == nil)
        #expect(SearchQuery(rule, for: .censys) != nil)
    }

    @Test func explanationIsInWords() throws {
        let text = """
            s:
              tls.server.not_after|lt: 0002-01-01
              server.port: [443, 8443]
              tls.server.x509.subject.common_name|startswith: ab
              http.response.header.server: null
              server.ip|cidr: 10.0.0.0/8
            condition: s
            """
        let explainer = RuleExplainer(try load([rule(text)]).rules[0])
        #expect(
            explainer.condition == [
                "all of:", "  tls.server.not_after is before 0002-01-01", "  any of:",
                "    server.port is 443",
                "    server.port is 8443", "  tls.server.x509.subject.common_name begins with \"ab\"",
                "  http.response.header.server is absent", "  server.ip lies in 10.0.0.0/8",
            ]
        )
        #expect(explainer.fields.map(\.name).first == "tls.server.not_after")
        #expect(explainer.fields.allSatisfy { !$0.text.isEmpty })
    }
}

/// Rules with every modifier, filters and correlations, and observations that meet them, for comparison with
/// another implementation.
struct DifferentialRules {
    private var base: RuleGenerator

    init(seed: UInt64) { base = RuleGenerator(seed: seed) }

    static let texts = [
        "tls.server.jarm", "tls.server.subject", "http.response.title", "http.response.header.server",
        "url.path", "tls.server.x509.subject.common_name", "tls.server.x509.alternative_names",
    ]
    private static let words = [
        "", "a", "A", "b", "aB", "abc", "a b", "a\\b", "a*b", "x?y", "[a]", "a_b", "a%b", "é", "a\nb", "10",
        // "ab" in base64 at each offset and in each width.
        "YWI=", "eWFi", "eHlhYg==", "YQBiAA==", "AGEAYg==", "//5hAGIA",
        "10.0.0.5", "10.1.200.7", "192.168.1.1", "10.0.0.05", "10.0.0.x", "2001:db8::1", "2001:0DB8::1",
        "2001:db8:8000::1", "fe80::1", "::1", "1::2001:db8",
    ]
    private static let values = [
        "a", "A", "ab", "abc", "''", "'a*'", "'*b'", "'*'", "'?'", "'a?b'", "'??'", "'a\\b'", "'a\\\\b'",
        "'a\\*b'", "'x\\?y'", "'[a]'", "'[a*'", "a_b", "'a%b'", "é", "É", "'a b'", "'*\\\\*'", "'10'",
    ]
    private static let expressions = [
        "'^a'", "'b$'", "'a.b'", "'^[aB]+$'", "'B|\\*'", "'^$'", "'(a)|(x\\?y)'", "'\\d+\\.\\d'", "'^b'",
    ]
    private static let networks = [
        "10.0.0.0/8", "10.1.128.0/17", "10.0.0.5/32", "192.168.0.0/23", "0.0.0.0/0", "'2001:db8::/32'",
        "'2001:db8:8000::/33'", "'fe80::/10'", "'::1/128'", "'::/0'",
    ]

    mutating func rules(_ count: Int) -> [String] { (0..<count).map { rule($0, name: nil) } }

    private mutating func list(_ values: [String]) -> String {
        switch base.number(3) {
        case 0: base.pick(values)
        case 1: "[\(base.pick(values)), \(base.pick(values))]"
        default: "[\(base.pick(values)), \(base.pick(values)), \(base.pick(values))]"
        }
    }

    private mutating func test() -> String {
        let field = base.pick(Self.texts)
        switch base.number(20) {
        case 0, 1: return "\(field): \(list(Self.values))"
        case 2: return "\(field)|\(base.pick(["contains", "startswith", "endswith"])): \(list(Self.values))"
        case 3:
            let join = base.pick(["contains|all", "startswith|cased", "cased|endswith", "contains|neq"])
            return "\(field)|\(join): \(list(Self.values))"
        case 4: return "\(field)|\(base.pick(["cased", "neq", "cased|neq", "all"])): \(list(Self.values))"
        case 5: return "\(field): \(base.pick(["null", "[null, a]", "[a, null, '']"]))"
        case 6: return "\(field)|exists: \(base.pick(["true", "false"]))"
        case 7:
            return "\(field)|re\(base.pick(["", "|i", "|m", "|s", "|i|m|s", "|all", "|neq"])): "
                + list(Self.expressions)
        case 8, 9:
            let field = base.pick(["server.ip", "server.ip", "tls.server.x509.alternative_names"])
            return "\(field)|cidr\(base.pick(["", "", "|neq"])): \(list(Self.networks))"
        case 10:
            let way = base.pick(["base64", "base64offset|contains", "wide|base64offset|contains"])
            return "\(field)|\(way): \(base.pick(["ab", "b", "[a, ab]"]))"
        case 11: return "\(field)|\(base.pick(["wide|base64", "utf16be|base64", "utf16|base64"])): ab"
        case 12, 13:
            let part = base.pick(["minute", "hour", "day", "week", "month", "year"])
            let limit = part == "year" ? 2023 + base.number(4) : base.number(part == "week" ? 54 : 24)
            let date = base.pick(["tls.server.x509.not_before", "@timestamp"])
            return "'\(date)|\(part)\(base.pick(["", "|gte", "|lt", "|neq"]))': \(limit)"
        case 14:
            return
                "http.response.status_code|\(base.pick(["gt", "gte", "lt", "lte", "neq"])): \(base.number(5))"
        case 15:
            return "http.response.status_code: \(base.pick(["1", "[1, 3]", "'2'", "'?'", "null", "'*'"]))"
        case 16: return "hallmark.certificate.self_signed: \(base.pick(["true", "false", "null"]))"
        case 17, 18:
            let way = base.pick(["", "|neq", "|contains", "|startswith", "|endswith"])
            return "\(field)|fieldref\(way): \(base.pick(Self.texts))"
        default: return "http.response.status_code|\(base.pick(["contains", "startswith"])): '1'"
        }
    }

    /// A search: a map of tests that all hold, or a list of maps of which one does.
    private mutating func search(_ name: String) -> String {
        // Addresses and times alone are no evidence, and a rule of nothing else is refused.
        let evidence = ["http.", "tls.", "url.", "hallmark.certificate"]
        while true {
            let text = anySearch(name)
            if evidence.contains(where: text.contains) { return text }
        }
    }

    private mutating func anySearch(_ name: String) -> String {
        let isList = base.number(2) == 0
        var seen: Set<Substring> = []
        let tests = (0...base.number(3)).map { _ in test() }.filter { test in
            // A key stands once in a map.
            isList || seen.insert(test.prefix { $0 != ":" }).inserted
        }
        return "  \(name):\n" + tests.map { (isList ? "    - " : "    ") + $0 }.joined(separator: "\n")
    }

    private mutating func condition(_ names: String, _ first: String, _ second: String) -> String {
        base.pick([
            "\(first)", "not \(first)", "\(first) and \(second)", "\(first) or not \(second)",
            "not (\(first) and \(second))", "1 of \(names)*", "all of \(names)*", "not 1 of \(names)*",
            "1 of them", "all of them and not \(second)", "(\(first) or \(second)) and not (\(second))",
        ])
    }

    private mutating func rule(_ number: Int, name: String?) -> String {
        """
        title: Rule \(number)
        name: \(name ?? "rule-\(number)")
        logsource: {\(base.pick(["product: hallmark", "product: hallmark, category: tls_observation"]))}
        detection:
        \(search("one"))
        \(search("other"))
          condition: \(condition("o", "one", "other"))
        """
    }

    /// Rules and filters that belong together, one a file.
    mutating func filtered(_ number: Int) -> [String] {
        let rules = (0..<3).map { rule(10 * number + $0, name: "rule-\($0)") }
        let filters = (0...base.number(2)).map { place in
            """
            title: Filter \(place)
            logsource: {\(base.pick(["product: hallmark", "product: hallmark, category: tls_observation", "category: tls_observation"]))}
            filter:
              rules: \(base.pick(["any", "[rule-0]", "[rule-1, rule-2]", "rule-2"]))
            \(search("selection"))
            \(search("second"))
              condition: \(condition("se", "selection", "second"))
            """
        }
        return rules + filters
    }

    /// Rules, and a correlation of them.
    mutating func correlated(_ number: Int) -> [String] {
        let rules = (0..<3).map { place in
            """
            title: Rule \(10 * number + place)
            name: rule-\(place)
            logsource: {product: hallmark}
            detection:
              selection: {tls.server.jarm\(base.pick(["", "|contains", "|startswith"])): \(base.pick(["a", "b", "c"]))}
              condition: selection
            """
        }
        let fields = [
            "server.ip", "server.port", "tls.server.subject", "tls.server.x509.subject.common_name",
        ]
        let kind = base.pick(["event_count", "value_count", "temporal", "temporal_ordered"])
        let limit =
            "\(base.pick(["gte", "gte", "gt", "gt", "lte", "lt", "eq", "neq"])): \(1 + base.number(5))"
        let group = base.pick([fields[0], fields[1], fields[2], fields[3], "\(fields[0]), \(fields[3])"])
        let condition =
            switch kind {
            case "event_count": "\n  condition: {\(limit)}"
            case "value_count":
                "\n  condition: {field: \(base.pick(fields.filter { !group.contains($0) })), \(limit)}"
            default: ""
            }
        let correlation = """
            title: Correlation \(number)
            correlation:
              type: \(kind)
              rules: [\(base.pick(["rule-0", "rule-0, rule-1", "rule-2, rule-0", "rule-1, rule-2, rule-0"]))]
              group-by: [\(group)]
              timespan: \(base.pick(["30s", "2m", "10m", "1h", "2d", "1w"]))
            """
        return rules + [correlation + condition]
    }

    private mutating func word() -> String {
        base.pick(Self.words).replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private mutating func words(_ most: Int) -> String {
        "[" + (0..<base.number(most + 1)).map { _ in "\"\(word())\"" }.joined(separator: ",") + "]"
    }

    private mutating func exchange() -> String {
        var response: [String] = []
        if base.number(3) > 0 { response.append(#""status_code":\#(base.number(5))"#) }
        if base.number(3) > 0 { response.append(#""title":"\#(word())""#) }
        if base.number(3) > 0 { response.append(#""header":{"server":\#(words(2)),"other":["a"]}"#) }
        return #""url":{"path":"\#(word())"},"http":{"response":{\#(response.joined(separator: ","))}}"#
    }

    mutating func observation() -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let times = (0..<2).map { _ in
            "\(2023 + base.number(4))-\(two(1 + base.number(12)))-\(two(1 + base.number(28)))T"
                + "\(two(base.number(24))):\(two(base.number(60))):\(two(base.number(60))).250Z"
        }
        var server: [String] = []
        if base.number(4) > 0 { server.append(#""jarm":"\#(word())""#) }
        if base.number(3) > 0 { server.append(#""subject":"\#(word())""#) }
        server.append(
            #""x509":{"not_before":"\#(times[0])","subject":{"common_name":\#(words(3))},"#
                + #""alternative_names":\#(words(3))}"#
        )
        let further = (0..<base.number(3)).map { _ in "{\(exchange())}" }.joined(separator: ",")
        let address = base.pick(["10.0.0.5", "10.1.200.7", "192.168.1.9", "2001:db8::1", "fe80::1", "::1"])
        let certificate = base.pick([
            #""certificate":{"self_signed":true},"#, #""certificate":{"self_signed":false},"#, "",
        ])
        return
            #"{"@timestamp":"\#(times[1])","server":{"ip":"\#(address)"},"tls":{"server":{\#(server.joined(separator: ","))}},"#
            + #"\#(base.number(4) > 0 ? exchange() : #""url":{}"#),"hallmark":{\#(certificate)"http":[\#(further)]}}"#
    }

    /// One of a sweep: few values, so that groups form.
    mutating func sighting() -> String {
        let minutes = base.number(7) * base.number(7) * base.number(60)
        let time =
            "2026-03-0\(1 + minutes / 1440)T\(minutes / 60 % 24 < 10 ? "0" : "")\(minutes / 60 % 24):"
            + "\(minutes % 60 < 10 ? "0" : "")\(minutes % 60):\(base.pick(["00", "10", "20", "30"])).000Z"
        let stamp = base.number(20) > 0 ? #""@timestamp":"\#(time)","# : ""
        let names = (0..<base.number(3)).map { _ in "\"\(base.pick(["n", "N", "m", "o"]))\"" }
        let subject = base.number(8) > 0 ? #""subject":"\#(base.pick(["s", "S", "t"]))","# : ""
        return
            #"{\#(stamp)"server":{"ip":"10.0.0.\#(base.number(6))","port":\#(base.pick([443, 8443]))},"tls":{"server":{"#
            + #""jarm":"\#(base.pick(["a", "b", "c", "ab", "bc"]))",\#(subject)"x509":{"subject":{"common_name":[\#(names.joined(separator: ","))]}}}}}"#
    }
}

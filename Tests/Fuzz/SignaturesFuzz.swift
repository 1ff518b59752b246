import Bytes
import Observations
import Signatures
import YAML

/// A rule file, and a YAML file of any other sort.
func fuzzRules(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? YAMLReader.parse(text, file: "f")
    guard let documents = try? RuleReader.read(text, file: "f") else { return }
    guard let set = try? RuleSet(documents) else { return }
    var runner = ExampleRunner(set)
    _ = try? runner.run()
    for rule in set.rules {
        _ = RuleExplainer(rule).condition
        for engine in SearchQuery.engines { _ = SearchQuery(rule, for: engine) }
    }
}

func ruleSeeds() -> [[UInt8]] {
    [
        """
        title: A
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        logsource: {product: hallmark, category: tls_observation}
        detection:
          s1: {http.response.title|contains: [a*b, 'c\\?d'], http.response.status_code|gte: 400}
          s2:
            - tls.server.jarm|re|i: '^[0-9a-f]{62}$'
            - server.ip|cidr: 2001:db8::/32
              tls.server.not_after|year: 9999
          t: {tls.server.subject|fieldref|neq: tls.server.issuer, url.path: null}
          condition: (1 of s* or not t) and not all of them
        level: high
        hallmark:
          software: {name: A, id: S0001}
          specificity: strong
          expires: 2027-01-01
          requests: [{path: /a, headers: {X-A: b}}]
          examples:
            match: [{http.response.title: ab, hallmark.http: [{url.path: /}]}]
            no_match: [{}]
        """,
        """
        title: B
        correlation: {type: value_count, rules: [a], group-by: [server.ip], timespan: 1d, condition: {field: url.path, gt: 1}}
        ---
        title: C
        logsource: {product: hallmark}
        filter: {rules: any, s: {tls.server.jarm|base64offset|contains: a}, condition: not s}
        """,
        "a: &a [1, 2]\nb: *a\nc: {d: \"\\u00e9\", e: |\n  x\n}\n",
    ].map { Array($0.utf8) }
}

/// A line of NDJSON, flattened, matched and assessed.
func fuzzLine(_ bytes: [UInt8]) {
    guard let set = fuzzSet else { return }
    let assessor = Assessor(set)
    var line = ByteBuffer()
    line.append(bytes.span)
    do throws(ObservationSyntaxError) {
        _ = try assessor.assess(&line)
        _ = assessor.scratch.wantedProbes()
    } catch {
        precondition(line.count == bytes.count)
        return
    }
    // What was a JSON object is one still, and is not changed again.
    let first = line.withSpan { span in span.indices.map { span[$0] } }
    var second = ByteBuffer()
    second.append(first.span)
    guard (try? assessor.assess(&second)) != nil else { preconditionFailure("no longer JSON") }
    precondition(second.withSpan { span in span.indices.map { span[$0] } } == first)
}

func lineSeeds() -> [[UInt8]] {
    [
        #"{"@timestamp":"2026-11-22T03:31:00.123Z","event":{"kind":"event"},"tls":{"server":{"jarm":"aa","#
            + #""x509":{"subject":{"common_name":["a","b"]},"not_after":"9999-12-31T23:59:59Z"}}},"#
            + #""url":{"path":"/"},"http":{"response":{"status_code":404,"header":{"server":["x"]},"title":"a\u00e9"}},"#
            + #""hallmark":{"http":[{"url":{"path":"/b"},"http":{"response":{"status_code":200.0}}}],"leads":[{"x":"]"}]}}"#,
        #"{"tls.server.jarm":"aa","hallmark":{"matches":[1],"x":{}},"n":[[[[]]],-1e5,18446744073709551615,null,true]}"#,
        #"{ "hallmark" : { } , "server":{"ip":"2001:db8::1","port":443} }"#,
    ].map { Array($0.utf8) }
}

private let fuzzSet: RuleSet? = {
    let rule = { (number: Int, search: String) in
        """
        title: R\(number)
        logsource: {product: hallmark}
        detection: {s: {\(search)}, condition: s}
        hallmark: {software: {name: T\(number)}, specificity: strong}
        """
    }
    let searches = [
        "tls.server.jarm: aa", "http.response.title|contains: a", "http.response.status_code|gt: 100",
        "tls.server.jarm|re: '^.{2}$'", "http.response.header.server: null, tls.server.jarm: '*'",
        "tls.server.x509.subject.common_name|fieldref|contains: http.response.title",
        "tls.server.x509.not_after|year: 9999", "url.path: /b",
        "tls.server.x509.subject.common_name|cased: a",
    ]
    let documents = searches.enumerated().compactMap { try? RuleReader.read(rule($0, $1), file: "f") }
    return try? RuleSet(documents.flatMap(\.self))
}()

import Observations
import TestSupport
import Testing

@Suite struct ExternalQueriesTests {
    @Test func aSerialNumberIsDecimalWhereTheEngineWantsIt() throws {
        let queries = ExternalQueries.queries(field: "tls.server.x509.serial_number", value: "08BB00EE")
        let number = try check("python3", ["-c", "print(0x08BB00EE, end='')"]).text
        #expect(
            queries.map(\.text) == [
                "ssl.cert.serial:\(number)", "host.services.cert.parsed.serial_number=\"\(number)\"",
                "cert.sn=\"\(number)\"", "serial=08bb00ee",
            ]
        )
        let long = String(repeating: "F1", count: 20)
        let digits = try check("python3", ["-c", "print(int('\(long)', 16), end='')"]).text
        let first = ExternalQueries.queries(field: "tls.server.x509.serial_number", value: long).first
        #expect(first?.text == "ssl.cert.serial:\(digits)")
    }

    @Test func addressesHoldTheQueryWhateverItIs() throws {
        let value = "a \"b\" \\ & #?=%\u{e9}\u{1b}\n"
        let fields = ["tls.server.x509.subject.common_name", "http.response.title", "tls.server.jarm"]
        for query in fields.flatMap({ ExternalQueries.queries(field: $0, value: value) }) {
            let program = """
                import base64, sys, urllib.parse as u
                parts = u.urlsplit(sys.argv[1])
                assert parts.scheme == 'https' and not parts.fragment, parts
                (name, value), = u.parse_qsl(parts.query, strict_parsing=True, encoding='utf-8', errors='strict')
                if name == 'qbase64': value = base64.b64decode(value, validate=True).decode()
                if parts.netloc == 'crt.sh': value = name + '=' + value
                print(value, end='')
                """
            #expect(try check("python3", ["-c", program, query.url]).text == query.text)
            #expect(query.engine == .crtsh || !query.text.contains("\u{1b}"))
        }
    }

    @Test func onlyFieldsOfTheRecordAreAsked() {
        let known = Field.all.map(\.name)
        for field in known + ["http.response.header.server"] {
            for query in ExternalQueries.queries(field: field, value: "AB12") { #expect(!query.text.isEmpty) }
        }
        #expect(ExternalQueries.queries(field: "event.kind", value: "x").isEmpty)
        #expect(ExternalQueries.queries(field: "tls.server.jarm", value: "").isEmpty)
        #expect(ExternalQueries.queries(field: "tls.server.x509.serial_number", value: "-1").isEmpty)
    }
}

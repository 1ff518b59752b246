/// Observations such as a sweep of ordinary hosts brings: a certificate of a public authority, half of them
/// with an HTTP answer.
struct SampleObservations {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let words = [
        "the", "server", "login", "page", "welcome", "index", "html", "panel", "script", "src", "href",
        "css",
        "function", "var", "return", "http", "https", "error", "found", "nginx", "apache", "class",
        "content", "style",
    ]

    private mutating func number(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    private mutating func hex(_ count: Int) -> String {
        String((0..<count).map { _ in Character(String(number(16), radix: 16)) })
    }

    private mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in Self.words[number(Self.words.count)] }.joined(separator: " ")
    }

    /// One line, without its end.
    mutating func next() -> String {
        let name = "\(Self.words[number(24)])-\(number(10_000)).example.com"
        let sha256 = hex(64).uppercased()
        let chain = (0..<2).map { _ in "\"MII" + hex(1800) + "\"" }.joined(separator: ",")
        var parts = [
            #"{"@timestamp":"2026-11-22T03:31:00.123Z","ecs":{"version":"9.0.0"}"#,
            #""event":{"kind":"event","category":["network"],"dataset":"hallmark.observation","outcome":"success","duration":41230000}"#,
            #""server":{"address":"203.0.113.\#(number(255))","ip":"203.0.113.7","port":443}"#,
            #""tls":{"version":"1.3","version_protocol":"tls","cipher":"TLS_AES_128_GCM_SHA256","curve":"x25519","established":false,"#
                + #""server":{"hash":{"sha256":"\#(sha256)","sha1":"\#(hex(40).uppercased())","md5":"\#(hex(32).uppercased())"},"#
                + #""subject":"CN=\#(name)","issuer":"C=US, O=Example Trust, CN=E5","ja3s":"\#(hex(32))","jarm":"\#(hex(62))","#
                + #""certificate_chain":[\#(chain)],"x509":{"version_number":"3","serial_number":"03\#(hex(34).uppercased())","#
                + #""not_before":"2026-10-01T00:00:00Z","not_after":"2026-12-30T23:59:59Z","signature_algorithm":"ecdsa-with-SHA384","#
                + #""public_key_algorithm":"ECDSA","public_key_size":256,"public_key_curve":"P-256","#
                + #""alternative_names":["\#(name)","www.\#(name)"],"subject":{"distinguished_name":"CN=\#(name)","common_name":["\#(name)"]},"#
                + #""issuer":{"distinguished_name":"C=US, O=Example Trust, CN=E5","common_name":["E5"],"country":["US"],"organization":["Example Trust"]}}}}"#,
        ]
        if number(2) == 0 { parts.append(answer()) }
        parts.append(
            #""hallmark":{"proof":"presented","scan":{"id":"x"},"certificate":{"spki_sha256":"\#(hex(64).uppercased())","validity_days":90,"#
                + #""validity_seconds":7862399,"self_issued":false,"self_signed":false,"serial":{"bits":138,"bytes":18,"integer":"3\#(hex(34).uppercased())"},"#
                + #""subject_attributes":"CN","issuer_attributes":"C,O,CN","key_usage":["digital_signature"],"key_usage_text":"digital_signature","#
                + #""extended_key_usage":["server_auth"],"extended_key_usage_text":"server_auth","is_ca":false,"chain_length":2},"#
                + #""tls":{"server_hello_extensions":[43,51],"record_version":"0303","session_id":"echoed","messages":[2,8,11],"record_sizes":[122,36,2345]},"#
                + #""stack":"1_\#(hex(16))","probes":[{"kind":"certificate","outcome":"success","duration_ms":38}]}}"#
        )
        return parts.joined(separator: ",")
    }

    private mutating func answer() -> String {
        let body = "<html><head><title>\(words(3))</title></head><body>\(words(300))</body></html>"
        let head =
            #"HTTP/1.1 200 OK\r\nServer: nginx/1.24.0\r\nDate: Sun, 22 Nov 2026 03:31:00 GMT\r\nContent-Type: text/html\r\n\r\n"#
        return
            #""url":{"full":"https://x/","path":"/"},"http":{"version":"1.1","request":{"method":"GET"},"response":{"status_code":200,"#
            + #""status_line":"HTTP/1.1 200 OK","raw_head":"\#(head)","headers":[["Server","nginx/1.24.0"],["Content-Type","text/html"]],"#
            + #""header":{"server":["nginx/1.24.0"],"date":["Sun, 22 Nov 2026 03:31:00 GMT"],"content-type":["text/html"]},"#
            + #""header_order":"Server,Date,Content-Type","html_hash":\#(number(1 << 30)),"mime_type":"text/html","title":"\#(words(3))","#
            + #""body":{"bytes":\#(body.utf8.count),"content":"\#(body)","sha256":"\#(hex(64).uppercased())"}}}"#
    }
}

import Foundation
import TestSupport
import Testing

/// Files of other scanners, with one certificate in each: read again from its bytes where they are there.
@Suite struct ScannerFileTests {
    private let scratch = Scratch()

    private struct Pair {
        let pem: String
        let base64: String
        let sha256: String
        let sha1: String

        init(_ scratch: Scratch) throws {
            let made = try TestCertificate(subject: "/C=US/O=Scanned/CN=scanned.example")
            pem = try String(contentsOfFile: made.certificate, encoding: .utf8)
            try check(
                "openssl",
                ["x509", "-in", made.certificate, "-outform", "DER", "-out", scratch.file("der")]
            )
            base64 = try Data(contentsOf: URL(fileURLWithPath: scratch.file("der"))).base64EncodedString()
            func digest(_ name: String) throws -> String {
                try check("openssl", ["dgst", "-\(name)", "-r", scratch.file("der")]).text
                    .prefix { $0 != " " }.uppercased()
            }
            sha256 = try digest("sha256")
            sha1 = try digest("sha1")
        }

        var escapedPEM: String { pem.replacing("\n", with: "\\n") }
        var colons: String {
            stride(from: 0, to: sha1.count, by: 2).map { sha1.dropFirst($0).prefix(2) }.joined(separator: ":")
        }
    }

    /// Every source: its file, where the record stands, and what is known of the certificate.
    @Test func everySourceGivesItsCertificate() throws {
        let pair = try Pair(scratch)
        let files: [(name: String, text: String, endpoint: String, fidelity: String)] = [
            (
                "suricata",
                """
                {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"stats","stats":{}}
                {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","src_ip":"192.0.2.1",\
                "src_port":5,"dest_ip":"203.0.113.7","dest_port":443,"proto":"TCP","tls":{"sni":"a.example",\
                "version":"TLS 1.2","certificate":"\(pair.base64)","chain":["\(pair.base64)"],\
                "ja3s":{"hash":"fedcba9876543210fedcba9876543210","string":"1"}}}
                """,
                "203.0.113.7:443", "der"
            ),
            (
                "suricata",
                """
                {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","src_ip":"192.0.2.1",\
                "dest_ip":"203.0.113.7","dest_port":443,"proto":"TCP","tls":{"subject":"C=US, O=Scanned, CN=scanned.example",\
                "issuerdn":"C=US, O=Scanned, CN=scanned.example","serial":"00:8A","fingerprint":"\(pair.colons.lowercased())",\
                "version":"TLS 1.2","notbefore":"2026-01-01T00:00:00","notafter":"2026-02-01T00:00:00"}}
                """,
                "203.0.113.7:443", "text"
            ),
            (
                "zgrab2",
                """
                {"ip":"203.0.113.7","data":{"tls":{"status":"success","protocol":"tls","port":443,"result":{"handshake_log":\
                {"server_hello":{"version":{"name":"TLSv1.2","value":771},"cipher_suite":{"hex":"0xC02F","name":\
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256","value":49199}},"server_certificates":{"certificate":{"raw":\
                "\(pair.base64)","parsed":{"subject_dn":"CN=wrong"}}}}},"timestamp":"2026-01-02T03:04:05Z"}}}
                """,
                "203.0.113.7:443", "der"
            ),
            (
                "tlsx",
                """
                {"timestamp":"2026-01-02T03:04:05.1Z","host":"scanned.example","ip":"203.0.113.7","port":"443","probe_status":true,\
                "tls_version":"tls13","cipher":"TLS_AES_128_GCM_SHA256","not_before":"2026-01-01T00:00:00Z","not_after":\
                "2026-02-01T00:00:00Z","subject_dn":"CN=scanned.example, O=Scanned, C=US","subject_cn":"scanned.example","subject_org":\
                ["Scanned"],"serial":"00:8A","issuer_dn":"CN=scanned.example","fingerprint_hash":{"md5":"","sha1":"","sha256":\
                "\(pair.sha256.lowercased())"},"certificate":"\(pair.escapedPEM)","sni":"scanned.example"}
                """,
                "203.0.113.7:443", "der"
            ),
            (
                "httpx",
                """
                {"timestamp":"2026-01-02T03:04:05.1Z","port":"443","url":"https://scanned.example:443","input":"scanned.example",\
                "title":"A title","scheme":"https","webserver":"nginx","host":"203.0.113.7","status_code":200,"header":\
                {"server":"nginx","content_type":"text/html"},"tls":{"tls_version":"tls13","subject_cn":"scanned.example",\
                "fingerprint_hash":{"sha256":"\(pair.sha256.lowercased())"}}}
                """,
                "203.0.113.7:443", "text"
            ),
            (
                "tls-scan",
                """
                {"host":"scanned.example","ip":"203.0.113.7","port":443,"tlsVersion":"TLSv1.2","cipher":"ECDHE-RSA-AES128-GCM-SHA256",\
                "certificateChain":[{"version":3,"subject":"CN=scanned.example; O=Scanned; C=US","issuer":"CN=x","subjectAltName":\
                "DNS:scanned.example, DNS:b.example","signatureAlg":"sha256WithRSAEncryption","notBefore":"Jan  1 00:00:00 2026 GMT",\
                "notAfter":"Feb  1 00:00:00 2026 GMT","serialNo":"8A","publicKeyAlg":"RSA","publicKeySize":2048,"sha1Fingerprint":\
                "\(pair.colons)"}]}
                """,
                "203.0.113.7:443", "text"
            ),
            (
                "goscanner",
                """
                id,ip,port,server_name,synStart,synEnd,scanEnd,protocol,cipher,resultString,error_data,cert_id,cert_hash,pub_key_hash
                1,203.0.113.7,443,scanned.example,1767323040,1767323041,1767323045,771,c02f,SUCCESS,[],1,\(pair.sha256.lowercased()),ab
                """,
                "203.0.113.7:443", "digest"
            ),
            (
                "shodan",
                """
                {"ip_str":"203.0.113.7","port":443,"transport":"tcp","timestamp":"2026-01-02T03:04:05.931685","hostnames":\
                ["scanned.example"],"ssl":{"chain":["\(pair.escapedPEM)"],"jarm":"\(String(repeating: "1", count: 62))","cert":\
                {"subject":{"CN":"scanned.example","O":"Scanned"},"serial":316354168541868425317213698754361987456,"issued":"20260101000000Z","expires":"20260201000000Z"}},\
                "http":{"status":200,"title":"A title"}}
                """,
                "203.0.113.7:443", "der"
            ),
            (
                "certstream",
                """
                {"message_type":"certificate_update","data":{"update_type":"X509LogEntry","leaf_cert":{"subject":{"CN":\
                "scanned.example","aggregated":"/C=US/O=Scanned/CN=scanned.example"},"as_der":"\(pair.base64)","sha256":\
                "\(pair.sha256)","all_domains":["scanned.example"]},"seen":1767323045.5}}
                """,
                "", "der"
            ),
            (
                "crtsh",
                """
                [{"issuer_ca_id":1,"issuer_name":"C=US, O=CA","common_name":"scanned.example","name_value":\
                "scanned.example\\nb.example","id":5,"entry_timestamp":"2026-01-02T03:04:05.1","not_before":"2026-01-01T00:00:00",\
                "not_after":"2026-02-01T00:00:00","serial_number":"008a"}]
                """,
                "", "text"
            ),
            (
                "censys-certificates",
                """
                {"fingerprint_sha256":"\(pair.sha256.lowercased())","raw":"\(pair.base64)","parsed":{"subject_dn":"C=US"},\
                "names":["scanned.example"]}
                """,
                "", "der"
            ),
            (
                "packetbeat",
                """
                {"_index":"packetbeat","_source":{"@timestamp":"2026-01-02T03:04:05.1Z","type":"tls","server":{"ip":"203.0.113.7",\
                "port":443},"client":{"ip":"192.0.2.1","bytes":5},"tls":{"version":"1.2","established":true,"server":{"hash":{"sha1":\
                "\(pair.sha1)"},"x509":{"subject":{"common_name":"scanned.example","organization":"Scanned"}}}}}}
                """,
                "203.0.113.7:443", "text"
            ),
            (
                "sslyze",
                """
                {"sslyze_version":"6.0.0","date_scans_completed":"2026-01-02T03:04:05.1Z","server_scan_results":[{"server_location":\
                {"hostname":"scanned.example","port":443,"ip_address":"203.0.113.7"},"connectivity_result":\
                {"highest_tls_version_supported":"TLS_1_3","cipher_suite_supported":"TLS_AES_256_GCM_SHA384"},"scan_result":\
                {"certificate_info":{"status":"COMPLETED","result":{"certificate_deployments":[{"received_certificate_chain":\
                [{"as_pem":"\(pair.escapedPEM)"}]}]}}}}]}
                """,
                "203.0.113.7:443", "der"
            ),
            (
                "fortigate",
                """
                date=2026-01-02 time=03:04:05 logid="1702062101" type="utm" subtype="ssl" eventtime=1767323045589415731 \
                srcip=192.0.2.1 srcport=33666 dstip=203.0.113.7 dstport=443 proto=6 tlsver="tls1.2" sni="scanned.example" \
                certhash="\(pair.sha1.lowercased())" cn="scanned.example" issuer="CA" keyalgo="rsa" keysize=2048 \
                notbefore="2026-01-01T00:00:00Z" notafter="2026-02-01T00:00:00Z" sn="8a"
                """,
                "203.0.113.7:443", "text"
            ),
            (
                "masscan",
                """
                #masscan
                open tcp 443 203.0.113.7 1767323045
                banner tcp 443 203.0.113.7 1767323045 X509 \(pair.base64)
                banner tcp 443 203.0.113.7 1767323045 title A title
                # end
                """,
                "203.0.113.7:443", "der"
            ),
        ]
        for (number, file) in files.enumerated() {
            let path = scratch.file("\(number).\(file.name)")
            try scratch.write("\(number).\(file.name)", file.text + "\n")
            let result = try run(programPath, ["import", path])
            #expect(result.status == 0, "\(file.name): \(result.errors)")
            let all = try records(result)
            #expect(all.count == 1, "\(file.name): \(result.text) \(result.errors)")
            guard let record = all.first else { continue }
            let port = text(record, "server.port").map { ":" + $0 } ?? ""
            #expect((text(record, "server.ip") ?? "") + port == file.endpoint, "\(file.name)")
            #expect(text(record, "hallmark.source.fidelity") == file.fidelity, "\(file.name)")
            if file.fidelity == "der" {
                #expect(text(record, "tls.server.hash.sha256") == pair.sha256, "\(file.name)")
                #expect(texts(record, "tls.server.x509.subject.organization") == ["Scanned"], "\(file.name)")
            }
            if file.fidelity == "text" {
                #expect(
                    texts(record, "tls.server.x509.subject.common_name") == ["scanned.example"],
                    "\(file.name)"
                )
            }
            if file.name == "crtsh" {
                #expect(
                    texts(record, "tls.server.x509.alternative_names") == ["scanned.example", "b.example"]
                )
            }
            // The name of the format is found by looking.
            let named = try run(programPath, ["import", "--from", file.name, path])
            let drop = #/"20[^"]*\.[0-9]{3}Z"/#
            #expect(
                named.text.replacing(drop, with: "") == result.text.replacing(drop, with: ""),
                "\(file.name)"
            )
        }
    }

    /// Logs of proxies and gateways, whose fields are told by their places.
    @Test func proxiesAndGatewaysAreReadByPlace() throws {
        try scratch.write(
            "squid.log",
            """
            1767323045.123 192.0.2.1 alice 203.0.113.7 443 "scanned.example" TLS/1.2 ECDHE-RSA-AES128-GCM-SHA256 \
            "/C=US/O=Scanned/CN=scanned.example" "/CN=CA" CONNECT "scanned.example:443" 200 4711 250
            1767323046.001 192.0.2.2 - - - "-" - - "-" "-" GET "http://plain.example/" 200 5 1

            """
        )
        let squid = try run(programPath, ["import", "--from", "squid", scratch.file("squid.log")])
        #expect(squid.errors.contains("1 record"), "\(squid.errors)")
        let proxied = try #require(try records(squid).first)
        #expect(text(proxied, "server.ip") == "203.0.113.7")
        #expect(text(proxied, "tls.version") == "1.2")
        #expect(texts(proxied, "tls.server.x509.subject.common_name") == ["scanned.example"])
        let clients = try #require(value(proxied, "hallmark.clients") as? [Record])
        #expect(text(clients[0], "user") == "alice")
        #expect(text(clients[0], "bytes") == "4711")
        #expect(text(clients[0], "duration_ms") == "250")

        var fields = [String](repeating: "", count: 100)
        for (place, value) in [
            1: "2026/01/02 03:04:06", 3: "DECRYPTION", 6: "2026/01/02 03:04:05", 7: "192.0.2.1",
            8: "203.0.113.7",
            12: "domain\\alice", 24: "50000", 25: "8443", 29: "tcp", 39: "TLS1.2", 44: "P-256", 49: "8a01",
            50: String(repeating: "ab", count: 32), 51: "2026/01/01 00:00:00", 52: "2026/02/01 00:00:00",
            53: "3",
            60: "scanned.example", 61: "CA", 63: "\"scanned.example\"",
        ] { fields[place] = value }
        try scratch.write("pan.log", "<14>Jan  2 03:04:06 fw " + fields.joined(separator: ",") + "\n")
        let gateway = try run(programPath, ["import", scratch.file("pan.log")])
        #expect(gateway.status == 0, "\(gateway.errors)")
        let record = try #require(try records(gateway).first)
        #expect(text(record, "@timestamp") == "2026-01-02T03:04:05.000Z")
        #expect(text(record, "server.port") == "8443")
        #expect(text(record, "tls.curve") == "secp256r1")
        #expect(text(record, "tls.server.hash.sha256") == String(repeating: "AB", count: 32))
        #expect(text(record, "tls.server.x509.serial_number") == "008A01")
        #expect(text(record, "tls.server.x509.not_after") == "2026-02-01T00:00:00Z")
        #expect(text(record, "tls.client.server_name") == "scanned.example")
    }

    /// Several services of one host are several observations.
    @Test func servicesOfAHostAreApart() throws {
        let hash = String(repeating: "ab", count: 32)
        let host = """
            {"ip":"203.0.113.7","services":[{"port":443,"service_name":"HTTP","observed_at":"2026-01-02T03:04:05Z","tls":\
            {"version_selected":"tlsv1_3","certificates":{"leaf_data":{"fingerprint":"\(hash)","subject_dn":"CN=a"}}}},\
            {"port":8443,"service_name":"HTTP","tls":{"version_selected":"TLSv1_2","certificates":{"leaf_fp_sha_256":"\(hash)"}}},\
            {"port":22,"service_name":"SSH"}],"last_updated_at":"2026-01-03T00:00:00Z"}

            """
        try scratch.write("hosts.json", host)
        let result = try run(programPath, ["import", scratch.file("hosts.json")])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try records(result).map { text($0, "server.port") } == ["443", "8443"])
        #expect(try records(result).map { text($0, "hallmark.source.fidelity") } == ["text", "digest"])
    }

    /// Nmap's own file of a server of ours.
    @Test func nmapsOwnFileGivesTheCertificate() throws {
        let pair = try TestCertificate(subject: "/O=Nmap/CN=localhost")
        let server = try ServerProcess("openssl") { port, _ in
            ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", pair.certificate, "-key", pair.key, "-www"]
        }
        try check(
            "nmap",
            [
                "-Pn", "-n", "-p", "\(server.port)", "--script", "ssl-cert", "-oX", scratch.file("nmap.xml"),
                "127.0.0.1",
            ]
        )
        let result = try run(programPath, ["import", scratch.file("nmap.xml")])
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try records(result).first)
        #expect(text(record, "hallmark.source.fidelity") == "der")
        #expect(text(record, "tls.server.x509.subject.distinguished_name") == "O=Nmap, CN=localhost")
    }

    /// What comes back from a search engine is what went into it.
    @Test func recordsOfOursComeBackAsTheyWere() throws {
        let pair = try TestCertificate()
        let record = try run(programPath, ["import", pair.certificate]).text
        let line = record.trimmingCharacters(in: .newlines)
        try scratch.write(
            "search.json",
            "{\"took\":5,\"hits\":{\"total\":1,\"hits\":[{\"_id\":\"x\",\"_source\":\(line)}]}}"
        )
        try scratch.write("dump.json", "{\"_index\":\"a\",\"_source\":\(line)}\n")
        for name in ["search.json", "dump.json"] {
            let result = try run(programPath, ["import", scratch.file(name)])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.text == record)
        }
    }
}

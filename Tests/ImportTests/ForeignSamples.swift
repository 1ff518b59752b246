import Foundation
import Import
import Observations
import TestSupport

/// Entries of every format, with much and with little in them.
struct ForeignSamples {
    let base64: String
    let pem: String
    private let sha256 = String(repeating: "ab", count: 32)
    private let sha1 = String(repeating: "cd", count: 20)

    init(_ certificate: TestCertificate) throws {
        pem = try String(contentsOfFile: certificate.certificate, encoding: .utf8)
        base64 = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    }

    /// All formats, the mappings among them.
    static func formats() throws -> [ForeignFormat] {
        let mappings = try MappingFolder.read(projectFolder + "/mappings").mappings
        return ForeignFormats.builtIn + mappings.map { MappedReader.format($0) }
    }

    /// The records that a file of one format gives.
    static func records(_ format: ForeignFormat, _ text: String) throws -> [Record] {
        var out: [UInt8] = []
        let run = ImportRun(ImportRun.Options()) { span in
            for index in span.indices { out.append(span[index]) }
        }
        run.begin(file: "sample")
        let reader = format.makeReader(run)
        try reader.read(ImportInput(Array(text.utf8)))
        try reader.finish()
        try run.finish()
        return try String(decoding: out, as: UTF8.self).split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? Record ?? [:]
        }
    }

    private var line: String { pem.replacing("\n", with: "\\n") }

    private func eve(_ kind: String, _ rest: String) -> String {
        """
        {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"\(kind)","src_ip":"192.0.2.1",\
        "dest_ip":"203.0.113.7","dest_port":443,"proto":"TCP",\(rest)}

        """
    }

    /// By format: files of it.
    var files: [(format: String, text: String)] {
        scanners + logs + hosted
    }

    private var scanners: [(format: String, text: String)] {
        let zgrab = { (module: String, result: String) in
            """
            {"ip":"203.0.113.7","data":{"\(module)":{"status":"success","protocol":"\(module)","port":443,"result":\(result),\
            "timestamp":"2026-01-02T03:04:05Z"}}}

            """
        }
        return [
            (
                "nmap",
                """
                <?xml version="1.0"?><nmaprun scanner="nmap"><host endtime="1767323045"><address addr="203.0.113.7" addrtype="ipv4"/>
                <ports><port protocol="tcp" portid="443"><state state="open"/><script id="ssl-cert"><elem key="pem">\(pem)</elem></script>
                <script id="http-server-header"><elem>nginx</elem></script></port>
                <port protocol="tcp" portid="80"><state state="open"/><script id="http-title"><elem key="title">T</elem></script></port>
                </ports></host></nmaprun>
                """
            ),
            (
                "masscan",
                """
                #masscan
                banner tcp 443 203.0.113.7 1767323045 X509 \(base64)
                banner tcp 80 203.0.113.8 1767323045 http HTTP/1.1 200 OK\\x0d\\x0aServer: a\\x0d\\x0a\\x0d\\x0a

                """
            ),
            (
                "zgrab2",
                zgrab(
                    "tls",
                    """
                    {"handshake_log":{"server_hello":{"version":{"name":"TLSv1.2"},"cipher_suite":{"name":"X"}},\
                    "server_certificates":{"certificate":{"raw":"\(base64)"}}}}
                    """
                )
                    + zgrab("jarm", "{\"fingerprint\":\"\(String(repeating: "2", count: 62))\"}")
                    + zgrab(
                        "http",
                        "{\"response\":{\"status_code\":200,\"headers\":{\"server\":[\"a\"]},\"body\":\"<p>b\"}}"
                    )
            ),
            (
                "tlsx",
                ["", ",\"certificate\":\"\(line)\""].map { certificate in
                    """
                    {"timestamp":"2026-01-02T03:04:05.1Z","host":"a.example","ip":"203.0.113.7","port":"443","probe_status":true,\
                    "tls_version":"tls13","cipher":"X","subject_dn":"CN=a.example","fingerprint_hash":{"sha256":"\(sha256)"}\(certificate)}

                    """
                }
                .joined()
            ),
            (
                "httpx",
                """
                {"timestamp":"2026-01-02T03:04:05Z","port":"80","url":"http://203.0.113.7","input":"a","scheme":"http","status_code":200}
                {"timestamp":"2026-01-02T03:04:05Z","port":"443","url":"https://203.0.113.7","input":"a","scheme":"https","status_code":200,\
                "tls":{"subject_dn":"CN=a","fingerprint_hash":{"sha256":"\(sha256)"}}}

                """
            ),
            (
                "sslyze",
                """
                {"invalid_server_strings":[],"server_scan_results":[{"server_location":{"hostname":"a.example","port":443,\
                "ip_address":"203.0.113.7"},"scan_result":{"certificate_info":{"result":{"certificate_deployments":\
                [{"received_certificate_chain":[{"as_pem":"\(line)"}]}]}}}}],"sslyze_version":"6"}
                """
            ),
            (
                "tls-scan",
                """
                {"host":"a","ip":"203.0.113.7","port":443,"tlsVersion":"TLSv1.2","cipher":"X","certificateChain":[{"version":3,\
                "subject":"CN=a; O=b","publicKeyAlg":"ECDSA"}]}

                """
            ),
            (
                "goscanner",
                """
                ip,port,server_name,synStart,synEnd,scanEnd,protocol,cipher,resultString,verify_err_code,verify_code,server_version,depth,verify_depth,cert_hash,pub_key_hash
                203.0.113.7,443,a.example,1767323045,1767323045,1767323045,TLSv1.2,c,SUCCESS,0,0,x,0,0,\(sha256),x

                """
            ),
        ]
    }

    private var logs: [(format: String, text: String)] {
        [
            (
                "zeek",
                ZeekLines.certificate(ZeekLines.day, ZeekLines.one)
                    + ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one)
                    + ZeekLines.connection(
                        ZeekLines.day,
                        "192.0.2.1",
                        chain: ZeekLines.two,
                        server: "203.0.113.8"
                    )
                        + """
                        {"ts":\(ZeekLines.day).5,"uid":"C9","id.orig_h":"192.0.2.1","id.orig_p":50000,"id.resp_h":"203.0.113.9",\
                        "id.resp_p":80,"method":"GET","host":"a.example","uri":"/","status_code":200}

                        """
            ),
            (
                "suricata",
                eve("tls", "\"tls\":{\"subject\":\"CN=a\",\"issuerdn\":\"CN=b\"}")
                    + eve("tls", "\"tls\":{\"certificate\":\"\(base64)\",\"sni\":\"a.example\"}")
                    + eve("tls", "\"tls\":{\"version\":\"TLS 1.3\",\"sni\":\"a.example\"}")
                    + eve("http", "\"http\":{\"hostname\":\"a.example\",\"url\":\"/\",\"status\":200}")
            ),
            (
                "packetbeat",
                """
                {"@timestamp":"2026-01-02T03:04:05Z","agent":{"type":"packetbeat","version":"8.11.0"},"server":{"ip":"203.0.113.7",\
                "port":443},"tls":{"version":"1.2","server":{"subject":"CN=a","x509":{"serial_number":"146473198"}}}}

                """
            ),
            (
                "squid",
                """
                1764000000.250 10.0.0.1 user0 203.0.113.7 443 "a.example" TLS/1.2 X "/CN=a/O=b" "/CN=b" CONNECT "a.example:443" 200 1234 56

                """
            ),
            (
                "fortigate",
                """
                date=2026-01-02 eventtime=1767323045000000000 type="utm" subtype="ssl" srcip=192.0.2.1 dstip=203.0.113.7 dstport=443 \
                proto=6 cn="a" issuer="b" certhash="\(sha1)" tlsver="tls1.2"

                """
            ),
            (
                "paloalto",
                "1,2026/01/02 03:04:05,0,DECRYPTION,0,0,2026/01/02 03:04:05,192.0.2.1,203.0.113.7,0,0,0,u,0,0,0,0,0,0,0,0,0,0,1,"
                    + "0,443,0,443,0,tcp,0,0,0,0,0,0,0,0,0,TLS1.2,0,0,0,0,x25519,0,0,0,0,0A,\(sha256),0,0,0,0,0,0,0,0,0,a,b,0,s\n"
            ),
        ]
    }

    private var hosted: [(format: String, text: String)] {
        [
            (
                "shodan",
                """
                {"ip_str":"203.0.113.7","port":443,"timestamp":"2026-01-02T03:04:05.1","ssl":{"chain":["\(line)"],"cipher":\
                {"version":"TLSv1.2","name":"X"}}}
                {"ip_str":"203.0.113.7","port":80,"timestamp":"2026-01-02T03:04:05.1","http":{"status":200,"html":"<p>a"}}

                """
            ),
            (
                "censys-hosts",
                """
                {"ip":"203.0.113.7","services":[{"port":443,"service_name":"HTTP","observed_at":"2026-01-02T03:04:05Z",\
                "certificate":"\(sha256)","tls":{"version_selected":"TLSv1_2","certificates":{"leaf_data":{"subject_dn":"CN=a"}}}}]}

                """
            ),
            (
                "censys-certificates",
                "{\"fingerprint_sha256\":\"\(sha256)\",\"raw\":\"\(base64)\",\"parsed\":{},\"subject_dn\":\"CN=a\"}\n"
            ),
            (
                "certstream",
                """
                {"message_type":"certificate_update","data":{"seen":1767323045.1,"leaf_cert":{"sha1":"\(sha1)","subject":{"aggregated":"/CN=a"},\
                "all_domains":["a"]},"chain":[]}}

                """
            ),
            (
                "crtsh",
                """
                [{"issuer_ca_id":1,"issuer_name":"C=US, CN=b","common_name":"a","name_value":"a","entry_timestamp":"2026-01-02T03:04:05",\
                "serial_number":"0a"}]
                """
            ),
            ("certificates", pem),
        ]
    }
}

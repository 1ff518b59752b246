import Foundation
import TestSupport
import Testing

/// Of a broken, cut or hostile file of each kind nothing is lost but what is broken, and that is counted.
@Suite struct BrokenFileTests {
    private let scratch = Scratch()

    /// A kind of file: what stands before its entries, an entry, and what stands behind them.
    private struct Kind: Sendable {
        let name: String
        var head = ""
        let entry: @Sendable (Int) -> String
        var tail = ""
    }

    private static let kinds: [Kind] = [
        Kind(name: "zeek") {
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one, server: "203.0.113.\($0)")
        },
        Kind(
            name: "zeek",
            head:
                "#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.resp_h\tid.resp_p\tversion\testablished\n",
            entry: { "1795910400.5\tC1\t203.0.113.\($0)\t443\tTLSv12\tT\n" }
        ),
        Kind(name: "suricata") {
            """
            {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","dest_ip":"203.0.113.\($0)",\
            "dest_port":443,"proto":"TCP","tls":{"subject":"CN=a","version":"TLS 1.2"}}

            """
        },
        Kind(name: "zgrab2") {
            """
            {"ip":"203.0.113.\($0)","data":{"tls":{"status":"success","protocol":"tls","port":443,"result":{"handshake_log":\
            {"server_hello":{"version":{"name":"TLSv1.2","value":771}}}},"timestamp":"2026-01-02T03:04:05Z"}}}

            """
        },
        Kind(name: "tlsx") {
            """
            {"timestamp":"2026-01-02T03:04:05.1Z","host":"a.example","ip":"203.0.113.\($0)","port":"443","probe_status":true,\
            "tls_version":"tls13","subject_dn":"CN=a.example","fingerprint_hash":{"md5":"","sha1":"","sha256":"\(ZeekLines.one)"}}

            """
        },
        Kind(name: "shodan") {
            """
            {"ip_str":"203.0.113.\($0)","port":443,"transport":"tcp","timestamp":"2026-01-02T03:04:05.931685","ssl":{"chain":[],\
            "cert":{"subject":{"CN":"a"},"issued":"20260101000000Z","expires":"20260201000000Z"}}}

            """
        },
        Kind(name: "packetbeat") {
            """
            {"@timestamp":"2026-01-02T03:04:05.1Z","agent":{"type":"packetbeat"},"type":"tls","server":{"ip":"203.0.113.\($0)","port":443},"tls":{"version":\
            "1.2","established":true,"server":{"hash":{"sha256":"\(ZeekLines.one)"}}}}

            """
        },
        Kind(
            name: "goscanner",
            head: """
                id,ip,port,server_name,synStart,synEnd,scanEnd,protocol,cipher,resultString,error_data,cert_id,cert_hash,pub_key_hash

                """,
            entry: {
                "1,203.0.113.\($0),443,a.example,1767323040,1767323041,1767323045,771,c02f,SUCCESS,[],1,\(ZeekLines.one),ab\n"
            }
        ),
        Kind(name: "fortigate") {
            """
            date=2026-01-02 time=03:04:05 logid="1702062101" type="utm" subtype="ssl" srcip=192.0.2.1 dstip=203.0.113.\($0) \
            dstport=443 tlsver="tls1.2" sni="a.example" cn="a.example"

            """
        },
    ]

    /// What stands in place of an entry.
    private static let faults: [(name: String, text: String)] = [
        ("cut", "{\"ts\":1,\"uid\":\"C\",\"id.resp_h\":\"203.0.1\n"), ("words", "nothing that is known\n"),
        ("noise", "\u{0}\u{1}\u{7f}\u{fffd}\u{0}{{[[\"\\\n"),
        ("deep", String(repeating: "[", count: 5000) + "\n"),
        ("numbers", "{\"ts\":1e999,\"id.resp_p\":99999999999999999999,\"ip\":{},\"port\":[]}\n"),
    ]

    private func imported(_ kind: Kind, _ text: String) throws -> (records: [Record], result: CommandResult) {
        let result = try run(
            programPath,
            ["import", "--from", kind.name],
            input: Array(text.utf8)
        )
        return (try records(result), result)
    }

    @Test(arguments: kinds.indices) func onlyWhatIsBrokenIsLost(_ index: Int) throws {
        let kind = Self.kinds[index]
        let whole = try imported(kind, kind.head + kind.entry(1) + kind.entry(2) + kind.tail)
        #expect(whole.result.status == 0, "\(kind.name): \(whole.result.errors)")
        #expect(
            whole.records.map { text($0, "server.ip") } == ["203.0.113.1", "203.0.113.2"],
            "\(kind.name)"
        )
        let lines = kind.head.count { $0 == "\n" }
        for fault in Self.faults {
            let text = kind.head + kind.entry(1) + fault.text + kind.entry(2) + kind.tail
            let broken = try imported(kind, text)
            let ips = broken.records.compactMap { ImportTests.text($0, "server.ip") }
            #expect(
                ips == ["203.0.113.1", "203.0.113.2"],
                "\(kind.name), \(fault.name): \(broken.result.errors)"
            )
            // It is lost and said, or it is something else and counted as that.
            let errors = broken.result.errors
            let isCounted = errors.contains("standard input:\(lines + 2)") && broken.result.status == 1
            #expect(isCounted || errors.contains("of other things"), "\(kind.name), \(fault.name): \(errors)")
        }
        // The last entry breaks off.
        let cut = try imported(kind, kind.head + kind.entry(1) + String(kind.entry(2).dropLast(12)))
        #expect(
            cut.records.first.map { text($0, "server.ip") } == "203.0.113.1",
            "\(kind.name): \(cut.result.errors)"
        )
        #expect(cut.records.count == 2 || cut.result.status == 1, "\(kind.name): \(cut.result.errors)")
    }

    /// A log that begins within a line is told by the lines behind it, and loses that one alone.
    @Test(arguments: kinds.indices) func aBrokenFirstLineHidesNothing(_ index: Int) throws {
        let kind = Self.kinds[index]
        guard kind.tail.isEmpty else { return }
        for first in ["st\":\"203.0.113.9\",\"port\":1}}\n", "\u{1}\u{2} no line of any log\n"] {
            let text = first + kind.head + kind.entry(1) + kind.entry(2)
            let result = try run(programPath, ["import", "-"], input: Array(text.utf8))
            #expect(
                try records(result).map { ImportTests.text($0, "server.ip") } == [
                    "203.0.113.1", "203.0.113.2",
                ],
                "\(kind.name): \(result.errors)"
            )
            let isCounted = result.errors.contains("standard input:1") && result.status == 1
            #expect(isCounted || result.errors.contains("of other things"), "\(kind.name): \(result.errors)")
        }
    }

    /// Columns that are named in the second line, and Zeek's certificates that connections are joined with.
    @Test func aBrokenFirstLineChangesNoJoin() throws {
        let broken = "tail of a line\n"
        let (connections, certificates) = (scratch.file("ssl.log"), scratch.file("x509.log"))
        let connection = ZeekLines.connection(
            ZeekLines.day,
            "192.0.2.1",
            chain: ZeekLines.one,
            server: "203.0.113.1"
        )
        try (broken + connection).write(toFile: connections, atomically: true, encoding: .utf8)
        try (broken + ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
            .write(toFile: certificates, atomically: true, encoding: .utf8)
        let result = try run(programPath, ["import", connections, certificates])
        let found = try records(result)
        #expect(found.count == 1, "\(result.errors)")
        #expect(found.first.map { texts($0, "tls.server.x509.subject.common_name") } == ["a.example"])
        #expect(result.status == 1)
        let table = broken + "saddr,ip,port,subject_dn\n"
        #expect(try run(programPath, ["import", "-"], input: Array(table.utf8)).status == 1)
    }

    /// Documents that are no lines: what was whole before the end is kept.
    @Test func documentsThatBreakOffGiveWhatWasWhole() throws {
        let masscan = """
            [{"ip":"203.0.113.1","timestamp":"1","ports":[{"port":443,"proto":"tcp","service":{"name":"http.server","banner":"a"}}]},
            {"ip":"203.0.113.2","timestamp":"1","ports":[{"port":443,"proto":"tcp","service":{"name":"http.se
            """
        let nmap = """
            <?xml version="1.0"?><nmaprun scanner="nmap"><host><address addr="203.0.113.1" addrtype="ipv4"/><ports><port \
            protocol="tcp" portid="443"><state state="open"/><script id="http-title" output="a"><elem key="title">a</elem></script>\
            </port></ports></host><host><address addr="203.0.113.2" addrtype="ipv4"/><ports><port protocol="tcp" por
            """
        let masscanXML = """
            <?xml version="1.0"?><nmaprun scanner="masscan" start="1"><host endtime="1"><address addr="203.0.113.1" \
            addrtype="ipv4"/><ports><port protocol="tcp" portid="443"><state state="open"/><service name="title" banner="a">\
            </service></port></ports></host><host endtime="1"><address addr="203.0.113.2" addrt
            """
        for (name, text) in [("masscan", masscan), ("masscan", masscanXML), ("nmap", nmap)] {
            let result = try run(programPath, ["import", "--from", name], input: Array(text.utf8))
            #expect(result.status == 1, "\(name): \(result.errors)")
            #expect(
                try records(result).first.map { ImportTests.text($0, "server.ip") } == "203.0.113.1",
                "\(name)"
            )
        }
    }

    /// Files of several kinds in one folder, with a broken one and one of no kind among them.
    @Test func aMixedFolderLosesNothingElse() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.file("mixed"),
            withIntermediateDirectories: true
        )
        for (number, kind) in Self.kinds.enumerated() where number != 1 {
            try scratch.write("mixed/\(number)", kind.head + kind.entry(number + 1) + kind.tail)
        }
        try scratch.write("mixed/notes", "nothing that is known\n")
        try check(
            "sh",
            ["-c", "gzip -c '\(scratch.file("mixed/2"))' | head -c 40 > '\(scratch.file("mixed/cut.gz"))'"]
        )
        let result = try run(programPath, ["import", scratch.file("mixed")])
        #expect(result.status == 1)
        let ips = Set(try records(result).compactMap { text($0, "server.ip") })
        #expect(
            ips == Set(Self.kinds.indices.filter { $0 != 1 }.map { "203.0.113.\($0 + 1)" }),
            "\(result.errors)"
        )
        #expect(result.errors.contains("cut.gz"), "\(result.errors)")
    }
}

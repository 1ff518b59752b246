import Foundation
import TestSupport
import Testing

/// Every example of README and Docs, typed into a shell beside the lab that they are written for.
///
/// The playbooks have tests of their own, and the command line's page shows what `--help` says.
@Suite(.serialized) struct ExampleTests {
    /// The lab's servers in the order of their ports, from 20443 on.
    private static let servers = [
        "cobalt-strike", "shop", "asyncrat", "mail", "snakeoil", "poshc2", "intranet", "covenant",
        "localhost",
        "gophish",
    ]

    /// What is not run here, by its beginning, and why.
    private static let exceptions = [
        "make ": "builds and installs: the Makefile's targets are run by CI and by hand",
        "sudo make ": "installs on the machine",
        "hallmark schema --for elasticsearch": "wants an Elasticsearch",
        "sed 's/^/{\"create\"": "wants an Elasticsearch",
        "hallmark schema --for duckdb |": "StoreTests runs it in DuckDB",
        "hallmark schema --for clickhouse |": "StoreTests runs it in chDB",
        "hallmark warehouse schema ": "StoreTests runs it in chDB",
        "clickhouse-client ": "StoreTests runs it in chDB",
        "nats-server -c broker": "wants certificates; FleetTests start a broker of what is printed",
        "hallmark fleet submit ": "wants that broker; FleetTests hand in jobs",
        "hallmark fleet work ": "wants that broker; FleetTests work on jobs",
        "hallmark fleet collect ": "wants that broker; FleetTests collect",
        "hallmark fleet status ": "wants that broker; FleetTests ask for it",
        "cat records/us/*.ndjson": "wants what a fleet has collected; FleetTests compare vantage points",
        "hallmark compare records/eu": "wants that, too",
        "key=": "wants a file that is the reader's secret; AddressCipher has tests of its own",
        "printf %s PSEUDONYM": "wants that file, too",
        "tcpdump ": "wants the right to capture; CaptureImportTests reads captures",
        "hallmark import trace.pcap": "CaptureImportTests reads captures",
        "hallmark corpus add ssl.log x509.log conn.log": "wants Zeek's logs; CorpusClientTests adds them",
        "hallmark enrich leads.ndjson --no-context-names --passive-dns":
            "wants passive DNS; PassiveDNSTests has some",
        "jq -r '.hallmark.context.passive_dns": "wants what that gives",
        "hallmark corpus add pdns.cof": "wants passive DNS; PassiveDNSTests adds it",
        "hallmark corpus add --passive-dns": "wants passive DNS; PassiveDNSTests adds it",
        "hallmark pivot 198.51.100.7 --corpus": "wants passive DNS; PassiveDNSTests walks along it",
        "hallmark pivot 203.0.113.7:443 --clients": "wants who connected; CorpusClientTests asks for them",
        "hallmark pivot key=0A1B": "wants who connected; CorpusClientTests asks for them",
        "hallmark pivot 'lead=Cobalt Strike' --clients": "wants who connected; CorpusClientTests asks",
        "hallmark import --follow ": "goes on until it is stopped; FollowTests stops it",
        "hallmark import masscan.json nmap.xml": "wants their output; ProducerTests runs them",
        "hallmark scan example.com --verify | hallmark ct verify":
            "wants the list of the Internet's logs; WatchTests has its own",
        "hallmark scan example.com --verify --log-list":
            "wants the list of the Internet's logs; TimestampContextTests has its own",
        "hallmark ct watch ": "wants the logs of the Internet; TransparencyTests has logs of its own",
        "hallmark scan 192.0.2.0/24 --context": "wants a name server; ContextLabTests has one",
        "hallmark validate 203.0.113.7 --context": "wants a name server; ContextLabTests has one",
        "hallmark scan 192.0.2.0/24 --iocs": "wants lists of others; IndicatorCommandTests has its own",
        "hallmark match sweep.ndjson --iocs": "wants lists of others; IndicatorCommandTests has its own",
        "hallmark corpus listed ": "wants lists of others; IndicatorCommandTests has its own",
        "hallmark enrich sweep.ndjson": "wants a name server; ContextLabTests has one",
        "hallmark pivot 203.0.113.7:443 --warehouse": "wants ClickHouse; WarehousePivotTests have one",
        "hallmark serve ": "goes on until it is stopped; ConsoleTests asks it",
        "curl -H \"Authorization": "wants a console; ConsoleTests asks one",
        "hallmark roots audit ": "says what this machine trusts, which no test decides",
    ]

    private static let pages: [String] = {
        let folder = projectFolder + "/Docs"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return ["README.md"]
            + names.filter { $0.hasSuffix(".md") && $0 != "cli.md" }.sorted().map { "Docs/" + $0 }
    }()

    /// The commands of a page: lines of `sh` blocks, and what stands behind `$` in `console` blocks.
    private static func commands(of page: String) throws -> [String] {
        let text = try String(contentsOfFile: projectFolder + "/" + page, encoding: .utf8)
        var commands: [String] = []
        var kind: Substring?
        var pending = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                kind = kind == nil ? line.dropFirst(3) : nil
            } else if kind == "sh" {
                pending += (pending.isEmpty ? "" : "\n") + line
                if line.hasSuffix("\\") || line.hasSuffix("|") { continue }
                if !pending.isEmpty { commands.append(pending) }
                pending = ""
            } else if kind == "console", line.hasPrefix("$ ") {
                commands.append(String(line.dropFirst(2)))
            }
        }
        return commands
    }

    @Test func everyExampleRuns() throws {
        let stage = Scratch()
        try prepare(stage)
        var script = ""
        var expected: [String] = []
        var used: Set<String> = []
        for page in Self.pages {
            for command in try Self.commands(of: page) {
                if let exception = Self.exceptions.keys.first(where: { command.hasPrefix($0) }) {
                    used.insert(exception)
                    continue
                }
                expected.append("\(page): \(command)")
                // A remark may say with which code it ends.
                script += "( \(command)\n) > out 2> err; echo \"$? $(tr '\\n' ' ' < err)\" >> notes\n"
            }
        }
        let unused = Set(Self.exceptions.keys).subtracting(used)
        #expect(unused.isEmpty, "exceptions that no page needs: \(unused)")
        let result = try run(
            projectFolder + "/Tests/Lab/lab.sh",
            ["bash", "-c", try Self.atPortsOf(stage, script)],
            environment: [
                "PATH": URL(fileURLWithPath: Program.path).deletingLastPathComponent().path + ":"
                    + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
                "HALLMARK_SIGNATURES": projectFolder + "/signatures",
                "HALLMARK_MAPPINGS": projectFolder + "/mappings",
            ]
        )
        let names = try String(contentsOfFile: stage.file("servers"), encoding: .utf8)
        #expect(names == Self.servers.joined(separator: ",") + "\n", "the ports of the pages are of others")
        let notes = try String(contentsOfFile: stage.file("notes"), encoding: .utf8).split(separator: "\n")
        #expect(notes.count == expected.count && expected.count > 25, "\(result.errors)")
        for (note, command) in zip(notes, expected) {
            let status = command.firstMatch(of: #/# ends with (\d)/#).map { String($0.1) } ?? "0"
            #expect(note.hasPrefix(status + " "), "\(command)\n\(note)")
        }
    }

    /// The script with the lab's ports of this run in place of the fixed ones, which somebody may have up.
    ///
    /// A range becomes the list of all of them.
    private static func atPortsOf(_ stage: Scratch, _ script: String) throws -> String {
        try stage.write("script", script)
        return """
            cd '\(stage.path)' || exit 1
            ports=$(sed 's/^[^:]*:\\([0-9]*\\) .*/\\1/' "$0")
            all=$(paste -sd , <<< "$ports")
            number=20443
            expressions=(-e "s/2044[0-9]-204[0-9]*/$all/g")
            # In two steps: a new port may be the old one of another server.
            second=()
            for port in $ports; do
                expressions+=(-e "s/\\b$number\\b/<$number>/g")
                second+=(-e "s/<$number>/$port/g")
                number=$((number + 1))
            done
            sed -i "${expressions[@]}" "${second[@]}" script
            sed 's/^[^#]*# //' "$0" | paste -sd , > servers
            set -o pipefail
            . ./script
            """
    }

    /// A sweep of this week in which every search of the pages finds something, and a corpus of it.
    private func prepareSeen(_ stage: Scratch) throws {
        func day(_ days: Double) -> String { Date(timeIntervalSinceNow: days * 86_400).ISO8601Format() }
        let lead = #"{"software":{"name":"Sliver"},"confidence":90,"label":"high"}"#
        let record = """
            {"@timestamp":"\(day(-1))","event":{"kind":"alert","dataset":"hallmark.observation","outcome":"success"},\
            "server":{"address":"192.0.2.44","ip":"192.0.2.44","port":8443},\
            "tls":{"server":{"hash":{"sha256":"\(String(repeating: "AB", count: 32))"},"jarm":"\(String(repeating: "2ad", count: 20))00",\
            "x509":{"subject":{"common_name":["a.test"],"organization":["Acme Example Ltd"],\
            "distinguished_name":"O=Acme Example Ltd, CN=a.test"},"issuer":{"distinguished_name":"CN=ca.test"},\
            "serial_number":"01","not_before":"\(day(-300))","not_after":"\(day(10))"}}},"hallmark":{"leads":[\(lead)]}}

            """
        try stage.write("next.ndjson", record)
        let added = try Program.run([
            "corpus", "add", stage.file("next.ndjson"), "--corpus", stage.file("seen.sqlite"),
        ])
        #expect(added.status == 0, "\(added.errors)")
        let decided = try Program.run([
            "decide", "192.0.2.45:443", "monitor", "--because", "a neighbour", "--by", "me", "--corpus",
            stage.file("seen.sqlite"),
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        try stage.write("last.ndjson", record)
        try stage.write(
            "audit.ndjson",
            #"{"@timestamp":"2026-11-22T03:31:00Z","event":{"kind":"alert","dataset":"hallmark.finding"},"file":{"path":"/etc/ssl/x.pem"},"#
                + #""hallmark":{"findings":[{"name":"unknown_root","severity":"high","message":"x"}]}}"#
                + "\n"
        )
        try stage.write("assets.csv", "address,ports,owner\n127.0.0.1,1,us\n")
        try stage.write("scope.yaml", "name: lab\nauthorization: ours\ninclude: [127.0.0.1]\nports: [1]\n")
    }

    /// The files that pages speak of.
    private func prepare(_ stage: Scratch) throws {
        try prepareSeen(stage)
        let certificate = try TestCertificate(subject: "/CN=a.example.com", days: 30)
        let der = stage.file("a.der")
        try check("openssl", ["x509", "-in", certificate.certificate, "-outform", "DER", "-out", der])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: der))
        let digest = try check("sha256sum", [der]).text.prefix(64)
        try check("mkdir", ["-p", stage.file("logs")])
        for folder in ["", "logs/"] {
            try stage.write(
                folder + "ssl.log",
                """
                {"ts":1795923061.25,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":5,"id.resp_h":"192.0.2.9","id.resp_p":443,\
                "version":"TLSv12","established":true,"cert_chain_fps":["\(digest)"]}

                """
            )
            try stage.write(
                folder + "x509.log",
                """
                {"ts":1795923061.25,"fingerprint":"\(digest)","certificate.serial":"01","certificate.subject":"CN=x",\
                "host_cert":true,"client_cert":false,"cert":"\(bytes.base64EncodedString())"}

                """
            )
        }
        try stage.write(
            "eve.json",
            """
            {"timestamp":"2026-11-22T03:31:00.123456+0000","flow_id":1,"event_type":"tls","src_ip":"192.0.2.1","src_port":5,\
            "dest_ip":"192.0.2.9","dest_port":443,"proto":"TCP","tls":{"subject":"CN=x","issuerdn":"CN=x","serial":"01:02",\
            "fingerprint":"aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa:aa","version":"TLS 1.2",\
            "notbefore":"2026-01-01T00:00:00","notafter":"2027-01-01T00:00:00"}}

            """
        )
        try check("zstd", ["-q", stage.file("eve.json")])
        try stage.write(
            "hallmark.log",
            #"1795923061.250 192.0.2.1 - 192.0.2.9 443 "a.test" TLS/1.2 ECDHE-RSA-AES256-GCM-SHA384 "/CN=x" "/CN=y" CONNECT "a.test:443" 200 1234 56"#
                + "\n"
        )
        let sources = try String(contentsOfFile: projectFolder + "/Docs/sources.md", encoding: .utf8)
        let mapping = try #require(sources.firstMatch(of: #/```yaml\n(name: gateway[^`]*)```/#)).1
        try stage.write("gateway.yaml", String(mapping))
        try stage.write(
            "gateway.log",
            "type=tls date=2026-11-22 time=03:31:00 dest=192.0.2.9:443 sni=a.test src=192.0.2.1 in=5 out=6\n"
        )
    }
}

import Foundation
import TestSupport
import Testing

/// What is a record is decided in one place: a damaged one is refused by every command that reads records.
@Suite struct DamagedRecordTests {
    private let scratch = Scratch()

    private static let digest = String(repeating: "AB", count: 32)

    private static let good = """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"tls":{"version":"1.3","server":{"hash":\
        {"sha256":"\(digest)"},"x509":{"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",\
        "public_key_algorithm":"RSA","public_key_size":2048,"signature_algorithm":"SHA256-RSA"}}},"hallmark":\
        {"certificate":{"spki_sha256":"\(digest)"}}}
        """

    /// What is put in the place of what, and what the refusal names.
    private static let damages: [(old: String, new: String, names: String)] = [
        (#""port":443"#, #""port":65536"#, "server.port"), (#""port":443"#, #""port":-1"#, "server.port"),
        (#""port":443"#, #""port":"443""#, "server.port"), (#""port":443"#, #""port":443.5"#, "server.port"),
        (#""port":443"#, #""port":18446744073709551615"#, "server.port"),
        (#""port":443"#, #""port":true"#, "server.port"),
        (#""ip":"203.0.113.7""#, #""ip":"203.0.113.777""#, "server.ip"),
        (#""ip":"203.0.113.7""#, #""ip":7"#, "server.ip"),
        (#""@timestamp":"2026-11-22T03:31:00.123Z","#, "", "@timestamp"),
        ("2026-11-22T03:31:00.123Z", "10000-01-01T00:00:00Z", "@timestamp"),
        ("2026-11-22T03:31:00.123Z", "2026-02-30T00:00:00Z", "@timestamp"),
        ("2026-11-22T03:31:00.123Z", "2026-12-31T23:59:60Z", "@timestamp"),
        (#""2026-11-22T03:31:00.123Z""#, "1790000000000", "@timestamp"),
        ("hallmark.observation", "other.observation", "no "),
        (#""dataset":"hallmark.observation""#, #""dataset":7"#, "no "),
        ("\"sha256\":\"\(digest)\"", #""sha256":"AB""#, "sha256"),
        ("\"sha256\":\"\(digest)\"", #""sha256":7"#, "sha256"),
        ("\"spki_sha256\":\"\(digest)\"", #""spki_sha256":"x""#, "spki_sha256"),
        ("2027-01-01T00:00:00Z", "2027-01-01T00:00:60Z", "not_after"),
        ("2027-01-01T00:00:00Z", "soon", "not_after"),
        ("2026-01-01T00:00:00Z", "", "not_before"),
        (#""public_key_size":2048"#, #""public_key_size":"many""#, "size"),
        (#""outcome":"success""#, #""outcome":"maybe""#, "outcome"),
        (#""tls":{"#, #""tls":"x","other":{"#, "tls"), (#""tls":{"#, #""tls":7,"other":{"#, "tls"),
        (#""hash":{"#, #""hash":"x","other":{"#, "tls"),
        (#""server":{"address""#, #""server":[1],"other":{"address""#, "'server'"),
        (#""x509":{"#, #""x509":7,"other":{"#, "x509"), (#""x509":{"#, #""x509":[{}],"other":{"#, "x509"),
        (#""hallmark":{"#, #""hallmark":[7],"other":{"#, "hallmark"),
        (#""certificate":{"#, #""certificate":"x","other":{"#, "hallmark.certificate"),
        (#""public_key_algorithm":"RSA""#, #""public_key_algorithm":1"#, "public_key_algorithm"),
        (#""hallmark":{"#, #""hallmark":{"indicators":true,"#, "hallmark.indicators"),
        (#""hallmark":{"#, #""hallmark":{"findings":[1],"#, "hallmark.findings"),
        (#""hallmark":{"#, #""hallmark":{"findings.name":["expired"],"#, "hallmark.findings"),
        (#""spki_sha256""#, #""self_signed":"maybe","spki_sha256""#, "self_signed"),
        (#""port":443"#, #""port":{}"#, "server.port"), (#""port":443"#, #""port":[[443]]"#, "server.port"),
        (#""outcome":"success""#, #""outcome":{"x":1}"#, "outcome"),
    ]

    /// Leads that none can be; only who makes leads anew does not look at them.
    private static let leads = [
        "5", "\"Sliver\"", "true", "[5]", "[[{}]]", "{\"x\":1}", "[{}]",
        "[{\"software\":\"Sliver\",\"confidence\":90}]",
        #"[{"software":{"name":"Sliver"}}]"#, #"[{"software":{"name":"Sliver"},"confidence":100}]"#,
        #"[{"software":{"name":"Sliver"},"confidence":"90"}]"#,
        #"[{"software":{"name":""},"confidence":90}]"#,
        #"[{"software":{"name":"Sliver"},"confidence":90,"label":"low"}]"#,
        #"[{"software":{"name":"Sliver"},"confidence":90},{"software":{"name":5},"confidence":9}]"#,
    ]

    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]

    /// `FILE` is the file, `NEW` one that is not there; `assets`, `sweep` and `known` are made by `prepare`.
    private static let commands: [[String]] = [
        ["match", "FILE"] + rules, ["compare", "FILE", "--expiring", "30"], ["compare", "FILE", "--adopt"],
        ["compare", "FILE", "--inventory", "assets"], ["compare", "sweep", "--baseline", "FILE"],
        ["report", "FILE", "--format", "markdown"], ["hunt", "FILE"] + rules,
        ["export", "--to", "csv", "FILE"], ["export", "--to", "ocsf", "FILE"],
        ["export", "--to", "blocklist", "FILE"], ["import", "FILE"],
        ["corpus", "add", "FILE", "--corpus", "NEW"],
        ["enrich", "FILE", "--no-context-names"], ["signatures", "measure", "FILE"] + rules,
        ["pivot", "FILE", "--corpus", "known"] + rules,
        [
            "decide", "203.0.113.7:443", "monitor", "--because", "x", "--by", "me", "--records", "FILE",
            "--decisions", "NEW",
        ],
        ["signatures", "draft", "203.0.113.7:443", "FILE"],
    ]

    /// Those that have `--keep-going`, and whose good end is 0.
    private static let goingOn = commands.filter { $0[1] != "draft" && $0[0] != "decide" }

    /// An inventory, a sweep, and a corpus in which one more certificate has the good one's key.
    private func prepare() throws {
        try scratch.write("assets", "address,ports\n203.0.113.7,443\n")
        try scratch.write("sweep", Self.good + "\n")
        let others = (1...60).map { number in
            let digest = String(repeating: "0" + String(number / 10) + String(number % 10) + "F", count: 16)
            let other = Self.good.replacing("\"sha256\":\"\(Self.digest)", with: "\"sha256\":\"\(digest)")
                .replacing("203.0.113.7", with: "198.51.100.\(number)")
            return number == 1 ? other : other.replacing(Self.digest, with: digest)
        }
        let sweep = try scratch.write("others", (others + [Self.good]).joined(separator: "\n") + "\n")
        try check(Program.path, ["corpus", "add", sweep, "--corpus", scratch.file("known")])
    }

    private func run(_ command: [String], _ file: String, _ more: [String] = []) throws -> CommandResult {
        try? FileManager.default.removeItem(atPath: scratch.file("new"))
        return try Program.run(
            command.map { word in
                switch word {
                case "FILE": file
                case "NEW": scratch.file("new")
                case "assets", "sweep", "known": scratch.file(word)
                default: word
                }
            } + more
        )
    }

    @Test func everyCommandRefusesTheSame() throws {
        try prepare()
        let whole = try scratch.write("whole", Self.good + "\n")
        for command in Self.commands where command != Self.commands.last {
            let result = try run(command, whole)
            #expect(result.status == 0, "\(command): \(result.status) \(result.errors)")
        }
        var problems: [String] = []
        for (number, damage) in Self.damages.enumerated() {
            let line = Self.good.replacing(damage.old, with: damage.new, maxReplacements: 1)
            #expect(line != Self.good)
            // Among good ones it is one that is lost.
            let file = try scratch.write("damaged\(number)", Self.good + "\n" + line + "\n")
            for command in Self.commands {
                let result = try run(command, file)
                let isSaid = result.errors.contains("damaged\(number)") && result.errors.contains("2")
                if result.status != 1 || !isSaid {
                    problems.append("\(command) \(damage.new): \(result.status) \(result.errors)")
                }
            }
        }
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }

    @Test func leadsThatAreNoneAreNoAllClear() throws {
        try prepare()
        let hallmark = #""hallmark":{"#
        let lines =
            Self.leads.map { Self.good.replacing(hallmark, with: hallmark + "\"leads\":\($0),") }
            + [#""hallmark.leads":5,"#, #""hallmark.leads.software.name":["Sliver"],"#].map {
                Self.good.replacing(hallmark, with: $0 + hallmark)
            } + [
                Self.good.replacing(hallmark, with: hallmark + #""leads.label":["high"],"#),
                Self.good.replacing(hallmark, with: #""hallmark.leads":[],"hallmark":{"leads":[],"#),
            ]
        for (number, line) in lines.enumerated() {
            let file = try scratch.write("led\(number)", Self.good + "\n" + line + "\n")
            for command in Self.commands {
                let result = try run(command, file)
                let makesLeads = command[0] == "match" || command[1] == "measure"
                let isRight =
                    makesLeads
                    ? result.status == 0 : result.status == 1 && result.errors.contains("hallmark.leads")
                #expect(isRight, "\(command) \(line): \(result.status) \(result.errors)")
            }
        }
    }

    /// One lead is as good as a list of one, and a record without a certificate may have leads.
    @Test func aLeadIsReadInEveryPlace() throws {
        try prepare()
        let lead = #"{"software":{"name":"Sliver"},"confidence":90,"label":"high"}"#
        let plain = Self.good.replacing(
            /"tls":\{.*?\}\}\},/,
            with: #""url":{"scheme":"http"},"http":{"response":{"title":"a"}},"#
        )
        #expect(plain != Self.good)
        for (number, line) in [
            Self.good.replacing(#""hallmark":{"#, with: "\"hallmark\":{\"leads\":\(lead),"),
            Self.good.replacing(#""hallmark":{"#, with: "\"hallmark.leads\":[\(lead)],\"hallmark\":{"),
            plain.replacing(#""hallmark":{"#, with: "\"hallmark\":{\"leads\":[\(lead)],"),
        ].enumerated() {
            let file = try scratch.write("led\(number)", line + "\n")
            for command in [
                ["compare", file, "--inventory", scratch.file("assets")], ["report", file],
                ["export", "--to", "csv", file],
            ] {
                let result = try Program.run(command)
                #expect(result.status == 0 && result.text.contains("Sliver"), "\(command): \(result)")
            }
            let corpus = scratch.file("led\(number).corpus")
            try check(Program.path, ["corpus", "add", file, "--corpus", corpus])
            let found = try Program.run([
                "search", "hallmark.leads.label: high", "--count", "--corpus", corpus,
            ])
            #expect(found.text == "1\n", "\(found)")
        }
    }

    /// What was named and can't be read is still said when the run may go on.
    @Test func whoGoesOnIsTold() throws {
        try prepare()
        let bad = Self.good.replacing(#""port":443"#, with: #""port":"443""#)
        let file = try scratch.write("damaged", Self.good + "\n" + bad + "\n")
        for command in Self.goingOn {
            let result = try run(command, file, ["--keep-going"])
            #expect(result.status == 0 && result.errors.contains("damaged"), "\(command): \(result.errors)")
        }
        let result = try run(["corpus", "add", "FILE", "--corpus", "NEW"], file)
        #expect(
            result.errors.contains("1 record,") && result.errors.contains("1 line without"),
            "\(result.errors)"
        )
    }

    /// What is beside a record's own fields is nobody's business.
    @Test func whatIsNotOursIsPassedOver() throws {
        try prepare()
        let line = Self.good.replacing(
            #""event":{"#,
            with: #""agent":{"type":"filebeat"},"event":{"module":"other","#
        )
        let file = try scratch.write("stored", line + "\n")
        for command in Self.commands where command[1] != "draft" {
            let result = try run(command, file)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
    }

    /// Where no dataset tells whose a record is, its module does.
    @Test(arguments: [
        ("\"zeek\"", false), ("[\"zeek\"]", false), ("[\"hallmark\",\"zeek\"]", false), ("7", false),
        ("\"hallmark\"", true), ("null", true), ("[\"hallmark\"]", true),
    ])
    func aRecordOfAnotherModuleIsNotOurs(_ module: String, _ isOurs: Bool) throws {
        try prepare()
        let line = Self.good.replacing(#""dataset":"hallmark.observation""#, with: "\"module\":\(module)")
        for (name, line) in [
            ("nested", line),
            (
                "dotted",
                line.replacing(#""event":{"module":"#, with: #""event.module":"#)
                    .replacing(",\"outcome\":\"success\"},", with: ",")
            ),
        ] {
            let file = try scratch.write(name, line + "\n")
            // Import tells by the dataset that a file is one of records.
            for command in Self.commands where command[0] != "import" && command[1] != "draft" {
                let result = try run(command, file)
                #expect(result.status == (isOurs ? 0 : 1), "\(command) \(name): \(result.errors)")
                if !isOurs { #expect(result.errors.contains(name), "\(command): \(result.errors)") }
            }
        }
    }

    /// A certificate whose end is not told is neither well nor over.
    @Test(arguments: [
        (#","not_after":"2027-01-01T00:00:00Z""#, "the end"),
        (#"{"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z","#, "the end"),
        (#","public_key_size":2048"#, "the key"), (#","signature_algorithm":"SHA256-RSA""#, "the signature"),
        (#""not_before":"2026-01-01T00:00:00Z","#, "the begin"), (#""version":"1.3","#, "the version of TLS"),
        (#","hallmark":{"certificate":{"spki_sha256":"\#(digest)"}}"#, "the signer"),
        (#""tls":"#, "all"), ("\"sha256\":\"\(digest)\"", "all"),
    ])
    func whatCouldNotBeJudgedIsNoAllClear(_ part: String, _ name: String) throws {
        try scratch.write("assets", "address,ports\n203.0.113.7,443\n")
        let file = try scratch.write(
            "sweep",
            Self.good.replacing(
                part,
                with: part.hasPrefix("{") ? "{" : part.hasSuffix(":") ? "\"other\":" : ""
            )
                + "\n"
        )
        var commands = [["compare", file, "--inventory", scratch.file("assets")], ["report", file]]
        if name.hasPrefix("the end") { commands.append(["compare", file, "--expiring", "30"]) }
        for command in commands {
            let result = try Program.run(command)
            #expect(result.status == 1, "\(command): \(result.errors)")
            #expect(
                result.errors.contains("\(name) of 1 certificate could not be judged"),
                "\(result.errors)"
            )
            #expect(result.errors.contains("203.0.113.7:443") && !result.text.contains("No findings.\n"))
            #expect(try Program.run(command + ["--keep-going"]).status == 0)
        }
        guard name == "the end" else { return }
        let corpus = scratch.file("corpus")
        try check(Program.path, ["corpus", "add", file, "--corpus", corpus])
        let search = ["search", "tls.server.not_after < now+30d", "--count", "--corpus", corpus]
        for (unit, who) in [
            ("certificates", "1 certificate"), ("endpoints", "the certificates of 1 endpoint"),
        ] {
            let result = try Program.run(search + ["--of", unit])
            #expect(result.status == 1 && result.text == "0\n", "\(result.errors)")
            #expect(result.errors.contains("the end of \(who) could not be judged"), "\(result.errors)")
        }
    }

    /// Names and times without the digest, as logs without fingerprints give them, are no certificate that is
    /// well.
    @Test(arguments: [
        #""x509":{"not_after":"2026-11-25T00:00:00Z","subject":{"distinguished_name":"CN=a"}}"#,
        #""not_after":"2026-11-25T00:00:00Z""#, #""subject":"CN=a""#,
    ])
    func aCertificateWithoutItsDigestIsSaid(_ told: String) throws {
        let line =
            #"{"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.import"},"#
            + #""server":{"ip":"203.0.113.7","port":443},"tls":{"version":"1.2","server":{\#(told)}}}"#
        let file = try scratch.write("told", line + "\n")
        try scratch.write("assets", "address,ports\n203.0.113.7,443\n")
        for command in [
            ["compare", file, "--expiring", "30"], ["compare", file, "--inventory", scratch.file("assets")],
            ["report", file],
        ] {
            let result = try Program.run(command)
            #expect(result.status == 1, "\(command): \(result)")
            #expect(result.errors.contains("all of 1 certificate could not be judged"), "\(result.errors)")
        }
        let added = try Program.run(["corpus", "add", file, "--corpus", scratch.file("new")])
        #expect(added.status == 1 && added.errors.contains("without its SHA-256"), "\(added.errors)")
    }

    /// A file that could not be read at all is in no count.
    @Test func whatIsFoundIsSaidOfWhatCouldBeRead() throws {
        let good = try scratch.write("good", Self.good + "\n")
        let folder = URL(fileURLWithPath: scratch.file("folder"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try scratch.write("folder/bad.ndjson", "no record\n")
        for arguments in [["--baseline", good], ["--expiring", "1"]] {
            for other in [scratch.file("missing"), scratch.file("folder")] {
                let result = try Program.run(["compare", good, other] + arguments)
                #expect(result.status == 1, "\(result)")
                #expect(
                    result.text.contains("in what could be read"),
                    "\(arguments) \(other): \(result.text)"
                )
            }
        }
    }

    /// What ends a run with 3 is listed.
    @Test func aFindingThatFailsIsListed() throws {
        let assets = try scratch.write("assets", "address,ports\n203.0.113.7,443\n")
        let file = try scratch.write("sweep", Self.good + "\n")
        let failed = try Program.run(["compare", file, "--inventory", assets, "--fail-on", "info"])
        #expect(failed.status == 3 && !failed.text.contains("No findings"), "\(failed.text)")
        #expect(failed.text.contains("authorized"))
        #expect(failed.text.hasPrefix("1 record, 1 endpoint answered; 1 of assets"), "\(failed.text)")
        let well = try Program.run(["compare", file, "--inventory", assets, "--fail-on", "low"])
        #expect(well.status == 0 && well.text.contains("No findings of low or more"), "\(well.text)")
    }
}

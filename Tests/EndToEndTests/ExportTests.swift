import Foundation
import TestSupport
import Testing

/// `hallmark export`: each format read by a program that we did not write, over what a scan saw and over what
/// somebody forged.
@Suite(.serialized, .enabled(if: !PythonPackages.isOffline)) struct ExportTests {
    private static let files: (sweep: String, findings: String, scratch: Scratch)? = try? made()

    /// A sweep of an endpoint with the default certificate of Cobalt Strike and of one that refuses, and what
    /// a comparison says of it.
    private static func made() throws -> (String, String, Scratch) {
        let scratch = Scratch()
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let certificate = try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        let server = try Nginx.start(certificate)
        let sweep = scratch.file("sweep.ndjson")
        let scan = try Program.run([
            "scan", "127.0.0.1:\(server.port)", "127.0.0.1:1", "-o", sweep, "-q",
        ])
        try #require(scan.status == 0, "\(scan.errors)")
        let compared = try Program.run(["compare", sweep, "--expiring", "400", "--format", "ndjson"])
        try #require(compared.text.contains("hallmark.finding"), "\(compared.errors)")
        return (sweep, try scratch.write("findings.ndjson", compared.text), scratch)
    }

    /// Exports what the sweep and the comparison hold.
    private func export(_ format: String, _ more: [String] = []) throws -> CommandResult {
        let files = try #require(Self.files)
        let result = try Program.run(["export", "--to", format, files.sweep, files.findings] + more)
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    /// What a foreign program understood.
    private func read(_ format: String, _ export: CommandResult) throws -> Any {
        let scratch = Scratch()
        let path = try scratch.write("export", export.text)
        let result = try run("python3", ["-B", projectFolder + "/Tests/Tools/read_exports.py", format, path])
        #expect(result.status == 0, "\(result.errors.suffix(2000))")
        return try JSONSerialization.jsonObject(with: Data(result.output))
    }

    @Test func stixIsReadAndItsPatternsFindWhatTheyAreMadeOf() throws {
        let export = try export("stix", ["--tlp", "amber+strict"])
        let objects = try #require(read("stix", export) as? [[String: Any]])
        let types = objects.compactMap { $0["type"] as? String }
        #expect(types.count { $0 == "indicator" } == 2 && types.count { $0 == "malware" } == 1)
        for type in ["x509-certificate", "ipv4-addr", "network-traffic", "observed-data", "sighting"] {
            #expect(types.contains(type), "\(type)")
        }
        let malware = try #require(objects.first { $0["type"] as? String == "malware" })
        let reference = (malware["external_references"] as? [[String: Any]])?.first
        #expect(reference?["external_id"] as? String == "S0154")
        for indicator in objects where indicator["type"] as? String == "indicator" {
            #expect(indicator["confidence"] as? Int == 90)
            let marks = indicator["object_marking_refs"] as? [String]
            #expect(marks == ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"])
        }
        let matched = try #require(read("match", export) as? [String: Bool])
        #expect(matched.count == 2 && matched.values.allSatisfy(\.self))
        // The same records give the same bundle, wherever they stand.
        #expect(try self.export("stix", ["--tlp", "amber+strict"]).text == export.text)
    }

    @Test func mispTakesTheEventAndItsTemplates() throws {
        let event = try #require(read("misp", export("misp", ["--tlp", "green"])) as? [String: Any])
        let tags = try #require(event["tags"] as? [String])
        #expect(tags.contains("tlp:green") && tags.contains("hallmark:software=\"Cobalt Strike\""))
        let attributes = try #require(event["attributes"] as? [[Any]])
        let sensors = attributes.filter { $0[3] as? Bool == true }.compactMap { $0[1] as? String }
        #expect(
            Set(sensors) == [
                "ip-dst", "x509-fingerprint-sha256", "x509-fingerprint-sha1", "x509-fingerprint-md5",
            ]
        )
    }

    @Test func suricataAndZeekLookForTheCertificateAndTheEndpoint() throws {
        let files = try #require(Self.files)
        let lines = try String(contentsOfFile: files.sweep, encoding: .utf8)
        let records = try Program.records(lines)
        let sha1 = try #require(records.compactMap { $0.text("tls.server.hash.sha1") }.first).lowercased()
        let rules = try #require(read("suricata", export("suricata")) as? [[String: Any]])
        #expect(rules.count == 2)
        let options = try #require(rules.first?["options"] as? [[String]])
        let content = try #require(options.first { $0[0] == "content" })
        #expect(content[1].filter { $0 != ":" && $0 != "\"" } == sha1)
        #expect(content[1].count == 61)
        let intel = try #require(read("zeek", export("zeek")) as? [[String: String]])
        #expect(intel.map { $0["indicator"] } == [sha1, "127.0.0.1"])
        #expect(intel.map { $0["indicator_type"] } == ["Intel::CERT_HASH", "Intel::ADDR"])
    }

    @Test func sarifAndOCSFTellOfLeadsAndFindings() throws {
        let results = try #require(read("sarif", export("sarif")) as? [[Any]])
        #expect(results.compactMap { $0[1] as? String } == ["lead/Cobalt Strike", "finding/expiring"])
        #expect(results.compactMap { $0[0] as? String } == ["error", "warning"])
        let events = try #require(read("ocsf", export("ocsf")) as? [[String: Any]])
        #expect(events.compactMap { $0["class_uid"] as? Int }.sorted() == [2004, 2004, 4001, 4001])
        #expect(events.contains { $0["status_code"] as? String == "connection_refused" })
    }

    @Test func blocklistAndCSVAreWhatTheyWereAskedFor() throws {
        let list = try #require(read("blocklist", export("blocklist")) as? [[String]])
        #expect(list.map(\.first) == ["127.0.0.1"])
        #expect(list[0][1].contains("Cobalt Strike") && list[0][1].contains("high (90)"))
        let rows = try #require(
            read(
                "csv",
                export("csv", ["--fields", "server.port, event.outcome,http.response.header.server"])
            ) as? [[String]]
        )
        #expect(rows.first == ["server.port", "event.outcome", "http.response.header.server"])
        #expect(rows.count == 4 && rows.contains { $0 == ["1", "failure", ""] })
        let refused = try Program.run(["export", "--to", "csv", "--fields", "server.prot"])
        #expect(refused.status == 64 && refused.errors.contains("no field server.prot"))
    }

    @Test func aCorpusIsExportedAsItStands() throws {
        let files = try #require(Self.files)
        let path = files.scratch.file("corpus.sqlite")
        #expect(try Program.run(["corpus", "add", files.sweep, "--corpus", path]).status == 0)
        let result = try Program.run(["export", "--to", "blocklist", "--corpus", path])
        #expect(result.text.contains("127.0.0.1 # Cobalt Strike"))
        #expect(result.errors.contains("1 record written as blocklist"))
    }

    /// What a forged record says is text, and neither a rule's end, a cell, a formula, nor a pattern's.
    @Test(arguments: ["stix", "misp", "suricata", "zeek", "sarif", "ocsf", "blocklist", "csv"])
    func forgedRecordsBreakNoFormat(_ format: String) throws {
        let evil = #"x\"; sid:1; )\n'] OR [a:b = 'c\t=1+1\u0000\u202e{}<,>#\\x09"#
        let digest = String(repeating: "AB", count: 32)
        func record(_ software: String, ip: String, hash: String) -> String {
            #"{"@timestamp":"9999-12-31T23:59:59Z","event":{"outcome":"success","dataset":"hallmark.observation"},"#
                + #""server":{"address":"\#(evil)","ip":"\#(ip)","port":7000,"domain":"\#(evil)"},"#
                + #""tls":{"version":"\#(evil)","server":{"hash":{"sha256":"\#(hash)","sha1":"zz"},"#
                + #""x509":{"subject":{"distinguished_name":"=\#(evil)"},"serial_number":"\#(evil)"}}},"#
                + #""hallmark":{"leads":[{"software":{"id":"\#(evil)","name":"\#(software)"},"#
                + #""confidence":99,"label":"high","kinds":["certificate","\#(evil)"],"against":["\#(evil)"]}]}}"#
        }
        let scratch = Scratch()
        let lines = [
            record(evil, ip: "2001:db8::1", hash: digest), record("=cmd", ip: evil, hash: evil),
            record("-", ip: "192.0.2.1", hash: digest),
        ]
        let path = try scratch.write("forged.ndjson", lines.joined(separator: "\n") + "\n")
        let result = try Program.run(["export", "--to", format, path, "--keep-going"])
        #expect(result.status == 0 && result.errors.contains("forged.ndjson:2"), "\(result.errors)")
        let read = try read(format, result)
        switch format {
        case "suricata":
            let rules = try #require(read as? [[String: Any]])
            #expect(rules.allSatisfy { ($0["sid"] as? Int ?? 0) >= 3_000_000_000 })
        case "zeek":
            let types = try #require(read as? [[String: String]]).map { $0["indicator_type"] }
            #expect(types == ["Intel::ADDR", "Intel::ADDR"])
        case "blocklist":
            #expect((read as? [[String]])?.map(\.first) == ["192.0.2.1", "2001:db8::1"])
        case "csv":
            let cells = try #require(read as? [[String]]).dropFirst().joined()
            #expect(!cells.contains { $0.hasPrefix("=") || $0.hasPrefix("-") })
        default: break
        }
    }

    /// Three kinds of software on two endpoints of one address, which show one certificate.
    private func shared(_ scratch: Scratch) throws -> String {
        func record(_ day: Int, _ port: Int, _ leads: [(name: String, confidence: Int, kind: String)])
            -> String
        {
            let elements = leads.map {
                #"{"software":{"name":"\#($0.name)"},"confidence":\#($0.confidence),"#
                    + #""label":"\#($0.confidence < 80 ? "medium" : "high")","kinds":["\#($0.kind)"]}"#
            }
            return #"{"@timestamp":"2026-11-0\#(day)T00:00:00Z","event":{"dataset":"hallmark.observation"},"#
                + #""server":{"ip":"192.0.2.1","port":\#(port),"domain":"c2.example"},"#
                + #""tls":{"server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))","#
                + #""sha1":"\#(String(repeating: "CD", count: 20))"}}},"#
                + #""hallmark":{"leads":[\#(elements.joined(separator: ","))]}}"#
        }
        let lines = [
            record(1, 443, [("AsyncRAT", 60, "certificate")]),
            record(2, 8443, [("Covenant", 99, "http"), ("AsyncRAT", 90, "certificate")]),
            record(3, 443, [("Gophish", 99, "certificate"), ("AsyncRAT", 60, "certificate")]),
        ]
        return try scratch.write("shared.ndjson", lines.joined(separator: "\n") + "\n")
    }

    private func export(_ format: String, of path: String) throws -> CommandResult {
        let result = try Program.run(["export", "--to", format, path])
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    /// What stands once for several records tells of all of them, with the strongest lead of each software.
    @Test func oneIndicatorTellsOfAllThatLeadsToIt() throws {
        let scratch = Scratch()
        let path = try shared(scratch)
        let intel = try #require(read("zeek", export("zeek", of: path)) as? [[String: String]])
        let words = Dictionary(
            uniqueKeysWithValues: intel.map { ($0["indicator_type"] ?? "", $0["meta.desc"] ?? "") }
        )
        let all = "seen 2026-11-03: Covenant high (99), Gophish high (99), AsyncRAT high (90)"
        #expect(words["Intel::ADDR"] == all && words["Intel::DOMAIN"] == all)
        #expect(words["Intel::CERT_HASH"] == "seen 2026-11-03: Gophish high (99), AsyncRAT high (90)")

        let rules = try #require(read("suricata", export("suricata", of: path)) as? [[String: Any]])
        let metadata = rules.compactMap { rule -> String? in
            guard (rule["msg"] as? String)?.contains("AsyncRAT certificate") == true else { return nil }
            return (rule["options"] as? [[String]])?.first { $0[0] == "metadata" }?[1]
        }
        #expect(metadata.count == 1)
        #expect(metadata.first?.contains("confidence 90, label high") == true, "\(metadata)")
        #expect(metadata.first?.contains("seen 2026-11-03") == true)
        #expect(rules.count == 6)

        let objects = try #require(read("stix", export("stix", of: path)) as? [[String: Any]])
        let indicators = objects.filter { $0["type"] as? String == "indicator" }
        #expect(indicators.count == 6)
        let list = try #require(read("blocklist", export("blocklist", of: path)) as? [[String]])
        #expect(list.count == 1 && list[0][1].contains("Covenant") && list[0][1].contains("Gophish"))
    }

    /// An event is as grave as its strongest lead is sure, and low for what honest people run.
    @Test func mispSaysHowGraveItIs() throws {
        func level(_ path: String) throws -> String? {
            let object = try JSONSerialization.jsonObject(with: Data(try export("misp", of: path).output))
            return ((object as? [String: Any])?["Event"] as? [String: Any])?["threat_level_id"] as? String
        }
        let scratch = Scratch()
        let path = try shared(scratch)
        #expect(try level(path) == "1")
        let lines = try String(contentsOfFile: path, encoding: .utf8)
        let first = String(lines.prefix { $0 != "\n" }) + "\n"
        #expect(try level(scratch.write("medium.ndjson", first)) == "2")
        let dual = lines.replacing("\"kinds\":", with: "\"dual_use\":true,\"kinds\":")
        #expect(try level(scratch.write("dual.ndjson", dual)) == "3")
    }

    /// What could not be read is said, counted and ends with 1.
    @Test func whatCannotBeReadIsSaid() throws {
        let scratch = Scratch()
        let files = try #require(Self.files)
        let sweep = try String(contentsOfFile: files.sweep, encoding: .utf8)
        let path = try scratch.write("mixed.ndjson", sweep + "no record\n{\"a\":1}\n")
        let result = try Program.run(["export", "--to", "blocklist", path, scratch.file("missing")])
        #expect(result.status == 1)
        #expect(result.errors.contains("mixed.ndjson:3: ") && result.errors.contains("mixed.ndjson:4: "))
        #expect(result.errors.contains("3 files or lines could not be read"))
        #expect(result.text.contains("127.0.0.1 # Cobalt Strike"))
        let kept = try Program.run(["export", "--to", "blocklist", path, "--keep-going"])
        #expect(kept.status == 0)
        let nothing = try Program.run(["export", "--to", "csv"], input: "")
        #expect(nothing.status == 1 && nothing.errors.contains("no record was read"))
    }
}

import Foundation
import TestSupport
import Testing

/// Other programs' files of the lab's certificates name the same software as the certificates themselves;
/// where what a source knows is not enough, the rule is counted as undecided, and never silently missing.
@Suite struct SameSoftwareTests {
    private let scratch = Scratch()

    /// A certificate of the lab, as openssl tells it.
    private struct Shown {
        let tool: String
        let ip: String
        let pem: String
        let base64: String
        let sha256: String
        let sha1: String
        let subject: String
        let issuer: String
        let serial: String
        let begin: Int
        let end: Int

        init(_ tool: LabTool, _ number: Int, _ scratch: Scratch) throws {
            self.tool = tool.name
            ip = "203.0.113.\(number + 1)"
            let made = try tool.certificate()
            func x509(_ arguments: String...) throws -> String {
                try check("openssl", ["x509", "-in", made.certificate] + arguments).text
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            pem = try x509()
            base64 = pem.split(separator: "\n").dropFirst().dropLast().joined()
            func value(_ arguments: String...) throws -> String {
                let line = try check("openssl", ["x509", "-in", made.certificate, "-noout"] + arguments).text
                return String(line.drop { $0 != "=" }.dropFirst()).trimmingCharacters(
                    in: .whitespacesAndNewlines
                )
            }
            sha256 = try value("-fingerprint", "-sha256").replacing(":", with: "").lowercased()
            sha1 = try value("-fingerprint", "-sha1").lowercased()
            subject = try value("-subject", "-nameopt", "RFC2253")
            issuer = try value("-issuer", "-nameopt", "RFC2253")
            serial = try value("-serial")
            func time(_ name: String) throws -> Int {
                let date = try value(name)
                let seconds = try check("date", ["-u", "-d", date, "+%s"]).text
                return try #require(Int(seconds.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
            begin = try time("-startdate")
            end = try time("-enddate")
        }

        var escapedPEM: String { pem.replacing("\n", with: "\\n") }
        var quotedSubject: String { subject.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
        var quotedIssuer: String { issuer.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
    }

    /// How a source writes a certificate that it saw at an address: one file, or two.
    private struct Source: Sendable {
        let name: String
        /// Whether the certificate's bytes are there: all must be as of the certificate itself.
        let hasBytes: Bool
        let files: @Sendable (Shown) -> [String]
    }

    private static let sources: [Source] = [
        Source(name: "zeek", hasBytes: false) { [zeekConnection($0), zeekCertificate($0, "")] },
        Source(name: "zeek-with-bytes", hasBytes: true) {
            [zeekConnection($0), zeekCertificate($0, ",\"cert\":\"\($0.base64)\"")]
        },
        Source(name: "zeek-without-x509", hasBytes: false) { [zeekConnection($0)] },
        Source(name: "suricata", hasBytes: false) {
            [
                eve(
                    $0,
                    """
                    "subject":"\($0.quotedSubject)","issuerdn":"\($0.quotedIssuer)","serial":"\($0.serial)",\
                    "fingerprint":"\($0.sha1)"
                    """
                )
            ]
        },
        Source(name: "suricata-custom", hasBytes: true) { [eve($0, "\"certificate\":\"\($0.base64)\"")] },
        Source(name: "zgrab2", hasBytes: true) {
            [
                """
                {"ip":"\($0.ip)","data":{"tls":{"status":"success","protocol":"tls","port":443,"result":{"handshake_log":\
                {"server_hello":{"version":{"name":"TLSv1.2","value":771}},"server_certificates":{"certificate":{"raw":\
                "\($0.base64)","parsed":{"subject_dn":"CN=wrong"}}}}},"timestamp":"2026-11-29T00:00:00Z"}}}

                """
            ]
        },
        Source(name: "tlsx", hasBytes: false) {
            [
                """
                {"timestamp":"2026-11-29T00:00:00.1Z","host":"\($0.ip)","ip":"\($0.ip)","port":"443","probe_status":true,\
                "tls_version":"tls12","subject_dn":"\($0.quotedSubject)","issuer_dn":"\($0.quotedIssuer)","serial":"\($0.serial)",\
                "fingerprint_hash":{"md5":"","sha1":"","sha256":"\($0.sha256)"}}

                """
            ]
        },
        Source(name: "shodan", hasBytes: true) {
            [
                """
                {"ip_str":"\($0.ip)","port":443,"transport":"tcp","timestamp":"2026-11-29T00:00:00.931685","ssl":{"chain":\
                ["\($0.escapedPEM)\\n"],"cert":{"subject":{"CN":"wrong"},"issued":"20260101000000Z","expires":"20260201000000Z"}}}

                """
            ]
        },
        Source(name: "masscan", hasBytes: true) {
            [
                """
                banner tcp 443 \($0.ip) 1767323045 X509 \($0.base64)

                """
            ]
        },
        Source(name: "packetbeat", hasBytes: false) {
            [
                """
                {"_index":"packetbeat","_source":{"@timestamp":"2026-11-29T00:00:00.1Z","type":"tls","server":{"ip":"\($0.ip)",\
                "port":443},"tls":{"version":"1.2","established":true,"server":{"hash":{"sha1":"\($0.sha1)"}}}}}

                """
            ]
        },
    ]

    private static func zeekConnection(_ shown: Shown) -> String {
        """
        {"ts":1795910400.25,"uid":"C\(shown.ip)","id.orig_h":"192.0.2.1","id.orig_p":5,"id.resp_h":"\(shown.ip)",\
        "id.resp_p":443,"version":"TLSv12","established":true,"cert_chain_fps":["\(shown.sha256)"]}

        """
    }

    private static func zeekCertificate(_ shown: Shown, _ more: String) -> String {
        """
        {"ts":1795910400.25,"fingerprint":"\(shown.sha256)","certificate.version":3,"certificate.serial":"\(shown.serial)",\
        "certificate.subject":"\(shown.quotedSubject)","certificate.issuer":"\(shown.quotedIssuer)",\
        "certificate.not_valid_before":\(shown.begin).0,"certificate.not_valid_after":\(shown.end).0,\
        "host_cert":true,"client_cert":false\(more)}

        """
    }

    private static func eve(_ shown: Shown, _ members: String) -> String {
        """
        {"timestamp":"2026-11-29T00:00:00.199672+0000","flow_id":1,"event_type":"tls","src_ip":"192.0.2.1","src_port":5,\
        "dest_ip":"\(shown.ip)","dest_port":443,"proto":"TCP","tls":{"version":"TLS 1.2",\(members)}}

        """
    }

    /// The software that records point to, by address.
    private func software(_ result: CommandResult) throws -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for record in try Program.records(result.text) {
            let leads = record["hallmark.leads"] as? [[String: Any]] ?? []
            let names = leads.compactMap { ($0["software"] as? [String: Any])?["name"] as? String }
            found[record.text("server.ip") ?? "", default: []].formUnion(names)
        }
        return found
    }

    /// The identifiers of the rules that matched anywhere.
    private func rules(_ result: CommandResult) throws -> Set<String> {
        let matches = try Program.records(result.text).flatMap {
            $0["hallmark.matches"] as? [[String: Any]] ?? []
        }
        return Set(matches.compactMap { ($0["rule"] as? [String: Any])?["id"] as? String })
    }

    private func write(_ source: Source, _ shown: [Shown]) throws -> [String] {
        var texts: [String] = []
        for parts in shown.map(source.files) {
            for (number, part) in parts.enumerated() {
                if number == texts.count { texts.append(source.name == "masscan" ? "#masscan\n" : "") }
                texts[number] += part
            }
        }
        return try texts.enumerated().map { try scratch.write("\(source.name).\($0)", $1) }
    }

    @Test func everySourceNamesTheSameOrLeavesItOpen() throws {
        let shown = try LabTool.published.enumerated().map { try Shown($1, $0, scratch) }
        // The certificates themselves, on the same endpoints.
        let own = try Program.run(
            ["match"] + write(Self.sources.first { $0.name == "suricata-custom" }!, shown)
        )
        #expect(own.status == 0, "\(own.errors)")
        let expected = try software(own)
        let expectedRules = try rules(own)
        // Most tools are named by their certificate, so that there is something to compare.
        #expect(expected.values.count { !$0.isEmpty } >= shown.count / 2, "\(expected)")
        let folder = try folder(of: expectedRules)
        for source in Self.sources {
            let files = try write(source, shown)
            let result = try Program.run(["match"] + files)
            #expect(result.status == 0, "\(source.name): \(result.errors)")
            let found = try software(result)
            #expect(try Program.records(result.text).count == shown.count, "\(source.name)")
            if source.hasBytes {
                #expect(found == expected, "\(source.name)")
                continue
            }
            for one in shown {
                let names = found[one.ip] ?? []
                #expect(names.isSubset(of: expected[one.ip] ?? []), "\(source.name): \(one.tool): \(names)")
            }
            // Of the rules that hold for the certificates each one holds here, or is said to be open.
            let limited = try Program.run(
                ["match", "--no-default-signatures", "--signatures", folder] + files
            )
            let word = limited.errors.firstMatch(of: #/undecided: ([0-9]+) rules?/#)?.1
            let open = word.flatMap { Int($0) } ?? 0
            let missed = expectedRules.subtracting(try rules(limited))
            #expect(open >= missed.count, "\(source.name): \(open) open of \(missed.sorted())")
        }
    }

    /// A folder with the rules of some identifiers and no others.
    private func folder(of rules: Set<String>) throws -> String {
        let folder = scratch.file("rules")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let root = projectFolder + "/signatures"
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) where name.hasSuffix(".yml") {
            let text = try String(contentsOfFile: root + "/" + name, encoding: .utf8)
            let id = text.firstMatch(of: #/(?m)^id: *([0-9a-f-]+)/#)?.1
            guard let id, rules.contains(String(id)) else { continue }
            try text.write(
                toFile: folder + "/" + name.replacing("/", with: "-"),
                atomically: true,
                encoding: .utf8
            )
        }
        return folder
    }
}

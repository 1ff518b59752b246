import Foundation
import TestSupport
import Testing

/// What hosted searches send today: their downloads, their interfaces, and all that rules want of them.
@Suite struct HostedSearchTests {
    private func imported(_ answer: String, _ arguments: [String] = []) throws -> [Record] {
        let result = try run(programPath, ["import"] + arguments, input: Array(answer.utf8))
        #expect(result.status == 0, "\(result.errors)")
        return try records(result)
    }

    private static let banner = """
        {"ip":3405803783,"ip_str":"203.0.113.7","port":443,"transport":"tcp","data":"HTTP/1.1 200 OK\\r\\n\\r\\n",\
        "timestamp":"2026-01-02T03:04:05.931685","hash":5,"_shodan":{"module":"https"},"http":{"status":200,\
        "server":"Werkzeug/3.0","title":"T","favicon":{"hash":-1090914723,"location":"/favicon.ico"}}}
        """

    /// Banners have an `ip`, `data` and a `status` as zgrab2's lines do.
    @Test(arguments: [
        banner + "\n", "{\"matches\":[\(banner)],\"total\":1}\n",
        "{\"ip\":3405803783,\"ip_str\":\"203.0.113.7\",\"ports\":[443],\"data\":[\(banner)]}\n",
    ])
    func shodanIsTakenForNoOther(_ answer: String) throws {
        let found = try imported(answer)
        #expect(found.count == 1)
        let record = try #require(found.first)
        #expect(text(record, "hallmark.source.product") == "shodan")
        #expect(text(record, "server.ip") == "203.0.113.7")
        #expect(text(record, "hallmark.favicon.mmh3") == "-1090914723")
        #expect(texts(record, "http.response.header.server") == ["Werkzeug/3.0"])
        let lacks = texts(record, "hallmark.source.lacks")
        // Of the icon and of the headers a part is told.
        #expect(lacks.contains("hallmark.favicon.md5") && !lacks.contains("hallmark.favicon."))
        #expect(lacks.contains("http.response.header."))
    }

    private static let host = """
        {"ip":"203.0.113.7","location":{"city":"X"},"services":[{"port":443,"protocol":"HTTP","transport_protocol":"tcp",\
        "scan_time":"2026-01-02T03:04:05Z","cert":{"fingerprint_sha256":"\(String(repeating: "ab", count: 32))",\
        "parsed":{"subject_dn":"CN=a","issuer_dn":"CN=b","serial_number_hex":"0a"},"names":["a.example"]}}]}
        """

    /// The current platform's answers: one host, lines of hosts, and what a search found.
    @Test(arguments: [
        "{\"result\":{\"resource\":\(host)}}\n", host + "\n" + host + "\n",
        "{\"result\":{\"hits\":[{\"host_v1\":{\"resource\":\(host)}}]}}\n",
    ])
    func hostsOfCensysAreRead(_ answer: String) throws {
        let found = try imported(answer)
        let record = try #require(found.first)
        #expect(text(record, "hallmark.source.format") == "hosts")
        #expect(text(record, "server.ip") == "203.0.113.7" && text(record, "server.port") == "443")
        #expect(text(record, "tls.server.hash.sha256") == String(repeating: "AB", count: 32))
        // What others search by stands in one place, whoever told the digest.
        #expect(texts(record, "related.hash") == [String(repeating: "AB", count: 32)])
    }

    @Test func certificatesOfCensysAreRead() throws {
        let certificate = """
            {"fingerprint_sha256":"\(String(repeating: "cd", count: 32))","parsed":{"subject_dn":"CN=a","issuer_dn":"CN=b"},\
            "subject_dn":"CN=a","added_at":"2026-01-02T03:04:05Z"}
            """
        let found = try imported(
            "{\"result\":{\"hits\":[{\"certificate_v1\":{\"resource\":\(certificate)}}]}}\n"
        )
        #expect(found.map { text($0, "hallmark.source.format") } == ["certificates"])
    }

    /// A document whose elements have a line each is one, and a line that broke off before others is none.
    @Test func elementsMayStandOnLinesOfTheirOwn() throws {
        let hit = { (port: Int) in
            "{\"_source\":{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"type\":\"tls\",\"agent\":{\"type\":\"packetbeat\",\"version\":\"8.16.1\"},\"server\":{\"ip\":\"203.0.113.7\",\"port\":\(port)},\"tls\":{\"version\":\"1.2\",\"established\":true}}}"
        }
        for ports in [[443], [443, 8443], [1, 2, 3]] {
            let answer =
                "{\"took\":1,\"hits\":{\"total\":{\"value\":\(ports.count),\"relation\":\"eq\"},\"hits\":[\n"
                + ports.map(hit).joined(separator: ",\n") + "\n]}}\n"
            #expect(try imported(answer).count == ports.count)
        }
        let broken = try run(
            programPath,
            ["import", "--from", "packetbeat"],
            input: Array("\(hit(1).prefix(90))\n\(hit(2))\n\(hit(3))\n".utf8)
        )
        let kept = try records(broken).count
        #expect(broken.status == 1 && kept == 2, "\(broken.errors)")
    }

    /// Five thousand ports of one address, and as many members of one object, in one entry.
    @Test func entriesOfVeryManyElementsTakeNoLonger() throws {
        func time(_ answer: String, _ arguments: [String], _ count: Int) throws -> Duration {
            let start = ContinuousClock.now
            #expect(try imported(answer, arguments).count == count)
            return .now - start
        }
        func host(_ count: Int) -> String {
            let services = (1...count).map {
                "{\"port\":\($0),\"service_name\":\"HTTP\",\"tls\":{\"version_selected\":\"TLSv1_2\"}}"
            }
            return "{\"ip\":\"203.0.113.7\",\"services\":[\(services.joined(separator: ","))]}\n"
        }
        func grab(_ count: Int) -> String {
            let members = (1...count).map {
                "\"m\($0)\":{\"status\":\"success\",\"port\":\($0),\"result\":{\"handshake_log\":{\"server_hello\":{\"version\":{\"name\":\"TLSv1.2\"}}}}}"
            }
            return "{\"ip\":\"203.0.113.7\",\"data\":{\(members.joined(separator: ","))}}\n"
        }
        for (format, make) in [("censys-hosts", host), ("zgrab2", grab)] {
            _ = try time(make(100), ["--from", format], 100)
            let few = try time(make(1_500), ["--from", format], 1_500)
            let many = try time(make(12_000), ["--from", format], 12_000)
            // Eight times as many take eight times as long, and not sixty-four.
            #expect(many < few * 24 + .seconds(2), "\(format): \(few), \(many)")
        }
    }
}

import Bytes
import Observations

extension CorpusFile {
    /// Writes findings as lines, as `compare`, `roots audit` and `ct watch` write them.
    ///
    /// - Parameter numbers: SQL that gives out numbers of findings as `id`.
    /// - Returns: how many there were.
    package func records(
        ofFindings numbers: String,
        _ values: [CorpusValue],
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        let sql = """
            SELECT last_seen, ip, port, host, file, hex(sha256), name, severity, message, asset, owner, first_seen
            FROM (\(numbers)) m CROSS JOIN findings f ON f.id = m.id ORDER BY last_seen DESC, f.id DESC
            """
        var count = 0
        var line = ByteBuffer(capacity: 1 << 12)
        try select(sql, values) { row in
            line.removeAll()
            let severity = try row.text(7)
            line.begin(.finding, at: try row.time(0), isAlert: true)
            let (ip, host, file, digest) = (
                try row.text(1), try row.text(3), try row.text(4), try row.text(5)
            )
            if !ip.isEmpty || !host.isEmpty {
                line.object("server")
                line.member("address", host.isEmpty ? ip : host)
                if !ip.isEmpty { line.member("ip", ip) }
                if !row.isNull(2) { line.member("port", try row.port(2)) }
                if !host.isEmpty { line.member("domain", host) }
                line.endObject()
            }
            if !file.isEmpty {
                line.object("file")
                line.member("path", file)
                line.endObject()
            }
            if !digest.isEmpty {
                line.append(",\"tls\":{\"server\":{\"hash\":{")
                line.member("sha256", digest)
                line.append("}}}")
            }
            line.object("hallmark")
            line.array("findings")
            line.element()
            line.member("name", try row.text(6))
            line.member("severity", severity)
            line.member("message", try row.text(8))
            let (asset, owner) = (try row.text(9), try row.text(10))
            if !asset.isEmpty { line.member("asset", asset) }
            if !owner.isEmpty { line.member("owner", owner) }
            line.append("}]")
            line.object("sightings")
            line.member("first", RFC3339.text(try row.time(11)))
            line.member("last", RFC3339.text(try row.time(0)))
            line.append("}}}\n")
            try line.withSpan { try write($0) }
            count += 1
        }
        return count
    }

    /// How many endpoints each rule matched, by the rule's UUID or title.
    package func matchedEndpoints() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try select(
            """
            SELECT rule, count(DISTINCT endpoint) FROM matches CROSS JOIN sightings ON sightings.id = matches.sighting
            GROUP BY rule
            """
        ) { counts[try $0.text(0)] = try $0.count(1) }
        return counts
    }

    /// The rules that matched any of some sightings.
    ///
    /// - Parameter numbers: SQL that gives out numbers of sightings.
    package func rules(matching numbers: String, _ values: [CorpusValue]) throws -> Set<String> {
        var rules: Set<String> = []
        try select("SELECT DISTINCT rule FROM matches WHERE sighting IN (\(numbers))", values) {
            rules.insert(try $0.text(0))
        }
        return rules
    }

    /// The rules that matched sightings with leads at an address, with the endpoint of each.
    package func rules(
        ofLeadsAt ip: String,
        _ body: (_ endpoint: CorpusEndpoint, _ rule: String) throws -> Void
    ) throws {
        let sql = """
            SELECT DISTINCT \(CorpusEndpoint.columns), m.rule FROM endpoints e
            CROSS JOIN sightings s ON s.endpoint = e.id CROSS JOIN matches m ON m.sighting = s.id
            WHERE e.ip = ? AND EXISTS (SELECT 1 FROM leads WHERE sighting = s.id) LIMIT 1000
            """
        try select(sql, [.text(ip)]) { try body(try CorpusEndpoint($0), try $0.text(4)) }
    }
}

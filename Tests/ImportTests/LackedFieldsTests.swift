import Import
import Observations
import TestSupport
import Testing

/// What is not in a record of somebody else's is lacking: no format can forget one of the fields.
@Suite struct LackedFieldsTests {
    /// Formats of which our own readers read what the server sent, as in a scan.
    private static let ownReading: Set<String> = ["capture", "hallmark"]

    /// What a record says of itself, or what is said of it later.
    private static let ofItself = [
        "@timestamp", "ecs.", "event.", "observer.", "rule.", "threat.", "file.", "network.", "client.",
        "hallmark.source.", "hallmark.sightings.", "hallmark.clients", "hallmark.ct.", "hallmark.limits",
        "hallmark.scan.", "hallmark.root.", "hallmark.signatures.", "hallmark.matches", "hallmark.leads",
        "hallmark.correlation.", "hallmark.findings", "hallmark.decisions", "hallmark.indicators",
        "hallmark.marks.", "hallmark.context.", "server.as.", "server.geo.",
    ]

    @Test func everyFieldOfEveryFormatIsThereOrLackingOrFollows() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let files = samples.files
        for format in try ForeignSamples.formats() where !Self.ownReading.contains(format.name) {
            let own = files.filter { $0.format == format.name }
            #expect(!own.isEmpty, "\(format.name) has no sample")
            for file in own {
                let records = try ForeignSamples.records(format, file.text)
                #expect(!records.isEmpty, "\(format.name): \(file.text)")
                for record in records { check(record, format.name) }
            }
        }
    }

    private func check(_ record: Record, _ format: String) {
        let lacks = texts(record, "hallmark.source.lacks")
        for (place, name) in lacks.enumerated() {
            #expect(
                !lacks.enumerated().contains { $0.offset != place && name.hasPrefix($0.element) },
                "\(format): \(name) twice"
            )
            #expect(Field.named(name) != nil || Field.all.contains { $0.mayBegin(with: name) }, "\(name)")
        }
        let there = Self.names(record, "")
        for field in Field.all where !field.isConcluded {
            let name = field.name
            if Self.ofItself.contains(where: { name.hasPrefix($0) }) { continue }
            let isLacking = lacks.contains { name.hasPrefix($0) || field.kind == .map && name + "." == $0 }
            let isThere = there.contains { $0 == name || $0.hasPrefix(name + ".") }
            #expect(
                isThere || isLacking || follows(name, record, there, lacks),
                "\(format): \(name) is neither there nor lacking in \(lacks)"
            )
        }
    }

    /// Whether what is not there is not there on the server, by what is there.
    private func follows(_ name: String, _ record: Record, _ there: Set<String>, _ lacks: [String]) -> Bool {
        let isDER = text(record, "hallmark.source.fidelity") == "der"
        if name.hasPrefix("tls.server.x509.") || name.hasPrefix("hallmark.certificate.") {
            if isDER { return true }
            // Keys of another algorithm have no such part.
            if name.hasSuffix("_curve") || name.hasSuffix("_exponent") {
                return there.contains("tls.server.x509.public_key_algorithm")
            }
            if name.hasSuffix(".alternative_names") {
                return text(record, "hallmark.source.product") == "zeek"
            }
            for part in ["subject", "issuer"] where name.hasPrefix("tls.server.x509.\(part).") {
                return there.contains("tls.server.x509.\(part).distinguished_name")
                    || there.contains { $0.hasPrefix("tls.server.x509.\(part).") }
                        && !lacks.contains {
                            $0.hasPrefix("tls.server.x509.\(part)") && $0 != "tls.server.\(part)"
                        }
            }
        }
        if ["http.response.mime_type", "http.response.redirect"].contains(name) {
            return there.contains { $0.hasPrefix("http.response.header.") }
        }
        if name.hasPrefix("http.response.body.") || name == "http.response.title"
            || name == "http.response.html_hash"
        {
            return there.contains("http.response.body.content")
        }
        return false
    }

    private static func names(_ value: Any, _ path: String) -> Set<String> {
        if let object = value as? Record {
            return object.reduce(into: []) { found, member in
                let place = path.isEmpty ? member.key : path + "." + member.key
                found.insert(place)
                found.formUnion(names(member.value, place))
            }
        }
        guard let list = value as? [Any] else { return [] }
        return list.reduce(into: []) { $0.formUnion(names($1, path)) }
    }

    /// How many certificates a server sent is said where it is known, and nowhere else.
    @Test(arguments: [
        ("nmap", nil), ("tlsx", nil), ("censys-certificates", nil), ("certificates", nil),
        ("certstream", nil),
        ("zgrab2", "1"), ("masscan", "1"), ("shodan", "1"), ("sslyze", "1"), ("zeek", "1"),
    ])
    func theChainIsKnownOrNot(_ name: String, _ length: String?) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let format = try #require(try ForeignSamples.formats().first { $0.name == name })
        let file = try #require(samples.files.first { $0.format == name })
        let found = try ForeignSamples.records(format, file.text)
            .filter { value($0, "tls.server") != nil }
        #expect(found.contains { text($0, "hallmark.certificate.chain_length") == length })
        for record in found where length == nil {
            #expect(value(record, "hallmark.certificate.chain_length") == nil)
            let lacks = texts(record, "hallmark.source.lacks")
            #expect(lacks.contains { "hallmark.certificate.chain_length".hasPrefix($0) })
            #expect(lacks.contains { "hallmark.certificate.relations".hasPrefix($0) })
        }
    }
}

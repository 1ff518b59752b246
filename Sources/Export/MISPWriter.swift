import Bytes
import Observations
import Wire

/// A MISP event in the core format, to be imported by "Populate from JSON": an object for each endpoint and
/// certificate, of the templates that MISP ships.
///
/// Its sharing is `Your organisation only` until somebody decides otherwise. What goes to sensors (`to_ids`)
/// is what strong leads of software are made of that honest people do not run.
struct MISPWriter: ExportWriter {
    /// A template of misp-objects, by name, UUID and version.
    private struct Template {
        let name: String
        let uuid: String
        let version: Int

        static let certificate = Template(
            name: "x509",
            uuid: "d1ab756a-26b5-4349-9f43-765630f0911c",
            version: 14
        )
        static let endpoint = Template(
            name: "ip-port",
            uuid: "9f8cea74-16fe-4968-a2b4-026676949ac6",
            version: 10
        )
        static let jarm = Template(name: "jarm", uuid: "8220ce60-ce3f-4be4-afa9-743f94ec37e0", version: 1)
    }

    private let options: ExportOptions
    private var uuid = NameUUID.of("misp event")
    private var software: Set<String> = []
    private var tags: Set<String> = []
    /// 1 high, 2 medium, 3 low, 4 undefined, in MISP's numbers.
    private var threatLevel = 4
    private var endpoints = 0
    private var last: Int?

    init(_ options: ExportOptions) { self.options = options }

    func begin(_ out: inout ByteBuffer) { out.append("{\"Event\":{\"Object\":[") }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        let isNamed = record.ip != nil || HostName.isPlain(record.name)
        guard isNamed || record.certificate != nil else { return false }
        endpoints += 1
        last = max(last ?? record.time, record.time)
        for lead in record.leads {
            software.insert(lead.software)
            threatLevel = min(threatLevel, Self.threatLevel(lead))
            tags.insert("hallmark:software=\"\(Self.tagText(lead.software))\"")
            if let id = lead.id { tags.insert("hallmark:attack=\"\(Self.tagText(id))\"") }
        }
        for technique in record.techniques { tags.insert("hallmark:attack=\"\(Self.tagText(technique))\"") }
        let sure = record.leads.filter { $0.label == .high && !$0.isDualUse }
        let comment = record.leads.map { lead in
            "\(lead.software): \(lead.strength(", "))"
        }.joined(separator: "; ")
        if isNamed { endpoint(record, comment, toSensors: !sure.isEmpty, &out) }
        if let leaf = record.certificate {
            certificate(leaf, record, comment, toSensors: sure.contains(where: \.isOfCertificate), &out)
        }
        if !record.jarm.isEmpty {
            // Many servers share a JARM: it is context, and never for a sensor alone.
            object(.jarm, record, comment, &out) { attributes in
                attributes.add("jarm", "jarm-fingerprint", "Network activity", record.jarm)
            }
        }
        return true
    }

    private mutating func endpoint(
        _ record: ExportRecord,
        _ comment: String,
        toSensors: Bool,
        _ out: inout ByteBuffer
    ) {
        object(.endpoint, record, comment, &out) { attributes in
            if let ip = record.ip {
                attributes.add("ip-dst", "ip-dst", "Network activity", ip.description, toSensors: toSensors)
            }
            if let port = record.port { attributes.add("dst-port", "port", "Network activity", String(port)) }
            if HostName.isPlain(record.name) {
                attributes.add("hostname", "hostname", "Network activity", record.name)
            }
            attributes.add("first-seen", "datetime", "Other", RFC3339.text(record.time))
        }
    }

    private mutating func certificate(
        _ leaf: ExportRecord.Certificate,
        _ record: ExportRecord,
        _ comment: String,
        toSensors: Bool,
        _ out: inout ByteBuffer
    ) {
        object(.certificate, record, comment, &out) { attributes in
            let digests = [("sha256", leaf.sha256), ("sha1", leaf.sha1), ("md5", leaf.md5)]
            for (name, digest) in leaf.isShown ? digests : [] {
                let type = "x509-fingerprint-\(name)"
                attributes.add(type, type, "Network activity", digest.lowercased(), toSensors: toSensors)
            }
            attributes.add("serial-number", "text", "Other", leaf.serialNumber)
            attributes.add("subject", "text", "Other", leaf.subject)
            attributes.add("issuer", "text", "Other", leaf.issuer)
            attributes.add("signature_algorithm", "text", "Other", leaf.signatureAlgorithm)
            attributes.add("pubkey-info-algorithm", "text", "Other", leaf.keyAlgorithm)
            attributes.add("pubkey-info-size", "text", "Other", leaf.keySize.map(String.init) ?? "")
            for (name, time) in [
                ("validity-not-before", leaf.notBefore), ("validity-not-after", leaf.notAfter),
            ] {
                attributes.add(name, "datetime", "Other", time.map(RFC3339.text) ?? "")
            }
            if let isSelfSigned = leaf.isSelfSigned {
                attributes.add("self_signed", "boolean", "Other", isSelfSigned ? "1" : "0")
            }
            for name in leaf.names.prefix(100) where HostName.isPlain(name) {
                attributes.add("dns_names", "hostname", "Network activity", name)
            }
        }
    }

    private mutating func object(
        _ template: Template,
        _ record: ExportRecord,
        _ comment: String,
        _ out: inout ByteBuffer,
        _ body: (inout Attributes) -> Void
    ) {
        let leaf = record.certificate?.sha256 ?? ""
        let id = NameUUID.of("misp \(template.name) \(record.place) \(leaf) \(record.time) \(endpoints)")
        uuid = NameUUID.of("\(uuid) \(id)")
        out.element()
        out.member("name", template.name)
        out.member("meta-category", "network" as String)
        out.member("template_uuid", template.uuid)
        out.member("template_version", String(template.version))
        out.member("uuid", id)
        out.member("timestamp", String(record.time / 1000))
        out.member("comment", comment)
        out.array("Attribute")
        var attributes = Attributes(object: id, time: record.time)
        body(&attributes)
        attributes.write(to: &out)
        out.endArray()
        out.endObject()
    }

    func end(_ out: inout ByteBuffer) {
        let time = last ?? 0
        out.append("]")
        out.member("uuid", uuid)
        out.member(
            "info",
            """
            \(options.author): \(software.sorted().joined(separator: ", ")) on \(endpoints) \
            endpoints or certificates
            """
        )
        out.member("date", RFC3339.day(time))
        out.member("timestamp", String(time / 1000))
        out.member("threat_level_id", String(threatLevel))
        // Initial; your organisation only.
        out.member("analysis", "0" as String)
        out.member("distribution", "0" as String)
        out.member("published", false)
        out.array("Tag")
        var names = tags.sorted()
        if let tlp = options.tlp { names.insert("tlp:\(tlp.rawValue)", at: 0) }
        for name in names {
            out.element()
            out.member("name", name)
            out.endObject()
        }
        out.append("]}}\n")
    }

    /// How grave it would be: as sure as the lead is, and low for software that honest people run as well.
    private static func threatLevel(_ lead: ExportRecord.Lead) -> Int {
        if lead.isDualUse { return 3 }
        return switch lead.label {
        case .high: 1
        case .medium: 2
        case .low: 3
        }
    }

    /// A name without the quotes that a machine tag is made of.
    private static func tagText(_ text: String) -> String { text.filter { $0 != "\"" } }
}

/// The attributes of one object.
private struct Attributes {
    private struct Attribute {
        let relation: String
        let type: String
        let category: String
        let value: String
        let toSensors: Bool
    }

    let object: String
    /// Milliseconds since 1970.
    let time: Int
    private var all: [Attribute] = []

    init(object: String, time: Int) {
        self.object = object
        self.time = time
    }

    /// Adds an attribute, unless its value is empty.
    mutating func add(
        _ relation: String,
        _ type: String,
        _ category: String,
        _ value: String,
        toSensors: Bool = false
    ) {
        guard !value.isEmpty else { return }
        all.append(
            Attribute(relation: relation, type: type, category: category, value: value, toSensors: toSensors)
        )
    }

    func write(to out: inout ByteBuffer) {
        for attribute in all {
            out.element()
            out.member("object_relation", attribute.relation)
            out.member("type", attribute.type)
            out.member("category", attribute.category)
            out.member("value", attribute.value)
            out.member("to_ids", attribute.toSensors)
            out.member("uuid", NameUUID.of("\(object) \(attribute.relation) \(attribute.value)"))
            out.member("timestamp", String(time / 1000))
            out.endObject()
        }
    }
}

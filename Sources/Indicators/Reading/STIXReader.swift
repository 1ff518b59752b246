import Bytes
import Observations

/// Reads bundles of STIX 2.1: indicators with simple patterns, and certificates.
///
/// The form is that of https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html. What an indicator
/// indicates is looked up in the same bundle, as are who made it and with whom it may be shared.
struct STIXReader {
    private let document: FeedDocument
    private let sink: IndicatorSink
    /// What is told of objects, by their ids.
    private var names: [String: String] = [:]
    private var markings: [String: String] = Self.knownMarkings
    /// What indicators indicate, by the indicators' ids.
    private var indicated: [String: [String]] = [:]
    /// The ATT&CK ids of software.
    private var softwareIDs: [String: String] = [:]
    /// Which objects are malware or tools.
    private var software: Set<String> = []
    /// When observed objects were seen last, in milliseconds since 1970.
    private var seen: [String: Int] = [:]
    /// Milliseconds since 1970.
    private let now = ListedDate.now

    /// The marking definitions that have fixed ids: TLP 1 of STIX 2.1, section 7.2.1.4, and TLP 2 of
    /// https://github.com/oasis-open/cti-stix-common-objects.
    private static let knownMarkings = [
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "white",
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
    ]

    init(_ document: FeedDocument, _ sink: IndicatorSink) {
        self.document = document
        self.sink = sink
    }

    /// Whether a document is a bundle.
    static func isBundle(_ root: JSONNode) -> Bool { root["type"]?.string == "bundle" }

    mutating func read(_ root: JSONNode) throws {
        guard let objects = root["objects"] else { return }
        for object in objects.parts { note(object) }
        for object in objects.parts {
            switch object["type"]?.string {
            case "indicator": try read(indicator: object)
            case "x509-certificate": try read(certificate: object)
            case nil: sink.fail(document.fault(object["id"]?.string, "an object without a type"))
            default: break
            }
        }
    }

    // MARK: What others refer to

    private mutating func note(_ object: JSONNode) {
        guard let id = object["id"]?.string else { return }
        switch object["type"]?.string {
        case "identity": names[id] = object["name"]?.string
        case "malware", "tool":
            names[id] = object["name"]?.string
            software.insert(id)
            let references = object["external_references"]
            if let references, !references.isNull, !references.isArray {
                sink.fail(document.fault(id, "its 'external_references' is no list"))
            }
            for reference in references?.parts.map({ $0 }) ?? []
            where reference["source_name"]?.string == "mitre-attack" {
                softwareIDs[id] = reference["external_id"]?.string
            }
        case "marking-definition":
            // TLP 2 names itself, in an extension.
            let text = object.at("definition.tlp")?.string ?? object["name"]?.string ?? ""
            if let word = IndicatorNote.tlp(text) { markings[id] = word }
        case "relationship":
            guard object["relationship_type"]?.string == "indicates",
                let source = object["source_ref"]?.string,
                let target = object["target_ref"]?.string
            else { return }
            indicated[source, default: []].append(target)
        case "observed-data":
            guard let time = object["last_observed"]?.string.flatMap({ RFC3339.milliseconds($0) }) else {
                return
            }
            for id in texts(object, "object_refs") { seen[id] = max(seen[id] ?? 0, time) }
        default: break
        }
    }

    private func note(of object: JSONNode, _ id: String) -> IndicatorNote {
        let maker = object["created_by_ref"]?.string.flatMap { names[$0] }
        var note = IndicatorNote(feed: maker ?? FeedName.of(document.path))
        note.description = text(object["description"]) ?? text(object["name"])
        for reference in texts(object, "object_marking_refs") {
            if let word = markings[reference] { note.tlp = word }
        }
        if texts(object, "labels").contains("hallmark:confirmed") { note.isConfirmed = true }
        if let target = indicated[id]?.first(where: software.contains) {
            note.software = names[target]
            note.softwareID = softwareIDs[target]
        }
        return note
    }

    /// A list of texts that an object has; what is none is said, since it may be with whom it may be shared.
    private func texts(_ object: JSONNode, _ name: String) -> [String] {
        guard let list = object[name], !list.isNull else { return [] }
        let found = list.isArray ? list.parts.compactMap(\.string) : []
        if !list.isArray || list.parts.contains(where: { $0.string == nil }) {
            sink.fail(document.fault(object["id"]?.string, "its '\(name)' is no list of texts"))
        }
        return found
    }

    private func text(_ node: JSONNode?) -> String? { node?.string.flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: Indicators

    private func read(indicator: JSONNode) throws {
        let id = indicator["id"]?.string
        if let revoked = indicator["revoked"], !revoked.isNull, revoked.flag == nil {
            return sink.fail(document.fault(id, "'revoked' is neither true nor false"))
        }
        guard indicator["revoked"]?.flag != true else { return sink.passOver(.revoked) }
        guard indicator["pattern_type"]?.string ?? "stix" == "stix" else { return sink.passOver(.language) }
        if let from = time(indicator["valid_from"]), from > now { return sink.passOver(.notYet) }
        guard let pattern = indicator["pattern"]?.string.flatMap({ STIXPattern($0) }) else {
            return sink.fail(document.fault(id, "its pattern can't be read"))
        }
        let parts = pattern.comparisons.map { ($0, Self.kind($0.path)) }
        guard parts.contains(where: { $0.1 != nil }) else {
            return sink.passOver(.noMark)
        }
        guard pattern.isSimple else {
            return sink.fail(
                document.fault(
                    id,
                    "its pattern wants several things at once, or that something is not there: nothing of it is listed alone"
                )
            )
        }
        let note = note(of: indicator, id ?? "")
        let from = time(indicator["valid_from"]) ?? time(indicator["created"])
        if let problem = ListedDate.contradiction(from, until: time(indicator["valid_until"])) {
            sink.fail(document.fault(id, problem))
        }
        for (comparison, kind) in parts {
            guard let kind else {
                sink.passOver(.noMark)
                continue
            }
            let found = Self.values(comparison, kind)
            guard !found.isEmpty else {
                let shown =
                    "\(comparison.path) \(comparison.operation) '\(comparison.values.first ?? "")'"
                sink.fail(
                    document.fault(
                        id,
                        Self.lists(comparison.operation, kind)
                            ? "\(shown) is no \(kind.word)"
                            : "\(shown) lists no \(kind.word): that do =, IN, ISSUBSET of addresses and LIKE '%.…' of names"
                    )
                )
                continue
            }
            for var value in found {
                value.day = Indicator.day(from)
                value.until = Indicator.day(time(indicator["valid_until"]))
                try sink.add(value, note)
            }
        }
    }

    private func time(_ node: JSONNode?) -> Int? { node?.string.flatMap { RFC3339.milliseconds($0) } }

    /// What an object's path stands for; nil for what no endpoint shows.
    private static func kind(_ path: String) -> IndicatorKind? {
        switch path {
        case "x509-certificate:hashes.sha1": .sha1
        case "x509-certificate:hashes.sha256": .sha256
        case "x509-certificate:hashes.md5": .md5
        case "x509-certificate:serial_number": .serial
        case "ipv4-addr:value", "ipv6-addr:value", "network-traffic:dst_ref.value": .address
        case "domain-name:value": .name
        default: nil
        }
    }

    /// Whether what is compared so is listed, and not something else.
    private static func lists(_ operation: String, _ kind: IndicatorKind) -> Bool {
        switch operation {
        case "=", "IN": true
        case "ISSUBSET": kind == .address
        default: false
        }
    }

    /// What a comparison lists; nothing where a value is none of its kind, or the comparison none that lists.
    private static func values(_ comparison: STIXPattern.Comparison, _ kind: IndicatorKind) -> [Indicator] {
        var result: [Indicator] = []
        for var value in comparison.values {
            var kind = kind
            switch comparison.operation {
            case "=", "IN": break
            case "ISSUBSET" where kind == .address: kind = .range
            case "LIKE" where kind == .name && value.hasPrefix("%."): value = "*" + value.dropFirst()
            default: return []
            }
            let found = Array(value.utf8).withUnsafeBufferPointer { bytes in
                let found = IndicatorText.read(kind, bytes.span)
                return found.isEmpty && kind == .address ? IndicatorText.read(.range, bytes.span) : found
            }
            guard !found.isEmpty else { return [] }
            result += found
        }
        return result
    }

    // MARK: Certificates

    private func read(certificate: JSONNode) throws {
        let id = certificate["id"]?.string
        let note = note(of: certificate, id ?? "")
        var values: [(IndicatorKind, String)] = []
        for hash in certificate["hashes"]?.parts.map({ $0 }) ?? [] {
            let value = hash.string ?? ""
            switch hash.name.lowercased().filter({ $0 != "-" }) {
            case "sha1": values.append((.sha1, value))
            case "sha256": values.append((.sha256, value))
            case "md5": values.append((.md5, value))
            default: break
            }
        }
        if values.isEmpty, let serial = certificate["serial_number"]?.string { values = [(.serial, serial)] }
        guard !values.isEmpty else {
            return sink.fail(
                document.fault(id, "a certificate without SHA-1, SHA-256, MD5 and serial number")
            )
        }
        for (kind, value) in values {
            let found = Array(value.utf8).withUnsafeBufferPointer { IndicatorText.read(kind, $0.span) }
            if found.isEmpty { sink.fail(document.fault(id, "'\(value.prefix(80))' is no \(kind.word)")) }
            for var indicator in found {
                indicator.day = Indicator.day(id.flatMap { seen[$0] })
                try sink.add(indicator, note)
            }
        }
    }
}

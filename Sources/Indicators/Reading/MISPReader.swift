import Bytes
import Observations

/// Reads events of MISP: an event's file, as in feeds, an answer of its API, or several of them.
///
/// The form and the types of attributes are those of https://www.misp-project.org/datamodels/ and of
/// draft-dulaunoy-misp-core-format. Attributes that are not meant for detection (`to_ids`) and deleted ones
/// are passed over.
struct MISPReader {
    private let document: FeedDocument
    private let sink: IndicatorSink
    private let now = ListedDate.now

    init(_ document: FeedDocument, _ sink: IndicatorSink) {
        self.document = document
        self.sink = sink
    }

    /// Whether a document is one of MISP's.
    static func isMISP(_ root: JSONNode) -> Bool {
        if root.isArray { return root.parts.contains { $0["Event"] != nil } }
        return root["Event"] != nil || root["response"] != nil || root["Attribute"] != nil
    }

    func read(_ root: JSONNode) throws {
        if root.isArray {
            for part in root.parts { try read(part) }
        } else if let response = root["response"] {
            try read(response)
        } else if let event = root["Event"], event.isObject {
            try read(event: event)
        } else if root["Attribute"] != nil {
            // An answer to a search for attributes: each tells its event.
            try read(event: root)
        } else {
            sink.fail(document.fault(root.at("Event.uuid")?.string, "a part that is no event of MISP"))
        }
    }

    /// What stands in a member of an event or object; MISP writes some arrays as objects with numbers.
    private func parts(_ owner: JSONNode, _ name: String) -> [JSONNode] {
        guard let node = owner[name], !node.isNull else { return [] }
        guard node.isArray || node.isObject && node.parts.allSatisfy({ Int($0.name) != nil }) else {
            sink.fail(document.fault(owner["uuid"]?.string, "its member '\(name)' is no array"))
            return []
        }
        return node.parts.map { $0 }
    }

    // MARK: Events

    /// What is said of all attributes of an event, or of an object.
    private struct Context {
        var note: IndicatorNote
        /// The event's day, in milliseconds since 1970.
        var date: Int?
    }

    private func read(event: JSONNode) throws {
        let context = context(event)
        for attribute in parts(event, "Attribute") {
            try read(attribute, attribute["Event"].map { self.context($0) } ?? context, of: nil)
        }
        for object in parts(event, "Object") where object["deleted"]?.flag != true {
            guard object["Attribute"] != nil || object["name"] != nil else {
                sink.fail(
                    document.fault(
                        object["uuid"]?.string ?? event["uuid"]?.string,
                        "an object without name and attributes"
                    )
                )
                continue
            }
            var context = context
            if let comment = text(object["comment"]) { context.note.description = comment }
            let name = object["name"]?.string
            for attribute in parts(object, "Attribute") {
                try read(attribute, context, of: name)
            }
        }
    }

    private func context(_ event: JSONNode) -> Context {
        let owner = text(event.at("Orgc.name")) ?? text(event.at("Org.name"))
        var note = IndicatorNote(feed: owner ?? FeedName.of(document.path))
        note.description = text(event["info"])
        readTags(of: event, &note)
        for galaxy in parts(event, "Galaxy") {
            for cluster in parts(galaxy, "GalaxyCluster") {
                guard let type = galaxy["type"]?.string, Self.softwareGalaxies.contains(type) else {
                    continue
                }
                name(text(cluster["value"]), &note)
            }
        }
        return Context(note: note, date: text(event["date"]).flatMap { RFC3339.milliseconds($0) })
    }

    /// Galaxies whose clusters are tools.
    private static let softwareGalaxies: Set<String> = [
        "malpedia", "mitre-malware", "mitre-tool", "rat", "botnet", "banker", "stealer", "tool", "ransomware",
    ]

    /// Takes what tags of an event or an attribute say; what can't be read of them is said, since it may be
    /// with whom it may be shared.
    private func readTags(of owner: JSONNode, _ note: inout IndicatorNote) {
        for tag in parts(owner, "Tag") {
            guard let name = tag["name"]?.string else {
                sink.fail(document.fault(owner["uuid"]?.string, "a tag without a name"))
                continue
            }
            if name.lowercased().hasPrefix("tlp:"), let word = IndicatorNote.tlp(name) { note.tlp = word }
            if name == "hallmark:confirmed" { note.isConfirmed = true }
            let isTool = Self.softwareGalaxies.contains { name.hasPrefix("misp-galaxy:\($0)=") }
            guard isTool, let start = name.firstIndex(of: "\""), name.hasSuffix("\"") else { continue }
            self.name(String(name[name.index(after: start)...].dropLast()), &note)
        }
    }

    /// Takes the name of a cluster: `Cobalt Strike - S0154` tells the ATT&CK id, too.
    private func name(_ cluster: String?, _ note: inout IndicatorNote) {
        guard let cluster, note.software == nil else { return }
        let parts = cluster.split(separator: " - ")
        if let last = parts.last, parts.count > 1, last.first == "S", last.dropFirst().allSatisfy(\.isNumber)
        {
            note.softwareID = String(last)
            note.software = parts.dropLast().joined(separator: " - ")
        } else {
            note.software = cluster
        }
    }

    // MARK: Attributes

    private func read(_ attribute: JSONNode, _ context: Context, of object: String?) throws {
        for name in ["deleted", "to_ids"] {
            guard let flag = attribute[name], !flag.isNull, flag.flag == nil else { continue }
            return sink.fail(
                document.fault(attribute["uuid"]?.string, "'\(name)' is neither true nor false")
            )
        }
        guard attribute["deleted"]?.flag != true else { return sink.passOver(.deleted) }
        guard attribute["to_ids"]?.flag != false else { return sink.passOver(.notForDetection) }
        guard let type = attribute["type"]?.string, let value = attribute["value"]?.string else {
            return sink.fail(document.fault(attribute["uuid"]?.string, "an attribute without type or value"))
        }
        let parts = Self.parts(type, value, attribute["object_relation"]?.string, of: object)
        guard !parts.isEmpty else { return sink.passOver(.noMark) }
        var note = context.note
        if let comment = text(attribute["comment"]) { note.description = comment }
        readTags(of: attribute, &note)
        for (kind, value) in parts {
            let found = Array(value.utf8).withUnsafeBufferPointer { bytes in
                // A network stands where an address does.
                let found = IndicatorText.read(kind, bytes.span)
                return found.isEmpty && kind == .address ? IndicatorText.read(.range, bytes.span) : found
            }
            guard !found.isEmpty else {
                sink.fail(
                    document.fault(attribute["uuid"]?.string, "'\(value.prefix(60))' is no \(kind.word)")
                )
                continue
            }
            let date = date(attribute) ?? context.date
            guard !ListedDate.isToCome(date, now: now) else {
                sink.passOver(.notYet)
                continue
            }
            for var indicator in found {
                indicator.day = Indicator.day(date)
                try sink.add(indicator, note)
            }
        }
    }

    /// The values of an attribute that an endpoint can show; none for digests of files, URLs and the like.
    private static func parts(_ type: String, _ value: String, _ relation: String?, of object: String?)
        -> [(IndicatorKind, String)]
    {
        let halves = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        switch type {
        case "x509-fingerprint-sha1": return [(.sha1, value)]
        case "x509-fingerprint-sha256": return [(.sha256, value)]
        case "x509-fingerprint-md5": return [(.md5, value)]
        case "jarm-fingerprint": return [(.jarm, value)]
        // The digest of a client's hello has the same type.
        case "ja3-fingerprint-md5": return relation == "ja3s-fingerprint-md5" ? [(.ja3s, value)] : []
        case "ip-dst", "ip-src": return [(.address, value)]
        case "ip-dst|port", "ip-src|port": return [(.endpoint, value)]
        case "domain", "hostname": return [(.name, value)]
        case "hostname|port": return [(.name, halves[0])]
        case "domain|ip":
            return halves.count == 2 ? [(.name, halves[0]), (.address, halves[1])] : [(.name, value)]
        default: break
        }
        switch (object, relation) {
        case ("x509", "serial-number"): return [(.serial, value)]
        case ("jarm", "jarm"): return [(.jarm, value)]
        case ("ja4-plus", "ja4-fingerprint"):
            // The object holds JA4 of clients and others as well.
            let isOfServer = Array(value.utf8).withUnsafeBufferPointer { IndicatorKey(.ja4s, $0.span) != nil }
            return isOfServer ? [(.ja4s, value)] : []
        default: return []
        }
    }

    /// When it was seen last, or first, or written, in milliseconds since 1970.
    private func date(_ attribute: JSONNode) -> Int? {
        for name in ["last_seen", "first_seen"] {
            if let time = text(attribute[name]).flatMap({ RFC3339.milliseconds($0) }) { return time }
        }
        guard let written = attribute["timestamp"] else { return nil }
        guard let seconds = written.integer ?? written.string.flatMap({ Int($0) }),
            (1...253_402_300_799).contains(seconds)
        else { return nil }
        return seconds * 1000
    }

    private func text(_ node: JSONNode?) -> String? { node?.string.flatMap { $0.isEmpty ? nil : $0 } }
}

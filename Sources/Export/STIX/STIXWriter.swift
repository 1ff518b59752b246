import Bytes
import Wire

/// A STIX 2.1 bundle: what was seen, and the indicators by which it is found again.
///
/// Every id is made of what it names, so that the same records give the same bundle, and a later sweep's
/// bundle brings the same indicators up to date instead of doubling them. Observables are named as section
/// 2.9 of the standard says; the rest in this project's namespace. `created` is the same constant in all
/// objects that may come again, because it must never change; `modified` is the last sighting.
struct STIXWriter: ExportWriter {
    private let options: ExportOptions
    private let identity: String
    private var written: Set<String> = []
    private var indicators: [STIXIndicator] = []
    private var places: [String: Int] = [:]
    /// By the software's name: its ATT&CK id, whether honest people run it, and the endpoints that do.
    private var software: [String: STIXSoftware] = [:]

    init(_ options: ExportOptions) {
        self.options = options
        identity = "identity--" + NameUUID.of("identity \(options.author)")
    }

    func begin(_ out: inout ByteBuffer) {
        out.append("{\"type\":\"bundle\",\"id\":\"bundle--")
        out.append(NameUUID.of("bundle \(options.author) \(options.tlp?.rawValue ?? "")"))
        out.append("\",\"objects\":[")
        if let tlp = options.tlp { out.append(marking: tlp) }
        out.head("identity", identity, created: STIX.created, modified: STIX.created)
        reference(&out, withAuthor: false)
        out.member("name", options.author)
        out.member("identity_class", options.author == "Hallmark" ? "system" : "organization" as String)
        out.endObject()
    }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var seen: [String] = []
        let certificate = record.certificate.map { certificate in
            let object = STIXObservable(certificate)
            seen.append(object.id)
            write(object, &out)
            return object.id
        }
        let endpoint = STIXObservable.endpoint(record)
        for object in endpoint {
            seen.append(object.id)
            write(object, &out)
        }
        guard !seen.isEmpty else { return false }
        let observed = "observed-data--" + NameUUID.of("observed \(record.place) \(seen) \(record.time)")
        writeObserved(observed, record.time, seen, &out)
        for lead in record.leads {
            var tool = software[lead.software] ?? STIXSoftware(lead)
            tool.add(record, techniques: record.techniques, observables: seen)
            software[lead.software] = tool
            if certificate != nil, lead.isOfCertificate, let leaf = record.certificate {
                note(STIXIndicator(lead, record, leaf), observed)
            }
            if let indicator = STIXIndicator(lead, record) { note(indicator, observed) }
        }
        return true
    }

    private mutating func note(_ indicator: STIXIndicator, _ observed: String) {
        if let place = places[indicator.id] {
            indicators[place].add(indicator, observed)
        } else {
            places[indicator.id] = indicators.count
            indicators.append(indicator)
            indicators[indicators.count - 1].observed.append(observed)
        }
    }

    private mutating func write(_ object: STIXObservable, _ out: inout ByteBuffer) {
        guard written.insert(object.id).inserted else { return }
        out.element()
        out.member("type", object.type)
        out.member("spec_version", "2.1" as String)
        out.member("id", object.id)
        mark(&out)
        object.write(&out)
        out.endObject()
    }

    private mutating func writeObserved(
        _ id: String,
        _ time: Int,
        _ seen: [String],
        _ out: inout ByteBuffer
    ) {
        guard written.insert(id).inserted else { return }
        out.head("observed-data", id, created: time, modified: time)
        reference(&out)
        out.member("first_observed", RFC3339.text(time))
        out.member("last_observed", RFC3339.text(time))
        out.member("number_observed", 1)
        out.strings("object_refs", seen)
        out.endObject()
    }

    /// `created_by_ref` and `object_marking_refs`.
    private func reference(_ out: inout ByteBuffer, withAuthor: Bool = true) {
        if withAuthor { out.member("created_by_ref", identity) }
        mark(&out)
    }

    private func mark(_ out: inout ByteBuffer) {
        if let tlp = options.tlp {
            out.strings("object_marking_refs", ["marking-definition--\(tlp.marking)"])
        }
    }

    mutating func end(_ out: inout ByteBuffer) {
        for name in software.keys.sorted() {
            if let tool = software[name] { writeSoftware(tool, &out) }
        }
        for indicator in indicators { writeIndicator(indicator, &out) }
        out.append("]}\n")
    }

    private mutating func writeSoftware(_ tool: STIXSoftware, _ out: inout ByteBuffer) {
        out.head(tool.type, tool.id, created: STIX.created, modified: STIX.created)
        reference(&out)
        out.member("name", tool.name)
        if tool.type == "malware" { out.member("is_family", true) }
        if let id = tool.attackID { out.append(attack: id, "software") }
        out.endObject()
        for technique in tool.techniques.sorted() {
            let id = "attack-pattern--" + NameUUID.of("technique \(technique)")
            if written.insert(id).inserted {
                out.head("attack-pattern", id, created: STIX.created, modified: STIX.created)
                reference(&out)
                out.member("name", technique)
                out.append(attack: technique, "techniques")
                out.endObject()
            }
            relate(tool.id, "uses", id, &out)
        }
        for endpoint in tool.endpoints {
            let id = "infrastructure--" + NameUUID.of("infrastructure \(endpoint.name)")
            if written.insert(id).inserted {
                out.head(
                    "infrastructure",
                    id,
                    created: STIX.created,
                    modified: max(STIX.created, endpoint.last)
                )
                reference(&out)
                out.member("name", endpoint.name)
                out.member("first_seen", RFC3339.text(endpoint.first))
                if endpoint.last > endpoint.first { out.member("last_seen", RFC3339.text(endpoint.last)) }
                out.endObject()
                for observable in endpoint.observables { relate(id, "consists-of", observable, &out) }
            }
            relate(tool.id, "uses", id, &out)
        }
    }

    private mutating func writeIndicator(_ indicator: STIXIndicator, _ out: inout ByteBuffer) {
        out.head(
            "indicator",
            indicator.id,
            created: STIX.created,
            modified: max(STIX.created, indicator.last)
        )
        reference(&out)
        out.member("name", indicator.name)
        if !indicator.description.isEmpty { out.member("description", indicator.description) }
        out.strings(
            "indicator_types",
            [indicator.isDualUse ? "anomalous-activity" : "malicious-activity"]
        )
        out.member("confidence", indicator.confidence)
        out.member("pattern", indicator.pattern)
        out.member("pattern_type", "stix" as String)
        out.member("pattern_version", "2.1" as String)
        let begin = RFC3339.text(indicator.first)
        out.member("valid_from", begin)
        // At the end of the calendar there is no moment after the begin.
        let end = RFC3339.text(indicator.last + options.addressDays * 86_400_000)
        if indicator.isOfAddress, end > begin { out.member("valid_until", end) }
        out.endObject()
        if let tool = software[indicator.software] { relate(indicator.id, "indicates", tool.id, &out) }
        for observed in indicator.observed { relate(indicator.id, "based-on", observed, &out) }
        let id = "sighting--" + NameUUID.of("sighting \(indicator.id)")
        out.head("sighting", id, created: STIX.created, modified: max(STIX.created, indicator.last))
        reference(&out)
        out.member("first_seen", RFC3339.text(indicator.first))
        out.member("last_seen", RFC3339.text(indicator.last))
        out.member("count", indicator.observed.count)
        out.member("sighting_of_ref", indicator.id)
        out.strings("observed_data_refs", indicator.observed)
        out.strings("where_sighted_refs", [identity])
        out.endObject()
    }

    private mutating func relate(_ from: String, _ type: String, _ to: String, _ out: inout ByteBuffer) {
        let id = "relationship--" + NameUUID.of("\(from) \(type) \(to)")
        guard written.insert(id).inserted else { return }
        out.head("relationship", id, created: STIX.created, modified: STIX.created)
        reference(&out)
        out.member("relationship_type", type)
        out.member("source_ref", from)
        out.member("target_ref", to)
        out.endObject()
    }
}

import Bytes
import Observations
import Wire

/// Events of the Open Cybersecurity Schema Framework 1.6.0, one a line: a Network Activity for each
/// observation, a Detection Finding for each lead and each finding.
struct OCSFWriter: ExportWriter {
    private static let schemaVersion = "1.6.0"

    private let options: ExportOptions

    init(_ options: ExportOptions) { self.options = options }

    func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var isTold = false
        if !record.outcome.isEmpty, record.ip != nil || !record.name.isEmpty {
            activity(record, &out)
            isTold = true
        }
        for lead in record.leads { detection(lead, record, &out) }
        for finding in record.findings { detection(finding, record, &out) }
        return isTold || !record.leads.isEmpty || !record.findings.isEmpty
    }

    /// Opens an event; class 2004 is a Detection Finding, 4001 a Network Activity.
    private func open(
        _ classNumber: Int,
        activity: Int,
        severity: Int,
        _ record: ExportRecord,
        _ out: inout ByteBuffer
    ) {
        out.append("{")
        out.member("category_uid", classNumber / 1000)
        out.member("class_uid", classNumber)
        out.member("activity_id", activity)
        out.member("type_uid", classNumber * 100 + activity)
        out.member("severity_id", severity)
        out.member("time", record.time)
        out.object("metadata")
        out.member("version", Self.schemaVersion)
        out.object("product")
        out.member("name", "Hallmark" as String)
        out.member("vendor_name", options.author)
        if !options.version.isEmpty { out.member("version", options.version) }
        out.append("}}")
    }

    private func activity(_ record: ExportRecord, _ out: inout ByteBuffer) {
        let isSuccess = record.outcome == "success"
        // 1 is Open, 3 Reset, 4 Fail, 5 Refuse.
        let number =
            isSuccess
            ? 1 : ["connection_reset": 3, "connection_refused": 5][record.errorCode, default: 4]
        open(4001, activity: number, severity: 1, record, &out)
        out.member("status_id", isSuccess ? 1 : 2)
        if !record.errorCode.isEmpty { out.member("status_code", record.errorCode) }
        if !record.errorMessage.isEmpty { out.member("status_detail", record.errorMessage) }
        endpoint(record, &out)
        tls(record, &out)
        out.append("}\n")
    }

    private func detection(_ lead: ExportRecord.Lead, _ record: ExportRecord, _ out: inout ByteBuffer) {
        let severity = ["low": 2, "medium": 3, "high": 4][lead.label.rawValue, default: 0]
        open(2004, activity: 1, severity: severity, record, &out)
        out.member("confidence_id", severity - 1)
        out.member("confidence_score", lead.confidence)
        out.member("is_alert", true)
        out.member("message", "\(record.place) looks like \(lead.software)")
        out.object("finding_info")
        out.member("uid", NameUUID.of("ocsf \(lead.software) \(record.place) \(record.time)"))
        out.member("title", "\(lead.software) on \(record.place)")
        out.strings("types", lead.kinds)
        if !record.techniques.isEmpty {
            out.array("attacks")
            for technique in record.techniques {
                out.element()
                out.object("technique")
                out.member("uid", technique)
                out.append("}}")
            }
            out.endArray()
        }
        out.endObject()
        evidence(record, &out)
        out.append("}\n")
    }

    private func detection(
        _ finding: ExportRecord.Finding,
        _ record: ExportRecord,
        _ out: inout ByteBuffer
    ) {
        let severity = ["info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5]
        open(2004, activity: 1, severity: severity[finding.severity, default: 0], record, &out)
        out.member("is_alert", finding.severity != "info")
        out.member("message", finding.message)
        out.object("finding_info")
        out.member("uid", NameUUID.of("ocsf \(finding.name) \(record.place) \(record.time)"))
        out.member("title", finding.name)
        out.endObject()
        evidence(record, &out)
        out.append("}\n")
    }

    private func evidence(_ record: ExportRecord, _ out: inout ByteBuffer) {
        guard record.ip != nil || !record.name.isEmpty else { return }
        out.append(",\"evidences\":[{")
        endpoint(record, &out)
        tls(record, &out)
        out.append("}]")
    }

    private func endpoint(_ record: ExportRecord, _ out: inout ByteBuffer) {
        out.object("dst_endpoint")
        if let ip = record.ip { out.member("ip", ip.description) }
        if let port = record.port { out.member("port", port) }
        if !record.name.isEmpty { out.member("hostname", record.name) }
        out.endObject()
    }

    private func tls(_ record: ExportRecord, _ out: inout ByteBuffer) {
        guard !record.tlsVersion.isEmpty else { return }
        out.object("tls")
        out.member("version", record.tlsVersion)
        if !record.cipher.isEmpty { out.member("cipher", record.cipher) }
        if !record.ja3s.isEmpty {
            out.object("ja3s_hash")
            out.member("algorithm_id", 1)
            out.member("value", record.ja3s)
            out.endObject()
        }
        if let leaf = record.certificate, !leaf.serialNumber.isEmpty {
            certificate(leaf, &out)
        }
        out.endObject()
    }

    private func certificate(_ leaf: ExportRecord.Certificate, _ out: inout ByteBuffer) {
        out.object("certificate")
        out.member("issuer", leaf.issuer)
        out.member("serial_number", leaf.serialNumber)
        out.member("subject", leaf.subject)
        if !leaf.version.isEmpty { out.member("version", leaf.version) }
        if let time = leaf.notBefore { out.member("created_time", time) }
        if let time = leaf.notAfter { out.member("expiration_time", time) }
        if let isSelfSigned = leaf.isSelfSigned { out.member("is_self_signed", isSelfSigned) }
        out.array("fingerprints")
        for (number, digest) in [(1, leaf.md5), (2, leaf.sha1), (3, leaf.sha256)] where !digest.isEmpty {
            out.element()
            out.member("algorithm_id", number)
            out.member("value", digest.lowercased())
            out.endObject()
        }
        out.append("]}")
    }
}

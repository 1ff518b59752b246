import Bytes
package import Observations
import Wire

/// Reads what exports tell out of one line of NDJSON after the other.
package final class ExportReader {
    private let reader: ObservationReader
    private let ids: [String: Int]
    private let judge: RecordJudge

    /// - Parameter members: names below a field of kind `map` that columns ask for.
    package init(members: [String] = []) {
        reader = ObservationReader(members: members, skipping: [])
        judge = RecordJudge(names: reader.names)
        ids = Dictionary(reader.names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Reads one line; the view holds until the next one is read.
    ///
    /// - Parameter line: with `RecordPicker.padding` readable bytes behind it.
    /// - Throws: `ObservationSyntaxError` for what is no record (`RecordVerdict`) or says no time, and for a
    ///   correlation.
    package func read(padded line: UnsafeRawBufferPointer) throws(ObservationSyntaxError) -> ExportLine {
        let view = try reader.read(line.bindMemory(to: UInt8.self), padded: true)
        let verdict = judge.judge(view)
        if let fault = verdict.fault { throw ObservationSyntaxError(fault) }
        // What was counted over several records tells of no one endpoint; findings do.
        if verdict == .conclusion, let dataset = ids["event.dataset"].flatMap({ view.text($0) }),
            LineKind.correlation.datasets.contains(dataset)
        {
            throw .conclusion
        }
        // A certificate alone may say no time, and exports tell one.
        guard let time = ids["@timestamp"].flatMap({ view.text($0) }).flatMap({ RFC3339.milliseconds($0) })
        else { throw ObservationSyntaxError(.timeless) }
        return ExportLine(view: view, ids: ids, time: time)
    }
}

/// One line that was read.
package struct ExportLine {
    private let view: FieldView
    private let ids: [String: Int]
    /// When it was seen, in milliseconds since 1970.
    private let seen: Int

    init(view: FieldView, ids: [String: Int], time: Int) {
        self.view = view
        self.ids = ids
        seen = time
    }

    /// All values of a field, markers of empty objects left out.
    func values(_ name: String) -> [String] {
        guard let id = ids[name] else { return [] }
        return view.values(id).filter { !$0.isMarker }.map(\.string)
    }

    private func text(_ name: String) -> String { ids[name].flatMap { view.text($0) } ?? "" }

    private func time(_ name: String) -> Int? { RFC3339.milliseconds(text(name)) }

    /// Text that is hexadecimal, of `bytes` bytes when that is given; otherwise nothing.
    private func hexadecimal(_ name: String, bytes: Int? = nil) -> String {
        guard let digits = [UInt8](hex: text(name)), bytes.map({ digits.count == $0 }) ?? true else {
            return ""
        }
        return digits.hex
    }

    package var record: ExportRecord {
        var record = ExportRecord()
        record.time = seen
        record.ip = IPAddress(text("server.ip"))
        record.port = ids["server.port"].flatMap { view.integer($0) }.flatMap { UInt16(exactly: $0) }
            .map(Int.init)
        let address = text("server.address")
        record.name =
            [text("server.domain"), text("tls.client.server_name"), IPAddress(address) == nil ? address : ""]
            .first { !$0.isEmpty } ?? ""
        record.outcome = text("event.outcome")
        record.errorCode = text("error.code")
        record.errorMessage = text("error.message")
        record.certificate = certificate
        record.tlsVersion = text("tls.version")
        record.cipher = text("tls.cipher")
        record.jarm = hexadecimal("tls.server.jarm", bytes: 31).lowercased()
        record.ja3s = hexadecimal("tls.server.ja3s", bytes: 16).lowercased()
        record.leads = leads
        record.findings = findings
        record.techniques = values("threat.technique.id")
        return record
    }

    private var certificate: ExportRecord.Certificate? {
        let sha256 = hexadecimal("tls.server.hash.sha256", bytes: 32)
        guard !sha256.isEmpty else { return nil }
        let x509 = "tls.server.x509."
        return ExportRecord.Certificate(
            sha256: sha256,
            sha1: hexadecimal("tls.server.hash.sha1", bytes: 20),
            md5: hexadecimal("tls.server.hash.md5", bytes: 16),
            serialNumber: hexadecimal(x509 + "serial_number"),
            subject: text(x509 + "subject.distinguished_name"),
            issuer: text(x509 + "issuer.distinguished_name"),
            notBefore: time(x509 + "not_before"),
            notAfter: time(x509 + "not_after"),
            version: text(x509 + "version_number"),
            signatureAlgorithm: text(x509 + "signature_algorithm"),
            keyAlgorithm: text(x509 + "public_key_algorithm"),
            keySize: ids[x509 + "public_key_size"].flatMap { view.integer($0) }.map { Int($0) },
            names: values(x509 + "alternative_names"),
            isSelfSigned: ids["hallmark.certificate.self_signed"].flatMap { view.truth($0) },
            isShown: isShown
        )
    }

    /// Whether servers can show the certificate.
    private var isShown: Bool {
        text("hallmark.ct.entry") != LoggedEntry.Kind.precertificate.rawValue
            && ids["hallmark.ct.reconstructed"].flatMap { view.truth($0) } != true
    }

    /// Calls `body` with each value of a field and the element of the array of objects that it stands in.
    private func each(_ name: String, _ body: (Int, FieldValue) -> Void) {
        guard let id = ids[name] else { return }
        for value in view.values(id) where !value.isMarker { body(value.element, value) }
    }

    private var leads: [ExportRecord.Lead] {
        var leads: [Int: ExportRecord.Lead] = [:]
        func set(_ name: String, _ change: (inout ExportRecord.Lead, FieldValue) -> Void) {
            each("hallmark.leads." + name) { change(&leads[$0, default: ExportRecord.Lead()], $1) }
        }
        set("software.name") { $0.software = $1.string }
        set("software.id") { $0.id = $1.string }
        set("confidence") { $0.confidence = Int(min(max($1.integer ?? 0, 0), 99)) }
        set("label") { $0.label = LeadLabel(rawValue: $1.string) ?? LeadLabel(confidence: $0.confidence) }
        set("kinds") { $0.kinds.append($1.string) }
        set("dual_use") { $0.isDualUse = $1.truth ?? false }
        set("against") { $0.against.append($1.string) }
        let (rules, isShown, listed) = (rules, isShown, listed)
        return leads.sorted { $0.key < $1.key }.map(\.value).filter { !$0.software.isEmpty }.map { lead in
            var lead = lead
            lead.isShown = isShown
            lead.rules = rules.filter { $0.software == lead.software }.map(\.rule)
            // An address or a name is no kind of evidence that rules have: what is listed says it.
            if lead.kinds.isEmpty { lead.kinds = listed[lead.software] ?? [] }
            return lead
        }
    }

    /// By software what lists know of the record: `listed address`.
    private var listed: [String: [String]] {
        var entries: [Int: (kind: String, software: String)] = [:]
        each("hallmark.indicators.kind") { entries[$0, default: ("", "")].kind = $1.string }
        each("hallmark.indicators.software.name") { entries[$0, default: ("", "")].software = $1.string }
        var listed: [String: Set<String>] = [:]
        for entry in entries.values where !entry.kind.isEmpty {
            let software = entry.software.isEmpty ? KnownInfrastructure.name : entry.software
            listed[software, default: []].insert("listed " + entry.kind)
        }
        return listed.mapValues { $0.sorted() }
    }

    private var rules: [(rule: ExportRecord.Rule, software: String)] {
        var rules: [Int: (rule: ExportRecord.Rule, software: String)] = [:]
        func set(
            _ name: String,
            _ change: (inout (rule: ExportRecord.Rule, software: String), String) -> Void
        ) {
            each("hallmark.matches." + name) { element, value in
                change(&rules[element, default: (ExportRecord.Rule(), "")], value.string)
            }
        }
        set("rule.id") { $0.rule.id = $1 }
        set("rule.name") { $0.rule.name = $1 }
        set("software.name") { $0.software = $1 }
        return rules.sorted { $0.key < $1.key }.map(\.value)
    }

    private var findings: [ExportRecord.Finding] {
        var findings: [Int: ExportRecord.Finding] = [:]
        func set(_ name: String, _ change: (inout ExportRecord.Finding, String) -> Void) {
            each("hallmark.findings." + name) {
                change(&findings[$0, default: ExportRecord.Finding()], $1.string)
            }
        }
        set("name") { $0.name = $1 }
        set("severity") { $0.severity = $1 }
        set("message") { $0.message = $1 }
        set("asset") { $0.asset = $1 }
        return findings.sorted { $0.key < $1.key }.map(\.value).filter { !$0.name.isEmpty }
    }
}

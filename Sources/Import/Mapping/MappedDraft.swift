import Bytes
import Observations
import Wire

/// Makes a draft of an entry by a mapping.
struct MappedDraft {
    let mapping: Mapping
    private(set) var draft = SightingDraft()
    /// What of the entry could not be read, each once: for the summary.
    private(set) var remarks: Set<String> = []
    private var scheme: String?
    private var url: HTTPReference?
    private var method: String?
    private var path: String?
    private var status: Int?
    private var headers = HTTPHeaders()
    private var head: [UInt8] = []
    private var title: String?
    private var body: [UInt8] = []
    private var leaf: [[UInt8]] = []
    private var chain: [[UInt8]] = []

    init(_ mapping: Mapping, _ entry: ForeignEntry) {
        self.mapping = mapping
        for (field, value) in mapping.fields {
            let values = Self.values(value, entry)
            // What the source writes for nothing.
            if let text = values.first?.string, mapping.unset.contains(text) { continue }
            take(field, values)
        }
        settle()
    }

    private static func values(_ value: Mapping.Value, _ entry: ForeignEntry) -> [ForeignValue] {
        switch value {
        case .constant(let text): return [.text(text)]
        case .first(let places):
            for place in places {
                let found = entry.values(place)
                if !found.isEmpty { return found }
            }
            return []
        case .all(let places): return places.flatMap { entry.values($0) }
        case .joined(let places):
            let texts = places.compactMap { entry.values($0).first?.string }
            return texts.isEmpty ? [] : [.text(texts.joined(separator: " "))]
        case .sum(let places):
            let numbers = places.compactMap { entry.values($0).first?.integer }
            guard !numbers.isEmpty else { return [] }
            return [.text(String(numbers.reduce(0) { $0.addingReportingOverflow($1).partialValue }))]
        }
    }

    private mutating func take(_ field: MappedField, _ values: [ForeignValue]) {
        guard let first = values.first else { return }
        let text = first.elements.first?.string
        switch field {
        case .timestamp: takeTime(first)
        case .serverIP: if let text { takeAddress(text) }
        case .serverPort: if let port = first.elements.first?.integer { takePort(port) }
        case .serverDomain: draft.domain = Self.name(text)
        case .serverAddress: if let text { takeEndpoint(text) }
        case .transport: draft.isDatagram = text?.lowercased() == "udp" || text == "17"
        case .serverName: draft.serverName = Self.name(text)
        case .tlsVersion: if let text { takeVersion(text) }
        case .cipher: draft.tls.cipher = text
        case .curve: draft.tls.curve = text.map(ForeignText.curve)
        case .nextProtocol: draft.tls.nextProtocol = text
        case .established: draft.tls.isEstablished = first.truth
        case .resumed: draft.tls.isResumed = first.truth
        case .certificate: leaf = certificates(values)
        case .chain: chain = certificates(values)
        case .isCA: draft.certificate.isCA = first.truth
        case .ja3s: draft.ja3s = text?.lowercased()
        case .ja4s: draft.ja4s = text
        case .jarm: takeJARM(text)
        case .clientIP: draft.client.ip = text.flatMap { IPAddress($0) }
        case .clientUser: draft.client.user = text
        case .clientBytes: draft.client.bytes = first.integer
        case .clientMilliseconds: draft.client.milliseconds = first.integer
        case .ja3: draft.client.ja3 = text?.lowercased()
        case .ja4: draft.client.ja4 = text
        case .url: if let text { url = HTTPReference(absolute: text) }
        case .path: path = text
        case .scheme: scheme = text?.lowercased()
        case .method: method = text
        case .status: status = first.elements.first?.integer.flatMap { (100..<1000).contains($0) ? $0 : nil }
        case .headers: takeHeaders(values)
        case .title: title = text
        case .body: body = Array((text ?? "").utf8.prefix(HTTPExchange.bodyLimit))
        default: takeCertificate(field, values, text)
        }
    }

    private mutating func takeCertificate(_ field: MappedField, _ values: [ForeignValue], _ text: String?) {
        guard let text else { return takeNames(field, values) }
        switch field {
        case .sha256: draft.certificate.sha256 = ForeignText.hash(text, bytes: 32)
        case .sha1: draft.certificate.sha1 = ForeignText.hash(text, bytes: 20)
        case .md5: draft.certificate.md5 = ForeignText.hash(text, bytes: 16)
        case .versionNumber: draft.certificate.version = text
        case .serialNumber: draft.certificate.serial = ForeignText.serial(hex: text)
        case .serialDecimal: draft.certificate.serial = ForeignText.serial(decimal: text)
        case .notBefore: draft.certificate.notBefore = seconds(text)
        case .notAfter: draft.certificate.notAfter = seconds(text)
        case .signatureAlgorithm: draft.certificate.signatureAlgorithm = ForeignText.signatureAlgorithm(text)
        case .keyAlgorithm: draft.certificate.keyAlgorithm = ForeignText.keyAlgorithm(text)
        case .keySize: draft.certificate.keySize = Int(text)
        case .keyCurve: draft.certificate.keyCurve = ForeignText.curve(text)
        case .keyExponent: draft.certificate.keyExponent = Int(text)
        default: takeNames(field, values)
        }
    }

    private mutating func takeNames(_ field: MappedField, _ values: [ForeignValue]) {
        switch field {
        case .alternativeNames: draft.certificate.alternativeNames = Self.alternatives(values)
        case .subject: Self.takeName(values, into: &draft.certificate.subject)
        case .issuer: Self.takeName(values, into: &draft.certificate.issuer)
        default:
            guard let part = field.namePart else { return }
            let texts = values.flatMap(\.elements).compactMap(\.string)
            if part.isIssuer {
                for text in texts { draft.certificate.issuer.add(part.label, text) }
            } else {
                for text in texts { draft.certificate.subject.add(part.label, text) }
            }
        }
    }

    /// A name as a text, as an object of parts, or as an array of either.
    private static func takeName(_ values: [ForeignValue], into name: inout ReportedName) {
        for value in values.flatMap(\.elements) {
            if let members = value.members {
                for member in members {
                    for text in member.value.elements.compactMap(\.string) { name.add(member.name, text) }
                }
            } else if let text = value.string, name.text == nil {
                let read = ReportedName(text: text)
                name.text = text
                // Parts that have places of their own in the entry are not taken twice.
                if name.isBare { name = read }
            }
        }
    }

    /// Names between commas or blanks, with or without OpenSSL's `DNS:`.
    private static func alternatives(_ values: [ForeignValue]) -> [String] {
        values.flatMap(\.elements).compactMap(\.string).flatMap { text in
            text.split { $0 == "," || $0 == " " || $0 == ";" }.map { name in
                for prefix in ["DNS:", "IP:", "dns:", "email:", "URI:"] where name.hasPrefix(prefix) {
                    return String(name.dropFirst(prefix.count))
                }
                return String(name)
            }
        }
        .filter { $0 != "Address:" && !$0.isEmpty }
    }

    // MARK: the endpoint

    private mutating func takeTime(_ value: ForeignValue) {
        if case .node(let node) = value, let number = node.number {
            // Seconds, or by their size milliseconds and smaller.
            guard number > 0, number < 9e18 else { return }
            let scale = number < 1e11 ? 1e9 : number < 1e14 ? 1e6 : number < 1e17 ? 1e3 : 1
            let result = (number * scale).rounded()
            draft.time = result < 9.2e18 ? Int64(result) : 0
        } else if let text = value.string {
            draft.time = ForeignTime.nanoseconds(text.utf8) ?? 0
        }
        if draft.time == 0 { remarks.insert("an entry whose time can't be read") }
    }

    private mutating func takeAddress(_ text: String) {
        let text = text.trimmingBrackets
        if let ip = IPAddress(text) { draft.ip = ip } else if draft.address.isEmpty { draft.address = text }
    }

    private mutating func takePort(_ number: Int) {
        if let port = UInt16(exactly: number) { draft.port = port }
    }

    private mutating func takeEndpoint(_ text: String) {
        if let reference = HTTPReference(absolute: text) {
            takeHost(reference.origin.host)
            if draft.port == 0 { draft.port = reference.origin.port }
            return
        }
        var host = Substring(text)
        // An address with colons has its port behind brackets.
        let isBare = !text.hasPrefix("[") && text.filter { $0 == ":" }.count > 1
        if !isBare, let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
        {
            if draft.port == 0 { draft.port = port }
            host = text[..<colon]
        }
        takeHost(String(host).trimmingBrackets)
    }

    private mutating func takeHost(_ host: String) {
        if let ip = IPAddress(host) {
            if draft.ip == nil { draft.ip = ip }
        } else if !host.isEmpty {
            if draft.domain == nil { draft.domain = Self.name(host) }
        }
    }

    /// A name as it stands, without the dot at its end; no address and no dash.
    private static func name(_ text: String?) -> String? {
        guard var text, !text.isEmpty, text != "-", IPAddress(text) == nil else { return nil }
        if text.last == "." { text.removeLast() }
        return String(text.prefix(255))
    }

    // MARK: TLS

    private mutating func takeVersion(_ text: String) {
        guard let version = ForeignText.version(text) else {
            remarks.insert("a version of TLS that is not known")
            return
        }
        (draft.tls.version, draft.tls.versionProtocol) = version
        if version.name == "dtls" { draft.isDatagram = true }
    }

    private mutating func takeJARM(_ text: String?) {
        guard let text, text.utf8.count == 62, text != JARM.zeros else { return }
        draft.jarm = text.lowercased()
    }

    private func seconds(_ text: String) -> Int? { ForeignTime.seconds(text.utf8) }

    private mutating func certificates(_ values: [ForeignValue]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for value in values.flatMap(\.elements).prefix(64) where !value.isEmpty {
            if let read = value.withBytes(ForeignCertificate.read).flatMap({ $0 }) {
                found += read
            } else {
                remarks.insert("a certificate that is neither PEM nor base64 nor hex of one")
            }
        }
        return found
    }

    // MARK: HTTP

    private mutating func takeHeaders(_ values: [ForeignValue]) {
        for value in values {
            if let text = value.string {
                head = Array(text.utf8.prefix(HTTPExchange.headLimit))
            } else if let members = value.members {
                for member in members { takeHeader(member.name, member.value) }
            } else if case .node(let node) = value {
                for pair in node.parts.prefix(256) {
                    if let name = pair["name"]?.string, let value = pair["value"]?.string {
                        add(name, value)
                        continue
                    }
                    let parts = ForeignValue.node(pair).elements.compactMap(\.string)
                    if parts.count == 2 { add(parts[0], parts[1]) }
                }
            }
        }
    }

    private mutating func takeHeader(_ name: String, _ value: ForeignValue) {
        for element in value.elements {
            if let text = element.string {
                add(name, text)
            } else if let members = element.members {
                // What zgrab2 has no name for: an array of keys with values.
                let key = members.first { $0.name == "key" }?.value.string
                let value = members.first { $0.name == "value" }?.value
                for text in value?.elements.compactMap(\.string) ?? [] { add(key ?? name, text) }
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        guard headers.count < 256, name.utf8.count <= 256, value.utf8.count <= 16 * 1024 else { return }
        let name = mapping.hasUnderscores ? name.replacing("_", with: "-") : name
        headers.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
    }

    /// Puts together what came in parts.
    private mutating func settle() {
        // Some sources have the leaf in the chain, too.
        draft.certificates = leaf + (chain.first == leaf.first ? Array(chain.dropFirst()) : chain)
        if !draft.certificates.isEmpty { draft.certificates = Array(draft.certificates.prefix(64)) }
        if let url {
            takeHost(url.origin.host)
            if draft.port == 0 { draft.port = url.origin.port }
        }
        if draft.serverName == nil { draft.serverName = draft.domain }
        guard status != nil || !head.isEmpty else { return }
        let isTLS =
            url?.origin.isTLS
            ?? (scheme.map { $0 == "https" } ?? (draft.hasCertificate || draft.tls.version != nil))
        let host = draft.domain ?? draft.serverName ?? draft.ip?.description ?? draft.address
        var exchange = HTTPExchange(
            origin: url?.origin ?? HTTPOrigin(isTLS: isTLS, host: host, port: draft.port),
            request: HTTPRequest(method ?? "GET", url?.target ?? path ?? "/")
        )
        exchange.status = status
        exchange.headers = headers
        exchange.head = head
        exchange.body = body
        exchange.reported = ReportedHTTP(title: title)
        draft.http = exchange
    }
}

extension MappedField {
    /// Which part of a name it is.
    fileprivate var namePart: (isIssuer: Bool, label: String)? {
        switch self {
        case .subjectCommonName: (false, "CN")
        case .subjectOrganization: (false, "O")
        case .subjectUnit: (false, "OU")
        case .subjectCountry: (false, "C")
        case .subjectLocality: (false, "L")
        case .subjectState: (false, "ST")
        case .issuerCommonName: (true, "CN")
        case .issuerOrganization: (true, "O")
        case .issuerUnit: (true, "OU")
        case .issuerCountry: (true, "C")
        case .issuerLocality: (true, "L")
        case .issuerState: (true, "ST")
        default: nil
        }
    }
}

extension ReportedName {
    /// Whether there are no parts yet.
    fileprivate var isBare: Bool {
        var rest = self
        rest.text = nil
        return rest.isEmpty
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

extension HTTPReference {
    /// A URL with a scheme of its own; nil for what is none.
    fileprivate init?(absolute text: String) {
        let start = text.prefix(8).lowercased()
        guard start.hasPrefix("http://") || start.hasPrefix("https://") else { return nil }
        self.init(text, origin: HTTPOrigin(isTLS: true, host: "", port: 443), target: "/")
    }
}

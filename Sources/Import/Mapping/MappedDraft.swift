import Bytes
import Observations
import Wire

/// Makes a draft of an entry by a mapping.
struct MappedDraft {
    let mapping: Mapping
    private(set) var draft = SightingDraft()
    /// What of the entry could not be read, each once: for the summary.
    private(set) var remarks: Set<String> = []
    private var http: MappedHTTP
    private var leaf: [[UInt8]] = []
    private var chain: [[UInt8]] = []
    /// Whether a certificate is missing that the entry has.
    private var isChainBroken = false

    /// Whether serial numbers are decimal, by the version of who wrote the entry; nil when that does not
    /// tell.
    private let hasDecimalSerials: Bool?

    init(_ mapping: Mapping, _ entry: ForeignEntry) {
        self.mapping = mapping
        hasDecimalSerials = mapping.serials.flatMap { serials in
            entry.values(serials.version).first?.string.flatMap(serials.areDecimal)
        }
        http = MappedHTTP(hasUnderscores: mapping.hasUnderscores)
        for (field, value) in mapping.fields {
            let values = values(value, entry)
            // What the source writes for nothing.
            if let text = values.first?.string, isNothing(text) { continue }
            take(field, values)
        }
        settle()
    }

    private func isNothing(_ text: String) -> Bool {
        mapping.unset.contains(text) || text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private mutating func values(_ value: Mapping.Value, _ entry: ForeignEntry) -> [ForeignValue] {
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
            var sum: Int?
            for place in places {
                guard let value = entry.values(place).first, value.string.map(isNothing) != true else {
                    continue
                }
                // A sum of which a part is not known is not known.
                guard let number = value.integer, number >= 0 else { return unreadable(Self.noNumber) }
                let (next, isTooLarge) = (sum ?? 0).addingReportingOverflow(number)
                guard !isTooLarge else { return unreadable(Self.noNumber) }
                sum = next
            }
            return sum.map { [.text(String($0))] } ?? []
        }
    }

    private static let noNumber = "a number of bytes or time that can't be read"

    /// Notes what can't be read.
    private mutating func unreadable(_ what: String) -> [ForeignValue] {
        remarks.insert(what)
        return []
    }

    private mutating func count(_ value: ForeignValue) -> Int? {
        if let number = value.integer, number >= 0 { return number }
        remarks.insert(Self.noNumber)
        return nil
    }

    private mutating func truth(_ value: ForeignValue) -> Bool? {
        if value.truth == nil { remarks.insert("a yes or no that can't be read") }
        return value.truth
    }

    private mutating func take(_ field: MappedField, _ values: [ForeignValue]) {
        guard let first = values.first else { return }
        let text = first.elements.first?.string
        switch field {
        case .timestamp: takeTime(first)
        case .serverIP: if let text { takeAddress(text) }
        case .serverPort: if let port = first.elements.first { takePort(port) }
        case .serverDomain: draft.domain = Self.name(text)
        case .serverAddress: if let text { takeEndpoint(text) }
        case .transport: takeTransport(text?.lowercased() ?? "")
        case .serverName: draft.serverName = Self.name(text)
        case .tlsVersion: if let text { takeVersion(text) }
        case .cipher: draft.tls.cipher = text.map(ForeignText.cipher)
        case .curve: draft.tls.curve = text.map(ForeignText.curve)
        case .nextProtocol: draft.tls.nextProtocol = text
        case .established: draft.tls.isEstablished = truth(first)
        case .resumed: draft.tls.isResumed = truth(first)
        case .certificate: leaf = certificates(values)
        case .chain: chain = certificates(values)
        case .ja3s: draft.ja3s = text?.lowercased()
        case .ja4s: draft.ja4s = text
        case .jarm: takeJARM(text)
        case .serialNumber where mapping.serials != nil: takeSerial(text)
        case .clientIP:
            draft.client.ip = text.flatMap { IPAddress(foreign: $0) }
            if draft.client.ip == nil { remarks.insert("a client's address that can't be read") }
        case .clientUser: draft.client.user = text
        case .clientBytes: draft.client.bytes = count(first)
        case .clientMilliseconds: draft.client.milliseconds = count(first)
        case .ja3: draft.client.ja3 = text?.lowercased()
        case .ja4: draft.client.ja4 = text
        case .icon: takeIcon(first)
        case .url, .path, .scheme, .method, .status, .headers, .server, .title, .body:
            http.take(field, values)
            if http.hasBadStatus { remarks.insert("a status of HTTP that can't be read") }
        default: if let fault = draft.certificate.take(field, values) { remarks.insert(fault) }
        }
    }

    // MARK: the endpoint

    private mutating func takeTime(_ value: ForeignValue) {
        if case .node(let node) = value, let number = node.number, node.integer == nil {
            // Seconds with a fraction, to the microsecond.
            if number > 0, number < 9e9 { draft.time = Int64(number * 1e6) * 1000 }
        } else if let text = value.string {
            draft.time = ForeignTime.nanoseconds(text.utf8) ?? 0
        }
        if draft.time == 0 { remarks.insert("an entry whose time can't be read") }
    }

    private mutating func takeAddress(_ text: String) {
        if let ip = IPAddress(foreign: text) {
            draft.ip = ip
            return
        }
        remarks.insert("a server's address that is no IP address")
        if draft.address.isEmpty { draft.address = text.trimmingBrackets }
    }

    private mutating func takeTransport(_ text: String) {
        draft.isDatagram = ["udp", "17", "quic"].contains(text)
        if !draft.isDatagram, !["tcp", "6"].contains(text) {
            remarks.insert("a transport that is neither TCP nor UDP")
        }
    }

    private mutating func takePort(_ value: ForeignValue) {
        guard let port = value.integer.flatMap({ UInt16(exactly: $0) }) else {
            remarks.insert(Self.noPort)
            return
        }
        draft.port = port
    }

    /// Takes an icon's hash; some write it without its sign.
    private mutating func takeIcon(_ value: ForeignValue) {
        guard let number = value.elements.first?.integer else {
            remarks.insert("an icon's hash that can't be read")
            return
        }
        draft.icon = Int32(exactly: number) ?? UInt32(exactly: number).map { Int32(bitPattern: $0) }
        if draft.icon == nil { remarks.insert("an icon's hash that can't be read") }
    }

    /// Takes a serial number whose spelling hangs on the version of the program that wrote it.
    private mutating func takeSerial(_ text: String?) {
        guard let text else { return }
        draft.certificate.serial = ForeignText.serial(text, isDecimal: hasDecimalSerials)
        if draft.certificate.serial == nil {
            remarks.insert("a serial number that may be hexadecimal or decimal")
        }
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
        if !isBare, !text.hasSuffix("]"), let colon = text.lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            let port = digits.utf8.allSatisfy { $0 &- 0x30 < 10 } ? UInt16(digits) : nil
            if port == nil { remarks.insert(Self.noPort) }
            if draft.port == 0, let port { draft.port = port }
            host = text[..<colon]
        }
        takeHost(String(host).trimmingBrackets)
    }

    private static let noPort = "a server's port that can't be read"

    private mutating func takeHost(_ host: String) {
        if let ip = IPAddress(foreign: host) {
            if draft.ip == nil { draft.ip = ip }
        } else if !host.isEmpty, host != "-" {
            guard Self.mayBeName(host) else {
                remarks.insert("a server's address that is neither an IP address nor a name")
                return
            }
            if draft.domain == nil { draft.domain = Self.name(host) }
        }
    }

    /// Whether a host beside a port can be a name: one that ends in a number is an address that is written
    /// wrong (URL Standard, host parsing).
    private static func mayBeName(_ host: String) -> Bool {
        let end = host.split(separator: ".").last ?? ""
        return !end.utf8.allSatisfy { $0 &- 0x30 < 10 }
            && !host.utf8.contains { $0 <= 0x20 || $0 == 0x7f || $0 == 0x3a || $0 == 0x2f }
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
        guard let text, text != JARM.zeros else { return }
        guard text.utf8.count == 62 else {
            remarks.insert("a JARM that can't be read")
            return
        }
        draft.jarm = text.lowercased()
    }

    private mutating func certificates(_ values: [ForeignValue]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for value in values.flatMap(\.elements).prefix(64) where !value.isEmpty {
            if let read = value.withBytes(ForeignCertificate.read).flatMap({ $0 }) {
                found += read
            } else {
                remarks.insert("a certificate that is neither PEM nor base64 nor hex of one")
                isChainBroken = true
            }
        }
        return found
    }

    /// Puts together what came in parts.
    private mutating func settle() {
        // Some sources have the leaf in the chain, too.
        draft.certificates = leaf + (chain.first == leaf.first ? Array(chain.dropFirst()) : chain)
        if let first = draft.certificates.first,
            let fault = ForeignCertificate.fault(first, draft.certificate)
        {
            remarks.insert(fault)
            draft.certificates = []
        }
        if let place = draft.certificates.indices.dropFirst().first(where: { place in
            ForeignCertificate.fault(draft.certificates[place]) != nil
        }) {
            remarks.insert("a certificate that is cut, or that has bytes behind it")
            draft.certificates.removeSubrange(place...)
        }
        if !draft.certificates.isEmpty { draft.certificates = Array(draft.certificates.prefix(64)) }
        draft.showsChain =
            !chain.isEmpty && !isChainBroken || mapping.hasWholeChains && !leaf.isEmpty && !isChainBroken
        if let url = http.url {
            takeHost(url.origin.host)
            if draft.port == 0 { draft.port = url.origin.port }
        }
        if !draft.hasEndpoint, draft.hasCertificate,
            mapping.fields.contains(where: { $0.field == .serverIP || $0.field == .serverAddress })
        {
            remarks.insert("an entry that does not say which server it is about")
        }
        if draft.serverName == nil { draft.serverName = draft.domain }
        draft.http = http.exchange(of: draft)
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

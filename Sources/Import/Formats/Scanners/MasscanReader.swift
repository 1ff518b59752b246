import Observations
import Wire

/// masscan's output with banners: JSON, XML and list, with the certificates of `X509` and `X509CA`.
///
/// masscan writes one entry for each banner; those of an endpoint are put together again.
final class MasscanReader: ForeignReader {
    static let format = ForeignFormat(
        name: "masscan",
        title: "masscan's JSON, XML and list, with certificates in banners",
        recognises: { head in
            if head.isXML { return head.contains("scanner=\"masscan\"") }
            if head.isJSON { return head.hasMembers("ip", "ports") && head.contains("\"proto\"") }
            return head.firstLine == "#masscan" || isEntry(head.firstLine)
        },
        makeReader: { MasscanReader($0) }
    )

    private struct Endpoint: Hashable {
        let ip: IPAddress
        let port: UInt16
        let isDatagram: Bool
    }

    private let run: ImportRun
    /// What is known of an endpoint, with its leaf and the time of its last banner, 0 for an unknown one.
    private struct Sighting {
        var draft = SightingDraft()
        var leaf: [UInt8]?
        var last: Int64 = 0

        /// Whether a banner is of another sighting: it has another leaf, or came ten minutes later.
        func isOver(at time: Int64, _ leaf: [UInt8]?) -> Bool {
            let (gap, isFar) = time.subtractingReportingOverflow(last)
            let isLater = last != 0 && time != 0 && (isFar || gap.magnitude > 600_000_000_000)
            return isLater || leaf != nil && self.leaf != nil && leaf != self.leaf
        }
    }

    private var drafts: [Endpoint: Sighting] = [:]
    private var order: [Endpoint] = []
    /// Endpoints whose banners are waited for.
    private static let mostEndpoints = 50_000

    // Of XML: what is open.
    private var ip: IPAddress?
    private var time: Int64 = 0
    private var port: (number: UInt16, isDatagram: Bool)?

    private init(_ run: ImportRun) { self.run = run }

    private static func isEntry(_ line: Substring) -> Bool {
        let words = line.split(separator: " ")
        return words.count >= 5 && (words[0] == "open" || words[0] == "banner")
            && ["tcp", "udp", "sctp"].contains(words[1]) && UInt16(words[2]) != nil
            && IPAddress(words[3]) != nil
    }

    func read(_ input: ImportInput) throws {
        let head = Self.format.told(input.head) ?? input.head
        if head.isXML { return try readXML(input) }
        guard head.isJSON else { return try input.lines(run, readEntry) }
        try JSONEntries(run).read(input) { node, line in
            guard let ip = node["ip"]?.string.flatMap({ IPAddress(foreign: $0) }), let ports = node["ports"]
            else {
                // Some versions end their array with an entry that says so.
                return node["finished"] == nil
                    ? self.run.skip("neither an address nor ports", line: line) : self.run.pass()
            }
            let text = node["timestamp"].flatMap { $0.string ?? $0.integer.map(String.init) } ?? ""
            let time = ForeignTime.nanoseconds(text.utf8) ?? 0
            for entry in ports.parts {
                guard let number = entry["port"]?.integer.flatMap({ UInt16(exactly: $0) }) else {
                    self.run.skip("a port that is none", line: line)
                    continue
                }
                let endpoint = Endpoint(ip: ip, port: number, isDatagram: entry["proto"]?.string == "udp")
                guard let service = entry["service"] else {
                    self.run.pass()
                    continue
                }
                try self.take(
                    endpoint,
                    time,
                    service["name"]?.string ?? "",
                    service["banner"]?.string ?? "",
                    line
                )
            }
        }
    }

    private func readEntry(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("#") { return run.pass() }
        let words = text.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: true)
        guard words.count >= 5, let port = UInt16(words[2]), let ip = IPAddress(foreign: String(words[3]))
        else {
            return run.skip("no entry of masscan's", line: number)
        }
        guard words[0] == "banner", words.count == 7 else { return run.pass() }
        try take(
            Endpoint(ip: ip, port: port, isDatagram: words[1] == "udp"),
            ForeignTime.nanoseconds(words[4].utf8) ?? 0,
            String(words[5]),
            String(words[6]),
            number
        )
    }

    private func readXML(_ input: ImportInput) throws {
        var scanner = XMLScanner()
        var isWhole = false
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try input.read(into: buffer)
            if count == 0 { break }
            try scanner.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { token, line in
                switch token {
                case .broken(let reason): self.run.skip(reason, line: line)
                case .start("nmaprun", _, _): isWhole = false
                case .start(let name, let attributes, _): try self.start(name, attributes, line)
                case .end("nmaprun"): isWhole = true
                case .end: break
                // No element of masscan's holds text.
                case .text: self.run.skip(XMLScanner.strayText, line: line)
                }
            }
        }
        if let line = scanner.strayLine { run.skip(XMLScanner.strayText, line: line) }
        if !isWhole { run.skip("a file that breaks off before its end", line: scanner.line) }
    }

    private func start(_ name: String, _ attributes: [String: String], _ line: Int) throws {
        switch name {
        case "host":
            (ip, port) = (nil, nil)
            time = ForeignTime.nanoseconds((attributes["endtime"] ?? "").utf8) ?? 0
        case "address": ip = attributes["addr"].flatMap { IPAddress(foreign: $0) }
        case "port":
            run.countLine()
            port = attributes["portid"].flatMap { UInt16($0) }.map { ($0, attributes["protocol"] == "udp") }
        case "service":
            guard let ip, let port else { return run.skip("a service of no port", line: line) }
            try take(
                Endpoint(ip: ip, port: port.number, isDatagram: port.isDatagram),
                time,
                attributes["name"] ?? "",
                attributes["banner"] ?? "",
                line
            )
        default: break
        }
    }

    /// Takes a banner to what is known of its endpoint.
    private func take(_ endpoint: Endpoint, _ time: Int64, _ name: String, _ banner: String, _ line: Int)
        throws
    {
        var sighting = drafts[endpoint] ?? Sighting()
        switch name {
        case "X509", "X509CA":
            var text = banner
            let read = text.withUTF8 { ForeignCertificate.read(UnsafeRawBufferPointer($0)) }
            guard let der = read?.first else {
                return run.skip("a certificate whose base64 is broken", line: line)
            }
            if let fault = ForeignCertificate.fault(der) { return run.skip(fault, line: line) }
            try begin(&sighting, at: time, name == "X509" ? der : nil)
            if name == "X509" { sighting.leaf = der }
            // What a later entry repeats is no second certificate.
            guard !sighting.draft.certificates.contains(der), sighting.draft.certificates.count < 64 else {
                return run.pass()
            }
            sighting.draft.certificates.insert(
                der,
                at: name == "X509" ? 0 : sighting.draft.certificates.count
            )
        case "http", "http.server", "title":
            try begin(&sighting, at: time, nil)
            takeHTTP(name, Self.unescaped(banner), endpoint, &sighting.draft)
        default: return run.pass()
        }
        if drafts[endpoint] == nil { order.append(endpoint) }
        sighting.draft.ip = endpoint.ip
        sighting.draft.port = endpoint.port
        sighting.draft.isDatagram = endpoint.isDatagram
        if sighting.draft.time == 0 || time != 0 && time < sighting.draft.time { sighting.draft.time = time }
        if time != 0 { sighting.last = time }
        drafts[endpoint] = sighting
        if order.count > Self.mostEndpoints { try give(Self.mostEndpoints / 4) }
    }

    /// Files are joined and appended to: what another scan saw is another sighting.
    private func begin(_ sighting: inout Sighting, at time: Int64, _ leaf: [UInt8]?) throws {
        guard sighting.isOver(at: time, leaf) else { return }
        try emit(sighting.draft)
        sighting = Sighting()
    }

    private func takeHTTP(_ name: String, _ text: String, _ endpoint: Endpoint, _ draft: inout SightingDraft)
    {
        var exchange =
            draft.http
            ?? HTTPExchange(
                origin: HTTPOrigin(isTLS: false, host: endpoint.ip.description, port: endpoint.port),
                request: HTTPRequest("GET", "/")
            )
        var reported = exchange.reported ?? ReportedHTTP(title: nil)
        switch name {
        case "title": reported.title = text
        case "http.server":
            if exchange.headers.isEmpty { exchange.headers = HTTPHeaders([("Server", text)]) }
        default:
            exchange.head = Array(text.utf8.prefix(HTTPExchange.headLimit))
            let words = text.prefix(64).split(separator: " ")
            exchange.status = words.count > 1 ? Int(words[1].prefix(3)) : nil
            var headers = HTTPHeaders()
            for line in text.split(whereSeparator: \.isNewline).dropFirst().prefix(256) {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                headers.append(name: Array(line[..<colon].utf8).span, value: Array(value.utf8).span)
            }
            if !headers.isEmpty {
                exchange.headers = headers
                reported.hasAllHeaders = true
            }
        }
        exchange.reported = reported
        draft.http = exchange
    }

    /// masscan writes what is no printable ASCII as `\x` and two digits.
    private static func unescaped(_ text: String) -> String {
        var text = text
        return text.withUTF8 { ZeekRow.unescaped(UnsafeRawBufferPointer($0)) }
    }

    func finish() throws { try give(order.count) }

    private func give(_ count: Int) throws {
        for endpoint in order.prefix(count) {
            guard let sighting = drafts.removeValue(forKey: endpoint) else { continue }
            try emit(sighting.draft)
        }
        order.removeFirst(min(count, order.count))
    }

    private func emit(_ draft: SightingDraft) throws {
        var draft = draft
        // masscan has a banner for each certificate that it got.
        draft.showsChain = !draft.certificates.isEmpty
        let observation = run.begin(Self.source)
        draft.fill(observation)
        try run.emit(observation)
    }

    private static let source = ImportSource(product: "masscan", format: "banners")
}

import Observations
import Wire

/// Nmap's XML: `ssl-cert`, `http-title`, `http-server-header` and `tls-alpn` of each port.
final class NmapReader: ForeignReader {
    static let format = ForeignFormat(
        name: "nmap",
        title: "Nmap's XML (-oX) with ssl-cert, http-title, http-server-header",
        recognises: { $0.isXML && $0.contains("<nmaprun") && !$0.contains("scanner=\"masscan\"") },
        makeReader: { NmapReader($0) }
    )

    private let run: ImportRun
    private var host = Host()
    private var port: Port?
    /// The names of the tables and elements that are open within a script.
    private var keys: [String] = []
    private var script = ""
    private var isOpenElement = false
    /// Whether the file's last element was met.
    private var isWhole = false

    private struct Host {
        var time: Int64 = 0
        var ip: IPAddress?
        var name: String?
    }

    private struct Port {
        var draft = SightingDraft()
        var isOpen = false
        var pem: String?
        var title: String?
        var server: String?
        var isTLS = false
    }

    private init(_ run: ImportRun) { self.run = run }

    func read(_ input: ImportInput) throws {
        var scanner = XMLScanner()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        (host, port, keys, script, isWhole) = (Host(), nil, [], "", false)
        while true {
            let count = try input.read(into: buffer)
            if count == 0 { break }
            try scanner.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), take)
        }
        if let line = scanner.strayLine { run.skip(XMLScanner.strayText, line: line) }
        if port != nil {
            run.skip("a port that breaks off with the file", line: scanner.line)
        } else if !isWhole {
            run.skip("a file that breaks off before its end", line: scanner.line)
        }
        port = nil
    }

    private func take(_ token: XMLScanner.Token, _ line: Int) throws {
        switch token {
        case .broken(let reason): run.skip(reason, line: line)
        case .start(let name, let attributes, let isEmpty):
            // A file behind another one has an end of its own.
            if name == "nmaprun" { isWhole = false }
            start(name, attributes)
            if isEmpty { try end(name, line) }
        case .end(let name): try end(name, line)
        case .text(let text):
            // Nmap writes text within its scripts' elements alone.
            if isOpenElement { element(text) } else { run.skip(XMLScanner.strayText, line: line) }
        }
    }

    private func start(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "host":
            host = Host()
            let time = attributes["endtime"] ?? attributes["starttime"] ?? ""
            host.time = ForeignTime.nanoseconds(time.utf8) ?? 0
        case "address":
            if attributes["addrtype"] != "mac", host.ip == nil {
                host.ip = attributes["addr"].flatMap { IPAddress(foreign: $0) }
            }
        case "hostname":
            // The name that was asked for says more than the one that DNS gave back.
            if host.name == nil || attributes["type"] == "user" { host.name = attributes["name"] }
        case "port":
            var port = Port()
            port.draft.port = attributes["portid"].flatMap { UInt16($0) } ?? 0
            port.draft.isDatagram = attributes["protocol"] == "udp"
            self.port = port
        case "state": port?.isOpen = attributes["state"] == "open"
        case "service": port?.isTLS = attributes["tunnel"] == "ssl"
        case "script":
            script = attributes["id"] ?? ""
            keys = []
        case "table": keys.append(attributes["key"] ?? "")
        case "elem":
            keys.append(attributes["key"] ?? "")
            isOpenElement = true
        default: break
        }
    }

    private func end(_ name: String, _ line: Int) throws {
        switch name {
        case "elem":
            isOpenElement = false
            if !keys.isEmpty { keys.removeLast() }
        case "table": if !keys.isEmpty { keys.removeLast() }
        case "script": script = ""
        case "nmaprun": isWhole = true
        case "port":
            run.countLine()
            if let port { try give(port, line) }
            port = nil
        default: break
        }
    }

    /// The text of an element within a script.
    private func element(_ text: String) {
        let key = keys.joined(separator: ".")
        switch (script, key) {
        case ("ssl-cert", "pem"): port?.pem = text
        case ("ssl-cert", "sha1"): port?.draft.certificate.sha1 = ForeignText.hash(text, bytes: 20)
        case ("ssl-cert", "md5"): port?.draft.certificate.md5 = ForeignText.hash(text, bytes: 16)
        case ("ssl-cert", "sig_algo"):
            port?.draft.certificate.signatureAlgorithm = ForeignText.signatureAlgorithm(text)
        case ("ssl-cert", "pubkey.type"):
            port?.draft.certificate.keyAlgorithm = ForeignText.keyAlgorithm(text)
        case ("ssl-cert", "pubkey.bits"): port?.draft.certificate.keySize = Int(text)
        case ("ssl-cert", "validity.notBefore"):
            port?.draft.certificate.notBefore = ForeignTime.seconds(text.utf8)
        case ("ssl-cert", "validity.notAfter"):
            port?.draft.certificate.notAfter = ForeignTime.seconds(text.utf8)
        case ("ssl-cert", _) where keys.first == "subject" && keys.count == 2:
            port?.draft.certificate.subject.add(keys[1], text)
            port?.draft.certificate.subject.isWhole = true
        case ("ssl-cert", _) where keys.first == "issuer" && keys.count == 2:
            port?.draft.certificate.issuer.add(keys[1], text)
            port?.draft.certificate.issuer.isWhole = true
        case ("http-title", "title"): port?.title = text
        case ("http-server-header", _): port?.server = text
        case ("tls-alpn", _): if port?.draft.tls.nextProtocol == nil { port?.draft.tls.nextProtocol = text }
        default: break
        }
    }

    private func give(_ port: Port, _ line: Int) throws {
        guard let ip = host.ip else { return run.skip("a port of no address", line: line) }
        var draft = port.draft
        draft.ip = ip
        draft.time = host.time
        draft.domain = host.name
        draft.serverName = host.name
        if let pem = port.pem {
            // Nmap writes the line ends of PEM as it got them, or as blanks.
            var text = pem
            draft.certificates = text.withUTF8 { ForeignCertificate.read(UnsafeRawBufferPointer($0)) } ?? []
            if draft.certificates.isEmpty { run.remark("a certificate whose PEM is broken", line: line) }
            if let first = draft.certificates.first,
                let fault = ForeignCertificate.fault(first, draft.certificate)
            {
                run.remark(fault, line: line)
                draft.certificates = []
            }
        }
        if port.title != nil || port.server != nil {
            let isTLS = port.isTLS || draft.hasCertificate
            var exchange = HTTPExchange(
                origin: HTTPOrigin(isTLS: isTLS, host: host.name ?? ip.description, port: draft.port),
                request: HTTPRequest("GET", "/")
            )
            if let server = port.server { exchange.headers = HTTPHeaders([("Server", server)]) }
            exchange.reported = ReportedHTTP(title: port.title)
            draft.http = exchange
        }
        guard draft.isWorthARecord else { return run.pass() }
        let observation = run.begin(Self.source)
        draft.fill(observation)
        try run.emit(observation)
    }

    private static let source = ImportSource(product: "nmap", format: "xml")
}

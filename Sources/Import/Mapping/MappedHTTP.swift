import Observations
import Wire

/// What an entry tells of an HTTP answer.
struct MappedHTTP {
    private let hasUnderscores: Bool
    private(set) var url: HTTPReference?
    private var scheme: String?
    private var method: String?
    private var path: String?
    private var status: Int?
    /// What stands for a status is none.
    private(set) var hasBadStatus = false
    private var headers = HTTPHeaders()
    /// The one header that was told alone.
    private var server: String?
    private var head: [UInt8] = []
    private var title: String?
    private var body: [UInt8] = []

    init(hasUnderscores: Bool) { self.hasUnderscores = hasUnderscores }

    mutating func take(_ field: MappedField, _ values: [ForeignValue]) {
        let text = values.first?.elements.first?.string
        switch field {
        case .url: url = text.flatMap { HTTPReference(absolute: $0) }
        case .path: path = text
        case .scheme: scheme = text?.lowercased()
        case .method: method = text
        case .status:
            let number = values.first?.elements.first?.integer
            status = number.flatMap { (100..<1000).contains($0) ? $0 : nil }
            // A zero says that there was no answer.
            hasBadStatus = status == nil && number != 0
        case .headers: takeHeaders(values)
        case .server: server = text
        case .title: title = text
        case .body: body = Array((text ?? "").utf8.prefix(HTTPExchange.bodyLimit))
        default: break
        }
    }

    /// The exchange at an endpoint; nil when there was no answer.
    func exchange(of draft: SightingDraft) -> HTTPExchange? {
        guard status != nil || !head.isEmpty else { return nil }
        let isTLS = scheme.map { $0 == "https" } ?? (draft.hasCertificate || draft.tls.version != nil)
        let host = draft.domain ?? draft.serverName ?? draft.ip?.description ?? draft.address
        var exchange = HTTPExchange(
            origin: url?.origin ?? HTTPOrigin(isTLS: isTLS, host: host, port: draft.port),
            request: HTTPRequest(method ?? "GET", url?.target ?? path ?? "/")
        )
        exchange.status = status
        exchange.headers = headers
        if headers.isEmpty, let server, server.utf8.count <= 16 * 1024 {
            exchange.headers.append(name: Array("server".utf8).span, value: Array(server.utf8).span)
        }
        exchange.head = head
        exchange.body = body
        exchange.reported = ReportedHTTP(title: title, hasAllHeaders: !headers.isEmpty)
        return exchange
    }

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
        let name = hasUnderscores ? name.replacing("_", with: "-") : name
        headers.append(name: Array(name.utf8).span, value: Array(value.utf8).span)
    }
}

extension HTTPReference {
    /// A URL with a scheme of its own; nil for what is none.
    init?(absolute text: String) {
        let start = text.prefix(8).lowercased()
        guard start.hasPrefix("http://") || start.hasPrefix("https://") else { return nil }
        self.init(text, origin: HTTPOrigin(isTLS: true, host: "", port: 443), target: "/")
    }
}

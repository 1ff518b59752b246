/// One request, as it is planned, sent and recorded.
package struct HTTPRequest: Hashable, Sendable {
    package var method: String
    /// What stands in the request line: the path and, where there is one, `?` and the query.
    package var target: String
    /// Headers besides those that every request has, in order.
    package var headers: [Header]
    package var body: [UInt8]

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ method: String, _ target: String, headers: [Header] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The target up to its `?`.
    package var path: String {
        target.prefix { $0 != "?" }.description
    }

    /// What follows the `?`, or nil when there is none.
    package var query: String? {
        target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) }
    }
}

/// Where requests go: what stands before the path in a URL.
package struct HTTPOrigin: Hashable, Sendable {
    package var isTLS: Bool
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package var host: String
    package var port: UInt16

    package init(isTLS: Bool, host: String, port: UInt16) {
        self.isTLS = isTLS
        self.host = host
        self.port = port
    }

    package var scheme: String { isTLS ? "https" : "http" }

    /// The host and, unless it is the scheme's own, the port: the value of `Host` and `:authority`.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The URL of `request`.
    package func url(_ request: HTTPRequest) -> String {
        "\(scheme)://\(authority)\(request.target)"
    }
}

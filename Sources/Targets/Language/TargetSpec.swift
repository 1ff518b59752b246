import Bytes
package import Wire

/// One item of the target language, as written: what to scan, without the options that apply to all.
package struct TargetSpec: Hashable, Sendable {
    package enum Host: Hashable, Sendable {
        case addresses(AddressRange)
        /// In lower-case ASCII without the final dot.
        case name(String)
    }

    package var host: Host
    /// The ports given with the item; nil means the ports of the run.
    package var ports: PortSet?
    /// The server name of an `address,sni` pair.
    package var serverName: String?
    package var scheme: Target.Scheme

    package init(
        host: Host,
        ports: PortSet? = nil,
        serverName: String? = nil,
        scheme: Target.Scheme = .tls
    ) {
        self.host = host
        self.ports = ports
        self.serverName = serverName
        self.scheme = scheme
    }

    /// The longest item: a name, a list of ports and a server name fit.
    static let maximumLength = 4096

    /// Reads one item; see Docs/targets.md for the language.
    package init(parsing text: some StringProtocol) throws(AddressSyntaxError) {
        try self.init(parsing: Array(text.utf8).span)
    }

    package init(parsing text: Span<UInt8>) throws(AddressSyntaxError) {
        guard text.count <= TargetSpec.maximumLength else {
            throw AddressSyntaxError(
                "a target has at most \(TargetSpec.maximumLength) bytes, this one \(text.count)"
            )
        }
        if let end = text.endOfScheme {
            try self.init(url: text, schemeEnd: end)
        } else {
            try self.init(plain: text)
        }
    }

    private init(plain text: Span<UInt8>) throws(AddressSyntaxError) {
        let comma = text.firstIndex(of: UInt8(ascii: ",")) ?? text.count
        let parts = try text.extracting(0..<comma).splitHostAndPorts()
        host = try Host(parsing: text.extracting(parts.host))
        scheme = .tls
        // After a port, a comma goes on with ports; what is no port is the server name.
        var nameStart = comma
        if !parts.ports.isEmpty {
            while nameStart < text.count {
                let next = text.firstIndex(of: UInt8(ascii: ","), from: nameStart + 1) ?? text.count
                guard text.extracting(nameStart + 1..<next).isPorts else { break }
                nameStart = next
            }
            ports = try PortSet(parsing: text.extracting(parts.ports.lowerBound..<nameStart))
        } else {
            ports = nil
        }
        serverName = nil
        if nameStart < text.count {
            serverName = try host.serverName(parsing: text.extracting(nameStart + 1..<text.count))
        }
    }

    private init(url text: Span<UInt8>, schemeEnd: Int) throws(AddressSyntaxError) {
        switch text.extracting(0..<schemeEnd).text.lowercased() {
        case "https": scheme = .tls
        case "http": scheme = .http
        default:
            throw AddressSyntaxError(
                "the scheme \(AddressSyntaxError.quote(text.extracting(0..<schemeEnd))) is not http or https"
            )
        }
        let start = schemeEnd + 3
        var end = start
        while end < text.count,
            ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains(text[end])
        {
            end += 1
        }
        let authority = text.extracting(start..<end)
        guard authority.firstIndex(of: UInt8(ascii: "@")) == nil else {
            throw AddressSyntaxError("a URL with a user name is not a target")
        }
        let parts = try authority.splitHostAndPorts()
        host = try Host(parsing: authority.extracting(parts.host))
        if case .addresses(let range) = host, !range.isSingle || text.isPrefixLength(from: end) {
            throw AddressSyntaxError("a URL names one host; a network is written without the scheme")
        }
        if parts.ports.isEmpty {
            ports = PortSet(scheme == .tls ? 443 : 80)
        } else {
            let set = try PortSet(parsing: authority.extracting(parts.ports))
            guard set.count == 1 else { throw AddressSyntaxError("a URL has one port") }
            ports = set
        }
        serverName = nil
    }
}

extension TargetSpec.Host {
    /// Reads an address, a network, a range or a name.
    init(parsing text: Span<UInt8>) throws(AddressSyntaxError) {
        if let range = try AddressRange(parsing: text) {
            self = .addresses(range)
        } else {
            self = .name(try HostName.parse(text))
        }
    }

    fileprivate func serverName(parsing text: Span<UInt8>) throws(AddressSyntaxError) -> String? {
        if case .addresses(let range) = self, !range.isSingle {
            throw AddressSyntaxError("a server name goes with one address, not with a range")
        }
        guard !text.isEmpty else { throw AddressSyntaxError("the server name after the comma is missing") }
        guard text.firstIndex(of: UInt8(ascii: ",")) == nil else {
            throw AddressSyntaxError("a target has one server name")
        }
        guard IPAddress(text) == nil else {
            throw AddressSyntaxError("a server name is a DNS name, not an address (RFC 6066, section 3)")
        }
        let name = text.isPorts ? text.text : try HostName.parse(text)
        // Without its final dot a name may look like ports, too.
        guard !Array(name.utf8).span.isPorts else {
            throw AddressSyntaxError(
                "\(AddressSyntaxError.quote(text)) is no server name; ports follow a colon"
            )
        }
        // A name is its own server name: saying so makes no other target.
        return self == .name(name) ? nil : name
    }
}

extension TargetSpec: CustomStringConvertible {
    /// The item in its shortest form, which reads back as the same.
    package var description: String {
        var text: String
        switch host {
        case .addresses(let range):
            text = range.first.isV6 && (ports != nil || scheme == .http) ? "[\(range)]" : "\(range)"
        case .name(let name): text = name
        }
        if scheme == .http { text = "http://" + text }
        if let ports { text += ":\(ports)" }
        if let serverName { text += ",\(serverName)" }
        return text
    }
}

extension Span<UInt8> {
    /// The index of `://` if there is one in front of any slash.
    fileprivate var endOfScheme: Int? {
        guard let slash = firstIndex(of: UInt8(ascii: "/")), slash > 0, slash + 1 < count,
            self[slash - 1] == UInt8(ascii: ":"), self[slash + 1] == UInt8(ascii: "/")
        else { return nil }
        return slash - 1
    }

    /// Whether it is made of digits and hyphens and starts with a digit: ports, in other words.
    fileprivate var isPorts: Bool {
        guard count > 0, self[0] >= 0x30, self[0] <= 0x39 else { return false }
        for index in indices {
            let byte = self[index]
            guard byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: "-") else { return false }
        }
        return true
    }

    fileprivate func isPrefixLength(from start: Int) -> Bool {
        guard count - start >= 2, count - start <= 4 else { return false }
        for index in start + 1..<count where self[index] < 0x30 || self[index] > 0x39 { return false }
        return true
    }

    /// Where the host and the ports stand; an IPv6 address has brackets around it or no port.
    fileprivate func splitHostAndPorts() throws(AddressSyntaxError) -> (host: Range<Int>, ports: Range<Int>) {
        var host = 0..<count
        var colon: Int?
        if count > 0, self[0] == UInt8(ascii: "[") {
            guard let end = firstIndex(of: UInt8(ascii: "]")) else {
                throw AddressSyntaxError("\"]\" is missing")
            }
            host = 1..<end
            guard end + 1 < count else { return (host, count..<count) }
            guard self[end + 1] == UInt8(ascii: ":") else {
                throw AddressSyntaxError("only a colon and ports can follow \"]\"")
            }
            colon = end + 1
        } else if let first = firstIndex(of: UInt8(ascii: ":")), first == lastIndex(of: UInt8(ascii: ":")) {
            host = 0..<first
            colon = first
        }
        guard let colon else { return (host, count..<count) }
        guard colon + 1 < count else { throw AddressSyntaxError("the port after the colon is missing") }
        return (host, colon + 1..<count)
    }
}

import Bytes

/// The dialogue that makes a proxy connect to an endpoint: SOCKS5 (RFC 1928, RFC 1929) or CONNECT (RFC 9110).
///
/// The proxy is told an address, never a name: what may be connected to was decided by address.
package struct ProxyTunnel: Sendable {
    package enum Kind: String, Sendable { case socks5, http }

    package enum Action: Equatable, Sendable {
        case wait
        case send([UInt8])
        /// The endpoint is connected; what comes behind the first `consumed` bytes is its own.
        case open(consumed: Int)
        case fail(ProxyFailure)
    }

    private enum State { case greeting, password, reply }

    private let kind: Kind
    private let address: IPAddress
    private let port: UInt16
    private let login: ProxyLogin?
    private var state: State
    private var buffer: [UInt8] = []

    /// What a proxy may say before the endpoint is connected.
    private static let limit = 16 * 1024

    package init(_ kind: Kind, to address: IPAddress, port: UInt16, login: ProxyLogin?) {
        (self.kind, self.address, self.port, self.login) = (kind, address, port, login)
        state = kind == .socks5 ? .greeting : .reply
    }

    /// What is sent first.
    package func begin() -> [UInt8] {
        switch kind {
        case .socks5: return login == nil ? [5, 1, 0] : [5, 2, 0, 2]
        case .http:
            let place = address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
            let given = login.map { "Proxy-Authorization: Basic \($0.base64)\r\n" } ?? ""
            return Array("CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\(given)\r\n".utf8)
        }
    }

    /// Takes what the proxy says.
    package mutating func received(_ bytes: Span<UInt8>) -> Action {
        let before = buffer.count
        for index in bytes.indices { buffer.append(bytes[index]) }
        guard buffer.count <= Self.limit else { return .fail(.proxy("it says too much before it connects")) }
        let action = kind == .http ? takeStatus() : takeReply()
        // Its places count from the dialogue's begin, the caller's from these bytes.
        guard case .open(let consumed) = action else { return action }
        return .open(consumed: max(0, consumed - before))
    }

    // MARK: CONNECT

    private func takeStatus() -> Action {
        guard let end = headEnd() else { return .wait }
        let line = String(decoding: buffer.prefix { $0 != 0x0d && $0 != 0x0a }.prefix(256), as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), 100...599 ~= status
        else {
            return .fail(.proxy("its answer is not HTTP: \(line)"))
        }
        if 200...299 ~= status { return .open(consumed: end) }
        if status == 407 { return .fail(.proxy("it wants another login: \(line)")) }
        // What a server answers that is no proxy.
        if [400, 404, 405, 501].contains(status) {
            return .fail(.proxy("it does not know CONNECT: \(line)"))
        }
        return .fail(.endpoint(.refusedByProxy, line))
    }

    /// How long the head is, with its empty line.
    private func headEnd() -> Int? {
        var place = 0
        while place + 3 < buffer.count {
            if buffer[place] == 0x0d, buffer[place + 1] == 0x0a, buffer[place + 2] == 0x0d,
                buffer[place + 3] == 0x0a
            {
                return place + 4
            }
            place += 1
        }
        return nil
    }

    // MARK: SOCKS5

    private mutating func takeReply() -> Action {
        guard buffer.count >= 2 else { return .wait }
        switch state {
        case .greeting:
            guard buffer[0] == 5 else { return .fail(.proxy("its answer is not SOCKS5")) }
            let method = buffer[1]
            guard buffer.count == 2 else { return .fail(.proxy("it says more than it was asked")) }
            buffer.removeAll()
            if method == 0 { return request() }
            guard method == 2, let login else { return .fail(.proxy("it wants another login")) }
            state = .password
            return .send(login.bytes)
        case .password:
            guard buffer.count == 2, buffer[1] == 0 else {
                return .fail(.proxy("it does not take the login"))
            }
            buffer.removeAll()
            return request()
        case .reply:
            guard buffer[0] == 5 else { return .fail(.proxy("its answer is not SOCKS5")) }
            guard buffer[1] == 0 else { return .fail(Self.failure(buffer[1])) }
            guard buffer.count >= 5 else { return .wait }
            let length: Int
            switch buffer[3] {
            case 1: length = 4
            case 4: length = 16
            case 3: length = 1 + Int(buffer[4])
            default: return .fail(.proxy("its answer is not SOCKS5"))
            }
            let end = 4 + length + 2
            return buffer.count >= end ? .open(consumed: end) : .wait
        }
    }

    private mutating func request() -> Action {
        state = .reply
        var bytes: [UInt8] = [5, 1, 0, address.isV4 ? 1 : 4]
        let (bits, count) = (address.bits, address.isV4 ? 4 : 16)
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - place))))
        }
        return .send(bytes + [UInt8(port >> 8), UInt8(port & 0xff)])
    }

    /// The reply field of RFC 1928, section 6.
    private static func failure(_ code: UInt8) -> ProxyFailure {
        switch code {
        case 2: .endpoint(.refusedByProxy, "not allowed by its rules")
        case 3: .endpoint(.networkUnreachable, "network unreachable")
        case 4: .endpoint(.hostUnreachable, "host unreachable")
        case 5: .endpoint(.refused, "connection refused")
        case 6: .endpoint(.timedOut, "TTL expired")
        default: .endpoint(.refusedByProxy, "reply \(code)")
        }
    }
}

/// Why a proxy did not connect.
package enum ProxyFailure: Error, Equatable, Sendable {
    /// What the proxy says of the endpoint.
    package enum Reason: Sendable {
        case refused, networkUnreachable, hostUnreachable, timedOut, refusedByProxy
    }

    /// The proxy itself is of no use: nothing is known of the endpoint.
    case proxy(String)
    case endpoint(Reason, String)
}

/// The name and password for a proxy.
package struct ProxyLogin: Equatable, Sendable {
    private let name: [UInt8]
    private let password: [UInt8]

    /// - Returns: nil for more than 255 bytes, which SOCKS5 has no room for, and for an empty name.
    package init?(name: String, password: String) {
        (self.name, self.password) = (Array(name.utf8), Array(password.utf8))
        guard 1...255 ~= self.name.count, self.password.count <= 255 else { return nil }
    }

    /// The request of RFC 1929.
    var bytes: [UInt8] {
        [1, UInt8(truncatingIfNeeded: name.count)] + name + [UInt8(truncatingIfNeeded: password.count)]
            + password
    }

    /// As HTTP wants it: `name:password` in base64.
    var base64: String {
        var out = ByteBuffer(capacity: 64)
        out.append(base64: (name + [0x3a] + password).span)
        return out.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }
}

import Wire

extension IPAddress {
    /// An address as other programs write it: within brackets or not, with the zone that it has on the
    /// machine that saw it, and IPv4 within IPv6.
    ///
    /// The address is the one that is reached, so that one endpoint is one endpoint.
    init?(foreign text: String) {
        var rest = text[...]
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        if let zone = rest.firstIndex(of: "%"), rest.contains(":") { rest = rest[..<zone] }
        guard let address = IPAddress(rest) else { return nil }
        self = address.unmapped
    }

    init?(foreign bytes: UnsafeRawBufferPointer) {
        if let address = IPAddress(bytes.bindMemory(to: UInt8.self).span) {
            self = address.unmapped
        } else {
            self.init(foreign: String(decoding: bytes, as: UTF8.self))
        }
    }
}

import Foundation

/// The names of `/etc/hosts`, and those that are always this machine (RFC 6761, section 6.3).
///
/// c-ares reads the file anew for every name, which a list of many names can't afford.
package struct HostsFile {
    private var addresses: [String: [SocketAddress]] = [:]

    /// What a longer file holds behind them is not read.
    static let maximumBytes = 8 << 20

    /// Reads a file once; one that is not there is empty.
    init(path: String?) {
        let file = path.flatMap { FileHandle(forReadingAtPath: $0) }
        let bytes = try? file?.read(upToCount: Self.maximumBytes)
        self.init(text: String(decoding: bytes ?? Data(), as: UTF8.self))
    }

    package init(text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, let address = SocketAddress(String(first)) else { continue }
            for word in words.dropFirst() {
                guard let name = DNSName.canonical(String(word)) else { continue }
                if addresses[name, default: []].contains(address) { continue }
                addresses[name, default: []].append(address)
            }
        }
    }

    /// All addresses of a canonical name, or nil when DNS is to be asked.
    subscript(name: String) -> [SocketAddress]? {
        if let known = addresses[name] { return known }
        guard name == "localhost" || name.hasSuffix(".localhost") else { return nil }
        return [SocketAddress(ipv4: 0x7f00_0001, port: 0), SocketAddress(ipv6: 1, port: 0)]
    }
}

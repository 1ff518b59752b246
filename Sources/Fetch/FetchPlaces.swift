import CCurl
package import Wire

/// The addresses of a URL's host, found by other means than the system's.
package struct FetchPlaces: Sendable {
    package let host: String
    private let port: Int
    private let addresses: [IPAddress]

    /// Nil for addresses that can't be fetched.
    ///
    /// - Parameter addresses: in the order in which they are tried.
    package init?(_ url: String, addresses: [IPAddress]) {
        guard let parts = Self.parts(of: url), !addresses.isEmpty else { return nil }
        (host, port, self.addresses) = (parts.host, parts.port, addresses)
    }

    /// The host that a URL names, as the library that fetches reads it; nil where there is none.
    package static func host(of url: String) -> String? { parts(of: url)?.host }

    /// As the library takes it, to be forgotten again like what it asks for itself.
    var text: String {
        let list = addresses.map { $0.isV4 ? $0.description : "[\($0)]" }.joined(separator: ",")
        return "+\(host):\(port):\(list)"
    }

    private static func parts(of url: String) -> (host: String, port: Int)? {
        guard !url.utf8.contains(0), let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
        func part(_ part: CURLUPart, _ flags: CUnsignedInt = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let host = part(CURLUPART_HOST), !host.isEmpty,
            let port = part(CURLUPART_PORT, CUnsignedInt(CURLU_DEFAULT_PORT)).flatMap({ Int($0) })
        else { return nil }
        return (host, port)
    }
}

package import Wire

/// Shodan's `http.headers_hash`: a hash of the status line and of which headers follow it, in which order.
///
/// Shodan does not publish how it is made. MurmurHash3 of the status line and
/// the header names as spelled, one a line without a last line end, gives three
/// published values: 144518609 for a Go server's `Date`, `Content-Length`, `Content-Type` after
/// `HTTP/1.1 200 OK`, 1955818171 for `Content-Type`, `Content-Length` after the same, and
/// 1538445002 for the seven headers of a redirector's `301 Moved Permanently`.
package enum HeadersHash {
    /// What is hashed.
    package static func text(statusLine: [UInt8], _ headers: HTTPHeaders) -> [UInt8] {
        var text = statusLine
        for index in headers.indices {
            text.append(0x0a)
            text.append(contentsOf: headers.name(index))
        }
        return text
    }
}

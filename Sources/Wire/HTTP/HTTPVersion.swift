/// The version of HTTP that an answer was given in.
package enum HTTPVersion: String, Sendable, CaseIterable {
    case http09 = "0.9"
    case http10 = "1.0"
    case http11 = "1.1"
    case http2 = "2"
}

/// How an exchange ended.
package enum HTTPEnd: Sendable, Equatable {
    /// The answer is whole.
    case complete
    /// The connection ended first.
    case closed
    /// The body or the head is longer than is read; what is there is its beginning.
    case limit
    /// The server broke the rules so badly that the rest can't be read.
    case broken
    /// The server refused the request on HTTP/2 (RST_STREAM or GOAWAY).
    case refused
    /// The owner's time was up.
    case timeout
}

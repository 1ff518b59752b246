package import Observations
package import Wire

extension HTTPExchange {
    /// What a reader has seen of an answer; its body is taken by `take`.
    package init(_ reader: HTTPReader, origin: HTTPOrigin, request: HTTPRequest) {
        self.init(origin: origin, request: request)
        end = reader.end ?? .closed
        version = reader.version
        status = reader.status
        informational = reader.informational
        statusLine = reader.statusLine
        head = reader.head
        headers = reader.headers
        anomalies = reader.anomalies
    }

    /// Takes the body with its codings undone.
    ///
    /// - Parameters:
    ///   - isCut: `body` is only the beginning of what was sent.
    ///   - limit: the most bytes that are kept.
    package mutating func take(_ body: [UInt8], isCut: Bool, limit: Int = bodyLimit) {
        let decoded = ContentDecoder.decode(body, headers, isCut: isCut, limit: limit)
        self.body = decoded.body
        bodyIsTruncated = decoded.isTruncated
        anomalies.insert(decoded.anomalies)
    }
}

import Bytes
import HTTPClient
import Observations
import Wire

@testable import Signatures

/// What rules say of an endpoint that answers one request so, and with an empty page to `GET /` when the
/// request is another one.
///
/// - Parameter answer: status line, headers and body as they stand on the wire; the connection closes after
///   them.
func assess(_ answer: String, to request: HTTPRequest, _ set: RuleSet) throws -> Assessment {
    let options = HTTPOptions()
    let isFirst = request == HTTPRequest("GET", "/")
    let plan = RequestPlan(options, asking: isFirst ? [] : [request])
    let probe = HTTPProbe(HTTPOrigin(isTLS: true, host: "host.test", port: 443), plan, options)
    _ = probe.connected()
    if !isFirst { _ = probe.received(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8).span) }
    _ = probe.received(Array(answer.utf8).span)
    _ = probe.closed()

    var line = ByteBuffer(capacity: 8192)
    line.append(0x7b)
    if let first = probe.exchanges.first { HTTPEncoder.encode(first, into: &line) }
    line.object("hallmark")
    HTTPEncoder.encodeFurther(probe.exchanges.dropFirst(), into: &line)
    line.endObject()
    line.append(0x7d)
    return try Assessor(set).assess(&line)
}

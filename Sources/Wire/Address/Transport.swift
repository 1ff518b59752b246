/// What carries the bytes between an endpoint and us: a port is one endpoint for each.
package enum Transport: String, CaseIterable, Hashable, Sendable, Codable {
    case tcp
    case udp
}

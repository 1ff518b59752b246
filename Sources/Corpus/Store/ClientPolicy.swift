package import Wire

/// What a corpus keeps of those who connected.
package enum ClientPolicy: Sendable {
    case keep
    case leaveOut
    /// Something else stands in place of each address, and users are left out.
    case replace(@Sendable (IPAddress) -> String)
}

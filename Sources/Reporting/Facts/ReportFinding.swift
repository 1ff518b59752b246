/// What a comparison says of an endpoint.
package struct ReportFinding: Sendable {
    package let place: String
    /// The name that was asked for, where one was.
    package let serverName: String
    /// When it was seen, in milliseconds since 1970; nil for what no single record tells.
    package let time: Int?
    /// A name of the closed list in `Docs/inventory.md`.
    package let name: String
    package let severity: String
    package let message: String
    package let owner: String
    package let isDismissed: Bool

    package init(
        place: String,
        serverName: String = "",
        time: Int? = nil,
        name: String,
        severity: String,
        message: String,
        owner: String = "",
        isDismissed: Bool = false
    ) {
        self.place = place
        self.serverName = serverName
        self.time = time
        self.name = name
        self.severity = severity
        self.message = EndpointReader.cut(message)
        self.owner = owner
        self.isDismissed = isDismissed
    }

    static let severities = ["critical", "high", "medium", "low", "info"]

    /// Smaller is more severe.
    var rank: Int { Self.severities.firstIndex(of: severity) ?? Self.severities.count }
}

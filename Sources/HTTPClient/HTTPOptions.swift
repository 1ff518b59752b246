package import Observations
package import Wire

/// How requests are made, the same for every endpoint of a run.
package struct HTTPOptions: Sendable {
    /// Says what asks; whoever runs a scan may say more with `--user-agent`.
    package var userAgent: String
    /// Headers of every request besides its own, in order.
    package var headers: [HTTPRequest.Header] = []
    /// The most requests to one endpoint, icon and followed redirects included.
    package var requests = HTTPOptions.ofASweep
    /// Redirects that stay on the same scheme, host and port are followed.
    package var followsRedirects = false
    package var limits = HTTPLimits()
    /// Bytes of an icon that are read: icons of several sizes in one file are larger than pages.
    package var iconLimit = 512 * 1024
    /// Bytes that one endpoint may send in all.
    package var bytes = 2 * 1024 * 1024

    /// A page, and seventeen more requests.
    package static let ofASweep = 18

    package init(userAgent: String = Self.userAgent(version: "1")) {
        self.userAgent = userAgent
    }

    /// An honest name: it says that no browser asks, and what does.
    package static func userAgent(version: String) -> String {
        "Mozilla/5.0 (compatible; Hallmark/\(version); TLS scanner)"
    }
}

package import Net
package import Transparency

/// Which parts of context are looked up, and with what.
package struct ContextOptions: Sendable {
    /// How where names point is asked; nil to leave that out.
    package var names: NameInquirer.Options?
    /// Whether stapled answers are read.
    package var revocation = false
    /// How revocation lists are fetched; nil to fetch none.
    package var lists: RevocationLists.Options?
    /// Against which logs SCTs are held; nil to leave that out.
    package var logs: LogList?

    package init() {}

    /// Has where names point looked up.
    ///
    /// - Parameters:
    ///   - servers: `address`, `address:port` or `[address]:port`; empty for the system's.
    ///   - rate: questions a second.
    package mutating func askNames(servers: [String], rate: Double) {
        var names = NameInquirer.Options()
        names.servers = servers
        names.rate = rate
        self.names = names
    }
}

/// A client of what a pivot found: how often it connected to an endpoint that showed a certificate.
package struct PivotClient: Equatable, Sendable {
    /// The address or what stands for it; empty where only a user is known.
    package let address: String
    /// Empty where none is known.
    package let user: String
    /// The key of the result that it connected to.
    package let result: String
    package let endpoint: String
    /// The server name that was asked for, or empty.
    package let name: String
    package let first: Int
    package let last: Int
    /// Connections.
    package let count: Int
    package let bytes: Int?
    package let milliseconds: Int?
    package let ja3: [String]
    package let ja4: [String]

    package var label: String {
        address.isEmpty ? user : user.isEmpty ? address : "\(address) (\(user))"
    }
}

extension Pivot {
    /// So many clients are told at most, those of today before those of last year.
    static let mostClients = 1000

    /// Who connected to what was found: for a certificate wherever it stands, for an endpoint there.
    func clients(of found: [PivotMatch]) throws -> (clients: [PivotClient], isCut: Bool) {
        guard let kept = store.clients else { return ([], false) }
        var clients: [PivotClient] = []
        var told: Set<[Int]> = []
        for match in found where clients.count <= Self.mostClients {
            let contacts = try kept.contacts(
                match.id,
                isEndpoint: match.isEndpoint,
                limit: Self.mostClients + 1
            )
            // What a certificate has told its endpoint does not tell again.
            for contact in contacts
            where told.insert([contact.client, contact.endpoint, contact.certificate]).inserted {
                let who = try kept.client(contact.client)
                let endpoint = try store.endpoint(contact.endpoint)
                clients.append(
                    PivotClient(
                        address: who.address,
                        user: who.user,
                        result: match.key,
                        endpoint: endpoint.text,
                        name: endpoint.name,
                        first: contact.first,
                        last: contact.last,
                        count: contact.count,
                        bytes: contact.bytes,
                        milliseconds: contact.milliseconds,
                        ja3: contact.ja3,
                        ja4: contact.ja4
                    )
                )
            }
        }
        return (Array(clients.prefix(Self.mostClients)), clients.count > Self.mostClients)
    }
}

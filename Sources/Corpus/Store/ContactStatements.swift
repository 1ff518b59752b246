import GRDB

/// Writes who connected.
struct ContactStatements {
    private let selectClient, newClient, selectContact, setContact: Statement

    init(_ db: Database) throws {
        selectClient = try db.makeStatement(sql: "SELECT id FROM clients WHERE address = ? AND user = ?")
        newClient = try db.makeStatement(sql: "INSERT INTO clients (address, user) VALUES (?, ?)")
        selectContact = try db.makeStatement(
            sql: """
                SELECT first_seen, last_seen, count, bytes, milliseconds, ja3, ja4 FROM contacts
                WHERE endpoint = ? AND certificate = ? AND client = ? AND day = ?
                """
        )
        setContact = try db.makeStatement(
            sql: """
                INSERT INTO contacts (endpoint, certificate, client, day,
                    first_seen, last_seen, count, bytes, milliseconds, ja3, ja4)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen,
                    count = excluded.count, bytes = excluded.bytes, milliseconds = excluded.milliseconds,
                    ja3 = excluded.ja3, ja4 = excluded.ja4
                """
        )
    }

    /// Adds a client's connections to what is known of its day.
    ///
    /// - Parameter isMore: as in `Contact.merge`.
    func add(_ contact: Contact, _ endpoint: Int, _ certificate: Int, isMore: Bool, _ db: Database) throws {
        let client = try client(contact, db)
        let key = [endpoint, certificate, client, contact.day]
        var sum = contact
        if var known = try selectContact.first(key, { try Contact($0) }) {
            known.merge(contact, isMore: isMore)
            sum = known
        }
        for (index, value) in key.enumerated() { setContact.bind(Int32(index + 1), value) }
        setContact.bind(5, sum.first)
        setContact.bind(6, sum.last)
        setContact.bind(7, sum.count)
        setContact.bind(8, sum.bytes)
        setContact.bind(9, sum.milliseconds)
        setContact.bind(10, sum.ja3.joined(separator: " "))
        setContact.bind(11, sum.ja4.joined(separator: " "))
        try setContact.run(db)
    }

    private func client(_ contact: Contact, _ db: Database) throws -> Int {
        if let known = try selectClient.first([contact.address, contact.user], { try $0.integer(0) }) {
            return known
        }
        newClient.bind(1, contact.address)
        newClient.bind(2, contact.user)
        try newClient.run(db)
        return Int(db.lastInsertedRowID)
    }
}

package import Bytes
package import Wire

/// JA3S (BSD 3-Clause, Salesforce): the ServerHello's legacy_version, suite and extension types, in decimal.
package enum JA3S {
    /// Appends `771,4866,43-51`; nothing, and false, without a ServerHello.
    package static func append(_ flight: ServerFlight, to out: inout ByteBuffer) -> Bool {
        guard let suite = flight.suite else { return false }
        out.append(decimal: Int(flight.legacyVersion))
        out.append(0x2c)
        out.append(decimal: Int(suite))
        out.append(0x2c)
        for index in flight.serverHello.items.indices {
            if index > 0 { out.append(0x2d) }
            out.append(decimal: Int(flight.serverHello.items[index].type))
        }
        return true
    }
}

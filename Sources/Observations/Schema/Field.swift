/// One field of the record, by its dotted name.
///
/// The list of all fields, `Field.all`, is the one place where the record is
/// described: the JSON Schema and `Docs/observation.md` are written from it,
/// and signatures may name only what stands in it.
package struct Field: Sendable, Equatable {
    /// What a value is, in Elasticsearch's terms.
    package enum Kind: String, Sendable {
        case keyword, long, boolean, date, ip
        /// A JSON array of [name, value] pairs, in order.
        case pairs
        /// An object with names that the server chose, each with an array of keywords.
        case map
        /// An array of objects whose members are fields of their own.
        case objects
    }

    package let name: String
    package let kind: Kind
    package let isArray: Bool
    package let text: String

    init(_ name: String, _ kind: Kind, _ text: String, isArray: Bool = false) {
        self.name = name
        self.kind = kind
        self.isArray = isArray
        self.text = text
    }

    static func list(_ name: String, _ kind: Kind, _ text: String) -> Field {
        Field(name, kind, text, isArray: true)
    }

    /// Every field of the record, in the order of the documentation.
    package static let all: [Field] =
        event + tls + x509 + certificate + flight + connections + fingerprints + http + assessment + imported
}

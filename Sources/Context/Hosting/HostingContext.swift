import Bytes
import Wire

/// Who hosts an address, as files say that a person has.
package struct HostingContext: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case cloud, cdn, consumer, unknown
    }

    package var kind = Kind.unknown
    /// `aws`, `azure`, `google`, `cloudflare`, `fastly`, `oracle`, or what a person calls a list.
    package var provider: String?
    package var service: String?
    package var region: String?
    /// The published prefix that holds the address.
    package var prefix: String?
    package var autonomousSystem: Int?
    package var organization: String?
    /// Two letters, ISO 3166.
    package var country: String?

    package init() {}

    /// The member `hosting` of `hallmark.context`.
    func append(to out: inout ByteBuffer) {
        out.object("hosting")
        out.member("kind", word: kind.rawValue)
        if let provider { out.member("provider", provider) }
        if let service { out.member("service", service) }
        if let region { out.member("region", region) }
        if let prefix { out.member("prefix", prefix) }
        out.endObject()
    }

    /// The members `as` and `geo` of `server`.
    func append(serverMembersTo out: inout ByteBuffer) {
        if autonomousSystem != nil || organization != nil {
            out.object("as")
            if let autonomousSystem { out.member("number", autonomousSystem) }
            if let organization {
                out.object("organization")
                out.member("name", organization)
                out.endObject()
            }
            out.endObject()
        }
        if let country {
            out.object("geo")
            out.member("country_iso_code", country)
            out.endObject()
        }
    }
}

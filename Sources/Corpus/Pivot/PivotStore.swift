/// What a pivot asks of where sightings are kept: a corpus, or a warehouse.
///
/// Certificates, endpoints, appearances and sightings have numbers that the store gives out, from 1 on; 0 is
/// no certificate. A store belongs to one pivot, and to the pivot's period.
package protocol PivotStore: AnyObject {
    /// How many certificates there are.
    func certificateTotal() throws -> Int
    /// How many sightings there are.
    func sightingTotal() throws -> Int

    /// How many certificates have a mark, or sightings for marks of services; nil where that is one at most.
    func count(_ mark: Mark) throws -> Int?
    /// Whether anything has a mark.
    func has(_ mark: Mark) throws -> Bool
    func certificates(with mark: Mark, limit: Int) throws -> [Int]
    func appearances(with mark: Mark, limit: Int) throws -> [Int]

    func certificate(sha256: [UInt8]) throws -> Int?
    /// The endpoints of an address, of all its ports where none is given.
    func endpoints(ip: String, port: Int?, limit: Int) throws -> [Int]
    /// The endpoints that were asked for a name.
    func endpoints(name: String, limit: Int) throws -> [Int]
    /// The certificates with a name below a domain.
    func certificates(below domain: String, limit: Int) throws -> [Int]

    func sightings(endpoint: Int, limit: Int) throws -> [PivotSighting]
    /// The sightings of a certificate, the latest first.
    func sightings(certificate: Int, limit: Int) throws -> [PivotSighting]
    /// The sightings of an appearance that `appearances(with:limit:)` has named, the latest first.
    func sightings(appearance: Int, limit: Int) throws -> [PivotSighting]
    /// The sightings that a lead names a software for.
    func sightings(lead software: String, limit: Int) throws -> [PivotSighting]
    /// How many endpoints show a certificate, at most 1,000, whenever they did.
    func sightingCount(certificate: Int) throws -> Int

    /// Where a certificate stands among those that weigh the same as it: what was seen first comes first.
    func age(certificate: Int) -> PivotAge
    /// The same of an endpoint.
    func age(endpoint: Int) -> PivotAge

    func leads(sighting: Int) throws -> [String]
    func endpoint(_ id: Int) throws -> CorpusEndpoint
    func service(_ id: Int) throws -> ServiceFacts
    /// The certificate with its marks; nil for 0.
    func certificate(_ id: Int) throws -> PivotCertificate?

    /// Hears what will be asked one by one, so that a store that is far away can fetch it at once.
    func prefetch(_ wanted: PivotForesight) throws

    /// Where names pointed; nil for a store that does not keep it.
    var names: (any NameStore)? { get }
    /// Who connected; nil for a store that does not keep it.
    var clients: (any ClientStore)? { get }
}

extension PivotStore {
    package func has(_ mark: Mark) throws -> Bool {
        if mark.kind.isOfService { return try !appearances(with: mark, limit: 1).isEmpty }
        return try !certificates(with: mark, limit: 1).isEmpty
    }

    package func prefetch(_ wanted: PivotForesight) throws {}
    package var names: (any NameStore)? { nil }
    package var clients: (any ClientStore)? { nil }
}

/// When something was first met, in an order that hangs on nothing but what a store holds.
package struct PivotAge: Comparable, Sendable {
    /// A number that grows with time.
    let first: Int
    /// What tells apart what is of one time.
    let key: String

    package init(_ first: Int, _ key: String = "") { (self.first, self.key) = (first, key) }

    package static func < (left: PivotAge, right: PivotAge) -> Bool {
        (left.first, left.key) < (right.first, right.key)
    }
}

/// What a pivot is about to ask, one by one.
package enum PivotForesight {
    /// How many have each mark, and whether anything has it.
    case weights([Mark])
    /// What has each mark: certificates, or appearances with their sightings.
    case holders([Mark])
    /// The numbers of certificates.
    case digests([[UInt8]])
    /// Certificates with their sightings.
    case certificates([Int])
    /// The sightings of endpoints, with the certificates that they showed.
    case endpoints([Int])
}

/// Where names pointed, by passive DNS.
package protocol NameStore {
    /// Whether there is any passive DNS.
    func hasResolutions() throws -> Bool
    /// Where a name pointed.
    func resolutions(name: String, limit: Int) throws -> [Resolution]
    /// Where names below a domain pointed.
    func resolutions(below domain: String, limit: Int) throws -> [Resolution]
    /// Which names pointed to an address, or were aliases of a name, the latest first.
    func resolutions(target: String, limit: Int) throws -> [Resolution]
}

/// Who connected to what.
package protocol ClientStore {
    /// Who connected to an endpoint, or to whatever showed a certificate, the latest first.
    func contacts(_ id: Int, isEndpoint: Bool, limit: Int) throws -> [PivotContact]
    func client(_ id: Int) throws -> (address: String, user: String)
}

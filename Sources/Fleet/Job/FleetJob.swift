import Bytes
package import Foundation
import Observations

/// A sweep as it travels: what to scan and how, with the files that it reads.
///
/// Who signs it answers for all of it. A worker does it only as far as its own operator lets it.
package struct FleetJob: Codable, Sendable {
    /// An option of `hallmark scan` by its long name; no value for a flag.
    package struct Option: Codable, Sendable, Equatable {
        package var name: String
        package var value: String?

        package init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// A file that an option names by its digest.
    package struct File: Codable, Sendable {
        package var sha256: String
        package var contents: Data

        package init(_ contents: [UInt8]) {
            sha256 = BodyDigest.sha256(contents.span).hex
            self.contents = Data(contents)
        }

        /// Whether it is what its digest says.
        package var isWhole: Bool { BodyDigest.sha256(Array(contents).span).hex == sha256 }
    }

    package var version = 1
    package var id: String
    /// Seconds since 1970.
    ///
    /// Who finds the job in the queue after `expires` leaves it alone: nobody repeats an old sweep by putting
    /// its job there again.
    package var created: Int
    package var expires: Int
    package var options: [Option]
    package var targets: [String]
    package var files: [File]
    /// What the plan comes to, in the submitter's words and the worker's: both must be the same.
    package var plan: String
    package var endpoints: UInt64
    package var shards: UInt32
    package var seed: UInt64
    /// The SHA-256 of the scope file; nil without a scope.
    package var scope: String?
    /// Special-purpose blocks (RFC 6890) that the plan goes into, by their prefixes.
    package var special: [String]
    /// New connections a second of the fleet as a whole; nil for no limit.
    package var rate: Double?
    /// Connections at once to one network, of the fleet as a whole; nil for no limit.
    package var perNetwork: Int?
    /// Into how many slices both are cut; so many shards are scanned at once.
    package var slices: Int
    /// The vantage points that each scan all of it.
    package var vantages: [String]

    package init(id: String, created: Int, expires: Int, seed: UInt64) {
        self.id = id
        self.created = created
        self.expires = expires
        self.seed = seed
        (options, targets, files, special) = ([], [], [], [])
        (plan, endpoints, shards, slices) = ("", 0, 1, 1)
        vantages = [ShardPlace.anyVantage]
    }

    enum CodingKeys: String, CodingKey {
        case version, id, created, expires, options, targets, files, plan, endpoints, shards, seed, scope,
            special
        case rate, slices, vantages
        case perNetwork = "per_network"
    }

    /// Whether rate or connections are bounded for the fleet as a whole.
    package var isPaced: Bool { rate != nil || perNetwork != nil }

    /// What one of the slices may do: connections a second, and at once to one network.
    package var slice: (rate: Double?, perNetwork: Int?) {
        let parts = max(1, slices)
        return (rate.map { $0 / Double(parts) }, perNetwork.map { max(1, $0 / parts) })
    }

    /// Why a job is not one that anybody does, whoever signed it; nil for a job in order.
    ///
    /// - Parameter now: seconds since 1970.
    package func fault(now: Int) -> String? {
        if version != 1 { return "it is of version \(version), and this is for version 1: update Hallmark" }
        if !ShardPlace.isName(id) || vantages.isEmpty || !vantages.allSatisfy({ ShardPlace.isName($0) }) {
            return "its name or a vantage point's is none"
        }
        if max(now, created) > expires {
            return "it was to be done by \(expires) (seconds since 1970), and that is past"
        }
        if vantages.count > Self.mostVantages { return "it has \(vantages.count) vantage points" }
        if shards == 0 || shards > Self.mostShards { return "it has \(shards) shards" }
        if let rate, !(rate > 0 && rate <= 10_000_000) { return "its rate is none" }
        if let perNetwork, !(1...1_000_000).contains(perNetwork) { return "its --per-network is none" }
        if slices < 1 || slices > 10_000 || slices > (perNetwork ?? slices) {
            return "its rate is cut into \(slices)"
        }
        for file in files where !file.isWhole { return "a file that it brings is not the one that it names" }
        let scopes = options.filter { $0.name == "scope" }.compactMap(\.value)
        if scopes != (scope.map { [$0] } ?? []) {
            return "its scope file is not the one that its plan was made with"
        }
        return nil
    }

    /// More vantage points than anybody has: a collector holds a file open for each.
    package static let mostVantages = 200

    /// More shards than anybody needs: the whole IPv4 space has as many of 4,096 addresses.
    package static let mostShards: UInt32 = 1 << 20
}

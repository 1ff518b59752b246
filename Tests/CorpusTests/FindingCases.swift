import Inventory
import Testing

extension FindingTests {
    /// A record that has a finding, and a near one that has it not.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: Finding.Name
        let positive: SampleRecord
        let negative: SampleRecord
        var inventory = FindingTests.inventory

        var testDescription: String { name.rawValue }
    }

    /// One asset that pins certificate 1 with key 1, one that pins certificate 2, and an owned range.
    static let inventory = """
        kind,address,ports,owner,certificates,keys,issuers,names
        asset,one.example,443,Web,\(SampleRecord.hash(1, 1)),\(SampleRecord.hash(1, 2)),Example CA,
        asset,192.0.2.20,443,Mail,\(SampleRecord.hash(2, 1)),\(SampleRecord.hash(2, 2)),,
        asset,192.0.2.30,443,Open,,,,
        owned,203.0.113.0/24,,,,,,
        """

    static let good = SampleRecord(name: "one.example")
    static let open = SampleRecord(ip: "192.0.2.30", certificate: 9)

    static func with(_ change: (inout SampleRecord) -> Void, from record: SampleRecord = open)
        -> SampleRecord
    {
        var record = record
        change(&record)
        return record
    }

    static let cases: [Case] = [
        Case(name: .authorized, positive: good, negative: with({ $0.certificate = 7 }, from: good)),
        Case(
            name: .renewed,
            positive: with({ ($0.certificate, $0.key) = (7, 1) }, from: good),
            negative: good
        ),
        Case(
            name: .unknownEndpoint,
            positive: with({ $0.ip = "203.0.113.5" }),
            negative: with({ $0.ip = "198.51.100.5" })
        ),
        Case(
            name: .unauthorizedCertificate,
            positive: with({ $0.certificate = 7 }, from: good),
            negative: good
        ),
        Case(
            name: .misplacedCertificate,
            positive: with({ $0.certificate = 2 }, from: good),
            negative: with({ $0.certificate = 3 }, from: good)
        ),
        Case(
            name: .foreignCertificate,
            positive: with({ $0.ip = "198.51.100.5" }),
            negative: with({
                ($0.ip, $0.names, $0.commonName) = ("198.51.100.5", ["two.example"], "two.example")
            })
        ),
        Case(
            name: .missingEndpoint,
            positive: with({ $0.failure = "connection_refused" }),
            negative: with({ ($0.ip, $0.failure) = ("192.0.2.31", "connection_refused") })
        ),
        Case(
            name: .unexpectedIssuer,
            positive: with({ $0.issuerOrganization = "Other" }, from: good),
            negative: good
        ),
        Case(
            name: .nameMismatch,
            positive: with({ $0.names = ["two.example"] }, from: good),
            negative: with({ $0.names = ["*.example", "one.example"] }, from: good)
        ),
        Case(
            name: .expired,
            positive: with({ $0.notAfter = "2026-10-31T00:00:00Z" }),
            negative: with({ $0.notAfter = "2026-11-01T08:00:00Z" })
        ),
        Case(
            name: .expiring,
            positive: with({ $0.notAfter = "2026-11-15T00:00:00Z" }),
            negative: with({ $0.notAfter = "2026-11-15T09:00:00Z" })
        ),
        Case(
            name: .notYetValid,
            positive: with({ $0.notBefore = "2026-11-01T08:00:01Z" }),
            negative: with({ $0.notBefore = "2026-11-01T08:00:00Z" })
        ),
        Case(
            name: .weakKey,
            positive: with({ $0.keySize = 1024 }),
            negative: with({ $0.keySize = 2048 })
        ),
        Case(
            name: .weakSignature,
            positive: with({ $0.signature = "sha1WithRSAEncryption" }),
            negative: with({ $0.signature = "ecdsa-with-SHA256" })
        ),
        Case(
            name: .oldProtocol,
            positive: with({ $0.version = "1.1" }),
            negative: with({ $0.version = "1.2" })
        ),
        Case(
            name: .lifetimeTooLong,
            positive: with({ $0.validitySeconds = 399 * 86400 }),
            negative: with({ $0.validitySeconds = 398 * 86400 }),
            inventory: inventory.replacing(",names\n", with: ",names,max_lifetime_days\n")
                .replacing("192.0.2.30,443,Open,,,,", with: "192.0.2.30,443,Open,,,,,398")
        ),
        Case(
            name: .selfSigned,
            positive: with({ $0.selfSigned = true }),
            negative: with({ $0.selfSigned = true }, from: good)
        ),
        Case(
            name: .signatureLead,
            positive: with({ $0.lead = ("Cobalt Strike", 95, "high") }),
            negative: open
        ),
    ]
}

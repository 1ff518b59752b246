import Observations
import TestSupport
import Testing
import Wire

/// Each relation with certificates that have it, and near misses that do not.
@Suite struct CertificateRelationTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let relation: CertificateRelation
        let match: HandMadeCertificate
        let nearMiss: HandMadeCertificate

        init(
            _ relation: CertificateRelation,
            _ match: @Sendable (inout HandMadeCertificate) -> Void,
            not nearMiss: @Sendable (inout HandMadeCertificate) -> Void
        ) {
            self.relation = relation
            var one = HandMadeCertificate()
            match(&one)
            self.match = one
            var other = HandMadeCertificate()
            nearMiss(&other)
            self.nearMiss = other
        }

        var testDescription: String { relation.rawValue }
    }

    @Test(arguments: CertificateRelationSamples.all) func holds(_ sample: Sample) throws {
        let match = try EncodedCertificate([sample.match.der])
        #expect(match.strings("certificate.relations")?.contains(sample.relation.rawValue) == true)
        let nearMiss = try EncodedCertificate([sample.nearMiss.der])
        #expect(nearMiss.strings("certificate.relations")?.contains(sample.relation.rawValue) != true)
    }

    @Test func everyRelationHasASample() {
        let covered = Set(CertificateRelationSamples.all.map(\.relation))
        let ofChains: Set<CertificateRelation> = [
            .issuerEqualsNextSubject, .serialEqualsNextSerial, .keyEqualsChainKey, .leafRepeatedInChain,
        ]
        #expect(covered.union(ofChains) == Set(CertificateRelation.allCases))
    }

    @Test func chain() throws {
        let leaf = HandMadeCertificate()
        var issuer = HandMadeCertificate()
        issuer.subject = leaf.issuer
        issuer.serial = DER.integer([0x77])
        issuer.key = HandMadeCertificate.rsaKey()
        #expect(try relations(leaf, issuer) == [.issuerEqualsNextSubject])
        issuer.serial = leaf.serial
        #expect(try relations(leaf, issuer) == [.issuerEqualsNextSubject, .serialEqualsNextSerial])
        issuer.key = leaf.key
        issuer.subject = DER.sequence()
        #expect(try relations(leaf, issuer) == [.serialEqualsNextSerial, .keyEqualsChainKey])
        #expect(
            try relations(leaf, leaf) == [.serialEqualsNextSerial, .keyEqualsChainKey, .leafRepeatedInChain]
        )
    }

    @Test func aSetHoldsEachCase() {
        for relation in CertificateRelation.allCases {
            var set = CertificateRelations()
            set.insert(relation)
            var found: [CertificateRelation] = []
            set.forEach { found.append($0) }
            #expect(found == [relation])
            #expect(set.contains(relation))
        }
    }

    /// The relations that only a chain can have.
    private func relations(_ chain: HandMadeCertificate...) throws -> [CertificateRelation] {
        let record = try EncodedCertificate(chain.map(\.der))
        return (record.strings("certificate.relations") ?? []).compactMap {
            CertificateRelation(rawValue: $0)
        }
        .filter {
            switch $0 {
            case .issuerEqualsNextSubject, .serialEqualsNextSerial, .keyEqualsChainKey, .leafRepeatedInChain:
                true
            default: false
            }
        }
    }
}

import TestSupport
import Testing
import Wire

/// Each anomaly from the smallest change to a certificate that has none.
@Suite struct X509AnomalyTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let expected: Set<CertificateAnomaly>
        let change: @Sendable (inout HandMadeCertificate) -> Void

        init(
            _ expected: CertificateAnomaly...,
            change: @escaping @Sendable (inout HandMadeCertificate) -> Void
        ) {
            self.expected = Set(expected)
            self.change = change
        }

        var testDescription: String { expected.map(\.rawValue).sorted().joined(separator: ", ") }
    }

    @Test func nothingIsWrongWithTheBase() {
        #expect(anomalies(of: HandMadeCertificate().der) == [])
    }

    @Test(arguments: X509AnomalySamples.all) func isFound(_ sample: Sample) {
        var certificate = HandMadeCertificate()
        sample.change(&certificate)
        #expect(anomalies(of: certificate.der) == sample.expected)
    }

    @Test func everyAnomalyHasASample() {
        let covered = X509AnomalySamples.all.reduce(into: Set<CertificateAnomaly>()) {
            $0.formUnion($1.expected)
        }
        let missing = Set(CertificateAnomaly.allCases).subtracting(covered)
        #expect(missing == [.unparsableCertificate])
    }

    @Test(arguments: [
        [], [0x30], [0x31, 0x00], [0x30, 0x00], [0x30, 0x02, 0x05, 0x00], Array("not DER".utf8),
    ])
    func whatIsNoCertificate(_ bytes: [UInt8]) {
        var index = CertificateIndex()
        let isRead = index.read(bytes.span)
        #expect(!isRead)
        #expect(index.anomalies.contains(.unparsableCertificate))
    }

    @Test func aSetHoldsEachCase() {
        for anomaly in CertificateAnomaly.allCases {
            var set = CertificateAnomalies()
            #expect(set.isEmpty)
            set.insert(anomaly)
            var found: [CertificateAnomaly] = []
            set.forEach { found.append($0) }
            #expect(found == [anomaly])
            #expect(set.contains(anomaly) && set.contains(anomaly.kind))
        }
    }

    private func anomalies(of der: [UInt8]) -> Set<CertificateAnomaly> {
        var index = CertificateIndex()
        _ = index.read(der.span)
        var found: Set<CertificateAnomaly> = []
        index.anomalies.forEach { found.insert($0) }
        return found
    }
}

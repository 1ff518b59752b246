import Bytes
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
        #expect(missing == [.unparsableCertificate, .readInPart])
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

    /// Wherever it breaks off: what stands before is read, and nothing else is called wrong.
    @Test func theBeginningOfACertificate() {
        let der = HandMadeCertificate().der
        let subject = der.count - 230
        for count in subject..<der.count {
            var index = CertificateIndex()
            let isRead = index.read(beginning: der.span.extracting(0..<count))
            #expect(isRead && index.issuer.count == 2 && !index.serial.isEmpty, "\(count)")
            var found = Set<CertificateAnomaly>()
            index.anomalies.forEach { found.insert($0) }
            #expect(found == [.readInPart], "\(count)")
            #expect(index.key.whole.count == 0 || index.key.whole.count == HandMadeCertificate.ecKey.count)
        }
    }

    /// What follows a version without its tag is read as usual.
    @Test func aVersionWithoutItsTag() {
        var certificate = HandMadeCertificate()
        certificate.version = DER.integer([2])
        let der = certificate.der
        var index = CertificateIndex()
        let isRead = index.read(der.span)
        #expect(isRead && index.version == 3 && index.serial.count == 3)
        #expect(index.issuer.count == 2 && index.notBefore != nil && index.key.size == 256)
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

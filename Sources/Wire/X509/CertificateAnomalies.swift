/// A set of anomalies in one number.
package struct CertificateAnomalies: Equatable, Sendable {
    private var bits: UInt128 = 0

    package init() {}

    package var isEmpty: Bool { bits == 0 }

    package var count: Int { bits.nonzeroBitCount }

    package mutating func insert(_ anomaly: CertificateAnomaly) {
        bits |= 1 << UInt128(anomaly.ordinal)
    }

    package func contains(_ anomaly: CertificateAnomaly) -> Bool {
        bits >> UInt128(anomaly.ordinal) & 1 != 0
    }

    /// Whether one of them is of this kind.
    package func contains(_ kind: CertificateAnomaly.Kind) -> Bool {
        CertificateAnomaly.list.contains { $0.kind == kind && contains($0) }
    }

    /// Calls `body` with each, in the order of the list.
    package func forEach(_ body: (CertificateAnomaly) -> Void) {
        var rest = bits
        while rest != 0 {
            body(CertificateAnomaly.list[rest.trailingZeroBitCount])
            rest &= rest - 1
        }
    }
}

extension CertificateAnomaly {
    /// All cases, made once: `allCases` may make its array each time.
    fileprivate static let list = allCases

    /// The case's place in the list.
    ///
    /// The cases have no payload, so that a value is one byte and holds just this.
    fileprivate var ordinal: UInt8 { unsafe unsafeBitCast(self, to: UInt8.self) }
}

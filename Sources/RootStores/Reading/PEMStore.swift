import Bytes
import Observations
import Wire

/// PEM blocks, and what OpenSSL writes behind a certificate in a block called `TRUSTED CERTIFICATE`.
enum PEMStore {
    /// `id-kp-serverAuth`, 1.3.6.1.5.5.7.3.1, and `anyExtendedKeyUsage`, 2.5.29.37.0.
    private static let serverUses: [[UInt8]] = [
        [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01], [0x55, 0x1d, 0x25, 0x00],
    ]

    /// - Parameter plain: what a certificate without OpenSSL's settings is trusted for where it stands.
    static func read(_ bytes: [UInt8], path: String, plain: StoredRoot.Trust = .trusted) -> RootStore {
        var store = RootStore(path: path, kind: .pem)
        let contents = CertificateFile.contents(pem: bytes, of: path, keepingTrust: true)
        store.faults = contents.faults
        for (number, block) in contents.certificates.enumerated() {
            let (der, trust) = split(block)
            store.roots.append(StoredRoot(der, place: "certificate \(number + 1)", trust: trust ?? plain))
        }
        return store
    }

    /// Whether a text says that it holds a certificate; a key or a list of parameters does not.
    ///
    /// Programs look for the block wherever it stands, behind remarks of any length.
    static func claims(_ bytes: [UInt8]) -> Bool {
        ByteSearch.first(certificateMark, in: bytes) != nil
    }

    private static let certificateMark = Array("CERTIFICATE-----".utf8)

    /// The certificate alone, and what the trust settings behind it say (`X509_CERT_AUX` of OpenSSL); nil for
    /// none.
    private static func split(_ block: [UInt8]) -> ([UInt8], StoredRoot.Trust?) {
        let span = block.span
        var faults = DERFaults()
        var cursor = DERCursor(ByteRange(0, block.count))
        guard let certificate = cursor.next(span, &faults, ifTag: 0x30), !cursor.isAtEnd,
            var settings = cursor.enter(span, &faults, 0x30)
        else { return (block, nil) }
        let der = Array(block[certificate.whole.indices])
        var trust = StoredRoot.Trust.trusted
        if let uses = settings.next(span, &faults, ifTag: 0x30) {
            trust = namesServers(block, uses) ? .trusted : .unstated
        }
        if let refused = settings.next(span, &faults, ifTag: 0xa0), namesServers(block, refused) {
            trust = .distrusted
        }
        return (der, trust)
    }

    private static func namesServers(_ bytes: [UInt8], _ list: DERElement) -> Bool {
        var faults = DERFaults()
        var cursor = DERCursor(list.content)
        while let use = cursor.next(bytes.span, &faults) {
            if serverUses.contains(Array(bytes[use.content.indices])) { return true }
        }
        return false
    }
}

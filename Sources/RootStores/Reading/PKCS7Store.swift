import Bytes
import Observations
import Wire

/// The certificates of a PKCS#7 message (RFC 2315, section 9.1), which `certutil` and `openssl crl2pkcs7`
/// write.
enum PKCS7Store {
    /// `signedData`, 1.2.840.113549.1.7.2.
    private static let signedData: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]

    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .pkcs7)
        guard let signed = SignedContent(bytes) else {
            store.faults.append(FileError(path, "is PKCS#7 without signed data"))
            return store
        }
        store.roots = signed.certificates.enumerated().map { number, der in
            StoredRoot(der, place: "certificate \(number + 1)")
        }
        if store.roots.isEmpty {
            store.faults.append(FileError(path, "no certificate in the PKCS#7 message"))
        }
        return store
    }

    /// How a text's blocks are called that hold such a message (`PEM_STRING_PKCS7` of OpenSSL).
    private static let labels = ["PKCS7", "PKCS #7 SIGNED DATA", "CMS"]

    /// Reads the messages of a PEM text, and the certificates beside them; nil for a text without a message.
    static func read(pem bytes: [UInt8], path: String) -> RootStore? {
        var store = RootStore(path: path, kind: .pkcs7)
        var isFound = false
        for label in labels {
            let (begin, end) = (Array("-----BEGIN \(label)-----".utf8), Array("-----".utf8))
            var (place, line) = (0, 1)
            while let start = ByteSearch.first(begin, in: bytes, from: place) {
                isFound = true
                let stop = ByteSearch.first(end, in: bytes, from: start.upperBound)?.lowerBound ?? bytes.count
                let text = bytes[start.upperBound..<stop].filter { $0 > 0x20 }
                let der = text.withUnsafeBytes { [UInt8](base64: $0) }
                line += bytes[place..<start.lowerBound].count { $0 == 0x0a }
                let part = read(der ?? [], path: "\(path):\(line)")
                store.faults += part.faults
                store.roots += part.roots.map { root in
                    StoredRoot(root.der, place: "line \(line): \(root.place)")
                }
                line += bytes[start.lowerBound..<stop].count { $0 == 0x0a }
                place = stop
            }
        }
        guard isFound else { return nil }
        if PEMStore.claims(bytes) {
            let beside = PEMStore.read(bytes, path: path)
            store.roots += beside.roots
            store.faults += beside.faults
        }
        return store
    }

    /// The parts of `SignedData` that are read: what is signed, and the certificates beside it.
    struct SignedContent {
        private(set) var content: [UInt8] = []
        private(set) var certificates: [[UInt8]] = []

        init?(_ bytes: [UInt8]) {
            let span = bytes.span
            var faults = DERFaults()
            var outer = DERCursor(ByteRange(0, bytes.count))
            guard var info = outer.enter(span, &faults, 0x30),
                let type = info.next(span, &faults, ifTag: 0x06),
                Array(bytes[type.content.indices]) == signedData,
                var explicit = info.enter(span, &faults, 0xa0),
                var signed = explicit.enter(span, &faults, 0x30),
                signed.next(span, &faults, ifTag: 0x02) != nil,
                signed.next(span, &faults, ifTag: 0x31) != nil,
                var inner = signed.enter(span, &faults, 0x30)
            else { return nil }
            if inner.next(span, &faults, ifTag: 0x06) != nil,
                let part = inner.next(span, &faults, ifTag: 0xa0)
            {
                content = Array(bytes[part.content.indices])
            }
            guard var list = signed.enter(span, &faults, 0xa0) else { return }
            while let element = list.next(span, &faults) {
                guard element.tag == 0x30 else { continue }
                certificates.append(Array(bytes[element.whole.indices]))
            }
        }
    }
}

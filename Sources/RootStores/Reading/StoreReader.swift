import Observations

/// Reads a trust store of any kind, told by its first bytes.
package enum StoreReader {
    /// - Parameters:
    ///   - file: where the bytes lie.
    ///   - path: what the store is called; the same for a folder that is the system's own.
    package static func read(_ file: String, called path: String) -> RootStore {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try StoreFile.bytes(of: file, called: path) } catch {
            return RootStore(path: path, kind: .pem, faults: [error])
        }
        return read(bytes, called: path)
    }

    /// What is said of a file without a byte.
    static let emptiness = "is empty"

    /// Reads a file that programs take as PEM, whatever it looks like: its first bytes don't hide the rest.
    static func readText(_ bytes: [UInt8], called path: String) -> RootStore {
        PEMStore.claims(bytes) ? PEMStore.read(bytes, path: path) : read(bytes, called: path)
    }

    /// Reads a store out of memory.
    package static func read(_ bytes: [UInt8], called path: String) -> RootStore {
        if let store = readWhole(bytes, called: path) { return store }
        let format = InputFormat(bytes)
        switch format {
        case .certificate:
            let contents = CertificateFile.contents(of: bytes, name: path)
            let roots = contents.certificates.map { StoredRoot($0, place: "") }
            return RootStore(path: path, kind: .der, roots: roots, faults: contents.faults)
        case .empty: return RootStore(path: path, kind: .pem, faults: [FileError(path, emptiness)])
        case _ where isText(format) && P11KitStore.isOne(bytes): return P11KitStore.read(bytes, path: path)
        case .pem: return PEMStore.read(bytes, path: path)
        case _ where PEMStore.claims(bytes): return PEMStore.read(bytes, path: path)
        default: break
        }
        let reason =
            format.certificateRefusal.flatMap { $0 == "is no certificate" ? nil : $0 }
            ?? "is no trust store: PEM, DER, PKCS#7, PKCS#12, JKS, cert9.db, p11-kit, .reg and .sst are read"
        return RootStore(path: path, kind: .pem, faults: [FileError(path, reason)])
    }

    /// Reads what is a store by itself, wherever it lies.
    ///
    /// - Returns: nil for certificates and texts with certificates, of which a folder may hold many, and for
    ///   what is no store.
    static func readWhole(_ bytes: [UInt8], called path: String) -> RootStore? {
        if NSSStore.isOne(bytes) { return NSSStore.read(bytes, path: path) }
        if JavaKeyStore.isOne(bytes) { return JavaKeyStore.read(bytes, path: path) }
        if WindowsStore.isSerialized(bytes) { return WindowsStore.readSerialized(bytes, path: path) }
        let format = InputFormat(bytes)
        switch format {
        case .certificate, .empty: return nil
        case .pkcs12: return PKCS12Store.read(bytes, path: path)
        case .pkcs7: return PKCS7Store.read(bytes, path: path)
        case .utf16 where WindowsStore.isRegistryText(text(bytes)):
            return WindowsStore.readRegistry(text(bytes), path: path)
        case _ where isText(format):
            if P11KitStore.isOne(bytes) { return nil }
            if let messages = PKCS7Store.read(pem: bytes, path: path) { return messages }
            if PEMStore.claims(bytes) || format == .pem { return nil }
        default: break
        }
        if WindowsStore.isBlob(bytes) { return WindowsStore.readBlob(bytes, path: path) }
        if WindowsStore.isRegistryText(String(decoding: bytes.prefix(64), as: UTF8.self)) {
            return WindowsStore.readRegistry(String(decoding: bytes, as: UTF8.self), path: path)
        }
        return nil
    }

    /// Whether a text may have certificates in it; an object's first line looks like the begin of a list in
    /// JSON.
    private static func isText(_ format: InputFormat) -> Bool {
        [.pem, .jsonArray, .lines, .other].contains(format)
    }

    /// UTF-16 with a mark at its begin, as the registry's editor writes it.
    private static func text(_ bytes: [UInt8]) -> String {
        let isBig = bytes.starts(with: [0xfe, 0xff])
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for place in stride(from: 2, to: bytes.count - 1, by: 2) {
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            units.append(isBig ? first << 8 | second : second << 8 | first)
        }
        return String(decoding: units, as: UTF16.self)
    }
}

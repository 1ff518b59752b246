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

    /// Reads a store out of memory.
    package static func read(_ bytes: [UInt8], called path: String) -> RootStore {
        if NSSStore.isOne(bytes) { return NSSStore.read(bytes, path: path) }
        if JavaKeyStore.isOne(bytes) { return JavaKeyStore.read(bytes, path: path) }
        if WindowsStore.isSerialized(bytes) { return WindowsStore.readSerialized(bytes, path: path) }
        let format = InputFormat(bytes)
        switch format {
        case .certificate:
            return RootStore(path: path, kind: .der, roots: [StoredRoot(bytes, place: "")])
        case .pkcs12: return PKCS12Store.read(bytes, path: path)
        case .pkcs7: return PKCS7Store.read(bytes, path: path)
        case .empty: return RootStore(path: path, kind: .pem, faults: [FileError(path, "is empty")])
        case .utf16 where WindowsStore.isRegistryText(text(bytes)):
            return WindowsStore.readRegistry(text(bytes), path: path)
        case .pem where P11KitStore.isOne(bytes): return P11KitStore.read(bytes, path: path)
        case .pem: return PEMStore.read(bytes, path: path)
        default: break
        }
        if WindowsStore.isBlob(bytes) { return WindowsStore.readBlob(bytes, path: path) }
        if WindowsStore.isRegistryText(String(decoding: bytes.prefix(64), as: UTF8.self)) {
            return WindowsStore.readRegistry(String(decoding: bytes, as: UTF8.self), path: path)
        }
        let reason =
            format.certificateRefusal.flatMap { $0 == "is no certificate" ? nil : $0 }
            ?? "is no trust store: PEM, DER, PKCS#7, PKCS#12, JKS, cert9.db, p11-kit, .reg and .sst are read"
        return RootStore(path: path, kind: .pem, faults: [FileError(path, reason)])
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

internal import COpenSSL
import Glibc
import Observations

/// The certificates of a PKCS#12 file (RFC 7292), by libcrypto.
///
/// Java's trust stores have no password since version 18, and before that the one that everybody knows.
enum PKCS12Store {
    private static let passwords: [String?] = [nil, "changeit", "", "changeme"]

    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .pkcs12)
        // Old files are packed with RC2, which stands in the legacy provider since OpenSSL 3.
        Self.loadLegacy
        var worst = Int32(0)
        for password in passwords {
            let found = Found()
            let context = Unmanaged.passUnretained(found).toOpaque()
            let code = bytes.withUnsafeBufferPointer {
                cPKCS12_certificates($0.baseAddress, $0.count, password, take, context)
            }
            worst = min(worst, code)
            guard code >= 0 else { continue }
            store.roots = found.roots
            if store.roots.isEmpty {
                store.faults.append(FileError(path, "no certificate in the PKCS#12 store"))
            }
            if !store.roots.isEmpty, store.roots.allSatisfy({ $0.trust == .unstated && !$0.hasPrivateKey }) {
                store.remarks.append("no certificate carries Java's attribute for one that is trusted")
            }
            return store
        }
        store.faults.append(
            FileError(
                path,
                worst == -1
                    ? "is no PKCS#12 store that can be read"
                    : "is a PKCS#12 store with a password of its own; 'keytool -list -rfc' writes its certificates"
            )
        )
        return store
    }

    private static let loadLegacy: Void = {
        // The default provider is no longer there by itself once another one is loaded.
        _ = OSSL_PROVIDER_load(nil, "default")
        _ = OSSL_PROVIDER_load(nil, "legacy")
    }()

    private static let take:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int, UnsafePointer<CChar>?, Int32, Int32
        ) -> Void = { context, der, count, name, isTrusted, hasKey in
            guard let context, let der else { return }
            let found = Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
            let number = found.roots.count + 1
            found.roots.append(
                StoredRoot(
                    Array(UnsafeBufferPointer(start: der, count: count)),
                    place: name.map { String(cString: $0) } ?? "certificate \(number)",
                    trust: isTrusted != 0 ? .trusted : .unstated,
                    hasPrivateKey: hasKey != 0
                )
            )
        }

    private final class Found {
        var roots: [StoredRoot] = []
    }
}

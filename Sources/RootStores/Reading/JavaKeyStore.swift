import Bytes
import Observations

/// Java's own keystore formats, JKS and JCEKS.
///
/// Layout as in OpenJDK's `sun.security.provider.JavaKeyStore`: a magic number, a version, a count, the
/// entries, and a SHA-1 over password, the words "Mighty Aphrodite" and everything before.
enum JavaKeyStore {
    private static let magics: [[UInt8]] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]]
    /// More entries than any store has; a count beyond it is a damaged file.
    private static let mostEntries = 100_000

    static func isOne(_ bytes: [UInt8]) -> Bool { magics.contains { bytes.starts(with: $0) } }

    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .jks)
        var reader = StoreBytes(bytes)
        _ = reader.take(4)
        guard let version = reader.number(4), version == 1 || version == 2, let count = reader.number(4),
            count <= mostEntries
        else {
            store.faults.append(FileError(path, "the head of the Java keystore is damaged"))
            return store
        }
        for number in 0..<count {
            guard read(&reader, version, into: &store) else {
                store.faults.append(
                    FileError(path, "the Java keystore breaks off in entry \(number + 1) of \(count)")
                )
                return store
            }
        }
        if count == 0 { store.remarks.append("holds no certificate") }
        check(bytes, reader.place, &store)
        return store
    }

    /// Reads an entry; false when it breaks off.
    private static func read(_ reader: inout StoreBytes, _ version: Int, into store: inout RootStore) -> Bool
    {
        guard let tag = reader.number(4), let alias = reader.shortText(), reader.take(8) != nil else {
            return false
        }
        switch tag {
        case 1, 3:
            guard let size = reader.number(4), reader.take(size) != nil else { return false }
            guard tag == 1 else { return true }
            guard let chain = reader.number(4), chain <= 100 else { return false }
            for link in 0..<chain {
                guard let der = certificate(&reader, version) else { return false }
                guard link == 0 else { continue }
                store.roots.append(StoredRoot(der, place: alias, trust: .unstated, hasPrivateKey: true))
            }
        case 2:
            guard let der = certificate(&reader, version) else { return false }
            store.roots.append(StoredRoot(der, place: alias))
        default: return false
        }
        return true
    }

    private static func certificate(_ reader: inout StoreBytes, _ version: Int) -> [UInt8]? {
        if version == 2, reader.shortText() == nil { return nil }
        guard let size = reader.number(4), let der = reader.take(size) else { return nil }
        return Array(der)
    }

    /// Says what the check sum says; its password is the one that every Java has, or none.
    private static func check(_ bytes: [UInt8], _ place: Int, _ store: inout RootStore) {
        guard bytes.count - place == 20 else {
            store.faults.append(FileError(store.path, "the Java keystore's check sum is missing"))
            return
        }
        let isSound = ["changeit", "changeme", ""].contains { password in
            let salted =
                password.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } + Array("Mighty Aphrodite".utf8)
                + bytes[..<place]
            return BodyDigest.sha1(salted.span) == Array(bytes[place...])
        }
        if !isSound {
            store.remarks.append("the password is not Java's default, so that its check sum was not tested")
        }
    }
}

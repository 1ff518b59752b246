package import Bytes
package import Observations

/// Finds and reads the trust stores of a system, or those that were named.
package struct StoreSearch {
    private let root: RootFolder
    /// Which files were read, so that one that is reached by several names is read once.
    private var seen: Set<String> = []
    package private(set) var stores: [RootStore] = []
    /// Public keys whose private keys lie in the stores' folders, and where.
    package private(set) var privateKeys: [Digest256: String] = [:]
    package private(set) var faults: [FileError] = []

    package init(_ root: RootFolder) { self.root = root }

    /// Reads all stores at the known places.
    package mutating func readKnown() {
        for pattern in KnownPlaces.bundles + KnownPlaces.java + KnownPlaces.nss {
            for path in root.matching(pattern) { read(file: path) }
        }
        for pattern in KnownPlaces.folders {
            for path in root.matching(pattern) { read(folder: path) }
        }
    }

    /// Reads a store that was named: a file, or a folder of files.
    package mutating func read(_ path: String) {
        guard let real = root.resolve(path), let entry = root.entry(real) else {
            faults.append(FileError(path, "no such file or folder"))
            return
        }
        switch entry {
        case .file: read(file: path)
        case .folder: read(folder: path)
        }
    }

    private mutating func read(file path: String) {
        guard let real = root.resolve(path), root.entry(real) != nil, seen.insert(real).inserted else {
            return
        }
        let store = StoreReader.read(root.outside(real), called: path)
        faults += store.faults
        if !store.roots.isEmpty || !store.remarks.isEmpty { stores.append(store) }
    }

    /// Reads the certificates of a folder as one store; what is something else is passed over, as the system
    /// does.
    private mutating func read(folder path: String) {
        guard let real = root.resolve(path), seen.insert(real).inserted else { return }
        var store = RootStore(path: path, kind: .pem)
        let names: [String]
        do throws(FileError) { names = try root.names(in: real) } catch {
            faults.append(FileError(path, "can't be listed"))
            return
        }
        for name in names {
            let file = path + "/" + name
            guard let target = root.resolve(file) else {
                // A link that leads nowhere is what a removed root leaves behind.
                continue
            }
            switch root.entry(target) {
            case .folder? where Self.mayHold(name): read(folder: file)
            case .file? where seen.insert(target).inserted: add(file, target, name, to: &store)
            default: continue
            }
        }
        if !store.roots.isEmpty { stores.append(store) }
    }

    /// A folder below that is a store of its own: a local administrator sorts what he adds.
    ///
    /// Java's stands in the list of files.
    private static func mayHold(_ name: String) -> Bool { name != "java" && !name.hasPrefix(".") }

    private mutating func add(_ file: String, _ target: String, _ name: String, to store: inout RootStore) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try StoreFile.bytes(of: root.outside(target), called: file) } catch {
            faults.append(error)
            return
        }
        for digest in PrivateKeys.publicDigests(of: bytes) { privateKeys[digest] = file }
        switch InputFormat(bytes) {
        case .certificate: store.roots.append(StoredRoot(bytes, place: name))
        case .pem:
            let part = StoreReader.read(bytes, called: file)
            let isBesideTheMatter = part.roots.isEmpty && !Self.claims(bytes)
            if !isBesideTheMatter { faults += part.faults }
            for found in part.roots {
                store.roots.append(
                    StoredRoot(
                        found.der,
                        place: part.roots.count == 1 ? name : "\(name): \(found.place)",
                        trust: found.trust
                    )
                )
            }
        default: return
        }
    }

    /// Whether a PEM text says that it holds a certificate; a key or a list of parameters does not.
    private static func claims(_ bytes: [UInt8]) -> Bool {
        bytes.firstRange(of: Array("CERTIFICATE-----".utf8)) != nil
    }
}

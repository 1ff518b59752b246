package import Bytes
package import Observations

/// Finds and reads the trust stores of a system, or those that were named.
package struct StoreSearch {
    private let root: RootFolder
    /// Under which name each file or folder was read as a store, so that one with several names is read once.
    private var seen: [String: String] = [:]
    /// The places that were named; nil when the known ones were read, and so the whole system is meant.
    private var named: [String]? = []
    private var hidden: Set<String> = []
    package private(set) var stores: [RootStore] = []
    /// Public keys whose private keys lie in the stores' folders, and where.
    package private(set) var privateKeys: [Digest256: String] = [:]
    package private(set) var faults: [FileError] = []
    /// By store what of it could not be read: names in a folder, or nothing but an empty name for all of it.
    package private(set) var unread: [String: Set<String>] = [:]

    package init(_ root: RootFolder) { self.root = root }

    /// Reads all stores at the known places.
    package mutating func readKnown() {
        named = nil
        for pattern in KnownPlaces.bundles {
            for path in matching(pattern) { read(file: path, isText: true) }
        }
        for pattern in KnownPlaces.java + KnownPlaces.nss {
            for path in matching(pattern) { read(file: path) }
        }
        var java = JavaSearch(root)
        for folder in KnownPlaces.javaFolders { java.look(below: folder) }
        faults += java.faults
        for path in java.found { read(file: path) }
        for (pattern, use) in KnownPlaces.folders {
            for path in matching(pattern) { read(folder: path, use) }
        }
    }

    /// Reads a store that was named: a file, or a folder of files.
    package mutating func read(_ path: String) {
        let path = "/" + path.split(separator: "/").joined(separator: "/")
        named?.append(path)
        switch root.presence(of: path) {
        case .gone: faults.append(FileError(path, "no such file or folder"))
        case .hidden(let fault):
            unread[path] = [""]
            faults.append(fault)
        case .there(let real): read(path, real)
        }
    }

    private mutating func read(_ path: String, _ real: String) {
        switch root.entry(real) {
        case .folder?: read(folder: path, KnownPlaces.use(of: path))
        case .file?, .link?: read(file: path)
        case nil: faults.append(FileError(path, "is neither a file nor a folder"))
        }
    }

    /// Looks again at the places in which an earlier audit found roots and this one did not look yet, as far
    /// as they are meant, and forgets the others.
    package mutating func read(placesOf earlier: inout EarlierAudit) {
        for path in earlier.stores.keys.sorted() where !stores.contains(where: { $0.path == path }) {
            let isMeant = named?.contains { path == $0 || path.hasPrefix($0 == "/" ? $0 : $0 + "/") } ?? true
            guard isMeant else {
                earlier.forget(path)
                continue
            }
            switch root.presence(of: path) {
            case .gone: continue
            case .hidden(let fault):
                unread[path] = [""]
                addHidden(fault)
            case .there(let real):
                if let name = seen[real] { earlier.rename(path, to: name) } else { read(path, real) }
            }
        }
    }

    private mutating func matching(_ pattern: String) -> [String] {
        var found: [FileError] = []
        let paths = root.matching(pattern) { found.append($0) }
        for fault in found { addHidden(fault) }
        return paths
    }

    /// A folder that can't be looked into is said once, however many places in it were asked for.
    private mutating func addHidden(_ fault: FileError) {
        if hidden.insert(fault.description).inserted { faults.append(fault) }
    }

    private mutating func read(file path: String, isText: Bool = false) {
        guard let real = root.resolve(path), seen[real] == nil else { return }
        seen[real] = path
        guard root.entry(real) != nil else {
            unread[path] = [""]
            return faults.append(FileError(path, "is neither a file nor a folder"))
        }
        var store: RootStore
        do throws(FileError) {
            let bytes = try StoreFile.bytes(of: root.outside(real), called: path)
            store = isText ? StoreReader.readText(bytes, called: path) : StoreReader.read(bytes, called: path)
        } catch {
            store = RootStore(path: path, kind: .pem, faults: [error])
        }
        add(store, at: real)
    }

    /// Takes what a file was read to.
    private mutating func add(_ read: RootStore, at real: String) {
        var store = read
        let path = store.path
        if store.kind == .nss, hasBytes(real + "-wal") {
            store.faults.append(FileError(path + "-wal", "holds changes of the database that were not read"))
        }
        faults += store.faults
        // A file without a byte was read well enough: nothing is in it.
        if store.faults.contains(where: { $0.reason != StoreReader.emptiness }) { unread[path] = [""] }
        if !store.roots.isEmpty || !store.remarks.isEmpty { stores.append(store) }
    }

    private func hasBytes(_ real: String) -> Bool {
        guard root.entry(real) == .file else { return false }
        return root.size(real) != 0
    }

    /// Reads the certificates of a folder as one store; what is something else is passed over, as the system
    /// does.
    ///
    /// A file that another folder leads to stands in both: each is a place to take it out of.
    private mutating func read(folder path: String, _ use: KnownPlaces.Use) {
        guard let real = root.resolve(path), root.entry(real) == .folder, seen[real] == nil else { return }
        seen[real] = path
        let names: [String]
        do throws(FileError) { names = try root.names(in: real) } catch {
            unread[path] = [""]
            return faults.append(FileError(path, "can't be listed: \(error.reason)"))
        }
        var store = RootStore(path: path, kind: .pem)
        var inside: Set<String> = []
        // A file's own name tells more than the link by its hash.
        let plain = use == .hashed ? [] : names.filter { !Self.isHash($0) }
        for name in plain + names.filter(Self.isHash) {
            let file = path + "/" + name
            // A link that leads nowhere is what a removed root leaves behind.
            let target: String
            switch root.presence(of: file) {
            case .gone: continue
            case .hidden(let fault):
                unread[path, default: []].insert(name)
                addHidden(fault)
                continue
            case .there(let real): target = real
            }
            switch root.entry(target) {
            case .folder? where Self.mayHold(name):
                read(folder: file, KnownPlaces.use(of: name, in: use))
            case .file? where seen[target] == nil && inside.insert(target).inserted:
                let folder = FolderFile(path: file, name: name, use: use)
                let part: RootStore
                do throws(FileError) {
                    let bytes = try StoreFile.bytes(of: root.outside(target), called: file)
                    if use == .named, let whole = StoreReader.readWhole(bytes, called: file) {
                        seen[target] = file
                        // A profile has databases of other things beside that of certificates.
                        if !whole.faults.contains(where: { $0.reason == NSSStore.isAnother }) {
                            add(whole, at: target)
                        }
                        continue
                    }
                    for digest in PrivateKeys.publicDigests(of: bytes) {
                        privateKeys[digest] = privateKeys[digest] ?? file
                    }
                    part = folder.read(bytes)
                } catch {
                    part = RootStore(path: file, kind: .pem, faults: [error])
                }
                store.roots += part.roots
                faults += part.faults
                if !part.faults.isEmpty { unread[path, default: []].insert(name) }
            case nil where seen[target] == nil:
                unread[path, default: []].insert(name)
                faults.append(FileError(file, "is neither a file nor a folder"))
            default: continue
            }
        }
        if !store.roots.isEmpty { stores.append(store) }
    }

    /// A folder below that is a store of its own: a local administrator sorts what he adds.
    ///
    /// Java's stands in the list of files.
    private static func mayHold(_ name: String) -> Bool { name != "java" && !name.hasPrefix(".") }

    /// Whether a name is one by which OpenSSL looks for a certificate: eight digits and a number.
    private static func isHash(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count == 8 && parts[0].allSatisfy(\.isHexDigit)
            && parts[1].allSatisfy(\.isNumber)
    }
}

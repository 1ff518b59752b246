package import Bytes
package import Observations

/// Which roots are expected, and which are refused by whom.
package struct RootBaseline: Sendable {
    /// Who expects a root, by the SHA-256 of its certificate.
    private var expected: [Digest256: String] = [:]
    /// The same for lists that know a SHA-1 only.
    private var expectedBySHA1: [[UInt8]: String] = [:]
    private var refused: [Digest256: String] = [:]
    private var refusedBySHA1: [[UInt8]: (source: String, since: Int)] = [:]
    /// The roots that the system's own packages bring, and so its bundle should have.
    package private(set) var packaged: [Digest256: String] = [:]
    /// How many roots each source brought, in the order in which they were read.
    package private(set) var sources: [(name: String, count: Int)] = []
    /// Files of packages that are no longer what was brought.
    package private(set) var changed: [String] = []
    package private(set) var faults: [FileError] = []
    package private(set) var remarks: [String] = []

    package init() {}

    package var isEmpty: Bool { expected.isEmpty && expectedBySHA1.isEmpty }

    /// Takes the roots that the system's packages brought, and looks whether they are still what was brought.
    package mutating func add(_ packages: PackageFiles, _ root: RootFolder) {
        faults += packages.faults
        var count = 0
        var missing: [String] = []
        for path in packages.certificatePaths {
            let real: String
            switch root.presence(of: path) {
            case .there(let place): real = place
            case .hidden(let fault):
                faults.append(fault)
                continue
            case .gone:
                missing.append(path)
                continue
            }
            let bytes: [UInt8]
            do throws(FileError) { bytes = try StoreFile.bytes(of: root.outside(real), called: path) } catch {
                faults.append(error)
                continue
            }
            let state = packages.state(of: path, bytes)
            if state == .changed {
                addChanged(path)
                continue
            }
            if state == .untested {
                remarks.append("\(path) was taken as its package's own; 'rpm -V ca-certificates' tests it")
            }
            let store = StoreReader.read(bytes, called: path)
            faults += store.faults
            for found in store.roots {
                let facts = RootFacts(found.der)
                if found.trust == .distrusted {
                    refused[facts.sha256] = path
                } else {
                    expected[facts.sha256] = path
                    packaged[facts.sha256] = path
                    count += 1
                }
            }
        }
        if let first = missing.first {
            let others = missing.count > 1 ? " and \(missing.count - 1) other files of packages are" : " is"
            remarks.append("\(first)\(others) missing")
        }
        sources.append(("packages of the system (\(packages.databases.joined(separator: ", ")))", count))
    }

    /// Takes the roots of stores that a package brought and that are still what it brought, such as a Java
    /// runtime's; those that are another than was brought are remembered.
    package mutating func add(_ packages: PackageFiles, _ stores: [RootStore], _ root: RootFolder) {
        for store in stores {
            // One that can't be read has been said already.
            guard let real = root.resolve(store.path), root.entry(real) == .file,
                let bytes = try? StoreFile.bytes(of: root.outside(real), called: store.path)
            else { continue }
            var state = packages.state(of: real, bytes)
            if state == .foreign, real != store.path {
                // A package's file in whose place a link stands now; what its own link leads to is no file of
                // its.
                let link = root.target(ofLink: store.path).map { Array($0.utf8) }
                state = packages.state(of: store.path, link ?? bytes) == .changed ? .changed : .foreign
            }
            switch state {
            case .original: add(packaged: store)
            case .changed: addChanged(store.path)
            case .untested, .foreign: continue
            }
        }
    }

    private mutating func addChanged(_ path: String) {
        guard !changed.contains(path) else { return }
        changed.append(path)
        remarks.append("\(path) is not what its package brought, and is no baseline")
    }

    private mutating func add(packaged store: RootStore) {
        for root in store.roots where root.trust != .distrusted {
            let digest = RootFacts(root.der).sha256
            if expected[digest] == nil { expected[digest] = store.path }
        }
    }

    /// Takes a list that was named: Mozilla's as PEM, Microsoft's as `authroot.stl` or PEM, digests, or any
    /// store.
    package mutating func add(file: String, called name: String) {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try StoreFile.bytes(of: file, called: file) } catch {
            return faults.append(error)
        }
        if InputFormat(bytes) == .pkcs7, let list = MicrosoftList(bytes) {
            for digest in list.listed where list.disallowed[digest] == nil { expectedBySHA1[digest] = name }
            for (digest, since) in list.disallowed { refusedBySHA1[digest] = (name, since) }
            return sources.append((name, list.listed.count))
        }
        if let digests = Self.digests(bytes) {
            for digest in digests { expected[digest] = name }
            return sources.append((name, digests.count))
        }
        let store = StoreReader.read(file, called: file)
        faults += store.faults
        for root in store.roots {
            let digest = RootFacts(root.der).sha256
            if root.trust == .distrusted { refused[digest] = name } else { expected[digest] = name }
        }
        sources.append((name, store.roots.count))
    }

    /// A list of SHA-256 digests, one a line, with words and `#` remarks behind; nil for anything else.
    private static func digests(_ bytes: [UInt8]) -> [Digest256]? {
        guard !bytes.contains(0), bytes.count < 16 << 20 else { return nil }
        var digests: [Digest256] = []
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            let first = line.prefix { $0 != " " && $0 != "\t" && $0 != "," && $0 != "#" }
            let plain = first.lowercased().hasPrefix("sha256:") ? first.dropFirst(7) : first
            guard let digest = Digest256(plain) else { return nil }
            digests.append(digest)
        }
        return digests.isEmpty ? nil : digests
    }

    /// Who expects a root; nil for nobody.
    package func source(of root: RootFacts) -> String? {
        expected[root.sha256] ?? expectedBySHA1[root.sha1]
    }

    /// Who refuses a root at a time.
    ///
    /// - Parameter now: in milliseconds since 1970.
    package func refusal(of root: RootFacts, now: Int) -> String? {
        if let source = refused[root.sha256] { return source }
        guard let entry = refusedBySHA1[root.sha1], entry.since <= now else { return nil }
        return "\(entry.source), since \(RFC3339.day(entry.since))"
    }
}

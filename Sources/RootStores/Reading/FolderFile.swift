import Observations

/// A file in a folder of certificates, as whoever reads the folder understands it.
struct FolderFile {
    let path: String
    /// In the folder.
    let name: String
    let use: KnownPlaces.Use

    /// The roots in a file; nothing, and no fault, for what is no matter of such a folder.
    func read(_ bytes: [UInt8]) -> RootStore {
        // The first bytes decide nothing: programs look for the blocks wherever they stand.
        let part: RootStore
        if use != .certificates, use != .hashed, P11KitStore.isOne(bytes) {
            part = P11KitStore.read(bytes, path: path)
        } else if PEMStore.claims(bytes) {
            part = PEMStore.read(bytes, path: path, plain: plain)
        } else {
            part = RootStore(path: path, kind: .pem)
        }
        guard InputFormat(bytes) != .certificate else {
            let der = CertificateFile.contents(of: bytes, name: path)
            let own = der.certificates.map { StoredRoot($0, place: name, trust: plain) }
            return RootStore(
                path: path,
                kind: .der,
                roots: own + part.roots,
                faults: der.faults + part.faults
            )
        }
        let roots = part.roots.map { root in
            StoredRoot(
                root.der,
                place: part.roots.count == 1 ? name : "\(name): \(root.place)",
                trust: trust(root.trust, part.kind)
            )
        }
        return RootStore(path: path, kind: .pem, roots: roots, faults: part.faults)
    }

    /// What a certificate is trusted for that stands there without a word.
    private var plain: StoredRoot.Trust {
        switch use {
        case .certificates, .hashed, .anchors, .named: .trusted
        case .objects: .unstated
        case .blocklist: .distrusted
        }
    }

    /// What a root is trusted for in this folder, given what its file says.
    private func trust(_ told: StoredRoot.Trust, _ kind: RootStore.Kind) -> StoredRoot.Trust {
        switch use {
        // OpenSSL's settings hold there, too; an object without a word is an anchor.
        case .anchors where told == .unstated && kind == .p11kit: .trusted
        case .blocklist: .distrusted
        default: told
        }
    }
}

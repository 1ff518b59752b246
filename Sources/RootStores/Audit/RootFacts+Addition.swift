extension RootFacts {
    /// What is said of a root that no baseline knows.
    func addition(of root: StoredRoot, in store: RootStore) -> String {
        if isLeaf {
            return "No baseline knows this certificate; it is no authority, and vouches for itself alone."
        }
        // Debian fills Java's keystore from its other package, and takes nothing out of it when that drops a
        // root.
        if store.kind == .jks || store.kind == .pkcs12, root.place.hasPrefix("debian:") {
            return
                "No baseline knows this root; an older version of the distribution's package may have brought it."
        }
        return "No baseline knows this root."
    }
}

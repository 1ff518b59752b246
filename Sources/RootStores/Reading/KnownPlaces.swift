/// Where systems keep the roots that they trust.
///
/// Paths from the distributions' packages (ca-certificates of Debian, Alpine, Fedora, SUSE, Arch;
/// ca-certificates-java), OpenJDK, NSS and Mozilla's applications, and Android's conscrypt module. `*` stands
/// for any one name.
enum KnownPlaces {
    /// Files that hold many roots, which programs read as PEM.
    static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/var/lib/ca-certificates/ca-bundle.pem",
        // Where OpenSSL looks by itself, as Debian, Alpine and its makers build it, and where Go looks.
        "/usr/lib/ssl/cert.pem", "/usr/local/ssl/cert.pem", "/etc/ssl1.1/cert.pem", "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/openssl/ca-bundle.trust.crt",
        "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
        "/etc/ca-certificates/extracted/ca-bundle.trust.crt",
    ]

    /// What stands in a folder, as the program understands it that reads the folder.
    enum Use: Sendable {
        /// OpenSSL and its like: each certificate is trusted, and p11-kit's attributes are remarks.
        case certificates
        /// The same, of which only files count that are named by a hash: a server's own certificate may lie
        /// beside them.
        case hashed
        /// p11-kit's `anchors`: each certificate is trusted that its object does not refuse.
        case anchors
        /// p11-kit's main folders: each object says for itself; a certificate alone is trusted for nothing.
        case objects
        /// p11-kit's `blocklist`: each certificate is refused.
        case blocklist
        /// A folder that was named, of which nobody knows who reads it.
        case named
    }

    /// Folders of single certificates: what is in use, and what an administrator or a package put there.
    static let folders: [(pattern: String, use: Use)] =
        [
            "/usr/local/share/ca-certificates", "/etc/ssl/certs", "/system/etc/security/cacerts",
            "/apex/com.android.conscrypt/cacerts", "/data/misc/user/*/cacerts-added",
        ]
        .map { ($0, .certificates) } + hashed.map { ($0, .hashed) } + sources.map { ($0, .objects) }

    /// Folders in which OpenSSL looks by itself, or whoever is told to.
    private static let hashed = [
        "/usr/lib/ssl/certs", "/usr/local/ssl/certs", "/etc/ssl1.1/certs", "/etc/pki/tls/certs",
        "/etc/pki/ca-trust/extracted/pem/directory-hash", "/var/lib/ca-certificates/openssl",
        "/var/lib/ca-certificates/pem", "/etc/ca-certificates/extracted/cadir",
    ]

    /// The folders of p11-kit's trust module, the administrator's and the packages', as the distributions set
    /// them; each has `anchors` and `blocklist` in it.
    private static let sources = [
        "/etc/pki/ca-trust/source", "/usr/share/pki/ca-trust-source", "/etc/pki/trust",
        "/usr/share/pki/trust", "/etc/ca-certificates/trust-source",
        "/usr/share/ca-certificates/trust-source",
    ]

    /// What a folder that was named is used for.
    static func use(of path: String) -> Use {
        if let known = folders.first(where: { $0.pattern == path }) { return known.use }
        return use(of: String(path.split(separator: "/").last ?? ""), in: .named)
    }

    /// What a folder in another one is used for.
    static func use(of name: String, in outer: Use) -> Use {
        guard outer == .objects || outer == .named else { return outer }
        switch name {
        case "anchors": return .anchors
        case "blocklist", "blacklist": return .blocklist
        default: return outer
        }
    }

    static let java = [
        "/etc/ssl/certs/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts", "/etc/pki/java/cacerts",
        "/var/lib/ca-certificates/java-cacerts",
    ]

    /// Folders in which Java runtimes are installed, and applications that bring their own.
    static let javaFolders = ["/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java", "/opt"]

    private static let homes = ["/root", "/home/*"]
    static let nss =
        ["/etc/pki/nssdb/cert9.db"]
        + homes.flatMap { home in
            [
                "/.mozilla/firefox/*/cert9.db", "/snap/firefox/common/.mozilla/firefox/*/cert9.db",
                "/.var/app/org.mozilla.firefox/.mozilla/firefox/*/cert9.db", "/.thunderbird/*/cert9.db",
                "/.pki/nssdb/cert9.db", "/snap/*/current/.pki/nssdb/cert9.db",
                // Where newer versions keep them (XDG's folders), and where Flatpak does.
                "/.config/mozilla/firefox/*/cert9.db", "/.local/share/pki/nssdb/cert9.db",
                "/.var/app/org.mozilla.Thunderbird/.thunderbird/*/cert9.db",
                "/.var/app/*/data/pki/nssdb/cert9.db", "/snap/thunderbird/common/.thunderbird/*/cert9.db",
                // Browsers that are made of Firefox.
                "/.librewolf/*/cert9.db", "/.waterfox/*/cert9.db", "/.zen/*/cert9.db",
            ].map { home + $0 }
        }
}

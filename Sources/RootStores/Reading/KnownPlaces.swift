/// Where systems keep the roots that they trust.
///
/// Paths from the distributions' packages (ca-certificates of Debian, Alpine, Fedora, SUSE;
/// ca-certificates-java), OpenJDK, NSS and Mozilla's applications, and Android's conscrypt module. `*` stands
/// for any one name.
enum KnownPlaces {
    /// Files that hold many roots, read first: a folder's links often lead to them.
    static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/var/lib/ca-certificates/ca-bundle.pem",
    ]

    /// Folders of single certificates: what is in use, and what an administrator put there.
    static let folders = [
        "/etc/ssl/certs", "/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors",
        "/etc/pki/trust/anchors", "/etc/ca-certificates/trust-source/anchors", "/system/etc/security/cacerts",
        "/apex/com.android.conscrypt/cacerts", "/data/misc/user/*/cacerts-added",
    ]

    /// Folders into which an administrator puts roots, and where a private key has no business.
    static let additions = [
        "/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors", "/etc/pki/trust/anchors",
        "/etc/ca-certificates/trust-source/anchors",
    ]

    static let java = [
        "/etc/ssl/certs/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts",
        "/usr/lib/jvm/*/lib/security/cacerts", "/usr/lib/jvm/*/lib/security/jssecacerts",
        "/usr/lib/jvm/*/jre/lib/security/cacerts", "/usr/lib/jvm/*/jre/lib/security/jssecacerts",
        "/opt/*/lib/security/cacerts", "/opt/*/lib/security/jssecacerts", "/opt/*/jre/lib/security/cacerts",
        "/opt/java/*/lib/security/cacerts",
    ]

    private static let homes = ["/root", "/home/*"]
    static let nss =
        ["/etc/pki/nssdb/cert9.db"]
        + homes.flatMap { home in
            [
                "/.mozilla/firefox/*/cert9.db", "/snap/firefox/common/.mozilla/firefox/*/cert9.db",
                "/.var/app/org.mozilla.firefox/.mozilla/firefox/*/cert9.db", "/.thunderbird/*/cert9.db",
                "/.pki/nssdb/cert9.db", "/snap/*/current/.pki/nssdb/cert9.db",
            ].map { home + $0 }
        }
}

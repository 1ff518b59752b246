package import Observations

/// A trust store as it was read: a file, or a folder of files, and the roots in it.
package struct RootStore: Sendable {
    /// What a store is made of.
    package enum Kind: String, CaseIterable, Sendable {
        /// PEM blocks one after another, OpenSSL's `TRUSTED CERTIFICATE` among them.
        case pem
        /// One certificate.
        case der
        /// Text objects of p11-kit, as Fedora, Red Hat and SUSE keep them.
        case p11kit
        /// Java's own keystore format, JKS or JCEKS.
        case jks
        /// PKCS#12 (RFC 7292), which Java uses since version 9.
        case pkcs12
        /// NSS's `cert9.db`: Firefox, Thunderbird, Chromium on Linux.
        case nss
        /// A property list of a certificate as the Windows registry keeps it, a `.reg` export or a `.sst`
        /// file.
        case windows
        /// Certificates in a PKCS#7 message (RFC 2315), as `certutil` exports them.
        case pkcs7
    }

    /// The path below the root folder that was audited, with a slash in front.
    package let path: String
    package let kind: Kind
    package var roots: [StoredRoot]
    /// What of the store could not be read, each with its file and place.
    package var faults: [FileError]
    /// What is worth a word although everything was read, such as an integrity check that nobody could make.
    package var remarks: [String]

    package init(
        path: String,
        kind: Kind,
        roots: [StoredRoot] = [],
        faults: [FileError] = [],
        remarks: [String] = []
    ) {
        self.path = path
        self.kind = kind
        self.roots = roots
        self.faults = faults
        self.remarks = remarks
    }
}

/// A certificate in a store.
package struct StoredRoot: Sendable {
    /// What the store says about the certificate's use for TLS servers.
    package enum Trust: String, Sendable {
        /// It vouches for servers.
        case trusted
        /// It is there to be refused.
        case distrusted
        /// It is there without a word about servers: an intermediate, or a root for other uses.
        case unstated
    }

    package let der: [UInt8]
    /// Where in the store: a line, an alias, a nickname; empty for a store of one certificate.
    package let place: String
    package let trust: Trust
    /// Whether the store keeps the certificate's private key, too.
    package let hasPrivateKey: Bool

    package init(_ der: [UInt8], place: String, trust: Trust = .trusted, hasPrivateKey: Bool = false) {
        self.der = der
        self.place = place
        self.trust = trust
        self.hasPrivateKey = hasPrivateKey
    }
}

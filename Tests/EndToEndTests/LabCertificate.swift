import TestSupport

/// A certificate that holds what it is told and nothing else, made by `openssl`.
struct LabCertificate {
    let certificate: String
    let key: String
    /// Where both lie as long as this value or another keeps it.
    let scratch = Scratch()

    /// What `openssl` adds unasked.
    private static let noKeyIDs = "subjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n"

    /// - Parameters:
    ///   - subject: as in `openssl req -subj`.
    ///   - issuer: another name that the same key signs under; nil for the subject's.
    ///   - ca: the issuer has a key of its own.
    ///   - key: as in `openssl req -newkey`, with its options.
    ///   - extensions: lines of an extension section.
    init(
        _ subject: String,
        issuer: String? = nil,
        ca: Bool = false,
        key algorithm: [String] = ["rsa:2048"],
        days: Int = 3650,
        serial: String = "0x3F1C9A5E7D2B4866",
        extensions: String = ""
    ) throws {
        certificate = scratch.file("certificate.pem")
        key = scratch.file("key.pem")
        let plain = ["-config", try scratch.write("plain", "[req]\ndistinguished_name=name\n[name]\n")]
        let request = scratch.file("request")
        let new = ["-nodes", "-newkey"] + algorithm
        try check("openssl", ["req", "-subj", subject, "-keyout", key, "-out", request] + plain + new)
        var signer = ["-signkey", key]
        if let issuer {
            let (name, own) = (scratch.file("issuer.pem"), ca ? scratch.file("issuer.key") : key)
            let keys = ca ? new + ["-keyout", own] : ["-key", key]
            try check("openssl", ["req", "-x509", "-subj", issuer, "-out", name] + plain + keys)
            signer = ["-CA", name, "-CAkey", own]
        }
        try check(
            "openssl",
            ["x509", "-req", "-sha256", "-in", request, "-days", "\(days)", "-set_serial", serial]
                + ["-extfile", try scratch.write("extensions", Self.noKeyIDs + extensions)]
                + ["-out", certificate] + signer
        )
    }

    /// What Debian's ssl-cert package makes for a machine, and Debian's servers are configured with.
    static func snakeoil() throws -> LabCertificate {
        try LabCertificate(
            "/CN=build-host",
            extensions: "basicConstraints=CA:FALSE\nsubjectAltName=DNS:build-host\n"
        )
    }

    /// Both in one file, as HAProxy wants them.
    func combined(_ scratch: Scratch) throws -> String {
        let path = scratch.file("both.pem")
        try check("sh", ["-c", "cat \"$1\" \"$2\" > \"$3\"", "sh", certificate, key, path])
        return path
    }

    /// Both in a key store, as Java wants them.
    func store(_ scratch: Scratch) throws -> String {
        let path = scratch.file("store.p12")
        try check(
            "openssl",
            [
                "pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:changeit", "-out",
                path,
            ]
        )
        return path
    }
}

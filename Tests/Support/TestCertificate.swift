/// A self-signed certificate and its key, made by `openssl req`.
package struct TestCertificate: Sendable {
    package let certificate: String
    package let key: String
    private let scratch: Scratch

    /// - Parameters:
    ///   - subject: as in `openssl req -subj`: `/C=US/CN=example`.
    ///   - algorithm: `-newkey` and its `-pkeyopt`s: `["ec", "ec_paramgen_curve:P-256"]`.
    ///   - extra: further arguments of `openssl req`, such as `-addext`.
    package init(
        subject: String = "/CN=server.test",
        algorithm: [String] = ["ec", "ec_paramgen_curve:P-256"],
        days: Int = 30,
        extra: [String] = []
    ) throws {
        let scratch = Scratch()
        self.scratch = scratch
        certificate = scratch.file("certificate.pem")
        key = scratch.file("key.pem")
        try check(
            "openssl",
            ["req", "-x509", "-nodes", "-subj", subject, "-days", "\(days)", "-newkey", algorithm[0]]
                + algorithm.dropFirst().flatMap { ["-pkeyopt", $0] }
                + ["-keyout", key, "-out", certificate] + extra
        )
    }
}

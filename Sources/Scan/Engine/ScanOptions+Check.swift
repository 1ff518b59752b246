import Net
import TLSClient

extension ScanOptions {
    /// Makes once what each loop makes for itself, and throws it away.
    ///
    /// Whoever is about to write over a file asks first: a name server that is none, or a trust store that
    /// can't be read, is known before anything is lost.
    ///
    /// - Throws: what the loop would have ended with.
    package func check() throws {
        try verify?.check()
        let loop = try EventLoop()
        _ = try Resolver(on: loop, servers: resolvers)
    }
}

extension VerifyOptions {
    /// Reads the files once.
    ///
    /// - Throws: for one that can't be read, or holds no certificate.
    package func check() throws {
        _ = try TrustStore(file: caFile)
        for store in stores { _ = try TrustStore(file: store.file) }
    }
}

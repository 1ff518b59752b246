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
        if let verify {
            _ = try TrustStore(file: verify.caFile)
            for store in verify.stores { _ = try TrustStore(file: store.file) }
        }
        let loop = try EventLoop()
        _ = try Resolver(on: loop, servers: resolvers)
    }
}

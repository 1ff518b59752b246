import COpenSSL

/// A revocation list in DER, taken apart once for all certificates that it is asked about.
///
/// Whether it is the issuer's, whole, and meant for certificates that name its address is checked with each
/// answer: a list that somebody put in the place of another one says nothing (RFC 5280, section 6.3.3).
final class RevocationList {
    private let list: OpaquePointer
    /// Where it came from; nil when that is not known.
    private let url: String?
    /// Who was tried last, and whether that one signed it: a list is mostly asked about one issuer's
    /// certificates, and its signature is over all of it.
    private var issuer: [UInt8] = []
    private var isSigned = false

    /// Nil for what is no list.
    init?(_ bytes: [UInt8], url: String? = nil) {
        guard let list = cCRL_open(bytes, bytes.count) else { return nil }
        self.list = list
        self.url = url
    }

    deinit { cCRL_close(list) }

    /// Until when it holds, in milliseconds since 1970; nil when it does not say.
    var nextUpdate: Int? {
        let seconds = cCRL_next_update(list)
        return seconds == 0 ? nil : Int(seconds) &* 1000
    }

    /// - Parameter now: in milliseconds since 1970.
    func look(leaf: [UInt8], issuer: [UInt8], now: Int) -> RevocationContext.Statement {
        if issuer != self.issuer {
            isSigned = cCRL_is_signed(list, issuer, issuer.count) == 1
            self.issuer = issuer
        }
        var out = cRevocation()
        let result = cCRL_look(list, url, leaf, leaf.count, isSigned ? 1 : 0, &out)
        return RevocationProof.statement(result, out, now)
    }
}

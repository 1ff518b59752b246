import TLSClient
import Testing
import Wire

@Suite struct FallbackTests {
    @Test(arguments: [
        (GrabFailure.alert(40), true, [ClientHello.Look.tls12, .noServerName]),
        (.alert(40), false, [.tls12, .legacy]), (.alert(70), true, [.tls12, .legacy]),
        (.alert(112), true, [.noServerName, .tls12]), (.alert(120), true, [.noProtocols, .tls12]),
        (.closed, true, [.tls12, .legacy]), (.reset, true, [.tls12, .legacy]),
        (.timeout, false, [.tls12, .legacy]), (.violation(.share), true, [.tls12]), (.notTLS, true, []),
        (.noCertificate, true, []), (.limit(.bytes), true, []),
    ])
    func atMostTwoMoreHellos(_ failure: GrabFailure, _ sentName: Bool, _ looks: [ClientHello.Look]) {
        var tried = [ClientHello.Look.default]
        while let next = Fallback.next(
            after: failure,
            suite: nil,
            tried: tried,
            sentName: sentName
        ) {
            tried.append(next)
        }
        #expect(Array(tried.dropFirst()) == looks)
        #expect(tried.count <= Fallback.maximumTries)
    }

    /// A server that answered the hello is not intolerant of it.
    @Test(arguments: [GrabFailure.closed, .reset, .timeout])
    func closeAfterTheServerHelloIsFinal(_ failure: GrabFailure) {
        #expect(Fallback.next(after: failure, suite: 0xc02f, tried: [.default], sentName: true) == nil)
    }
}

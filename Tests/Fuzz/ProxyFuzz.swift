import Wire

/// What a proxy says, in pieces: the place where the endpoint's bytes begin is never outside of the last
/// piece.
func fuzzProxy(_ bytes: [UInt8]) {
    let login = ProxyLogin(name: "a", password: "b")
    for kind in [ProxyTunnel.Kind.socks5, .http] {
        for login in [nil, login] {
            var tunnel = ProxyTunnel(kind, to: IPAddress(v4: 0xc000_0201), port: 443, login: login)
            _ = tunnel.begin()
            var place = 0
            pieces: while place < bytes.count {
                let size = min(bytes.count - place, 1 + Int(bytes[place]) % 64)
                let piece = Array(bytes[place..<place + size])
                switch tunnel.received(piece.span) {
                case .wait, .send: place += size
                case .open(let consumed):
                    precondition(0...size ~= consumed)
                    break pieces
                case .fail: break pieces
                }
            }
        }
    }
}

func proxySeeds() -> [[UInt8]] {
    let answer = Array("HTTP/1.1 200 Connection established\r\nVia: a\r\n\r\n".utf8)
    return [
        answer, [2, 5, 0, 9, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80], [5, 2, 1, 0, 5, 0, 0, 3, 1, 0x61, 0, 80],
        [5, 0, 5, 5],
    ]
}

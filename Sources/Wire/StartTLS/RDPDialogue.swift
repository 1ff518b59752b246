/// RDP's negotiation in the X.224 connection request (MS-RDPBCGR, 2.2.1.1 and 2.2.1.2).
struct RDPDialogue: Dialogue {
    mutating func begin() -> [UInt8]? {
        // TPKT, X.224 connection request, RDP_NEG_REQ for TLS and for CredSSP, which begins with TLS.
        [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0] + [1, 0, 8, 0, 3, 0, 0, 0]
    }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let first = buffer.first else { return .more }
        guard first == 3 else { return .foreign("the answer is no TPKT", buffer) }
        guard buffer.count >= 6 else { return .more }
        let start = buffer.startIndex
        let size = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        // 0xd0: connection confirm.
        guard 7...512 ~= size, buffer[start + 5] == 0xd0 else {
            return .fail(.otherProtocol, "the answer is no X.224 connection confirm")
        }
        guard buffer.count >= size else { return .more }
        let negotiation = Array(buffer[(start + min(11, size))..<(start + size)])
        buffer = buffer[(start + size)...]
        guard negotiation.count >= 8 else {
            return .fail(.refused, "the server knows RDP's own security alone")
        }
        let value = negotiation[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        switch negotiation[0] {
        case 2: return value == 0 ? .fail(.refused, "the server chose RDP's own security") : .upgrade([])
        case 3:
            let name = Self.failures[value].map { ": " + $0 } ?? ""
            return .fail(.refused, "RDP negotiation failure \(value)\(name)")
        default: return .fail(.error, "RDP negotiation of type \(negotiation[0])")
        }
    }

    /// Names of failure codes (MS-RDPBCGR, 2.2.1.2.2).
    private static let failures = [
        1: "SSL_REQUIRED_BY_SERVER", 2: "SSL_NOT_ALLOWED_BY_SERVER", 3: "SSL_CERT_NOT_ON_SERVER",
        4: "INCONSISTENT_FLAGS", 5: "HYBRID_REQUIRED_BY_SERVER", 6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
    ]
}

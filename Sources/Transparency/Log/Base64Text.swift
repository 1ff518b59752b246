import Bytes

/// Base64 with padding (RFC 4648, section 4).
func base64(_ bytes: [UInt8]) -> String {
    var out = ByteBuffer(capacity: bytes.count * 4 / 3 + 4)
    out.append(base64: bytes.span)
    return out.text
}

import COpenSSL

/// Random bytes in lots: one call of libcrypto serves 128 connections.
struct RandomPool {
    private var bytes = [UInt8](repeating: 0, count: 4096)
    private var used = 4096

    mutating func next() -> InlineArray<32, UInt8> {
        if used == bytes.count {
            // These bytes go out in the clear and protect nothing: when
            // libcrypto has none, the old ones do again.
            RAND_bytes(&bytes, CInt(bytes.count))
            used = 0
        }
        defer { used += 32 }
        return InlineArray { bytes[used + $0] }
    }
}

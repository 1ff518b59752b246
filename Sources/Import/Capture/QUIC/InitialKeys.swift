import Bytes
import COpenSSL

/// The keys of one side's Initial packets: everybody can derive them who saw the first packet (RFC 9001,
/// section 5.2).
struct InitialKeys {
    private let key: [UInt8]
    private let nonce: [UInt8]
    private let header: [UInt8]

    /// Those of both sides.
    ///
    /// - Parameter connection: the connection ID that the client's first packet was sent to.
    static func pair(_ version: QUICVersion, _ connection: Span<UInt8>) -> [InitialKeys] {
        let secret = hash(version.salt, connection.withUnsafeBufferPointer { Array($0) })
        return ["client in", "server in"].map {
            InitialKeys(expand(secret, $0, 32), version)
        }
    }

    private init(_ secret: [UInt8], _ version: QUICVersion) {
        key = Self.expand(secret, version.label + " key", 16)
        nonce = Self.expand(secret, version.label + " iv", 12)
        header = Self.expand(secret, version.label + " hp", 16)
    }

    /// Decrypts a packet (RFC 9001, sections 5.3 and 5.4).
    ///
    /// - Returns: its frames; nil when it is not genuine.
    func open(_ datagram: Span<UInt8>, _ packet: QUICPacket) -> [UInt8]? {
        let end = packet.range.upperBound
        // Four bytes of number, as many as there can be, and the sample behind them.
        guard packet.number + 20 <= end, let mask = mask(datagram, packet.number + 4) else { return nil }
        var head = datagram.extracting(packet.range.lowerBound..<packet.number + 4)
            .withUnsafeBufferPointer { Array($0) }
        head[0] ^= mask[0] & 0x0f
        let length = Int(head[0] & 3) + 1
        head.removeLast(4 - length)
        var nonce = nonce
        for index in 0..<length {
            let place = head.count - length + index
            head[place] ^= mask[1 + index]
            nonce[nonce.count - length + index] ^= head[place]
        }
        let content = packet.number + length..<end - 16
        return decrypt(datagram, content, nonce, head)
    }

    private func mask(_ datagram: Span<UInt8>, _ place: Int) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: 32)
        var count: CInt = 0
        let isDone = datagram.extracting(place..<place + 16).withUnsafeBufferPointer { sample in
            EVP_EncryptInit_ex2(context, EVP_aes_128_ecb(), header, nil, nil) > 0
                && EVP_EncryptUpdate(context, &out, &count, sample.baseAddress, 16) > 0
        }
        return isDone && count == 16 ? out : nil
    }

    private func decrypt(_ datagram: Span<UInt8>, _ content: Range<Int>, _ nonce: [UInt8], _ head: [UInt8])
        -> [UInt8]?
    {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: content.count + 16)
        var tag = datagram.extracting(content.upperBound..<content.upperBound + 16)
            .withUnsafeBufferPointer { Array($0) }
        var (count, rest): (CInt, CInt) = (0, 0)
        let isGenuine = datagram.extracting(content).withUnsafeBufferPointer { bytes in
            EVP_DecryptInit_ex2(context, EVP_aes_128_gcm(), key, nonce, nil) > 0
                && EVP_DecryptUpdate(context, nil, &count, head, CInt(head.count)) > 0
                && EVP_DecryptUpdate(context, &out, &count, bytes.baseAddress, CInt(bytes.count)) > 0
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) > 0
                && EVP_DecryptFinal_ex(context, &tag, &rest) > 0
        }
        guard isGenuine, count == content.count else {
            ERR_clear_error()
            return nil
        }
        out.removeLast(16)
        return out
    }

    /// HKDF-Expand-Label (RFC 8446, section 7.1); one block is enough for all that is asked for here.
    private static func expand(_ secret: [UInt8], _ label: String, _ count: Int) -> [UInt8] {
        let label = Array("tls13 \(label)".utf8)
        let info = [0, UInt8(count), UInt8(label.count)] + label + [0, 1]
        return Array(hash(secret, info).prefix(count))
    }

    /// HMAC with SHA-256.
    private static func hash(_ key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        var count: CUnsignedInt = 0
        HMAC(EVP_sha256(), key, CInt(key.count), bytes, bytes.count, &out, &count)
        return out
    }
}

import Bytes
import Context
import Observations
import Signatures

/// The user's cache folder as what keeps revocation lists: at most 64, and 256 MiB.
struct KeptRevocationLists: RevocationListKeeper {
    private let folder: CacheFolder
    private static let magic = "hallmark revocation list 1\n"
    private static let count = 64
    private static let timeLength = 8

    /// Nil where there is no such folder.
    init?() {
        guard let folder = CacheFolder.standard else { return nil }
        self.folder = folder
    }

    func read(_ url: String) -> KeptRevocationList? {
        guard let bytes = folder.read(Self.name(url), magic: Self.magic), bytes.count > Self.timeLength else {
            return nil
        }
        let time = bytes.prefix(Self.timeLength).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return KeptRevocationList(
            bytes: Array(bytes.dropFirst(Self.timeLength)),
            fetchedAt: Int(clamping: time)
        )
    }

    func write(_ list: KeptRevocationList, _ url: String) {
        let time = UInt64(clamping: list.fetchedAt)
        let stamp = (0..<Self.timeLength).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
        folder.write(stamp + list.bytes, Self.name(url), magic: Self.magic, keeping: Self.count)
    }

    private static func name(_ url: String) -> String {
        var name = ByteBuffer()
        let bytes = Array(url.utf8)
        for byte in BodyDigest.sha256(bytes.span) {
            name.append(hexDigit(byte >> 4))
            name.append(hexDigit(byte & 0xf))
        }
        return "crl-"
            + name.withSpan { span in
                span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            }
    }
}

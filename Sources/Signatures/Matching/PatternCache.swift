import Bytes
import Observations

/// Keeps compiled pattern databases between runs.
///
/// A file's name is the SHA-256 of everything that its content depends on: the patterns, Vectorscan's version
/// and the processor's features. So it is never stale.
struct PatternCache {
    private static let magic = "hallmark patterns 1\n"

    let folder: CacheFolder

    func load(_ lists: [[PatternDatabase.Pattern]]) -> [PatternDatabase]? {
        guard !lists.isEmpty, let body = folder.read(name(lists), magic: Self.magic) else { return nil }
        return body.withUnsafeBytes { Self.databases($0, count: lists.count) }
    }

    private static func databases(_ body: UnsafeRawBufferPointer, count: Int) -> [PatternDatabase]? {
        var place = 0
        var databases: [PatternDatabase] = []
        while place + 8 <= body.count {
            let length = Int(
                truncatingIfNeeded: body.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
            )
            place += 8
            guard length >= 0, length <= body.count - place,
                let database = PatternDatabase(
                    serialized: UnsafeRawBufferPointer(rebasing: body[place..<place + length])
                )
            else { return nil }
            databases.append(database)
            place += length
        }
        return databases.count == count && place == body.count ? databases : nil
    }

    func store(_ databases: [PatternDatabase], for lists: [[PatternDatabase.Pattern]]) {
        var bytes: [UInt8] = []
        for database in databases {
            guard let one = database.serialized() else { return }
            withUnsafeBytes(of: UInt64(one.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += one
        }
        folder.write(bytes, name(lists), magic: Self.magic)
    }

    private func name(_ lists: [[PatternDatabase.Pattern]]) -> String {
        var key = Array(PatternDatabase.platform.utf8)
        for list in lists {
            key.append(0)
            for pattern in list {
                key += Array("\(pattern.flags) \(pattern.atom) \(pattern.expression.utf8.count) ".utf8)
                key += Array(pattern.expression.utf8)
            }
        }
        return "patterns-" + Array(BodyDigest.sha256(key.span).prefix(16)).hex.lowercased()
    }
}

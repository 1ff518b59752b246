import Foundation
import Observations

/// Keeps compiled pattern databases between runs.
///
/// A file's name is the SHA-256 of everything that its content depends on: the patterns, Vectorscan's version
/// and the processor's features. So it is never stale; a damaged one is seen by the digest at its end and
/// made anew. Nothing here ever fails: without a cache the patterns are compiled.
package struct PatternCache: Sendable {
    private static let magic = Array("hallmark patterns 1\n".utf8)
    /// So many files are kept, for different sets of rules.
    private static let maximumFiles = 8

    private let folder: String

    package init(folder: String) { self.folder = folder }

    /// `$XDG_CACHE_HOME/hallmark`, or `~/.cache/hallmark`; nil when neither variable is set.
    package static var standard: PatternCache? {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
            return PatternCache(folder: folder + "/hallmark")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return PatternCache(folder: home + "/.cache/hallmark")
    }

    func load(_ lists: [[PatternDatabase.Pattern]]) -> [PatternDatabase]? {
        guard !lists.isEmpty, let data = FileManager.default.contents(atPath: path(lists)) else { return nil }
        return data.withUnsafeBytes { bytes in
            guard bytes.count > Self.magic.count + 32, bytes.starts(with: Self.magic) else { return nil }
            let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(32))
            guard bytes.suffix(32).elementsEqual(Self.digest(body)) else { return nil }
            return Self.databases(body, count: lists.count)
        }
    }

    private static func databases(_ body: UnsafeRawBufferPointer, count: Int) -> [PatternDatabase]? {
        var place = magic.count
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
        var bytes = Self.magic
        for database in databases {
            guard let one = database.serialized() else { return }
            withUnsafeBytes(of: UInt64(one.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += one
        }
        bytes += bytes.withUnsafeBytes { Self.digest($0) }
        let files = FileManager.default
        try? files.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // A temporary file and a rename: nobody ever reads half of it.
        try? Data(bytes).write(to: URL(fileURLWithPath: path(lists)), options: .atomic)
        prune()
    }

    private func prune() {
        let files = FileManager.default
        let paths = ((try? files.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasPrefix("patterns-") }.map { folder + "/" + $0 }
        let dated = paths.map { path in
            ((try? files.attributesOfItem(atPath: path))?[.modificationDate] as? Date ?? .distantPast, path)
        }
        for (_, path) in dated.sorted(by: { $0.0 > $1.0 }).dropFirst(Self.maximumFiles) {
            try? files.removeItem(atPath: path)
        }
    }

    private func path(_ lists: [[PatternDatabase.Pattern]]) -> String {
        var key = Array(PatternDatabase.platform.utf8)
        for list in lists {
            key.append(0)
            for pattern in list {
                key += Array("\(pattern.flags) \(pattern.atom) \(pattern.expression.utf8.count) ".utf8)
                key += Array(pattern.expression.utf8)
            }
        }
        let digest = key.withUnsafeBytes { Self.digest($0) }
        let name = digest.prefix(16).map { String(format: "%02x", $0) }.joined()
        return "\(folder)/patterns-\(name)"
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        BodyDigest.sha256(bytes.bindMemory(to: UInt8.self).span)
    }
}

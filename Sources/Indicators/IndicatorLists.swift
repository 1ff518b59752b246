import Bytes
import Foundation
import Glibc
import Observations
package import Signatures

/// The lists of a run as one index: made anew, or found as it was made of the same lists before.
package struct IndicatorLists {
    /// What is listed.
    package let index: IndicatorIndex
    /// Whether the index was there already.
    package let isFromCache: Bool

    /// The index files that are kept: no more of them, and no more bytes.
    private static let mostKept = 4
    private static let mostBytes = 4 << 30

    /// Reads lists.
    ///
    /// - Parameters:
    ///   - paths: files or folders of lists; `-` is standard input.
    ///   - maps: what the columns of tables mean.
    ///   - cache: where indexes are kept between runs; nil for nowhere.
    package init(_ paths: [String], maps: [TableMap] = [], cache: CacheFolder?) throws {
        let named = try paths.map { path throws(FileError) in try ListFolder(path) }
        var name: String?
        if let cache, let known = try Self.name(of: named, maps) {
            name = known
            if let descriptor = cache.open(known) {
                defer { close(descriptor) }
                if let index = IndicatorIndex(descriptor) {
                    self.index = index
                    isFromCache = true
                    return
                }
            }
        }
        isFromCache = false
        index = try Self.make(named, maps, cache, name)
    }

    /// Makes an index of values that are there already.
    package init(_ entries: [(Indicator, IndicatorNote)]) throws {
        let writer = try IndexWriter(in: NSTemporaryDirectory())
        for (indicator, note) in entries { try writer.add(indicator, note) }
        index = try Self.finish(writer, in: NSTemporaryDirectory(), nil, nil)
        isFromCache = false
    }

    /// What an index is called that was made of these lists by this program; nil when one can be read only
    /// once.
    private static func name(of lists: [ListFolder], _ maps: [TableMap]) throws(FileError) -> String? {
        var text = FileVersion(path: "/proc/self/exe")?.text ?? ""
        text += " \(IndexLayout.magic)"
        for map in maps { text += " \(map.digest.hex)" }
        for path in lists.flatMap(\.files) {
            guard path != "-", let digest = try FileDigest(ofRegularFile: path) else { return nil }
            // The path stands in errors, and its end is the list's name.
            text += "\n\(digest.sha256.hex) \(path)"
        }
        // What is not read is said each time, and once it is gone no more.
        for fault in lists.flatMap(\.unread) { text += "\n\(fault)" }
        return "iocs-"
            + String(BodyDigest.sha256(Array(text.utf8).span).prefix(16).map { $0 }.hex.lowercased())
    }

    private static func make(
        _ lists: [ListFolder],
        _ maps: [TableMap],
        _ cache: CacheFolder?,
        _ name: String?
    ) throws -> IndicatorIndex {
        // Beside the index, which needs as much room.
        let folder = cache.flatMap { $0.isReady() ? $0.path : nil } ?? NSTemporaryDirectory()
        let writer = try IndexWriter(in: folder)
        for list in lists {
            for fault in list.unread { writer.fail(fault) }
            let before = (count: writer.count, faults: writer.faultCount, passedOver: writer.passedOver)
            for file in list.files { try IndicatorFile.read(file, maps, into: writer) }
            let passedOver = writer.passedOver.since(before.passedOver)
            // A list of which nothing counts reads like one on which nothing stands that was seen.
            if writer.count == before.count, writer.faultCount == before.faults, passedOver.total > 0 {
                let entries = noun("entry", plural: "entries", for: passedOver.total)
                writer.fail(
                    FileError(list.path, "none of \(passedOver.total) \(entries) counts: \(passedOver.text)")
                )
            }
        }
        // What is not valid yet will be, of the same file.
        return try finish(writer, in: folder, cache, writer.passedOver[.notYet] > 0 ? nil : name)
    }

    private static func finish(
        _ writer: IndexWriter,
        in folder: String,
        _ cache: CacheFolder?,
        _ name: String?
    ) throws -> IndicatorIndex {
        var temporary = Array("\(folder)/iocs-XXXXXX".utf8CString)
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw FileError(folder, errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        defer { close(descriptor) }
        let file = temporary.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        do throws(FileError) {
            try writer.finish(into: descriptor, file)
        } catch {
            unlink(file)
            throw error
        }
        guard let index = IndicatorIndex(descriptor) else {
            unlink(file)
            throw FileError(file, "the index that was just written can't be read")
        }
        // A name that is not there makes the file one of this run alone.
        if let cache, let name, folder == cache.path {
            cache.adopt(file, as: name, keeping: mostKept, bytes: mostBytes)
        } else {
            unlink(file)
        }
        return index
    }
}

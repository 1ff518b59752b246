import Bytes
import Foundation
import Observations
import Targets
import Transparency

/// Where a watch stands: each log, the output's length, and how many certificates were met.
///
/// Written as a whole after the output, so that what stands in the output behind that length was written by
/// a run that did not come to note it: it is cut off, and read again.
struct WatchState: Codable {
    static let currentVersion = 1

    var version = currentVersion
    var logs: [LogState] = []
    var output: Output?
    /// Digests in the file of certificates met.
    var met = 0
    /// Names of each watched domain in its last hour; nil in states of earlier versions.
    var bursts: [String: BurstCounter.Count]?
    /// SHA-256 of the state without this; nil in states of earlier versions.
    ///
    /// A tree that somebody else wrote would be taken for what the log had shown, and the log for one that
    /// lies.
    private var digest: String?

    /// What tells that the file of certificates met is the one that belongs to it; nil in states of earlier
    /// versions.
    var metSum: String?

    struct Output: Codable {
        var path: String
        var offset: Int64
        /// SHA-256 of its last bytes (`WatchedOutput`); nil in states of earlier versions.
        var tail: String?
    }

    /// - Returns: nil when there is no such file.
    static func load(_ path: String) throws -> WatchState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try UnpackedBytes.contents(of: path, limit: 64 << 20)
        let state: WatchState
        do { state = try JSONDecoder().decode(WatchState.self, from: Data(bytes)) } catch {
            throw FileError(path, "is no state of ct watch, and is not written over")
        }
        guard state.version == currentVersion, 0...1 << 40 ~= state.met else {
            throw FileError(path, "is no state of this version's ct watch, and is not written over")
        }
        guard try state.isAsWritten() else {
            throw FileError(
                path,
                "was changed since ct watch wrote it: take a copy from before, or begin a new one"
            )
        }
        return state
    }

    /// Refuses another range than the state's.
    ///
    /// - Parameter path: the state's file.
    func check(range options: FollowOptions, _ path: String) throws {
        if options.start == .beginning {
            for log in logs where log.hasBegun && (log.start ?? 0) > 0 {
                throw FileError(
                    path,
                    "was begun at entry \(log.start ?? 0) of \(log.url), and --from-start reads nothing before it: "
                        + "'hallmark ct backfill --from 0 --to \(log.start ?? 0)' does, with a state of its own"
                )
            }
        }
        guard case .at(let from) = options.start else { return }
        for log in logs where log.hasBegun && log.start != from {
            let place = log.start.map { "from entry \($0) on" } ?? "by a watch"
            throw FileError(
                path,
                "was begun \(place), not at entry \(from): name another state for this range"
            )
        }
    }

    func save(_ path: String) throws {
        var state = self
        state.digest = try ownDigest()
        try FileDraft.write(try state.text() + [0x0a], to: path)
    }

    private func isAsWritten() throws -> Bool {
        guard let digest else { return true }
        return try ownDigest() == digest
    }

    private func ownDigest() throws -> String {
        var state = self
        state.digest = nil
        let text = try state.text()
        return TreeHash(of: text.span).description
    }

    private func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self))
    }
}

/// Which certificates have been handed on, by their TBSCertificate without SCTs: a precertificate and its
/// certificate, in however many logs, are one.
///
/// The last million are remembered; in a file, where there is a state.
struct MetCertificates {
    private static let most = 1 << 20

    private var known: Set<Digest256> = []
    private var order: [Digest256] = []
    private var oldest = 0
    private var fresh: [UInt8] = []
    /// All that are remembered, added up: another file's sum is another.
    private(set) var sum = Digest256([])
    private let path: String?
    /// Held as long as it lives, so that no other run goes on from the same state.
    private var lock: FileHandle?
    private(set) var count = 0

    /// - Parameters:
    ///   - count: digests in the file that count; `begin` cuts off what is behind them.
    ///   - sum: what those that are remembered have to add up to; nil where that is not known.
    init(_ path: String?, count: Int, sum: String?) throws {
        self.path = path
        guard let path else { return }
        if !FileManager.default.fileExists(atPath: path) {
            guard count == 0 else { throw FileError(path, "is missing: it stands beside the state") }
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw FileError(path, "can't be written")
            }
        }
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            throw FileError(path, "can't be written")
        }
        guard FileLock.take(file.fileDescriptor) else {
            throw FileError(path, "another run is using this state")
        }
        lock = file
        guard try file.seekToEnd() >= UInt64(32 * count) else {
            throw FileError(path, "is shorter than the state says: both belong together")
        }
        try file.seek(toOffset: UInt64(32 * max(0, count - Self.most)))
        let bytes = [UInt8](try file.read(upToCount: 32 * min(count, Self.most)) ?? Data())
        for start in stride(from: 0, to: bytes.count - 31, by: 32) {
            remember(Digest256(Array(bytes[start..<start + 32])))
        }
        guard sum == nil || sum == self.sum.text else {
            throw FileError(path, "is not the file that the state was written with: both belong together")
        }
        self.count = count
    }

    /// Cuts off what is behind those that count.
    func begin() throws {
        guard let path, let lock else { return }
        do { try lock.truncate(atOffset: UInt64(32 * count)) } catch { throw FileError(path, writing: error) }
    }

    /// What stands for a certificate together with something that is known of it.
    static func digest(_ body: [UInt8], _ fact: [UInt8]) -> [UInt8] {
        let both = body + fact + [0x00]
        return TreeHash(of: both.span).bytes
    }

    /// - Parameter digest: 32 bytes.
    /// - Returns: whether it was not met before.
    mutating func insert(_ digest: [UInt8]) -> Bool {
        let value = Digest256(digest)
        guard !known.contains(value) else { return false }
        remember(value)
        if path != nil { fresh += digest }
        count += 1
        return true
    }

    private mutating func remember(_ digest: Digest256) {
        guard known.insert(digest).inserted else { return }
        sum.add(digest)
        if order.count < Self.most { return order.append(digest) }
        known.remove(order[oldest])
        sum.subtract(order[oldest])
        order[oldest] = digest
        oldest = (oldest + 1) % Self.most
    }

    /// Appends to the file what came since.
    mutating func flush() throws {
        guard let path, !fresh.isEmpty else { return }
        guard let file = FileHandle(forWritingAtPath: path) else { throw FileError(path, "can't be written") }
        defer { try? file.close() }
        do {
            try file.seekToEnd()
            try file.write(contentsOf: Data(fresh))
            try file.synchronize()
        } catch {
            throw FileError(path, writing: error)
        }
        fresh.removeAll(keepingCapacity: true)
    }
}

extension FileError {
    /// What the system says of a write that failed, in its words and not in those of a library.
    init(_ path: String, writing error: any Error) {
        let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard inner.domain == NSPOSIXErrorDomain else {
            self.init(path, "can't be written: \(error.localizedDescription)")
            return
        }
        let code = Int32(truncatingIfNeeded: inner.code)
        let help = code == ENOSPC || code == EDQUOT ? "; make room" : ""
        self.init(path, "can't be written: \(String(cString: strerror(code)))\(help)")
    }
}

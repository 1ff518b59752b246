import Bytes
import Observations

/// What an RFC 6962 log answers besides tree heads (section 4).
package enum LogAnswers {
    /// The answer to `get-entries`: entries from `first` on.
    ///
    /// - Parameter most: entries that were asked for; more are not taken.
    package static func entries(
        _ body: [UInt8],
        first: UInt64,
        most: Int
    ) throws(LogSyntaxError) -> [LogEntry] {
        let tree = JSONTree()
        let entries: [LogEntry]? = body.withUnsafeBytes { bytes in
            guard let node = try? tree.read(bytes), let list = node["entries"], list.isArray else {
                return nil
            }
            var entries: [LogEntry] = []
            for part in list.parts {
                guard entries.count < most else { break }
                guard let entry = entry(part, first &+ UInt64(entries.count)) else { return nil }
                entries.append(entry)
            }
            return entries
        }
        guard let entries else { throw LogSyntaxError("the answer to get-entries holds no entries") }
        return entries
    }

    private static func entry(_ node: JSONNode, _ index: UInt64) -> LogEntry? {
        guard let leaf = node["leaf_input"]?.bytes.flatMap({ [UInt8](base64: $0) }),
            let extra = node["extra_data"]?.bytes.flatMap({ [UInt8](base64: $0) })
        else { return nil }
        var entry = LogEntry(index: index, leaf: leaf)
        // The leaf counts as it is, whatever stands beside it.
        if !entry.read(extra: extra) {
            (entry.isTorn, entry.precertificate, entry.chain) = (true, [], [])
            entry.takeLeaf()
        }
        return entry
    }

    /// The answer to `get-sth-consistency`.
    package static func consistency(_ body: [UInt8]) throws(LogSyntaxError) -> [TreeHash] {
        try hashes(body, "consistency")
    }

    /// The answer to `get-entry-and-proof`: the leaf and its audit path.
    package static func entryAndProof(
        _ body: [UInt8],
        index: UInt64
    ) throws(LogSyntaxError) -> (entry: LogEntry, path: [TreeHash]) {
        let tree = JSONTree()
        let entry = body.withUnsafeBytes { bytes in (try? tree.read(bytes)).flatMap { Self.entry($0, index) }
        }
        guard let entry else { throw LogSyntaxError("the answer to get-entry-and-proof holds no entry") }
        return (entry, try hashes(body, "audit_path"))
    }

    /// The answer to `get-proof-by-hash`: the leaf's number and its audit path.
    package static func proof(_ body: [UInt8]) throws(LogSyntaxError) -> (index: UInt64, path: [TreeHash]) {
        let tree = JSONTree()
        let index = body.withUnsafeBytes { bytes in
            (try? tree.read(bytes)).flatMap { $0["leaf_index"]?.integer }.flatMap { UInt64(exactly: $0) }
        }
        guard let index else { throw LogSyntaxError("the answer to get-proof-by-hash holds no leaf_index") }
        return (index, try hashes(body, "audit_path"))
    }

    private static func hashes(_ body: [UInt8], _ name: String) throws(LogSyntaxError) -> [TreeHash] {
        let tree = JSONTree()
        let hashes: [TreeHash]? = body.withUnsafeBytes { bytes in
            guard let list = (try? tree.read(bytes))?[name], list.isArray else { return nil }
            var hashes: [TreeHash] = []
            for part in list.parts {
                guard hashes.count < MerkleProof.mostHashes, let text = part.bytes,
                    let hash = [UInt8](base64: text).flatMap({ TreeHash($0) })
                else { return nil }
                hashes.append(hash)
            }
            return hashes
        }
        guard let hashes else { throw LogSyntaxError("the answer holds no list '\(name)' of hashes") }
        return hashes
    }
}

import Bytes
import Foundation
import Observations

/// A signed tree head: what a log says it is at a time.
package struct TreeHead: Codable, Equatable, Sendable {
    package var size: UInt64
    /// Milliseconds since 1970.
    package var time: UInt64
    package var root: TreeHash
    /// A digitally-signed structure: two bytes of algorithms, two of length, the signature.
    package var signature: [UInt8]

    /// What makes it another one than others: not its time, which every signature has anew.
    var text: String { "\(size) \(root)" }

    /// What the log signs (RFC 6962, section 3.5).
    package var signedBytes: [UInt8] {
        [0, 1] + bigEndian(time) + bigEndian(size) + root.bytes
    }

    /// Reads the answer to `get-sth` (RFC 6962, section 4.3).
    package init(sth: [UInt8]) throws(LogSyntaxError) {
        let tree = JSONTree()
        let parsed = sth.withUnsafeBytes { bytes in
            Result { () throws(RecordError) in try TreeHead(tree.read(bytes)) }
        }
        guard case .success(let head?) = parsed else {
            throw LogSyntaxError("the answer to get-sth is no tree head")
        }
        guard head.size <= CollapsedTree.mostLeaves else { throw .size("\(head.size)") }
        self = head
    }

    private init?(_ node: JSONNode) {
        guard let size = node["tree_size"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let time = node["timestamp"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let root = node["sha256_root_hash"]?.bytes.flatMap({ [UInt8](base64: $0) }).flatMap({
                TreeHash($0)
            }),
            let signature = node["tree_head_signature"]?.bytes.flatMap({ [UInt8](base64: $0) })
        else { return nil }
        (self.size, self.time, self.root, self.signature) = (size, time, root, signature)
    }

    init(size: UInt64, time: UInt64, root: TreeHash, signature: [UInt8]) {
        (self.size, self.time, self.root, self.signature) = (size, time, root, signature)
    }

    /// Reads a checkpoint, a signed note (C2SP static-ct-api, "Checkpoints"): origin, size and root, a line
    /// each, and signatures behind a blank line.
    ///
    /// The origin is not signed: it only tells which of the signatures is the log's.
    package init(checkpoint: [UInt8], logID: TreeHash) throws(LogSyntaxError) {
        guard checkpoint.count <= 1 << 16, let text = String(validating: checkpoint, as: UTF8.self) else {
            throw LogSyntaxError("the checkpoint is no text")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count >= 5, Self.isNumber(lines[1]),
            UInt64(lines[1]).map({ $0 > CollapsedTree.mostLeaves }) ?? true
        {
            throw .size(String(lines[1].prefix(40)))
        }
        guard lines.count >= 5, Self.isNumber(lines[1]), let size = UInt64(lines[1]),
            let root = Array(lines[2].utf8).withUnsafeBytes({ [UInt8](base64: $0) }).flatMap({ TreeHash($0) }
            ),
            let blank = lines.dropFirst(3).firstIndex(of: "")
        else { throw LogSyntaxError("the checkpoint has not the form of one") }
        let origin = [UInt8](lines[0].utf8)
        // The key's name in a note: its hash with the type of the signature and the log's identifier.
        let key = TreeHash(of: (origin + [0x0a, 0x05] + logID.bytes).span).bytes.prefix(4)
        for line in lines[(blank + 1)...] {
            let parts = line.split(separator: " ")
            guard parts.count == 3, parts[0] == "\u{2014}", parts[1].utf8.elementsEqual(origin),
                let blob = Array(parts[2].utf8).withUnsafeBytes({ [UInt8](base64: $0) }), blob.count > 12,
                blob.prefix(4) == key
            else { continue }
            let time = blob[4..<12].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            self.init(size: size, time: time, root: root, signature: [UInt8](blob[12...]))
            return
        }
        throw LogSyntaxError("the checkpoint has no signature of the log")
    }

    /// How many entries it is of, in words.
    package var entries: String { Self.entries(size) }

    /// So many entries, in words.
    package static func entries(_ count: UInt64) -> String {
        "\(count) \(noun("entry", plural: "entries", for: count))"
    }

    /// Decimal without a sign and without leading zeros.
    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && (text == "0" || text.first != "0") && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    }
}

/// What a log sent that is not what the specification says.
package struct LogSyntaxError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// A head of more entries than any log has.
    static func size(_ size: String) -> LogSyntaxError {
        LogSyntaxError("its head says \(size) entries: no log has as many")
    }
}

/// Eight bytes, the highest first.
func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
}

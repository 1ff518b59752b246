import Bytes
package import Observations

/// What a log did that no log may do, with what proves it.
package struct LogMisbehaviour: Sendable {
    /// The closed list (`Docs/transparency.md`).
    package enum Name: String, CaseIterable, Sendable {
        /// A head that the log's key did not sign.
        case badSignature = "log_bad_signature"
        /// What it sends for a head is none, or says a size that no log has.
        case badHead = "log_bad_head"
        /// The root that a head says is not that of the log's entries.
        case falseRoot = "log_false_root"
        /// A later head with fewer entries.
        case shrank = "log_shrank"
        /// Two heads of one size with two roots, or no proof that one tree is the other's beginning.
        case forked = "log_forked"
        /// A tree that grew after the log was declared read-only.
        case grewAfterEnd = "log_grew_after_end"
        /// No head has been signed within the maximum merge delay.
        case stale = "log_stale"
        /// A head that says a time which is still to come.
        case futureHead = "log_future_head"
        /// An entry that is none of what it says it is.
        case badEntry = "log_bad_entry"
        /// A promise (SCT) that was not kept within the maximum merge delay.
        case missingEntry = "log_missing_entry"

        package var severity: Severity {
            switch self {
            case .badSignature, .badHead, .stale, .badEntry: .medium
            case .grewAfterEnd, .futureHead: .high
            case .falseRoot, .shrank, .forked, .missingEntry: .critical
            }
        }
    }

    package var name: Name
    package var log: LogDescription
    package var message: String
    /// The signed heads that show it, the older one first.
    package var heads: [TreeHead] = []
    /// The root that was rebuilt from the entries.
    package var rebuiltRoot: TreeHash?
    /// What else was sent: a leaf, a proof.
    package var bytes: [UInt8] = []
    /// The SCT that was not kept, as it is signed: version, log, time, extensions, signature.
    package var promise: [UInt8] = []

    package init(_ name: Name, _ log: LogDescription, _ message: String) {
        (self.name, self.log, self.message) = (name, log, message)
    }

    /// The evidence as JSON: anybody can check the signatures in it with the log's key.
    package var evidence: String {
        var out = ByteBuffer(capacity: 2048)
        out.append("{")
        out.member("finding", name.rawValue)
        out.member("message", message)
        out.member("log", log.name)
        out.member("url", log.url)
        out.member("log_id", log.logID.description)
        out.member("key", hex: log.key.span)
        out.array("heads")
        for head in heads {
            out.element()
            out.member("tree_size", Int(clamping: head.size))
            out.member("timestamp", Int(clamping: head.time))
            out.member("sha256_root_hash", head.root.description)
            out.member("tree_head_signature", hex: head.signature.span)
            out.endObject()
        }
        out.endArray()
        if let rebuiltRoot { out.member("rebuilt_root", rebuiltRoot.description) }
        if !bytes.isEmpty { out.member("bytes", hex: bytes.span) }
        if !promise.isEmpty { out.member("sct", hex: promise.span) }
        out.append("}\n")
        return out.text
    }
}

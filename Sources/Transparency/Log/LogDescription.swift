import Bytes

/// A log as a list tells of it, or as an address alone.
package struct LogDescription: Sendable {
    /// How it is read.
    package enum Interface: String, Codable, CaseIterable, Sendable {
        case rfc6962
        case staticTiles = "static-ct"
    }

    /// What a list says of its standing (log list v3).
    package enum State: String, CaseIterable, Sendable {
        case pending, qualified, usable, readonly, retired, rejected
    }

    package var name: String
    package var operatedBy = ""
    /// The address below which it is read, with a slash at its end.
    package var url: String
    package var interface: Interface
    /// The SubjectPublicKeyInfo.
    package var key: [UInt8]
    /// SHA-256 of the key.
    package var logID: TreeHash
    /// Nil for a log of no list.
    package var state: State?
    /// Since when it is in this state, in milliseconds since 1970.
    package var stateSince: Int?
    /// Seconds within which what is submitted must be in the tree.
    package var maximumMergeDelay = 86_400
    /// The tree at which a log became read-only: it never grows beyond.
    package var finalSize: UInt64?
    /// The root of that tree.
    package var finalRoot: TreeHash?
    /// Milliseconds since 1970: the ends of certificates that it takes lie from the first on and before the
    /// last.
    package var interval: Range<Int>?

    package init(name: String, url: String, interface: Interface, key: [UInt8]) {
        (self.name, self.url, self.interface, self.key) = (name, Self.withSlash(url), interface, key)
        logID = TreeHash(of: key.span)
    }

    static func withSlash(_ url: String) -> String { url.hasSuffix("/") ? url : url + "/" }

    /// Whether there is something to be read from it: what was retired or rejected, or is not yet open, is
    /// not.
    package var isReadable: Bool {
        switch state {
        case nil, .qualified, .usable, .readonly: true
        case .pending, .retired, .rejected: false
        }
    }

    /// Whether an SCT of it counts for certificates that are valid now; a retired log's counts if it was
    /// given before the log retired.
    ///
    /// - Parameter time: of the SCT, in milliseconds since 1970.
    package func counts(at time: UInt64) -> Bool {
        switch state {
        case nil, .qualified, .usable, .readonly: true
        case .retired: stateSince.map { time < UInt64(clamping: $0) } ?? true
        case .pending, .rejected: false
        }
    }
}

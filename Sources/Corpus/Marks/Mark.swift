import Bytes

/// One value of one kind, which certificates or services may share.
package struct Mark: Hashable, Sendable {
    package let kind: MarkKind
    package let value: String

    package init(_ kind: MarkKind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// The number by which a corpus knows the mark.
    func id(_ hash: SipHash) -> Int64 {
        var text = "\(kind.rawValue)\u{0}\(value)"
        return text.withUTF8 { Int64(bitPattern: hash.hash(UnsafeRawBufferPointer($0))) }
    }

    /// The value as far as a person wants to read it.
    package var shown: String { value.count > 80 ? value.prefix(77) + "…" : value }
}

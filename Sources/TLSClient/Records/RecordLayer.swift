import Bytes
import Wire

/// Cuts what a server sends into records, within bounds (RFC 8446, section 5.1).
///
/// Records are read where they lie. Whoever owns the layer joins a read with what the one before has cut off,
/// takes record after record, and keeps what is left.
struct RecordLayer {
    /// Bytes of a record's content: TLS 1.2 allows 2048 more than are in plaintext (RFC 5246, section 6.2.3).
    static let longestRecord = 16384 + 2048

    /// Records that a server may send.
    static let maximumRecords = 8192

    /// Bytes of a record's header.
    static let header = 5

    /// What opens encrypted records, once there is a secret.
    var keys = TrafficKeys.none
    var rest = Remainder()
    private(set) var count = 0
    private var limit = maximumRecords

    /// Takes any number of records from now on: after the handshake their bytes are counted.
    mutating func goOn() { limit = .max }

    /// Where the record ends that begins at `start`; nil while it is not whole.
    ///
    /// - Parameter version: the first record's. Some answer in the version of another protocol, but then in
    ///   each record.
    mutating func end(
        of bytes: Span<UInt8>,
        from start: Int,
        version: UInt16?
    ) throws(GrabFailure) -> Int? {
        guard bytes.count - start >= Self.header else { return nil }
        let count = bytes.u16(start + 3)
        guard bytes[start + 1] == 3 || self.count == 0 || bytes.u16(start + 1) == Int(version ?? 0x0303),
            20...24 ~= bytes[start], count <= Self.longestRecord
        else { throw .violation(.record) }
        let end = start + Self.header + count
        guard end <= bytes.count else { return nil }
        self.count += 1
        guard self.count <= limit else { throw .limit(.records) }
        return end
    }
}

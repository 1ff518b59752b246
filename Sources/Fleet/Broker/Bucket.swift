internal import CNATS
import Foundation

/// A bucket of JetStream's key-value store: the last value of each key.
package final class Bucket: @unchecked Sendable {  // libnats locks what it holds
    private let store: OpaquePointer
    private let name: String
    /// The store is part of the connection.
    private let broker: Broker

    /// Opens a bucket of a fleet, or makes it.
    package init(_ name: String, on broker: Broker) throws(FleetError) {
        var store: OpaquePointer?
        let seconds = FleetStreams.buckets[name].flatMap(\.self) ?? 0
        let status = cNats_bucket(&store, broker.context, name, Int64(seconds) * 1_000_000_000)
        // A broker says nothing to a user who may not ask.
        if status == NATS_TIMEOUT, broker.isConnected {
            throw FleetError(
                "the bucket \(name) is not there yet (fleet submit or fleet collect makes it), or this user may not use it",
                mayPass: true
            )
        }
        guard status == NATS_OK, let store else {
            throw FleetError("the bucket \(name)", status, refusal: broker.refusal)
        }
        self.store = store
        self.name = name
        self.broker = broker
    }

    deinit { kvStore_Destroy(store) }

    /// Whether the broker is there: what is written to one that is not, the library sends when it is.
    package var isReachable: Bool { broker.isConnected }

    /// A value, its revision, and when the broker got it in seconds since 1970; nil when the key has none.
    package func value(of key: String) throws(FleetError) -> (bytes: [UInt8], revision: UInt64, time: Int)? {
        var entry: OpaquePointer?
        let status = kvStore_Get(&entry, store, key)
        if status == NATS_NOT_FOUND { return nil }
        guard status == NATS_OK, let entry else {
            throw FleetError("the key \(key)", status, refusal: broker.refusal)
        }
        defer { kvEntry_Destroy(entry) }
        let (revision, time) = (kvEntry_Revision(entry), Int(kvEntry_Created(entry) / 1_000_000_000))
        guard let start = kvEntry_Value(entry) else { return ([], revision, time) }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(kvEntry_ValueLen(entry)))
        return (Array(bytes), revision, time)
    }

    /// Writes a value, whatever stood there.
    package func put(_ bytes: [UInt8], for key: String) throws(FleetError) {
        guard bytes.count <= broker.largestMessage else {
            throw FleetError(
                "\(key) has \(bytes.count) bytes, and the broker takes \(broker.largestMessage) (max_payload)"
            )
        }
        let status = kvStore_Put(nil, store, key, bytes, Int32(clamping: bytes.count))
        guard status == NATS_OK else {
            throw FleetError("the key \(key) cannot be written", status, refusal: broker.refusal)
        }
    }

    /// Writes a value where none stands.
    ///
    /// - Returns: its revision; nil where one stands.
    package func create(_ bytes: [UInt8], for key: String) throws(FleetError) -> UInt64? {
        var revision: UInt64 = 0
        let status = kvStore_Create(&revision, store, key, bytes, Int32(clamping: bytes.count))
        // Whatever the reason, somebody who has no revision has not got the key.
        if status == NATS_OK { return revision }
        let error = FleetError("the key \(key) cannot be written", status, refusal: broker.refusal)
        if error.mayPass { throw error }
        return nil
    }

    /// Writes a value in the place of that revision.
    ///
    /// - Returns: the new revision; nil where another one stands.
    package func update(_ bytes: [UInt8], for key: String, revision: UInt64) throws(FleetError) -> UInt64? {
        var next: UInt64 = 0
        let status = kvStore_Update(&next, store, key, bytes, Int32(clamping: bytes.count), revision)
        if status == NATS_OK { return next }
        let error = FleetError("the key \(key) cannot be written", status, refusal: broker.refusal)
        if error.mayPass { throw error }
        return nil
    }

    /// Removes a key.
    package func remove(_ key: String) throws(FleetError) {
        let status = kvStore_Delete(store, key)
        guard status == NATS_OK else {
            throw FleetError("the key \(key) cannot be removed", status, refusal: broker.refusal)
        }
    }

    /// All keys that were ever written and not forgotten, also removed ones.
    ///
    /// The library's own list takes a consumer, which could have the broker send what is stored to any
    /// subject: who looks only must not be able to make one.
    package func keys() throws(FleetError) -> [String] {
        var info: UnsafeMutablePointer<jsStreamInfo>?
        var code = jsErrCode(0)
        let prefix = "$KV.\(name)."
        let status = cNats_subjects(&info, broker.context, "KV_" + name, prefix + ">", &code)
        guard status == NATS_OK, let info else {
            throw FleetError("the keys of \(name)", status, code, refusal: broker.refusal)
        }
        defer { jsStreamInfo_Destroy(info) }
        guard let subjects = info.pointee.State.Subjects else { return [] }
        let count = Int(subjects.pointee.Count)
        guard count < Self.mostKeys else {
            throw FleetError("\(name) holds more than \(Self.mostKeys) keys, and the broker lists no more")
        }
        return (0..<count).compactMap { index in
            subjects.pointee.List[index].Subject.map { String(String(cString: $0).dropFirst(prefix.count)) }
        }
        .sorted()
    }

    /// What nats-server puts into one answer.
    private static let mostKeys = 100_000
}

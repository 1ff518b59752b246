internal import CNATS
import Foundation

/// A bucket of JetStream's key-value store: the last value of each key.
package final class Bucket: @unchecked Sendable {  // libnats locks what it holds
    private let store: OpaquePointer
    /// The store is part of the connection.
    private let broker: Broker

    /// Opens a bucket, or makes it.
    ///
    /// - Parameter seconds: after which a value is forgotten that nobody has written anew; nil for never.
    package init(_ name: String, on broker: Broker, seconds: Int? = nil) throws(FleetError) {
        var store: OpaquePointer?
        let status = cNats_bucket(&store, broker.context, name, Int64(seconds ?? 0) * 1_000_000_000)
        guard status == NATS_OK, let store else { throw FleetError("the bucket \(name)", status) }
        self.store = store
        self.broker = broker
    }

    deinit { kvStore_Destroy(store) }

    /// Whether the broker is there: what is written to one that is not, the library sends when it is.
    package var isReachable: Bool { broker.isConnected }

    /// A value and its revision; nil when the key has none.
    package func value(of key: String) throws(FleetError) -> (bytes: [UInt8], revision: UInt64)? {
        var entry: OpaquePointer?
        let status = kvStore_Get(&entry, store, key)
        if status == NATS_NOT_FOUND { return nil }
        guard status == NATS_OK, let entry else { throw FleetError("the key \(key)", status) }
        defer { kvEntry_Destroy(entry) }
        guard let start = kvEntry_Value(entry) else { return ([], kvEntry_Revision(entry)) }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(kvEntry_ValueLen(entry)))
        return (Array(bytes), kvEntry_Revision(entry))
    }

    /// Writes a value, whatever stood there.
    package func put(_ bytes: [UInt8], for key: String) throws(FleetError) {
        guard bytes.count <= broker.largestMessage else {
            throw FleetError(
                "\(key) has \(bytes.count) bytes, and the broker takes \(broker.largestMessage) (max_payload)"
            )
        }
        let status = kvStore_Put(nil, store, key, bytes, Int32(clamping: bytes.count))
        guard status == NATS_OK else { throw FleetError("the key \(key) cannot be written", status) }
    }

    /// Writes a value where none stands.
    ///
    /// - Returns: its revision; nil where one stands.
    package func create(_ bytes: [UInt8], for key: String) throws(FleetError) -> UInt64? {
        var revision: UInt64 = 0
        let status = kvStore_Create(&revision, store, key, bytes, Int32(clamping: bytes.count))
        // Whatever the reason, somebody who has no revision has not got the key.
        if status == NATS_OK { return revision }
        let error = FleetError("the key \(key) cannot be written", status)
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
        let error = FleetError("the key \(key) cannot be written", status)
        if error.mayPass { throw error }
        return nil
    }

    /// Removes a key.
    package func remove(_ key: String) throws(FleetError) {
        let status = kvStore_Delete(store, key)
        guard status == NATS_OK else { throw FleetError("the key \(key) cannot be removed", status) }
    }

    /// All keys that have a value.
    package func keys() throws(FleetError) -> [String] {
        var list = kvKeysList()
        let status = kvStore_Keys(&list, store, nil)
        if status == NATS_NOT_FOUND { return [] }
        guard status == NATS_OK else { throw FleetError("the keys", status) }
        defer { kvKeysList_Destroy(&list) }
        return (0..<Int(list.Count)).compactMap { list.Keys[$0].map { String(cString: $0) } }.sorted()
    }
}

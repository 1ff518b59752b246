package import Bytes

/// The extensions of one handshake message, in the order of the wire.
package struct ExtensionList: Equatable, Sendable {
    /// One extension: its type, how long its value was, and the value where it tells about the stack.
    package struct Item: Equatable, Sendable {
        package var type: UInt16

        /// Bytes of the value on the wire.
        package var length: UInt16

        /// The value in `ServerFlight.values`; `.none` when it was empty, not kept or over the bound.
        ///
        /// Kept are the values that depend on the server's stack and
        /// configuration, not on the connection or the certificate; of a
        /// key_share the two bytes of its group.
        package var value: ByteRange
    }

    /// More extensions than this are counted but not kept.
    package static let maximumCount = 128

    /// Whether the message was seen; an empty list can be one that was sent empty.
    package internal(set) var isPresent = false

    /// At most `maximumCount` extensions, duplicates and GREASE as they came.
    package internal(set) var items: [Item] = []

    /// How many were not kept.
    package internal(set) var dropped = 0

    /// How many values that tell about the stack were not kept.
    package internal(set) var droppedValues = 0

    package init() {}

    mutating func reset() {
        isPresent = false
        items.clear()
        dropped = 0
        droppedValues = 0
    }
}

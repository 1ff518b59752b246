package import Wire

/// Who connected, as one sighting tells it.
package struct ImportClient: Sendable {
    package var ip: IPAddress?
    /// The user or device that the source names.
    package var user: String?
    /// Bytes in both directions.
    package var bytes: Int?
    package var milliseconds: Int?
    package var ja3: String?
    package var ja4: String?

    package init() {}

    package var isEmpty: Bool {
        ip == nil && user == nil && ja3 == nil && ja4 == nil
    }
}

import Foundation

/// Which file stands at a path: another one has another device or number.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64
    /// Whether there was anything in it.
    let isEmpty: Bool

    /// - Returns: nil where there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        isEmpty = status.st_size == 0
    }

    static func == (one: FileIdentity, other: FileIdentity) -> Bool {
        one.device == other.device && one.number == other.number
    }
}

import Foundation

/// A folder that is removed with the value's last reference.
package final class Scratch: Sendable {
    package let path: String

    package init() {
        path = NSTemporaryDirectory() + "hallmark-test-" + UUID().uuidString.prefix(13)
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        ExitCleanup.add(folder: path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        ExitCleanup.remove(folder: path)
    }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes `text` to a file and returns the file's path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

import Foundation
import Glibc
import Synchronization

/// Servers and folders of this process that nobody has given back when it ends: what a static value holds is
/// never given back.
enum ExitCleanup {
    private struct Kept {
        var groups: Set<Int32> = []
        var folders: Set<String> = []
    }

    private static let kept = Mutex(Kept())
    private static let isArmed: Void = { _ = atexit { ExitCleanup.run() } }()

    static func add(group: Int32) {
        isArmed
        kept.withLock { _ = $0.groups.insert(group) }
    }

    static func add(folder: String) {
        isArmed
        kept.withLock { _ = $0.folders.insert(folder) }
    }

    static func remove(group: Int32) { kept.withLock { _ = $0.groups.remove(group) } }

    static func remove(folder: String) { kept.withLock { _ = $0.folders.remove(folder) } }

    private static func run() {
        let left = kept.withLock { $0 }
        for group in left.groups { kill(-group, SIGKILL) }
        for folder in left.folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}

import Foundation

/// Where a folder of data that is shipped with the program may lie.
///
/// It was installed with the executable, or lies beside it, or in the source tree that it was built in. The
/// working directory is never looked at: whoever can write there would choose what is read.
package enum InstalledData {
    /// - Parameter executable: the program's path.
    package static func candidates(_ folder: String, executable: String) -> [String] {
        let place = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [
            place.appendingPathComponent("../share/hallmark/\(folder)").standardized.path,
            place.appendingPathComponent(folder).path,
        ]
        let parts = place.pathComponents
        if let build = parts.lastIndex(where: { $0.hasPrefix(".build") }) {
            candidates.append(NSString.path(withComponents: parts[..<build] + [folder]))
        }
        return candidates
    }
}

import Foundation
import Observations

/// Where the shipped rules are taken from.
///
/// `$HALLMARK_SIGNATURES` comes first; then what was installed with the executable, or lies beside it, or in
/// the source tree that it was built in. The working directory is never looked at: whoever can write there
/// would choose what is detected.
package struct LibraryPlace: Sendable, Equatable {
    package let path: String
    /// Whether it is the executable's own library.
    package let isInstalled: Bool

    static let variable = "HALLMARK_SIGNATURES"

    package init(path: String, isInstalled: Bool) {
        self.path = path
        self.isInstalled = isInstalled
    }

    /// - Parameters:
    ///   - executable: the program's path.
    ///   - environment: the process's variables.
    /// - Throws: when the variable names no folder, or no library is found.
    package init(
        executable: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        if let named = environment[Self.variable], !named.isEmpty {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: named, isDirectory: &isFolder), isFolder.boolValue
            else { throw LibraryError("\(Self.variable) names no folder: \(named)") }
            self.init(path: named, isInstalled: false)
            return
        }
        let candidates = InstalledData.candidates("signatures", executable: executable)
        // A vocabulary beside them tells a library of ours from any folder of this name.
        guard let found = candidates.first(where: { Vocabulary.exists(beside: $0) }) else {
            throw LibraryError(
                "the shipped signatures are not in \(candidates.joined(separator: ", ")): "
                    + "name their folder in \(Self.variable), or leave them out with --no-default-signatures"
            )
        }
        self.init(path: found, isInstalled: true)
    }
}

import Foundation

/// The Python packages of `Tests/Tools/packages.py`, installed by whoever needs them first.
package enum PythonPackages {
    /// Whether what needs the network once is to be left out: `HALLMARK_OFFLINE=1`.
    package static let isOffline = ProcessInfo.processInfo.environment["HALLMARK_OFFLINE"] == "1"

    /// Installs them, unless that was done, and returns their folder.
    ///
    /// Before a server is started that needs them: installing takes longer than a server may.
    @discardableResult
    package static func install() throws -> String {
        try check(
            "env",
            [
                "-C", projectFolder + "/Tests/Tools", "PYTHONDONTWRITEBYTECODE=1", "python3", "-c",
                "import packages; print(packages.use(), end='')",
            ]
        ).text
    }
}

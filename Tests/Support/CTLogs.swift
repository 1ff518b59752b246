import Foundation

/// Logs of Certificate Transparency on loopback (`Tests/Tools/ct_log.py`).
package final class CTLogs {
    package let scratch = Scratch()
    private let server: ServerProcess

    /// - Parameter specification: JSON, a list of logs.
    package init(_ specification: String) throws {
        try PythonPackages.install()
        let scratch = scratch
        server = try ServerProcess("python3") { port, _ in
            ["-B", projectFolder + "/Tests/Tools/ct_log.py", "\(port)", scratch.path, specification]
        }
    }

    package var list: String { scratch.file("list.json") }

    package func url(_ log: String) -> String { "http://127.0.0.1:\(server.port)/\(log)/" }

    /// Changes faults, or has certificates issued: `issue=5`, `false_root=true`.
    ///
    /// - Returns: how many entries the log has, and requests it was asked.
    @discardableResult
    package func control(_ log: String, _ change: String) throws -> [String: Int] {
        let url = "http://127.0.0.1:\(server.port)/control/\(log)?\(change)"
        let data = Data(try check("curl", ["-sf", url]).output)
        return try JSONSerialization.jsonObject(with: data) as? [String: Int] ?? [:]
    }
}

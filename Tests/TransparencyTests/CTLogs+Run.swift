import Foundation
import TestSupport
import Testing

extension CTLogs {
    /// Runs `hallmark ct` with what all runs share.
    func run(_ arguments: [String]) throws -> CommandResult {
        try TestSupport.run(
            programPath,
            ["ct"] + arguments,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
    }

    /// Reads all logs to their heads, without signatures.
    func watch(_ arguments: [String]) throws -> CommandResult {
        try run(
            [
                "watch", "--log-list", list, "--no-signatures", "--from-start", "--until-head", "--rate",
                "2000",
            ] + arguments
        )
    }

    /// The objects of NDJSON.
    static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }
}

extension [String: Any] {
    /// The value at a dotted path.
    func at(_ path: String) -> Any? {
        var value: Any? = self
        for part in path.split(separator: ".") { value = (value as? [String: Any])?[String(part)] }
        return value
    }

    /// `log:index`.
    var place: String { "\(at("hallmark.ct.log") ?? ""):\(at("hallmark.ct.index") ?? "")" }

    /// The names of the findings.
    var findings: [String] {
        (at("hallmark.findings") as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    }
}

extension CTLogs {
    /// One log, of which the second entry is of a watched name.
    static func one(_ kind: String, _ entries: Int, _ faults: String = "{}") throws -> CTLogs {
        try CTLogs(
            """
            [{"name": "a", "kind": "\(kind)", "entries": \(entries), "names": {"1": ["a.watched.test"]}, "faults": \(faults)}]
            """
        )
    }

    /// The places of entries in their log, as records tell them.
    static func indices(_ text: String) throws -> [Int] {
        try objects(text).compactMap { $0.at("hallmark.ct.index") as? Int }
    }
}

import Foundation
import TestSupport
import Testing

/// The program under test, as built beside the tests.
enum Program {
    static let path = programPath

    /// Runs `hallmark` in the project's folder.
    ///
    /// - Parameter columns: of the terminal that the program may suppose; nil for what it does itself.
    static func run(_ arguments: [String], input: String = "", columns: Int? = nil) throws -> CommandResult {
        var environment = ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        environment["COLUMNS"] = columns.map(String.init)
        let result = try TestSupport.run(
            path,
            arguments,
            input: Array(input.utf8),
            environment: environment
        )
        try keep(result.text, of: arguments)
        return result
    }

    /// With HALLMARK_KEEP_RECORDS=FOLDER in the environment, what a run observed is left in a file there, so
    /// that the records of a whole test run can be held to a store's template (Tests/Tools/check_mapping.py).
    private static func keep(_ text: String, of arguments: [String]) throws {
        guard let folder = ProcessInfo.processInfo.environment["HALLMARK_KEEP_RECORDS"],
            ["scan", "import"].contains(arguments.first)
        else { return }
        var text = text
        if let option = arguments.firstIndex(of: "-o"), option + 1 < arguments.count {
            text += "\n" + ((try? String(contentsOfFile: arguments[option + 1], encoding: .utf8)) ?? "")
        }
        let lines = text.split(separator: "\n").filter {
            $0.hasPrefix("{") && $0.hasSuffix("}") && $0.contains(#""dataset":"hallmark.observation""#)
        }
        guard !lines.isEmpty else { return }
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try lines.joined(separator: "\n").write(
            toFile: folder + "/\(UUID().uuidString).ndjson",
            atomically: true,
            encoding: .utf8
        )
    }

    /// Runs `hallmark scan` without signatures and reads its records.
    static func scan(_ arguments: [String], input: String = "") throws -> [Record] {
        let result = try run(["scan", "--no-signatures", "-q"] + arguments, input: input)
        guard result.status == 0 else {
            throw CommandFailure(description: "exit \(result.status): \(result.errors)")
        }
        return try records(result.text)
    }

    static func records(_ text: String) throws -> [Record] {
        try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return Record(line: String(line), object: try #require(object as? [String: Any]))
        }
    }
}

/// One record of the output.
struct Record {
    let line: String
    let object: [String: Any]

    /// The value at a dotted path.
    subscript(path: String) -> Any? {
        var value: Any? = object
        for part in path.split(separator: ".") { value = (value as? [String: Any])?[String(part)] }
        return value
    }

    func text(_ path: String) -> String? { self[path] as? String }
    func number(_ path: String) -> Int? { self[path] as? Int }

    /// `address:port`.
    var endpoint: String { "\(text("server.address") ?? "?"):\(number("server.port") ?? 0)" }
    var code: String? { text("error.code") }
}

/// Checks records against the schema with a validator that is not ours, and against the index templates that
/// the program writes by the rules of the store; returns what was found.
func schemaErrors(_ lines: String) throws -> String {
    let scratch = Scratch()
    let path = try scratch.write("records.ndjson", lines)
    for store in ["elasticsearch", "opensearch"] {
        let component = try Program.run(["schema", "--for", store + "-component"])
        let template = try scratch.write(store, component.text)
        let mapped = try run(
            "python3",
            ["-B", projectFolder + "/Tests/Tools/check_mapping.py", template, path]
        )
        if mapped.status != 0 { return "\(store): " + mapped.text + mapped.errors }
    }
    let result = try run(
        "/usr/bin/python3",
        [
            projectFolder + "/Tests/Tools/check_schema.py", projectFolder + "/Docs/observation.schema.json",
            path,
        ]
    )
    return result.status == 0 ? "" : result.text + result.errors
}

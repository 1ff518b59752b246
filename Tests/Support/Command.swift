import Foundation

/// A program that ran to its end.
package struct CommandResult: Sendable {
    package let status: Int32
    package let output: [UInt8]
    package let errors: String

    package var text: String { String(decoding: output, as: UTF8.self) }
}

package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// The `hallmark` that was built together with the tests, or the one that `$HALLMARK_PROGRAM` names.
///
/// Tests start it thousands of times: the whole suite takes the optimised one, which is built for budgets.
package let programPath: String = {
    let named = ProcessInfo.processInfo.environment["HALLMARK_PROGRAM"] ?? ""
    if !named.isEmpty { return named }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("hallmark").path
}()

/// Runs a program found on the PATH and waits for its end; both outputs are read whole.
///
/// - Parameter input: what the program reads on standard input.
package func run(
    _ program: String,
    _ arguments: [String],
    input: [UInt8] = [],
    environment: [String: String] = [:]
) throws -> CommandResult {
    let scratch = Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: no output is so long that it could block the program.
    for name in ["out", "err"] { try scratch.write(name, "") }
    try Data(input).write(to: URL(fileURLWithPath: scratch.file("in")))
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.file("out")))
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.file("err")))
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: scratch.file("in")))
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return CommandResult(
        status: process.terminationStatus,
        output: [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.file("out")))),
        errors: String(
            decoding: try Data(contentsOf: URL(fileURLWithPath: scratch.file("err"))),
            as: UTF8.self
        )
    )
}

/// Runs a program that must succeed.
@discardableResult
package func check(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> CommandResult {
    let result = try run(program, arguments, input: input)
    guard result.status == 0 else {
        throw CommandFailure(
            description:
                "\(program) \(arguments.joined(separator: " ")): exit \(result.status)\n\(result.errors)"
        )
    }
    return result
}

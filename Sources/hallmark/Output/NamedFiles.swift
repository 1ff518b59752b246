import ArgumentParser
import Foundation
import Observations
import Terminal

/// The files that a command reads and writes: none of them may be two things at once.
struct NamedFiles {
    private struct Named {
        var option: String
        var path: String
    }

    private var read: [Named] = []
    private var written: [Named] = []

    /// - Parameter option: how the files are named, as `--corpus` or `an argument`.
    mutating func reads(_ option: String, _ paths: [String?]) { read += Self.named(option, paths) }

    mutating func writes(_ option: String, _ paths: [String?]) { written += Self.named(option, paths) }

    /// Refuses a command that would write over what it reads, or over what it writes.
    ///
    /// - Parameter output: the open file for records, as far as there is one.
    func check(output: FileIdentity? = nil) throws {
        for (index, file) in written.enumerated() {
            for other in read + written[..<index] where Self.isSame(file.path, other.path) {
                // A corpus remembers decisions, too.
                if file.option == "--corpus", other.option == "--decisions" { continue }
                throw ValidationError("\(file.path) is named by both \(other.option) and \(file.option).")
            }
        }
        guard let output else { return }
        for other in read + written where FileIdentity(path: other.path) == output {
            throw ValidationError("\(other.path) is named by both \(other.option) and --output.")
        }
    }

    /// Refuses a command whose standard output goes into a file that it reads: it would read what it writes.
    static func checkStandardOutput(_ read: [String?]) throws {
        guard let output = FileIdentity(descriptor: Terminal.outputDescriptor) else { return }
        for file in read.compactMap(\.self) {
            let identity = file == "-" ? FileIdentity(descriptor: STDIN_FILENO) : FileIdentity(path: file)
            guard identity == output else { continue }
            let name = file == "-" ? "standard input" : file
            throw ValidationError("standard output goes into the file that is read: \(name)")
        }
    }

    /// The path of `NAME=PATH`, or of a path alone.
    static func withoutName(_ text: String) -> String {
        text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) } ?? text
    }

    static func isSame(_ one: String, _ other: String) -> Bool {
        if let identity = FileIdentity(path: one) { return identity == FileIdentity(path: other) }
        // Neither is there yet, unless one is a device: that is nobody's file.
        return access(one, F_OK) != 0
            && URL(fileURLWithPath: one).standardizedFileURL
                == URL(fileURLWithPath: other).standardizedFileURL
    }

    private static func named(_ option: String, _ paths: [String?]) -> [Named] {
        paths.compactMap { path in path.flatMap { $0 == "-" ? nil : Named(option: option, path: $0) } }
    }
}

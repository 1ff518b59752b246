import Bytes
import Foundation
import Observations

/// Digests that were authorised beforehand, a line each, beside a state's file.
enum AuthorisedFile {
    static func path(_ state: String) -> String { state + ".authorized" }

    /// - Returns: nothing where there is no such file.
    static func read(_ path: String) throws -> Set<Digest256> {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var digests: Set<Digest256> = []
        let bytes = try UnpackedBytes.contents(of: path, limit: 256 << 20)
        for (number, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            // A digest and a word: of a longer line no text is made.
            let text = String(decoding: line.prefix(256), as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            guard let word = words.first, !word.hasPrefix("#") else { continue }
            guard let digest = Digest256(word) else {
                throw FileError("\(path):\(number + 1)", "is no SHA-256 in hexadecimal")
            }
            digests.insert(digest)
        }
        return digests
    }

    /// Adds whole lines; several programs may do so at the same time.
    static func append(_ lines: String, to path: String) throws { try AppendedLines.add(lines, to: path) }
}

import Foundation

/// The files of a tar archive as `tar --format=ustar` writes it (POSIX.1-2001), whole in memory.
///
/// Only what an archive of rules has: files and folders below it. Links, devices, paths that lead elsewhere
/// and what stands twice are refused.
package struct TarArchive {
    /// Paths and bytes, in the archive's order.
    package private(set) var files: [(path: String, bytes: ArraySlice<UInt8>)] = []

    private static let block = 512
    private static let limit = 20_000

    package init(_ bytes: [UInt8]) throws(RuleUpdateError) {
        var place = 0
        var paths: Set<String> = []
        while true {
            guard bytes.count - place >= Self.block else { throw RuleUpdateError("the archive ends early") }
            let head = bytes[place..<place + Self.block]
            if head.allSatisfy({ $0 == 0 }) { return }
            place += Self.block
            let entry = try Self.entry(head)
            guard entry.size <= bytes.count - place else { throw RuleUpdateError("the archive ends early") }
            let end = place + entry.size
            if entry.isFile {
                guard paths.insert(entry.path).inserted, files.count < Self.limit else {
                    throw RuleUpdateError("the archive has \(entry.path) twice, or too many files")
                }
                files.append((entry.path, bytes[place..<end]))
            }
            let padded = (entry.size + Self.block - 1) / Self.block * Self.block
            guard padded <= bytes.count - place else { throw RuleUpdateError("the archive ends early") }
            place += padded
        }
    }

    private static func entry(
        _ head: ArraySlice<UInt8>
    ) throws(RuleUpdateError) -> (path: String, size: Int, isFile: Bool) {
        func field(_ start: Int, _ count: Int) -> ArraySlice<UInt8> {
            head[head.startIndex + start..<head.startIndex + start + count]
        }
        func text(_ start: Int, _ count: Int) -> String? {
            String(validating: field(start, count).prefix { $0 != 0 }, as: UTF8.self)
        }
        func octal(_ start: Int, _ count: Int) -> Int? {
            text(start, count).flatMap { Int($0.trimmingCharacters(in: .whitespaces), radix: 8) }
        }
        // The sum is made with blanks in its own place.
        let sum = head.reduce(0) { $0 + Int($1) } - field(148, 8).reduce(0) { $0 + Int($1) } + 8 * 0x20
        guard octal(148, 8) == sum, field(257, 5).elementsEqual("ustar".utf8), let size = octal(124, 12),
            0...(1 << 30) ~= size, let name = text(0, 100), let prefix = text(345, 155)
        else { throw RuleUpdateError("the archive is damaged, or no tar archive") }
        let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
        let isFolder = head[head.startIndex + 156] == 0x35
        guard isFolder || head[head.startIndex + 156] == 0x30 else {
            throw RuleUpdateError("\(path) in the archive is neither a file nor a folder")
        }
        let parts = (path.hasSuffix("/") ? path.dropLast() : path[...]).split(
            separator: "/",
            omittingEmptySubsequences: false
        )
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            path.unicodeScalars.allSatisfy({ $0.value > 0x1f && $0.value != 0x7f })
        else { throw RuleUpdateError("the archive has a path that leads out of it: \(path)") }
        return (parts.joined(separator: "/"), isFolder ? 0 : size, !isFolder)
    }
}

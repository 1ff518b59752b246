import Bytes
package import Observations

/// A file of decisions, one a line, to which new ones are added; of one subject the latest time counts.
package enum DecisionFile {
    /// Reads all decisions of a file.
    ///
    /// - Parameter unread: is told of each line that is none.
    package static func read(_ path: String, unread: (FileError) -> Void) throws -> [Decision] {
        var reader = try LineReader(path)
        let tree = JSONTree()
        var decisions: [Decision] = []
        while true {
            let result = try reader.next { line in
                Result { try Decision(try tree.read(line, padded: true, isRecord: true)) }
            }
            guard let result else { break }
            switch result {
            case .success(let decision): decisions.append(decision)
            case .failure(let error): unread(FileError("\(path):\(reader.number)", "\(error)"))
            }
        }
        for line in reader.skipped { unread(FileError("\(path):\(line)", "the line is longer than 64 MiB")) }
        return decisions
    }

    /// Adds a line to a file, which is made if need be; several programs may do so at the same time.
    ///
    /// - Throws: when the file holds something else than decisions, which a line more would damage.
    package static func add(_ line: String, to path: String) throws {
        try AppendedLines.add(line, to: path) { try check(path, $0) }
    }

    /// Refuses a file that lines can't be added to: a packed one, an array, or what holds no decisions.
    private static func check(_ path: String, _ head: [UInt8]) throws {
        let format = InputFormat(head)
        if format == .empty { return }
        guard format == .lines else {
            throw FileError(path, "holds no decisions, one a line: nothing was added")
        }
        var fault: FileError?
        _ = try read(path) { fault = fault ?? $0 }
        if let fault { throw FileError(path, "not all of it is decisions, and nothing was added: \(fault)") }
    }
}

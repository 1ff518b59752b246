import Bytes
package import Observations

/// A file of decisions, one a line, to which new ones are added: its history is the order of its lines.
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
}

package import Bytes
package import Observations

/// The roots that an earlier audit wrote down, store by store.
package struct EarlierAudit: Sendable {
    /// A root that was trusted in a store.
    package struct Root: Sendable {
        package let subject: String
        /// Its place in the store.
        package let entry: String
    }

    /// By the store's path the roots that were trusted in it.
    package private(set) var stores: [String: [Digest256: Root]] = [:]
    package private(set) var records = 0
    package private(set) var faults: [FileError] = []

    /// - Parameter path: records as `roots audit --records` writes them.
    /// - Throws: a `FileError` for what can't be read at all.
    package init(_ path: String) throws {
        var reader = try LineReader(path)
        let record = RecordPicker(
            RecordField.judged + [.filePath, .rootEntry, .rootTrust, .subject]
        )
        while true {
            var fault: String?
            let line: Void? = try reader.next { line in
                do throws(RecordError) {
                    try record.read(padded: line)
                    try record.checkWhole()
                } catch {
                    fault = error.description
                    return
                }
                if let found = record.verdict.fault {
                    fault = ObservationSyntaxError(found).description
                    return
                }
                guard let store = record.text(.filePath),
                    let digest = record.text(.sha256).flatMap({ Digest256($0) })
                else {
                    fault = "is no record of a root in a store"
                    return
                }
                records += 1
                guard record.text(.rootTrust) == "trusted" else { return }
                stores[store, default: [:]][digest] = Root(
                    subject: record.text(.subject) ?? "",
                    entry: record.text(.rootEntry) ?? ""
                )
            }
            guard line != nil else { break }
            if let fault, faults.count < 20 { faults.append(FileError("\(path):\(reader.number)", fault)) }
        }
        if records == 0, faults.isEmpty { faults.append(FileError(path, "no record of a root in it")) }
    }

    /// Leaves out a store that is not looked at now.
    mutating func forget(_ store: String) { stores[store] = nil }

    /// Calls a store by the name under which it was read now.
    mutating func rename(_ store: String, to name: String) {
        guard let roots = stores.removeValue(forKey: store) else { return }
        stores[name, default: [:]].merge(roots) { first, _ in first }
    }
}

extension RecordField {
    fileprivate static let rootEntry: RecordField = {
        guard let field = Field.named("hallmark.root.entry") else { preconditionFailure("no such field") }
        return RecordField(field)
    }()
}

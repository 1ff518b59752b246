package import Bytes
package import Observations

/// The roots that an earlier audit wrote down, store by store.
package struct EarlierAudit: Sendable {
    /// By the store's path: the subject of each root that was trusted, by its SHA-256.
    package private(set) var stores: [String: [Digest256: String]] = [:]
    package private(set) var records = 0
    package private(set) var faults: [FileError] = []

    /// - Parameter path: records as `roots audit --records` writes them.
    /// - Throws: a `FileError` for what can't be read at all.
    package init(_ path: String) throws {
        var reader = try LineReader(path)
        let record = RecordPicker([.filePath, .rootTrust, .sha256, .subject])
        while true {
            var fault: String?
            let line: Void? = try reader.next { line in
                do throws(RecordError) { try record.read(padded: line) } catch {
                    fault = error.description
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
                stores[store, default: [:]][digest] = record.text(.subject) ?? ""
            }
            guard line != nil else { break }
            if let fault, faults.count < 20 { faults.append(FileError("\(path):\(reader.number)", fault)) }
        }
        if records == 0, faults.isEmpty { faults.append(FileError(path, "no record of a root in it")) }
    }
}

import Bytes
import Observations

/// Records of ours, on lines, as an array, or as they come back from Elasticsearch: the answer of `_search`,
/// or elasticdump's lines.
///
/// They are written as they are, but for who connected where that is not to be told; the search's own members
/// around them are left out.
package final class RecordFormat: ForeignReader {
    package static let format = ForeignFormat(
        name: "hallmark",
        title: "records of ours, as an array, or exported from Elasticsearch",
        recognises: { head in
            head.isJSON && (head.hasMember("dataset") || head.hasMember("event.dataset"))
                && RecordDataset.allCases.contains { head.contains("\"\($0.rawValue)\"") }
        },
        makeReader: { RecordFormat($0) }
    )

    /// Whether records stand in what Elasticsearch writes around them.
    package static func isExport(_ head: FileHead) -> Bool {
        head.hasMember("_source") && format.recognises(head)
    }

    private let run: ImportRun
    private var line = ByteBuffer()

    private init(_ run: ImportRun) { self.run = run }

    package func read(_ input: ImportInput) throws {
        try JSONEntries(run).read(input) { node, line in
            if let hits = node.at("hits.hits"), hits.isArray {
                for hit in hits.parts { try self.give(hit["_source"] ?? hit, line) }
            } else {
                try self.give(node["_source"] ?? node, line)
            }
        }
    }

    private func give(_ record: JSONNode, _ number: Int) throws {
        // As everywhere where records are read: programs differ in which of two counts.
        guard !record.hasTwice() else { return run.skip("a member stands twice in one object", line: number) }
        // Others' logs have them, and no field of ours: what takes the line as it stands refuses it.
        guard !record.hasLongNumber else {
            return run.skip("a number of more digits than 64 bits hold", line: number)
        }
        switch record.verdict {
        case .endpoint, .placeless, .logged: break
        // What a comparison found or a correlation counted stands beside records.
        case .conclusion: return run.pass()
        case .refused(let fault): return run.skip(fault.description, line: number)
        }
        line.removeAll()
        if run.options.keepsClients, run.options.pseudonyms == nil {
            record.append(to: &line)
        } else {
            ClientFilter(run.options.pseudonyms).append(record, to: &line)
        }
        line.append(0x0a)
        try line.withSpan { try run.emit(record: $0) }
    }
}

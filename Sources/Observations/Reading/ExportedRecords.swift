/// What Elasticsearch writes around records: the answer of `_search`, or elasticdump's lines.
///
/// `hallmark import`, and what reads other programs' files as it does, takes the records out. Whoever reads
/// records as they stand says so, where each line would else be somebody else's.
enum ExportedRecords {
    static let refusal =
        "holds records within what Elasticsearch writes around them: 'hallmark import' takes them out"

    private static let members = [
        "_index", "_type", "_id", "_version", "_score", "_source", "_shards", "_scroll_id", "pit_id", "took",
        "timed_out", "hits",
    ]

    /// Whether a file begins so: by the name of the first member, for a record of ours may hold any name.
    static func begin(_ head: some RandomAccessCollection<UInt8>) -> Bool {
        let head = Array(head.prefix(InputFormat.headSize))
        let opened = head.drop { InputFormat.isBlank($0) || [0xef, 0xbb, 0xbf, 0x5b].contains($0) }
        guard opened.first == 0x7b else { return false }
        let name = opened.dropFirst().drop { InputFormat.isBlank($0) }
        guard members.contains(where: { name.starts(with: "\"\($0)\"".utf8) }) else { return false }
        return head.firstRange(of: "\"_source\"".utf8) != nil
    }
}

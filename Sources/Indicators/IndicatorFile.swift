import Observations

/// Reads one file of indicators, of whatever form.
enum IndicatorFile {
    /// Adds what a file lists, and what of it could not be read.
    ///
    /// - Throws: when the file can't be read at all, or nothing can be kept any more.
    static func read(_ path: String, _ maps: [TableMap], into writer: IndexWriter) throws {
        let before = (writer.count, writer.faultCount, writer.passedOver)
        let source = try InputBytes(path, takesAnything: true)
        let head = try source.peek(1 << 16)
        if let refusal = refusal(head) {
            // The other lists are read all the same.
            writer.fail(FileError(path, refusal))
            return
        }
        let sink = IndicatorSink(
            add: { try writer.add($0, $1) },
            fail: { writer.fail($0) },
            passOver: { writer.passedOver[$0] += 1 }
        )
        let first = head.first { $0 > 0x20 && ![0xef, 0xbb, 0xbf].contains($0) }
        if first == 0x7b || first == 0x5b && !isAddress(head) {
            do {
                try readJSON(FeedDocument(path, source), sink)
            } catch let error as FileError where !writer.isBroken {
                // The other lists are read all the same.
                sink.fail(error)
            }
        } else if let map = maps.first(where: { TableReader.fits($0, head) }) {
            var reader = TableReader(path, map)
            try reader.read(source, sink)
        } else if let fault = missing(maps, head) {
            writer.fail(FileError(path, fault))
            return
        } else {
            var reader = ListReader(path)
            try reader.read(source, sink)
        }
        // A list of nothing reads like a list on which nothing stands that was seen.
        if writer.count == before.0, writer.faultCount == before.1, writer.passedOver == before.2 {
            writer.fail(FileError(path, "there is no indicator in it"))
        }
        writer.lists += 1
    }

    /// Which columns a table lacks that mappings name; nil for what is no table.
    private static func missing(_ maps: [TableMap], _ head: ArraySlice<UInt8>) -> String? {
        let lacking = maps.compactMap { map in TableReader.lacks(map, head).map { (map, $0) } }
        // The mapping that is nearest.
        guard let (map, columns) = lacking.min(by: { $0.1.count < $1.1.count }) else { return nil }
        let names = columns.map { "'\($0)'" }.joined(separator: ", ")
        return
            "has no \(columns.count == 1 ? "column" : "columns") \(names), which the mapping \(map.file) names: it is not read"
    }

    /// What a file is that holds no list, whatever of its bytes look like one; nil for what may be one.
    private static func refusal(_ head: ArraySlice<UInt8>) -> String? {
        if head.starts(with: "SQLite format 3\0".utf8) {
            return "is a database (SQLite), as a corpus is, and no list of indicators"
        }
        let text = String(decoding: head.prefix(4096), as: UTF8.self).unicodeScalars
        // One may be a character that the end of what is looked at cuts.
        guard head.contains(0), text.count(where: { $0 == "\u{fffd}" }) > 1 else { return nil }
        return "is no text, and so no list of indicators"
    }

    /// Whether a bracket begins an IPv6 address with its port, not a document.
    private static func isAddress(_ head: ArraySlice<UInt8>) -> Bool {
        let line = head.drop { $0 <= 0x20 }.prefix { $0 != 0x0a }
        guard let close = line.firstIndex(of: 0x5d) else { return false }
        return line[close...].dropFirst().first == 0x3a && !line.contains(0x22)
    }

    private static func readJSON(_ document: FeedDocument, _ sink: IndicatorSink) throws {
        try document.read { root in
            if STIXReader.isBundle(root) {
                var reader = STIXReader(document, sink)
                try reader.read(root)
            } else if MISPReader.isMISP(root) {
                try MISPReader(document, sink).read(root)
            } else {
                throw FileError(document.path, "is neither an event of MISP nor a bundle of STIX 2.1")
            }
        }
    }
}

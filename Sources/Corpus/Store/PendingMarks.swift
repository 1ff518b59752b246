import GRDB

/// The marks of a batch, written in the order of their numbers: neighbours in the table are written together.
struct PendingMarks {
    private struct Link {
        let mark: Int64
        let certificate: Int
        let kind: MarkKind
        let value: String
    }

    private var links: [Link] = []
    private var counted: [Int64: (mark: Mark, count: Int)] = [:]

    /// How many marks of certificates wait.
    var count: Int { links.count }

    mutating func add(_ mark: Mark, id: Int64, certificate: Int) {
        links.append(Link(mark: id, certificate: certificate, kind: mark.kind, value: mark.value))
    }

    /// Counts a service's mark on a new sighting.
    mutating func count(_ mark: Mark, id: Int64) {
        counted[id, default: (mark, 0)].count += 1
    }

    mutating func write(_ db: Database, _ statements: IngestStatements) throws {
        links.sort { ($0.mark, $0.certificate) < ($1.mark, $1.certificate) }
        var index = 0
        while index < links.count {
            let link = links[index]
            var end = index
            while end < links.count, links[end].mark == link.mark { end += 1 }
            var added = end - index
            let stands = try statements.certificateHasMark(link.mark, db)
            for other in links[index..<end] {
                try statements.addCertificateMark(other.mark, other.certificate, db)
            }
            // One that stands for the first time needs no count; the second time both are counted.
            if stands || added > 1 {
                let counted = try statements.countMark(link.mark, added, db)
                if !counted {
                    if stands { added += 1 }
                    try statements.insertMark(link.mark, Mark(link.kind, link.value), added, db)
                }
            }
            index = end
        }
        for (id, entry) in counted.sorted(by: { $0.key < $1.key })
        where try !statements.countMark(id, entry.count, db) {
            try statements.insertMark(id, entry.mark, entry.count, db)
        }
        links.removeAll(keepingCapacity: true)
        counted.removeAll(keepingCapacity: true)
    }
}

import Bytes
import GRDB
import Observations

extension CorpusSchema {
    /// What lists knew of a sighting (`hallmark.indicators`), as the newest record told it that told of any.
    static let listed = """
        CREATE TABLE listed (
            sighting INTEGER NOT NULL REFERENCES sightings, place INTEGER NOT NULL,
            kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, feed TEXT NOT NULL,
            date INTEGER, until INTEGER, description TEXT, tlp TEXT, software_id TEXT, software TEXT,
            -- The case or ticket.
            reference TEXT,
            -- 1, or nothing.
            confirmed INTEGER, aged INTEGER,
            -- When the record was made.
            time INTEGER NOT NULL,
            PRIMARY KEY (sighting, place)
        ) WITHOUT ROWID;
        CREATE INDEX listed_feed ON listed (feed);
        CREATE INDEX listed_reference ON listed (reference) WHERE reference IS NOT NULL;
        """
}

/// What others list of a record's marks, as a corpus keeps it.
final class ListedFacts {
    private let newest, forget, new: Statement
    private let tree = JSONTree()

    /// More of one record are not kept: a record tells no more.
    private static let most = 32
    /// Longer texts are cut, in characters.
    private static let longest = 1000

    init(_ db: Database) throws {
        newest = try db.makeStatement(sql: "SELECT time FROM listed WHERE sighting = ? LIMIT 1")
        forget = try db.makeStatement(sql: "DELETE FROM listed WHERE sighting = ?")
        new = try db.makeStatement(
            sql: """
                INSERT INTO listed (sighting, place, \(ExportedListed.columns), time)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
    }

    /// Remembers what a record tells, in the place of what an older one told.
    ///
    /// - Parameters:
    ///   - line: of the record, with `RecordPicker.padding` readable bytes behind it.
    ///   - time: of the record, in milliseconds since 1970.
    /// - Returns: how many are of a record that is none of ours: those are left out.
    func add(
        _ record: RecordPicker,
        _ line: UnsafeRawBufferPointer,
        _ sighting: Int,
        _ time: Int,
        _ db: Database
    ) throws -> Int {
        guard record.has(.listedFeed) else { return 0 }
        let marks = try tree.read(line, padded: true).at("hallmark.indicators")?.objects ?? []
        guard record.has(.dataset) else { return marks.count }
        newest.bind(1, sighting)
        let known = try newest.first { try $0.time(0) }
        guard known ?? .min <= time else { return 0 }
        forget.bind(1, sighting)
        try forget.run(db)
        for (place, mark) in marks.prefix(Self.most).enumerated() {
            func text(_ name: String) -> String? {
                mark.at(name)?.string.map { String($0.prefix(Self.longest)) }
            }
            guard let kind = text("kind"), let field = text("field"), let value = text("value"),
                let feed = text("feed")
            else { continue }
            new.bind(1, sighting)
            new.bind(2, place)
            for (index, text) in [kind, field, value, feed].enumerated() { new.bind(Int32(index + 3), text) }
            new.bind(7, text("date").flatMap { RFC3339.milliseconds($0) })
            new.bind(8, text("until").flatMap { RFC3339.milliseconds($0) })
            for (index, name) in ["description", "tlp", "software.id", "software.name", "case"].enumerated() {
                new.bind(Int32(index + 9), text(name))
            }
            let isTrue = ["confirmed", "aged"].map { mark[$0]?.truth == true ? 1 : nil as Int? }
            new.bind(14, isTrue[0])
            new.bind(15, isTrue[1])
            new.bind(16, time)
            try new.run(db)
        }
        return 0
    }
}

extension RecordField {
    /// By which a corpus sees that a record tells of lists.
    static let listedFeed: RecordField = {
        guard let field = Field.named("hallmark.indicators.feed") else {
            preconditionFailure("there is no field for lists")
        }
        return RecordField(field)
    }()
}

/// An element of `hallmark.indicators` as the tables hold it.
struct ExportedListed {
    private let kind, field, value, feed: String
    /// Milliseconds since 1970.
    private let date, until: Int?
    private let description, tlp, softwareID, software, reference: String?
    private let isConfirmed, isAged: Bool

    /// What is read of a row.
    static let columns =
        "kind, field, value, feed, date, until, description, tlp, software_id, software, reference, confirmed, aged"

    init(_ row: CorpusRow) throws {
        func text(_ column: Int32) throws -> String? { row.isNull(column) ? nil : try row.text(column) }
        func time(_ column: Int32) throws -> Int? { row.isNull(column) ? nil : try row.time(column) }
        (kind, field, value, feed) = (try row.text(0), try row.text(1), try row.text(2), try row.text(3))
        (date, until) = (try time(4), try time(5))
        (description, tlp) = (try text(6), try text(7))
        (softwareID, software, reference) = (try text(8), try text(9), try text(10))
        (isConfirmed, isAged) = (!row.isNull(11), !row.isNull(12))
    }

    /// Writes it as an element of `hallmark.indicators`.
    func write(to out: inout ByteBuffer) {
        out.element()
        out.member("kind", kind)
        out.member("field", field)
        out.member("value", value)
        out.member("feed", feed)
        if let date { out.member("date", RFC3339.secondsText(date)) }
        if let until { out.member("until", RFC3339.secondsText(until)) }
        if let description { out.member("description", description) }
        if let tlp { out.member("tlp", tlp) }
        if software != nil || softwareID != nil {
            out.object("software")
            if let softwareID { out.member("id", softwareID) }
            if let software { out.member("name", software) }
            out.endObject()
        }
        if let reference { out.member("case", reference) }
        if isConfirmed { out.member("confirmed", true) }
        if isAged { out.member("aged", true) }
        out.endObject()
    }

    /// Gives out what is kept of sightings, one after the other.
    static func reader(_ db: Database) throws -> (Int) throws -> [ExportedListed] {
        // Few corpora have any.
        guard try db.first("SELECT 1 FROM listed LIMIT 1", [], { _ in }) != nil else { return { _ in [] } }
        let rows = try db.makeStatement(
            sql: "SELECT \(columns) FROM listed WHERE sighting = ? ORDER BY place"
        )
        return { sighting in try rows.rows([sighting]) { try ExportedListed($0) } }
    }
}

import Bytes
import Observations

/// Reads lists of one value a line, and the tables of the SSL Blacklist.
///
/// The SSL Blacklist's form is what https://sslbl.abuse.ch/blacklist/ describes: remarks, then rows with
/// date, SHA-1 and reason, or of the other table with date, address and port.
struct ListReader {
    private let path: String
    private var note: IndicatorNote
    /// When the list was made, in milliseconds since 1970; what its lines say for themselves counts more.
    private var made: Int?
    private var until: Int?
    private var kind: IndicatorKind?
    private var hasFeed = false
    /// Whether nothing was said yet of an end before the date.
    private var isUnchecked = true
    private let now = ListedDate.now

    /// - Parameter path: the file, as it was named.
    init(_ path: String) {
        self.path = path
        note = IndicatorNote(feed: FeedName.of(path))
    }

    /// Reads all lines.
    mutating func read(_ source: InputBytes, _ sink: IndicatorSink) throws {
        var reader = LineReader(source)
        while let line = try reader.nextNumbered({ bytes, number in
            (ListLine(bytes.bindMemory(to: UInt8.self), kind: kind), number)
        }) {
            switch line.0 {
            case .nothing: break
            case .made(let time): (made, isUnchecked) = (time, true)
            case .setting(let name, let value):
                if let problem = set(name, value) { sink.fail(FileError("\(path):\(line.1)", problem)) }
            case .fault(let problem): sink.fail(FileError("\(path):\(line.1)", problem))
            case .values(let values):
                // Settings come one by one: they hold together where the first value stands.
                if isUnchecked, values.date == nil {
                    isUnchecked = false
                    if let problem = ListedDate.contradiction(made, until: until) {
                        sink.fail(FileError("\(path):\(line.1)", problem))
                    }
                }
                try take(values, sink)
            }
        }
        for line in reader.skipped {
            sink.fail(FileError("\(path):\(line)", "the line is longer than 64 MiB"))
        }
    }

    private func take(_ values: ListLine.Values, _ sink: IndicatorSink) throws {
        let date = values.date ?? made
        guard !ListedDate.isToCome(date, now: now) else { return sink.passOver(.notYet) }
        var note = note
        if values.isOfSSLBL, !hasFeed { note.feed = "SSLBL" }
        if let description = values.description { note.description = description }
        if let software = values.software { note.software = software }
        for var indicator in values.indicators {
            indicator.day = Indicator.day(date)
            indicator.until = Indicator.day(until)
            try sink.add(indicator, note)
        }
    }

    /// Takes a setting; says what is wrong with it.
    private mutating func set(_ name: String, _ value: String) -> String? {
        switch name {
        case "feed":
            guard !value.isEmpty else { return "'feed' is empty" }
            (note.feed, hasFeed) = (value, true)
        case "description": note.description = value.isEmpty ? nil : value
        case "software": note.software = value.isEmpty ? nil : value
        case "case": note.reference = value.isEmpty ? nil : value
        case "tlp":
            guard let word = IndicatorNote.tlp(value) else { return "'\(value)' is no word of the TLP" }
            note.tlp = word
        case "date", "until":
            guard let time = RFC3339.milliseconds(value) else {
                return "'\(value)' is no date, as 2026-11-27"
            }
            if name == "date" { made = time } else { until = time }
            isUnchecked = true
        case "confirmed":
            guard let isConfirmed = FlagWord.value(of: value) else { return "'confirmed' is yes or no" }
            note.isConfirmed = isConfirmed
        case "kind":
            if value.lowercased() == "any" {
                kind = nil
                return nil
            }
            guard let word = IndicatorKind(word: value) else { return "'\(value)' is no kind of indicator" }
            kind = word
        default:
            return "'\(name)' is no setting: there are feed, date, until, tlp, description, software, case, "
                + "confirmed and kind"
        }
        return nil
    }
}

/// What a list is called that does not tell its name.
enum FeedName {
    /// The file's name without folders, and without what it is packed with.
    static func of(_ path: String) -> String {
        var name = path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) {
            name = String(name.dropLast(ending.count))
        }
        for ending in [".txt", ".csv", ".json", ".list"]
        where name.hasSuffix(ending) && name.count > ending.count {
            return String(name.dropLast(ending.count))
        }
        return name
    }
}

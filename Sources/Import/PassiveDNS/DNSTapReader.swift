import Bytes
import Observations

/// Reads dnstap as text: what `dnstap-read`, `dnstap` and `dnstap-ldns` write of a name server's frames.
///
/// It is read line by line, and not as YAML: `dnstap-read -p` writes none, what a name server was told may
/// break what the others write, and a file may be as long as a disk. Of a message its time and the records
/// of its answer count; what BIND writes twice, as a list and as the message's own text, counts once.
final class DNSTapReader {
    private let run: ImportRun
    private let take: (NameSighting) throws -> Void
    private let tree = JSONTree()
    /// Of the message at hand, in milliseconds since 1970.
    private var time: Int?
    private var isAnswer = false
    private var told: Set<Told> = []
    /// The line that stands for an answer of which no more was seen yet.
    private var bare: Int?

    private struct Told: Hashable {
        let name: String
        let target: NameSighting.Target
    }

    init(_ run: ImportRun, _ take: @escaping (NameSighting) throws -> Void) {
        self.run = run
        self.take = take
    }

    func read(_ input: ImportInput) throws {
        let isJSON = input.head.isJSON
        try input.lines(run) { line, number in
            if isJSON { return try readJSON(line, number) }
            try read(String(decoding: line.prefix(Self.longestLine), as: UTF8.self)[...], number)
        }
        begin(at: nil)
    }

    /// No record of an address or an alias is longer.
    private static let longestLine = 4096
    /// Records of one answer that are kept to know them again.
    private static let mostTold = PassiveDNSFault.mostValues

    /// Begins another message.
    private func begin(at time: Int?) {
        if let bare { run.skip(PassiveDNSFault.noAnswers, line: bare) }
        bare = nil
        self.time = time
        isAnswer = false
        told.removeAll(keepingCapacity: true)
    }

    private func readJSON(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
        guard let root = try? tree.read(line, padded: true), let message = root["message"], message.isObject
        else {
            return run.skip(PassiveDNSFault.notJSON, line: number)
        }
        guard let text = message["response_message"]?.string else { return run.pass() }
        begin(at: message["response_time"]?.string.flatMap(Self.milliseconds))
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            try read(part.prefix(Self.longestLine), number)
        }
    }

    private func read(_ line: Substring, _ number: Int) throws {
        if let head = DNSTapLine(line) {
            begin(at: head.isDated ? Self.milliseconds(head.time) : nil)
            // What was asked may stand alone; what was answered has to stand below.
            if head.isAnswer { bare = number } else { run.pass() }
            return
        }
        let text = line.trimmingBlanks
        if text == "---" || line.hasPrefix("type:") { return begin(at: nil) }
        if text.hasPrefix("query_time:") || text.hasPrefix("response_time:") {
            let value = text[(text.firstIndex(of: ":") ?? text.startIndex)...].dropFirst()
            let stamp = value.trimmingBlanks.droppingPrefix("!!timestamp").trimmingBlanks
            time = Self.milliseconds(String(stamp)) ?? time
            return
        }
        if text.first == ";" { bare = nil }
        if text == ";; ANSWER SECTION:" || text == "ANSWER_SECTION:" {
            isAnswer = true
        } else if text.isEmpty || text.first == ";" || text.hasSuffix(":") || text.hasSuffix("|") {
            isAnswer = false
        } else if isAnswer {
            try readRecord(text, number)
        }
    }

    /// A record as master files have it: `www.example. 300 IN A 192.0.2.1`; in BIND's list behind a hyphen
    /// and in quotation marks.
    private func readRecord(_ text: Substring, _ line: Int) throws {
        var text = text
        if text.hasPrefix("- ") { text = text.dropFirst(2).trimmingBlanks }
        if text.first == "'" || text.first == "\"", text.count > 1, text.last == text.first {
            text = text.dropFirst().dropLast()
        }
        let fields = text.recordFields
        guard fields.count == 5, UInt32(fields[1]) != nil else {
            return run.skip(PassiveDNSFault.noRecord, line: line)
        }
        guard fields[2] == "IN", let kind = ResourceRecord.Kind(fields[3]) else { return }
        let led = ResourceRecord.target(kind, fields[4].trimmingBlanks)
        if kind == .address, led == nil { return run.skip(PassiveDNSFault.noAddress, line: line) }
        guard let name = ResourceRecord.name(fields[0]), let target = led else { return }
        guard let time else { return run.skip(PassiveDNSFault.untimed, line: line) }
        guard !PassiveDNSFault.isAhead(time) else { return run.skip(PassiveDNSFault.ahead, line: line) }
        guard told.count < Self.mostTold else { return run.skip(PassiveDNSFault.tooMany, line: line) }
        guard told.insert(Told(name: name, target: target)).inserted else { return }
        try take(NameSighting(name: name, target: target, first: time, last: time, count: 1))
    }

    private static func milliseconds(_ text: String) -> Int? {
        ForeignTime.nanoseconds(text.utf8).map { Int($0 / 1_000_000) }
    }
}

/// A line that stands for a message, as `dnstap-read` and the quiet forms of the others have it.
///
/// `27-Nov-2026 09:22:15.747 CR 192.0.2.7:41516 <- 192.0.2.53:53 UDP 105b www.example/IN/A`; the others write
/// one address and the query in quotation marks, and `dnstap -q` no date.
struct DNSTapLine {
    let time: String
    /// Whether its time has a date; that of `dnstap -q` has none.
    let isDated: Bool
    /// Whether it is of an answer, and not of a question.
    let isAnswer: Bool

    /// What dnstap's kinds of message are called in such a line.
    private static let kinds: Set<Substring> = [
        "AQ", "AR", "RQ", "RR", "CQ", "CR", "FQ", "FR", "SQ", "SR", "TQ", "TR", "UQ", "UR",
    ]

    init?(_ line: Substring) {
        guard let first = line.utf8.first, first &- 0x30 < 10 else { return nil }
        let words = line.split(maxSplits: 4) { $0 == " " || $0 == "\t" }
        guard words.count > 3, let place = words.prefix(3).firstIndex(where: { Self.kinds.contains($0) }),
            place > 0, words[place - 1].utf8.count(where: { $0 == 0x3a }) == 2
        else { return nil }
        time = words[..<place].joined(separator: " ")
        isDated = place == 2
        isAnswer = words[place].last == "R"
    }
}

extension Substring {
    /// Owner, time to live, class, type and data; a blank behind a backslash is part of a name (RFC 1035,
    /// section 5.1).
    fileprivate var recordFields: [Substring] {
        var fields: [Substring] = []
        var rest = trimmingBlanks
        while fields.count < 4 {
            var isEscaped = false
            let end = rest.firstIndex { character in
                defer { isEscaped = character == "\\" && !isEscaped }
                return !isEscaped && (character == " " || character == "\t")
            }
            guard let end else { break }
            fields.append(rest[..<end])
            rest = rest[end...].trimmingBlanks
        }
        if !rest.isEmpty { fields.append(rest) }
        return fields
    }

    /// Without blanks and tabs before and behind.
    fileprivate var trimmingBlanks: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }

    fileprivate func droppingPrefix(_ prefix: String) -> Substring {
        hasPrefix(prefix) ? dropFirst(prefix.count) : self
    }
}

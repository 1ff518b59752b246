import Observations

/// Where in a line of JSON an assessment goes, and what older one is to be taken out.
///
/// An older assessment may be anybody's: it is found however its names are spelled, with escapes or with
/// dots, in doubled members and in arrays. The line has been parsed before, so that only its structure needs
/// to be followed.
struct AssessmentPlaces {
    struct Edit {
        /// What goes in the place of a range.
        enum Content {
            /// Nothing: what stood there is cut out.
            case nothing
            /// The value of `event.kind`.
            case kind
            /// `event.risk_score`, behind the members of `event` that stay.
            case score
            /// The strongest lead in the names of ECS, behind `event`.
            case summary
        }

        let range: Range<Int>
        let content: Content
    }

    /// What is to be changed, in the line's order; cuts take the commas with them.
    private(set) var edits: [Edit] = []
    /// Behind the last member that stays of the `hallmark` object, or of the whole one when there is none.
    private(set) var end = 0
    private(set) var makesHallmark = true
    /// What our object is an element of, where an array stands for it, as some stores take one: a second
    /// member of the name would make the line unreadable.
    enum List { case empty, filled }
    private(set) var list: List?
    /// Whether an object `event` was met, which the strongest lead goes into and behind.
    private var hasSummary = false

    /// What is written anew.
    enum Scope {
        /// All that is concluded of a record.
        case assessment
        /// What others list alone.
        case indicators
    }

    private let scope: Scope

    /// Nil when the structure can't be followed.
    init?(_ line: borrowing Span<UInt8>, of scope: Scope = .assessment) {
        self.scope = scope
        var scanner = JSONScanner(place: 0)
        guard let end = members(of: .record, &scanner, line) else { return nil }
        if makesHallmark { self.end = end }
    }

    /// Follows an object and notes what is to be changed in it.
    ///
    /// - Returns: the place behind the last member that stays, or behind the opening brace.
    private mutating func members(
        of object: MemberNames,
        _ scanner: inout JSONScanner,
        _ line: borrowing Span<UInt8>
    ) -> Int? {
        guard scanner.take(0x7b, line) else { return nil }
        var kept = scanner.place
        var lastEnd = scanner.place
        // Where a run of cuts begins that nothing kept stands before: it takes the comma behind it.
        var cutStart: Int?
        var hasKept = false
        while let member = scanner.member(line) {
            var action = object.action(member, scanner, line, scope)
            // What stands for our object and is none gives way to it.
            if action == .enterHallmark, !scanner.isAt(0x7b, line), !scanner.isAt(0x5b, line) {
                action = .cut
            }
            if action == .cut {
                guard scanner.skipValue(line) else { return nil }
                if hasKept {
                    edits.append(Edit(range: lastEnd..<scanner.place, content: .nothing))
                } else if cutStart == nil {
                    cutStart = lastEnd
                }
            } else {
                if let start = cutStart {
                    edits.append(Edit(range: start..<member.lowerBound, content: .nothing))
                    cutStart = nil
                }
                guard follow(action, &scanner, line) else { return nil }
                hasKept = true
                kept = scanner.place
            }
            lastEnd = scanner.place
        }
        if let start = cutStart { edits.append(Edit(range: start..<lastEnd, content: .nothing)) }
        return scanner.take(0x7d, line) ? kept : nil
    }

    /// Steps over a member's value that stays.
    private mutating func follow(
        _ action: MemberNames.Action,
        _ scanner: inout JSONScanner,
        _ line: borrowing Span<UInt8>
    ) -> Bool {
        switch action {
        case .keep, .cut: return scanner.skipValue(line)
        case .kind:
            scanner.space(line)
            let start = scanner.place
            guard scanner.skipValue(line) else { return false }
            let value = start..<scanner.place
            if let text = scanner.text(value, line), MemberNames.kinds.contains(text) {
                edits.append(Edit(range: value, content: .kind))
            }
            return true
        case .enterEvent:
            if scanner.isAt(0x5b, line) { return elements(of: .event, &scanner, line, depth: 0) }
            guard scanner.isAt(0x7b, line) else { return scanner.skipValue(line) }
            guard let end = members(of: .event, &scanner, line) else { return false }
            guard !hasSummary else { return true }
            hasSummary = true
            // Behind what stays of it, and so before what may be cut there.
            let place = edits.firstIndex { $0.range.lowerBound >= end } ?? edits.count
            edits.insert(Edit(range: end..<end, content: .score), at: place)
            edits.append(Edit(range: scanner.place..<scanner.place, content: .summary))
            return true
        case .enterHallmark:
            if scanner.isAt(0x5b, line) {
                let inside = scanner.place + 1
                guard elements(of: .hallmark, &scanner, line, depth: 0) else { return false }
                end = scanner.place - 1
                makesHallmark = false
                var first = JSONScanner(place: inside)
                list = first.isAt(0x5d, line) ? .empty : .filled
                return true
            }
            guard let end = members(of: .hallmark, &scanner, line) else { return false }
            self.end = end
            makesHallmark = false
            return true
        }
    }

    /// Follows an array that stands for our object, and arrays in it.
    private mutating func elements(
        of object: MemberNames,
        _ scanner: inout JSONScanner,
        _ line: borrowing Span<UInt8>,
        depth: Int
    ) -> Bool {
        guard scanner.take(0x5b, line), depth < 200 else { return false }
        while true {
            scanner.space(line)
            if scanner.take(0x5d, line) { return true }
            _ = scanner.take(0x2c, line)
            scanner.space(line)
            if scanner.isAt(0x7b, line) {
                guard members(of: object, &scanner, line) != nil else { return false }
            } else if scanner.isAt(0x5b, line) {
                guard elements(of: object, &scanner, line, depth: depth + 1) else { return false }
            } else {
                guard scanner.skipValue(line) else { return false }
            }
        }
    }
}

/// What is done with the members of an object, by their names.
private enum MemberNames {
    case record, hallmark, event

    enum Action {
        case keep, cut, enterHallmark, enterEvent, kind
    }

    /// The values of `event.kind` that an assessment changes.
    static let kinds = ["event", "alert"].map { Array($0.utf8) }

    private static let ours = [
        "matches", "leads", "assessment", "marks", "signatures", "decisions", "indicators",
    ]
    .map { Array($0.utf8) }
    private static let indicators = [Array("indicators".utf8)]
    /// Members of the record that tell of leads in the names of ECS.
    private static let summaries = ["rule", "threat", "event.risk_score"].map { Array($0.utf8) }
    private static let scoreName = Array("risk_score".utf8)
    private static let hallmarkName = Array("hallmark".utf8)
    private static let eventName = Array("event".utf8)
    private static let kindName = Array("kind".utf8)
    private static let dottedKind = Array("event.kind".utf8)

    func action(
        _ member: Range<Int>,
        _ scanner: JSONScanner,
        _ line: borrowing Span<UInt8>,
        _ scope: AssessmentPlaces.Scope
    ) -> Action {
        // Most names are told apart by their first letter; one with an escape is read in any case.
        guard mayBegin(line[member.lowerBound + 1]) || scanner.hasEscape(member, line),
            let name = scanner.text(member, line)
        else { return .keep }
        let ours = scope == .indicators ? Self.indicators : Self.ours
        switch self {
        case .event: return name == Self.kindName ? .kind : name == Self.scoreName ? .cut : .keep
        case .hallmark: return Self.isAny(of: ours, name[...]) ? .cut : .keep
        case .record:
            if name == Self.hallmarkName { return .enterHallmark }
            if scope == .assessment {
                if name == Self.eventName { return .enterEvent }
                if name == Self.dottedKind { return .kind }
                if Self.isAny(of: Self.summaries, name[...]) { return .cut }
            }
            let start = Self.hallmarkName.count
            guard name.starts(with: Self.hallmarkName), name.count > start, name[start] == 0x2e else {
                return .keep
            }
            return Self.isAny(of: ours, name[(start + 1)...]) ? .cut : .keep
        }
    }

    private func mayBegin(_ byte: UInt8) -> Bool {
        switch self {
        case .record: byte == 0x68 || byte == 0x65 || byte == 0x72 || byte == 0x74
        case .event: byte == 0x6b || byte == 0x72
        case .hallmark:
            byte == 0x6d || byte == 0x6c || byte == 0x61 || byte == 0x73 || byte == 0x64
                || byte == 0x69
        }
    }

    /// Whether a name is one of those, or a dotted one that begins with it.
    private static func isAny(of names: [[UInt8]], _ name: ArraySlice<UInt8>) -> Bool {
        names.contains {
            name.starts(with: $0) && (name.count == $0.count || name[name.startIndex + $0.count] == 0x2e)
        }
    }
}

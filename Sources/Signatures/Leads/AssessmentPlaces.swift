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
            /// Our object begins, the comma before its name with it.
            case objectBegin
            /// The first members of our object.
            case leads
            /// The last members of our object, or the whole one.
            case members
            /// Our object ends.
            case objectEnd
            /// The last member that stays of the record ends.
            case recordEnd
        }

        let range: Range<Int>
        let content: Content
    }

    /// What is to be changed, in the line's order; cuts take the commas with them.
    private(set) var edits: [Edit] = []
    /// Behind the last member that stays of the `hallmark` object, or of the whole one when there is none.
    private(set) var end = 0
    private(set) var makesHallmark = true
    /// Our object, when there is one.
    private var hallmark: HallmarkPlace?
    /// Whether members stay in our object.
    var keepsMembers: Bool { hallmark.map { end > $0.inside } ?? false }
    /// What our object is an element of, where an array stands for it, as some stores take one: a second
    /// member of the name would make the line unreadable.
    enum List { case empty, filled }
    private(set) var list: List?
    /// Where our object stands.
    private struct HallmarkPlace {
        /// With the comma before its name.
        let range: Range<Int>
        /// Behind its opening brace.
        let inside: Int
    }

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
        if let hallmark {
            insert(.objectBegin, at: hallmark.range.lowerBound)
            insert(.leads, at: hallmark.inside)
            // The space before a member that stays goes with what is written before it.
            if keepsMembers, let index = edits.firstIndex(where: { $0.content == .leads }),
                edits[(index + 1)...].first?.range.lowerBound != hallmark.inside
            {
                scanner.place = hallmark.inside
                scanner.space(line)
                edits[index] = Edit(range: hallmark.inside..<scanner.place, content: .leads)
            }
        }
        insert(.members, at: self.end)
        if let hallmark { insert(.objectEnd, at: hallmark.range.upperBound) }
        insert(.recordEnd, at: end)
    }

    /// Notes what is written at a place: before what is cut there, and behind what stands there for good.
    private mutating func insert(_ content: Edit.Content, at place: Int) {
        let index = edits.firstIndex {
            let begin = $0.range.lowerBound
            return begin > place || begin == place && ($0.content == .nothing || $0.content == .objectEnd)
        }
        edits.insert(Edit(range: place..<place, content: content), at: index ?? edits.count)
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
                var begin = lastEnd
                if let start = cutStart {
                    edits.append(Edit(range: start..<member.lowerBound, content: .nothing))
                    cutStart = nil
                    // The comma went with what was cut: the member is the first that stays.
                    begin = member.lowerBound
                }
                guard follow(action, &scanner, line, from: begin) else { return nil }
                hasKept = true
                kept = scanner.place
            }
            lastEnd = scanner.place
        }
        if let start = cutStart { edits.append(Edit(range: start..<lastEnd, content: .nothing)) }
        return scanner.take(0x7d, line) ? kept : nil
    }

    /// Steps over a member's value that stays.
    ///
    /// - Parameter start: where the member begins, its comma with it.
    private mutating func follow(
        _ action: MemberNames.Action,
        _ scanner: inout JSONScanner,
        _ line: borrowing Span<UInt8>,
        from start: Int
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
            insert(.score, at: end)
            insert(.summary, at: scanner.place)
            return true
        case .enterHallmark:
            if scanner.isAt(0x5b, line) {
                let inside = scanner.place + 1
                guard elements(of: .hallmark, &scanner, line, depth: 0) else { return false }
                end = scanner.place - 1
                makesHallmark = false
                hallmark = nil
                var first = JSONScanner(place: inside)
                list = first.isAt(0x5d, line) ? .empty : .filled
                return true
            }
            let brace = scanner.place
            guard let end = members(of: .hallmark, &scanner, line) else { return false }
            self.end = end
            makesHallmark = false
            list = nil
            hallmark = HallmarkPlace(range: start..<scanner.place, inside: brace + 1)
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

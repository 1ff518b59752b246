import Observations

/// What is done with the members of an object, by their names.
enum MemberNames {
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

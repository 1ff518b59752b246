import Observations

/// Makes leads of what others list.
enum ListedLeads {
    /// Adds what is listed of an observation to what its matches come to.
    ///
    /// All lists together are one piece of evidence beside those of the rules, because they copy from each
    /// other: the heaviest entry counts. Alone it stays below *high*, unless the user confirmed it.
    static func add(_ listed: [ListedMark], to assessment: inout Assessment) {
        guard !listed.isEmpty else { return }
        var listed = listed
        var order: [String] = []
        var groups: [String: [Int]] = [:]
        for index in listed.indices {
            // The rules' spelling of a name, so that both speak of one software.
            if let software = listed[index].software {
                let name = plain(software.name)
                if let lead = assessment.leads.first(where: { plain($0.software.name) == name }) {
                    listed[index].software = lead.software
                }
            }
            let name = plain((listed[index].software ?? unnamed).name)
            if let first = groups[name]?.first {
                listed[index].software = listed[first].software
            } else {
                order.append(name)
            }
            groups[name, default: []].append(index)
        }
        for name in order {
            let marks = groups[name, default: []].map { listed[$0] }
            add(marks, marks[0].software ?? unnamed, plain: name, to: &assessment.leads)
        }
        assessment.leads.sort { ($1.confidence, $0.software.name) < ($0.confidence, $1.software.name) }
        assessment.listed = listed
    }

    private static let unnamed = Software(name: KnownInfrastructure.name, id: nil)

    private static func add(
        _ marks: [ListedMark],
        _ software: Software,
        plain name: String,
        to leads: inout [Lead]
    ) {
        let weight = marks.map { $0.kind.weight(isConfirmed: $0.isConfirmed, isAged: $0.isAged) }.max() ?? 0
        let against = objections(marks)
        if let place = leads.firstIndex(where: { plain($0.software.name) == name }) {
            let doubt = (1 - Double(leads[place].confidence) / 100) * (1 - weight)
            leads[place].confidence = min(99, Int((100 * (1 - doubt)).rounded()))
            leads[place].against += against
            return
        }
        leads.append(
            Lead(
                software: software,
                confidence: min(99, Int((100 * weight).rounded())),
                kinds: Set(marks.compactMap { EvidenceKind.of($0.field) }).sorted(),
                isDualUse: false,
                corroborate: [],
                against: against
            )
        )
    }

    private static func objections(_ marks: [ListedMark]) -> [String] {
        var against: [String] = []
        func object(_ text: String) { if !against.contains(text), against.count < 8 { against.append(text) } }
        if marks.allSatisfy({ !$0.isConfirmed }) {
            object("a list's word: lists name the hacked and the innocent, too")
        }
        for mark in marks where mark.isAged {
            object("an aged entry of \(mark.feed)" + (mark.date == nil ? ", which tells no date" : ""))
        }
        return against
    }

    /// Letters and digits alone: people spell names of tools in many ways.
    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

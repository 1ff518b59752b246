package import Observations

/// What the rules that matched last saw.
extension MatchScratch {
    /// The tests that hold in a rule that matched last, with what the fields hold; at most 32.
    package func excerpts(of rule: Int) -> [Excerpt] {
        var found: [Excerpt] = []
        if let match = matched.first(where: { $0.rule == rule }), match.exchange != exchange {
            replay(match.exchange)
        }
        collect(Int(ruleSet.starts[rule]), into: &found)
        return found
    }

    private func collect(_ place: Int, into found: inout [Excerpt]) {
        let step = steps[place]
        switch step.operation {
        case .not: return
        case .and, .or:
            var child = place + 1
            while child < Int(step.end) {
                if holds(child) { collect(child, into: &found) }
                child = Int(steps[child].end)
            }
        case .test:
            let atom = Int(step.atom)
            let isPattern = ruleSet.atoms[atom].isMarked
            let place = marks.pointee.place(of: atom)
            let field = ruleSet.names[shownField(atom, place.value)]
            guard found.count < 32, let kind = EvidenceKind.of(field) else { return }
            let bytes = view[place.value].bytes
            let range = excerpt(bytes, around: isPattern ? place.end : 0)
            let text = String(decoding: bytes[range], as: UTF8.self)
            if !found.contains(where: { $0.field == field && $0.value == text }) {
                found.append(Excerpt(kind: kind, form: ruleSet.atoms[atom].form, field: field, value: text))
            }
        }
    }

    /// The field that a test's evidence is shown as: what was read, not what it stands for.
    private func shownField(_ atom: Int, _ place: Int) -> Int {
        let field = ruleSet.atoms[atom].field
        return field == standIn?.field ? view[place].field : field
    }

    /// Appends what makes the excerpts of all rules that matched last, so that what is made of them is the
    /// same when these bytes are: the rules, their tests that hold, and what the fields hold.
    package func appendEvidence(to key: inout [UInt8]) {
        for match in matched {
            if match.exchange != exchange { replay(match.exchange) }
            Self.append(Int32(truncatingIfNeeded: match.rule), to: &key)
            appendTests(Int(ruleSet.starts[match.rule]), to: &key)
        }
    }

    private func appendTests(_ place: Int, to key: inout [UInt8]) {
        let step = steps[place]
        switch step.operation {
        case .not: return
        case .and, .or:
            var child = place + 1
            while child < Int(step.end) {
                if holds(child) { appendTests(child, to: &key) }
                child = Int(steps[child].end)
            }
        case .test:
            let atom = Int(step.atom)
            let place = marks.pointee.place(of: atom)
            let field = shownField(atom, place.value)
            guard ruleSet.isEvidence[field] else { return }
            let bytes = view[place.value].bytes
            let range = excerpt(bytes, around: ruleSet.atoms[atom].isMarked ? place.end : 0)
            // Unlike a rule's number, so that what belongs to which rule can be told.
            Self.append(~step.atom, to: &key)
            Self.append(Int32(truncatingIfNeeded: field), to: &key)
            Self.append(Int32(truncatingIfNeeded: range.count), to: &key)
            key.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
        }
    }

    private static func append(_ number: Int32, to key: inout [UInt8]) {
        withUnsafeBytes(of: number) { key.append(contentsOf: $0) }
    }

    /// At most 256 bytes of a value: its begin, or what comes before `end` and a little after it.
    private func excerpt(_ bytes: UnsafeBufferPointer<UInt8>, around end: Int) -> Range<Int> {
        var first = 0
        if bytes.count > 256, end > 192 { first = min(end, bytes.count) - 192 }
        while first > 0, first < bytes.count, bytes[first] & 0xc0 == 0x80 { first += 1 }
        var last = min(bytes.count, first + 256)
        while last < bytes.count, last > first, bytes[last] & 0xc0 == 0x80 { last -= 1 }
        return first..<last
    }
}

/// A test that holds, with what the field holds.
package struct Excerpt: Equatable, Sendable {
    package let kind: EvidenceKind
    package let form: EvidenceForm
    package let field: String
    /// At most 256 bytes of the value, around what matched.
    package let value: String
}

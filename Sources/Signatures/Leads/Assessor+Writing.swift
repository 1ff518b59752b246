import Bytes
import Observations

/// How an assessment comes into a line.
extension Assessor {
    /// What `hallmark.assessment` holds that is not ours to say.
    private var observedWords: [String] {
        let view = scratch.view
        var words: [String] = []
        var place = view.has(assessmentField) ? view.first(assessmentField) : -1
        while place >= 0, words.count < 16 {
            let word = String(decoding: view[place].bytes, as: UTF8.self)
            if EndpointAssessment(rawValue: word) != nil, word != "deception_likely" { words.append(word) }
            place = view[place].next
        }
        return words
    }

    /// The last members of `hallmark` that tell of an assessment.
    private func append(_ assessment: Assessment, observed: [String], to buffer: inout ByteBuffer) {
        let encoder = AssessmentEncoder(set)
        encoder.encodeWords(assessment, observed: observed, into: &buffer)
        guard let told else { return encoder.encodeMatches(assessment, into: &buffer) }
        append(told.members, to: &buffer)
    }

    /// The first member of `hallmark`.
    private func appendLeads(_ assessment: Assessment, to buffer: inout ByteBuffer) {
        guard let told else { return AssessmentEncoder(set).encodeLeads(assessment, into: &buffer) }
        append(told.leads, to: &buffer)
    }

    /// The members behind `event`.
    private func appendSummary(_ assessment: Assessment, to buffer: inout ByteBuffer) {
        guard let told else { return AssessmentEncoder(set).encodeSummary(assessment, into: &buffer) }
        append(told.summary, to: &buffer)
    }

    private func append(_ members: [UInt8], to buffer: inout ByteBuffer) {
        guard !members.isEmpty else { return }
        buffer.comma()
        buffer.append(members.span)
    }

    /// Writes an assessment into a line of our own.
    func insert(_ assessment: Assessment, at places: OwnRecord, into line: inout ByteBuffer) {
        copy.removeAll()
        guard let lead = assessment.leads.first else {
            copy.append(0x22)  // the end of a member before, for the comma's sake
            append(assessment, observed: [], to: &copy)
            let end = places.hallmarkMembers.upperBound
            return copy.withSpan { line.replace(end..<end, with: $0.extracting(1...)) }
        }
        line.withSpan { span in
            copy.append("\"alert\"")
            copy.append(span.extracting(places.kind.upperBound..<places.eventEnd - 1))
            copy.member("risk_score", lead.confidence)
            copy.endObject()
            appendSummary(assessment, to: &copy)
            copy.object("hallmark")
            appendLeads(assessment, to: &copy)
            copy.comma()
            copy.append(span.extracting(places.hallmarkMembers))
            append(assessment, observed: [], to: &copy)
            copy.endObject()
            copy.append(span.extracting(places.eventEnd..<places.hallmark))
            copy.append("}\n")
        }
        line.truncate(to: places.kind.lowerBound)
        copy.withSpan { line.append($0) }
    }

    func rewrite(_ line: inout ByteBuffer, from start: Int, _ assessment: Assessment) {
        let places = line.withSpan { span in
            AssessmentPlaces(span.extracting(min(start, span.count)..<span.count))
        }
        guard let places else { return }
        copy.removeAll()
        // Where in the copy the strongest lead ends, the record ends, and our object stands.
        var (summaryEnd, recordEnd) = (Int.max, 0)
        var object = 0..<0
        line.withSpan { span in
            var place = start
            for edit in places.edits {
                copy.append(span.extracting(place..<(start + edit.range.lowerBound)))
                place = start + edit.range.upperBound
                switch edit.content {
                case .nothing: break
                case .kind: copy.append(assessment.leads.isEmpty ? "\"event\"" : "\"alert\"" as StaticString)
                case .score:
                    if let lead = assessment.leads.first { copy.member("risk_score", lead.confidence) }
                case .summary:
                    appendSummary(assessment, to: &copy)
                    summaryEnd = copy.count
                case .objectBegin: object = copy.count..<copy.count
                case .leads:
                    guard !assessment.leads.isEmpty else {
                        copy.append(span.extracting(start + edit.range.lowerBound..<place))
                        break
                    }
                    appendLeads(assessment, to: &copy)
                    if places.keepsMembers { copy.append(0x2c) }
                case .members:
                    let begin = copy.count
                    appendMembers(assessment, places)
                    if places.makesHallmark { object = begin..<copy.count }
                case .objectEnd: object = object.lowerBound..<copy.count
                case .recordEnd: recordEnd = copy.count
                }
            }
            copy.append(span.extracting(place..<span.count))
        }
        line.truncate(to: start)
        copy.withSpan { span in
            // Early with a lead; last again without, where it stood early for one.
            var parts = [0..<span.count]
            if !assessment.leads.isEmpty, object.lowerBound > summaryEnd {
                parts = [
                    0..<summaryEnd, object, summaryEnd..<object.lowerBound, object.upperBound..<span.count,
                ]
            } else if assessment.leads.isEmpty, object.lowerBound == summaryEnd, recordEnd > object.upperBound
            {
                parts = [
                    0..<object.lowerBound, object.upperBound..<recordEnd, object, recordEnd..<span.count,
                ]
            }
            for part in parts { line.append(span.extracting(part)) }
        }
    }

    /// Writes the last members of `hallmark` into the copy, and the object where there is none.
    private func appendMembers(_ assessment: Assessment, _ places: AssessmentPlaces) {
        let observed = observedWords
        if assessment.isEmpty, observed.isEmpty, assessment.coverage == nil { return }
        if places.makesHallmark { copy.append(copy.last == 0x7b ? "\"hallmark\":{" : ",\"hallmark\":{") }
        if let list = places.list { copy.append(list == .empty ? "{" : ",{") }
        if places.makesHallmark || places.list != nil { appendLeads(assessment, to: &copy) }
        append(assessment, observed: observed, to: &copy)
        if places.makesHallmark || places.list != nil { copy.append(0x7d) }
    }
}

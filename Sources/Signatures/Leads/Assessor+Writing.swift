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

    /// The members of `hallmark` that tell of an assessment.
    private func append(_ assessment: Assessment, observed: [String], to buffer: inout ByteBuffer) {
        let encoder = AssessmentEncoder(set)
        encoder.encodeWords(assessment, observed: observed, into: &buffer)
        guard let told else { return encoder.encodeMatches(assessment, into: &buffer) }
        guard !told.members.isEmpty else { return }
        buffer.comma()
        buffer.append(told.members.span)
    }

    private func appendSummary(_ assessment: Assessment, to buffer: inout ByteBuffer) {
        guard let told else { return AssessmentEncoder(set).encodeSummary(assessment, into: &buffer) }
        guard !told.summary.isEmpty else { return }
        buffer.comma()
        buffer.append(told.summary.span)
    }

    /// Writes an assessment into a line of our own.
    func insert(_ assessment: Assessment, at places: OwnRecord, into line: inout ByteBuffer) {
        copy.removeAll()
        copy.append(0x22)  // the end of a member before, for the comma's sake
        append(assessment, observed: [], to: &copy)
        copy.withSpan { line.replace(places.hallmarkEnd..<places.hallmarkEnd, with: $0.extracting(1...)) }
        guard let lead = assessment.leads.first else { return }
        copy.removeAll()
        copy.append(0x22)
        copy.member("risk_score", lead.confidence)
        copy.endObject()
        appendSummary(assessment, to: &copy)
        let end = places.eventEnd - 1
        copy.withSpan { line.replace(end..<places.eventEnd, with: $0.extracting(1...)) }
        copy.removeAll()
        copy.append("\"alert\"")
        copy.withSpan { line.replace(places.kind, with: $0) }
    }

    func rewrite(_ line: inout ByteBuffer, from start: Int, _ assessment: Assessment) {
        let places = line.withSpan { span in
            AssessmentPlaces(span.extracting(min(start, span.count)..<span.count))
        }
        guard let places else { return }
        let kind = assessment.leads.isEmpty ? "\"event\"" : "\"alert\"" as StaticString
        copy.removeAll()
        line.withSpan { span in
            var place = 0
            func keep(to end: Int) {
                copy.append(span.extracting((start + place)..<(start + end)))
                place = end
            }
            func insert() {
                keep(to: places.end)
                let observed = observedWords
                if assessment.isEmpty, observed.isEmpty, assessment.coverage == nil { return }
                if places.makesHallmark {
                    copy.append(copy.last == 0x7b ? "\"hallmark\":{" : ",\"hallmark\":{")
                }
                if let list = places.list { copy.append(list == .empty ? "{" : ",{") }
                append(assessment, observed: observed, to: &copy)
                if places.makesHallmark || places.list != nil { copy.append(0x7d) }
            }
            var isInserted = false
            for edit in places.edits {
                // At one place the strongest lead comes first, so that it stands behind `event` for good.
                let begin = edit.range.lowerBound
                if !isInserted, begin > places.end || begin == places.end && edit.content != .summary {
                    insert()
                    isInserted = true
                }
                keep(to: edit.range.lowerBound)
                switch edit.content {
                case .nothing: break
                case .kind: copy.append(kind)
                case .score:
                    if let lead = assessment.leads.first { copy.member("risk_score", lead.confidence) }
                case .summary: appendSummary(assessment, to: &copy)
                }
                place = edit.range.upperBound
            }
            if !isInserted { insert() }
            keep(to: span.count - start)
        }
        line.truncate(to: start)
        copy.withSpan { line.append($0) }
    }
}

package import Bytes
package import Observations

/// Matches observations and writes what comes of it into them.
///
/// It belongs to one thread.
package final class Assessor {
    package let scratch: MatchScratch
    /// The line as it is being written anew.
    private var copy = ByteBuffer()
    private let timestamp: Int
    private let assessmentField: Int
    private let dataset: Int
    private let port: Int
    private lazy var conclusions = ConclusionLines()
    /// By field id: whether only observations have it.
    private let isTelling: [Bool]

    package init(_ set: RuleSet) {
        scratch = MatchScratch(set)
        func id(_ name: String) -> Int { set.names.firstIndex(of: name) ?? 0 }
        timestamp = id("@timestamp")
        assessmentField = id("hallmark.assessment")
        dataset = id("event.dataset")
        port = id("server.port")
        let groups = ["tls.", "hallmark.", "http.", "server."]
        isTelling = set.names.map { name in groups.contains { name.hasPrefix($0) } }
    }

    /// Whether what was matched last is an observation: it says so, or says nothing and has fields of one.
    ///
    /// What nobody can have observed, a port beyond the last, is none.
    var isObservation: Bool {
        let view = scratch.view
        if view.has(port) {
            guard let number = view.integer(port), 0...65_535 ~= number else { return false }
        }
        // Nearly all are of our own scans: no text is made for them.
        if view.isFirst(of: dataset, "hallmark.observation") == true { return true }
        if let name = view.text(dataset) { return RecordDataset(rawValue: name) != nil }
        return (0..<view.count).contains { isTelling[view[$0].field] }
    }

    /// What a line is that was matched last and is no observation.
    func refusal(of line: UnsafeBufferPointer<UInt8>) -> ObservationSyntaxError {
        scratch.view.has(dataset) && conclusions.hold(line) ? .conclusion : .foreign
    }

    private var set: RuleSet { scratch.ruleSet }

    /// Matches the observation that `line` holds from `start` on, and writes matches and leads into it.
    ///
    /// `hallmark.matches`, `.leads`, `.assessment` and `.signatures` are put at the end of the `hallmark`
    /// object, which is made when there is none; the strongest lead also stands in the names of ECS, in
    /// `event` and early in the line, behind it: `event.risk_score`, `rule`, `threat`. What stood under these
    /// names before is taken out, however it was spelled. `event.kind` becomes `alert` when there is a lead,
    /// otherwise `event`. A line without a match, that never had one, is left as it is, byte for byte.
    ///
    /// - Parameter lookedFor: has what was not looked for written into it as well, as `hallmark.marks`.
    /// - Throws: when the line is no JSON object; it is left as it is.
    @discardableResult
    package func assess(
        _ line: inout ByteBuffer,
        from start: Int = 0,
        lookedFor: LookedFor? = nil
    ) throws(ObservationSyntaxError) -> Assessment {
        var failure: ObservationSyntaxError?
        line.withSpan { span in
            span.extracting(min(start, span.count)..<span.count).withUnsafeBufferPointer { bytes in
                do throws(ObservationSyntaxError) { try scratch.match(bytes) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        var assessment = assessLast()
        assessment.coverage = lookedFor.map { scratch.coverage($0) }
        if assessment.matches.isEmpty && assessment.coverage == nil && !wasAssessed { return assessment }
        rewrite(&line, from: start, assessment)
        return assessment
    }

    /// Matches one line and appends it, assessed, to `output`; without its line end.
    ///
    /// - Parameters:
    ///   - padded: 64 bytes after the line may be read as well.
    ///   - onlyLeads: whether a line without a lead is left out.
    package func assess(
        _ bytes: UnsafeBufferPointer<UInt8>,
        padded: Bool,
        onlyLeads: Bool,
        into output: inout ByteBuffer
    ) throws(ObservationSyntaxError) -> Assessment {
        try scratch.match(bytes, padded: padded)
        guard isObservation else { throw refusal(of: bytes) }
        let assessment = assessLast()
        if onlyLeads && assessment.leads.isEmpty { return assessment }
        let start = output.count
        output.append(bytes.span)
        if !assessment.matches.isEmpty || wasAssessed { rewrite(&output, from: start, assessment) }
        return assessment
    }

    /// Whether the observation that was matched last carries an older assessment.
    private var wasAssessed: Bool { scratch.view.isAssessed }

    /// What the matches of the observation that the scratch matched last come to.
    package func assessLast() -> Assessment {
        guard !scratch.matched.isEmpty else { return Assessment() }
        let matches = scratch.matched.sorted { $0.rule < $1.rule }.map { match in
            Assessment.Match(rule: match.rule, evidence: scratch.excerpts(of: match.rule))
        }
        let view = scratch.view
        let time = view.has(timestamp) ? SigmaDate.milliseconds(view[view.first(timestamp)].bytes) ?? 0 : 0
        let tables = set.leadTables
        return LeadBuilder(
            set,
            matches,
            time: time,
            isSelfSignatureUnseen: scratch.isSelfSignatureUnseen
        ) { [self] software, kinds in
            let open =
                tables.corroboration[software]?.compactMap { $0.isOpen(scratch.view, kinds) ? $0.text : nil }
                ?? []
            return open + undecided(software)
        }
        .build()
    }

    /// What the software's other rules could not be decided without.
    private func undecided(_ software: Software) -> [String] {
        var wanted: [String] = []
        for rule in scratch.undecided where set.rule(rule).hallmark.software.contains(software) {
            for name in scratch.wanted(by: rule) where !wanted.contains(name) { wanted.append(name) }
        }
        return wanted.prefix(8).map { "undecided without \($0)" }
    }

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

    private func rewrite(_ line: inout ByteBuffer, from start: Int, _ assessment: Assessment) {
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
                if assessment.matches.isEmpty, observed.isEmpty, assessment.coverage == nil { return }
                if places.makesHallmark {
                    copy.append(copy.last == 0x7b ? "\"hallmark\":{" : ",\"hallmark\":{")
                }
                if let list = places.list { copy.append(list == .empty ? "{" : ",{") }
                AssessmentEncoder(set).encode(assessment, observed: observed, into: &copy)
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
                case .summary: AssessmentEncoder(set).encodeSummary(assessment, into: &copy)
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

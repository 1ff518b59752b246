package import Bytes
package import Observations

/// Matches observations and writes what comes of it into them.
///
/// It belongs to one thread.
package final class Assessor {
    package let scratch: MatchScratch
    /// The line as it is being written anew.
    var copy = ByteBuffer()
    private let timestamp: Int
    let assessmentField: Int
    private let judge: RecordJudge
    private lazy var conclusions = ConclusionLines()
    /// The fields that show what was looked at.
    let lookedAt: [Int]
    private var memory = LeadMemory()
    /// What the memory holds of the observation that was matched last.
    private(set) var told: LeadMemory.Outcome?
    private var lines: LineMemory
    private let indicators: Int
    /// What others list; nil when no list was given, and what a record tells of lists then counts.
    ///
    /// What is listed hangs on more than rules see: with lists no line is known again by what they saw.
    private let lists: (any MarkLists)?

    /// - Parameter lists: what others list, in place of what records tell of lists.
    package init(_ set: RuleSet, lists: (any MarkLists)? = nil) {
        scratch = MatchScratch(set)
        lines = LineMemory(set)
        self.lists = lists
        func id(_ name: String) -> Int { set.names.firstIndex(of: name) ?? 0 }
        timestamp = id("@timestamp")
        assessmentField = id("hallmark.assessment")
        judge = RecordJudge(names: set.names)
        indicators = id("hallmark.indicators")
        lookedAt = set.leadTables.lookedAt
    }

    /// Why what was matched last is no observation; nil for one.
    func refusal(of line: UnsafeBufferPointer<UInt8>) -> ObservationSyntaxError? {
        let verdict = judge.judge(scratch.view)
        if verdict.isRecord { return nil }
        if verdict == .conclusion { return conclusions.hold(line) ? .conclusion : .foreign }
        return verdict.fault.map { ObservationSyntaxError($0) } ?? .foreign
    }

    var set: RuleSet { scratch.ruleSet }

    /// Matches the observation that `line` holds from `start` on, and writes matches and leads into it.
    ///
    /// `hallmark.matches`, `.assessment` and `.signatures` are put at the end of the `hallmark` object, which
    /// is made when there is none, and `.leads` at its begin. With a lead the object stands early in the
    /// line, behind `event` and the strongest lead in the names of ECS (`event.risk_score`, `rule`,
    /// `threat`), for stores that read only a line's begin. What stood under these names before is taken out,
    /// however it was spelled. `event.kind` becomes `alert` when there is a lead,
    /// otherwise `event`. A line without a match, that never had one, is left as it is, byte for byte.
    ///
    /// A line of our own that shows what one before it showed is not matched: what `scratch` says afterwards
    /// is of that other one.
    ///
    /// - Parameters:
    ///   - isOwn: whether the line is as `RecordEncoder` makes it, context and all.
    ///   - lookedFor: has what was not looked for written into it as well, as `hallmark.marks`.
    ///   - isWanted: whether a line with such an assessment goes on; nothing is written into another.
    /// - Throws: when the line is no JSON object; it is left as it is.
    @discardableResult
    package func assess(
        _ line: inout ByteBuffer,
        from start: Int = 0,
        isOwn: Bool = false,
        lookedFor: LookedFor? = nil,
        isWanted: (Assessment) -> Bool = { _ in true }
    ) throws(ObservationSyntaxError) -> Assessment {
        if isOwn, lookedFor == nil, lists == nil, let known = find(line, from: start) {
            told = known.outcome
            if told == nil || !isWanted(known.assessment) { return known.assessment }
            if let places = line.withSpan({ OwnRecord($0, from: start) }) {
                insert(known.assessment, at: places, into: &line)
                return known.assessment
            }
        }
        var failure: ObservationSyntaxError?
        line.withSpan { span in
            span.extracting(min(start, span.count)..<span.count).withUnsafeBufferPointer { bytes in
                do throws(ObservationSyntaxError) { try scratch.match(bytes) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        var assessment = assessLast()
        assessment.coverage = lookedFor.map { scratch.coverage($0) }
        if isOwn, lookedFor == nil, lists == nil, !wasAssessed, !scratch.hasUndecided {
            lines.remember(LineMemory.Known(assessment: assessment, outcome: told))
        }
        guard isWanted(assessment) else { return assessment }
        if assessment.isEmpty && assessment.coverage == nil && !wasAssessed { return assessment }
        if isOwn, !wasAssessed, let places = line.withSpan({ OwnRecord($0, from: start) }) {
            insert(assessment, at: places, into: &line)
        } else {
            rewrite(&line, from: start, assessment)
        }
        return assessment
    }

    /// What came of a line of ours of which rules saw the same.
    private func find(_ line: borrowing ByteBuffer, from start: Int) -> LineMemory.Known? {
        line.withSpan { span in
            span.extracting(min(start, span.count)..<span.count).withUnsafeBufferPointer { lines.find($0) }
        }
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
        if let refusal = refusal(of: bytes) { throw refusal }
        let assessment = assessLast()
        if onlyLeads && assessment.leads.isEmpty { return assessment }
        let start = output.count
        output.append(bytes.span)
        if !assessment.isEmpty || wasAssessed { rewrite(&output, from: start, assessment) }
        return assessment
    }

    /// Whether the observation that was matched last carries an older assessment.
    private var wasAssessed: Bool { scratch.view.isAssessed || scratch.view.has(indicators) }

    /// What the matches of the observation that the scratch matched last, and what others list of it, come
    /// to.
    package func assessLast() -> Assessment {
        let listed = listedMarks()
        guard !listed.isEmpty else { return assessMatches() }
        var assessment = assessMatches()
        // What is kept of others with the same evidence tells nothing of lists.
        told = nil
        ListedLeads.add(listed, to: &assessment)
        return assessment
    }

    /// What others list of the observation that was matched last, or what it tells itself.
    private func listedMarks() -> [ListedMark] {
        guard let lists else {
            return scratch.view.has(indicators) ? ListedMarkReader.read(scratch.view, set.names) : []
        }
        return lists.look(scratch.view, at: time)
    }

    private func assessMatches() -> Assessment {
        told = nil
        guard !scratch.matched.isEmpty else { return Assessment() }
        memory.key.removeAll(keepingCapacity: true)
        guard appendKey(to: &memory.key) else { return LeadBuilder(set, leadInputs()).build() }
        let time = time
        if let known = memory.outcome(at: time) {
            told = known
            return known.assessment
        }
        let assessment = LeadBuilder(set, leadInputs()).build()
        let encoder = AssessmentEncoder(set)
        let outcome = LeadMemory.Outcome(
            assessment: assessment,
            members: Self.members { encoder.encodeMatches(assessment, into: &$0) },
            leads: Self.members { encoder.encodeLeads(assessment, into: &$0) },
            summary: Self.members { encoder.encodeSummary(assessment, into: &$0) },
            times: validity(of: assessment, at: time)
        )
        memory.remember(outcome)
        told = outcome
        return assessment
    }

    /// Forgets the leads of observations before.
    func forget() { memory = LeadMemory() }

    /// When the observation that was matched last was made, in milliseconds since 1970; 0 if it says nothing.
    var time: Int64 {
        let view = scratch.view
        return view.has(timestamp) ? SigmaDate.milliseconds(view[view.first(timestamp)].bytes) ?? 0 : 0
    }

    /// What is written as the members of an object.
    private static func members(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.append(0x7b)
        write(&buffer)
        return buffer.withSpan { span in span.withUnsafeBufferPointer { Array($0.dropFirst()) } }
    }

    /// The times around `time` at which no fact expires that matches rest on.
    private func validity(of assessment: Assessment, at time: Int64) -> Range<Int64> {
        var (first, end) = (Int64.min, Int64.max)
        for match in assessment.matches {
            guard let expires = set.rule(match.rule).hallmark.expires else { continue }
            if expires <= time { first = max(first, expires) } else { end = min(end, expires) }
        }
        return first..<end
    }
}

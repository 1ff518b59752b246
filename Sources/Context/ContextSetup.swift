import Net
package import Observations
package import PublicSuffix

/// With what the context of records is looked up, before a thread does so.
package struct ContextSetup: Sendable {
    package var options = ContextOptions()
    /// Needed for names.
    package var suffixes: PublicSuffixList?
    /// Paths of MaxMind DB files.
    package var databases: [String] = []
    /// Files of published ranges, `PATH` or `NAME=PATH`.
    package var ranges: [String] = []
    /// Makes what remembers, on the thread that asks it; nil for nothing.
    package var history: (@Sendable () throws -> any ContextHistory)?

    /// The same of which names pointed where.
    package var nameHistory: (@Sendable () throws -> any NameHistory)?
    /// What of the files that were read beforehand could not be read, and was not said yet.
    package var faults: [String] = []
    /// Whether a part of a file could not be read, which was said already.
    package private(set) var isPartlyRead = false

    package init() {}

    /// Reads the files once to see whether they can be read.
    ///
    /// - Returns: what of them can't, to be said to a person.
    package mutating func check() throws(FileError) -> [String] {
        let remarks = try HostingDesk(databases: databases, ranges: ranges).remarks
        isPartlyRead = isPartlyRead || !remarks.isEmpty
        return remarks
    }

    func makeHosting() throws(FileError) -> HostingDesk? {
        databases.isEmpty && ranges.isEmpty ? nil : try HostingDesk(databases: databases, ranges: ranges)
    }
}

/// What came of looking up context, counted.
package struct ContextSummary: Sendable, Equatable {
    /// Records that were looked up.
    package var records = 0
    /// Questions that were sent to name servers, those without an answer, and those that were never sent.
    package var asked = 0
    package var unanswered = 0
    package var notAsked = 0
    /// Records whose names were not looked up since there were too many at once.
    package var passedOver = 0
    /// Whether name servers were asked and none ever told of a name.
    package var isUnheard = false
    /// What became of revocation lists.
    package var lists = RevocationLists.Counts()
    /// Damage that was met in files.
    package var faults: [String] = []
    /// Whether a part of a file was not read, as was said before the run.
    package var isPartlyRead = false
    /// Files that said nothing of anything that they were asked for.
    package var silent: [String] = []

    package init() {}

    mutating func read(_ stage: ContextStage) {
        asked = stage.counts.asked
        unanswered = stage.counts.unanswered
        notAsked = stage.counts.notAsked
        passedOver = stage.passedOver
        isUnheard = stage.isUnheard
        lists = stage.lists
        faults = stage.faults
        silent = stage.silentFiles
    }

    /// Whether every part could be looked up, for some records at least.
    package var isWhole: Bool {
        !isUnheard && !isPartlyRead && faults.isEmpty && (lists.failed == 0 || lists.read > 0)
    }

    /// What a person is to know of it; empty when all could be looked up.
    package var remarks: [String] {
        var remarks = faults + silent
        if isUnheard {
            remarks.append(
                "no name server could tell of any name: where names point is not known; name one with --resolver, or leave "
                    + "this part out with --no-context-names"
            )
        } else if notAsked > 0 || passedOver > 0 {
            remarks.append(
                "not every name was looked up within the rate: hallmark enrich looks them up afterwards "
                    + "(or raise --dns-rate)"
            )
        }
        if let first = lists.firstFailure {
            let more = lists.failed > 1 ? ", and \(lists.failed - 1) more" : ""
            remarks.append("revocation lists that could not be had: \(first)\(more)")
        }
        return remarks
    }
}

package import Bytes
package import Observations
package import Signatures

/// What is known of a record on its way besides its line: stages add to it, sinks choose by it.
package struct PassingRecord: Sendable {
    /// What was looked for further than the certificate; nil where nothing was.
    package let lookedFor: LookedFor?
    /// Whether the endpoint showed anything.
    package let isSuccess: Bool
    /// What signatures made of it; nil before that stage, and for a line that can't be read.
    package var assessment: Assessment?
    /// The strongest lead that nobody has dismissed.
    package var highest: LeadLabel?
    /// What a person is told of leads that somebody has dismissed, by software.
    package var dismissals: [String: String] = [:]

    package init(lookedFor: LookedFor? = nil, isSuccess: Bool = true) {
        (self.lookedFor, self.isSuccess) = (lookedFor, isSuccess)
    }

    package var hasLead: Bool { assessment?.leads.isEmpty == false }
}

/// Something that is done with each record between its source and the sinks; one belongs to one thread.
package protocol RecordStage: AnyObject {
    /// Looks at a line of NDJSON, its line end included, and may add members to it.
    func apply(to line: inout ByteBuffer, _ record: inout PassingRecord)
}

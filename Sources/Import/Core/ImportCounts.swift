/// What a run read, and what became of it.
package struct ImportCounts: Sendable {
    /// Something that was not imported, or not wholly: how often, and where first.
    package struct Reason: Sendable {
        package let text: String
        package var count: Int
        /// `ssl.log:17`.
        package let first: String
    }

    package var files = 0
    /// Lines or entries read.
    package var lines = 0
    /// Of them, those that made a record or were added to one.
    package var sightings = 0
    /// Records written.
    package var records = 0
    /// Lines that are read as they should and hold no endpoint or certificate: comments, other events.
    package var passed = 0
    /// Why lines were skipped: what stood there is lost.
    package var skipped: [Reason] = []
    /// Frames of captures that were read.
    package var frames = 0
    /// What is lost that is no line or entry of its own: frames, and parts of what was imported.
    package var lost: [Reason] = []
    /// What the records lack that could be expected in them.
    package var remarks: [Reason] = []

    package init() {}

    /// Kinds of reason that are told apart; a file can't make the list grow.
    static let mostReasons = 64

    /// Whether something that stood in the files is not in the records.
    package var hasLost: Bool { !skipped.isEmpty || !lost.isEmpty }

    package var skippedLines: Int { skipped.reduce(0) { $0 + $1.count } }

    static func add(_ text: String, _ count: Int, _ place: () -> String, to reasons: inout [Reason]) {
        if let index = reasons.firstIndex(where: { $0.text == text }) {
            reasons[index].count += count
        } else if reasons.count < mostReasons {
            reasons.append(Reason(text: text, count: count, first: place()))
        } else if let index = reasons.firstIndex(where: { $0.text == "other reasons" }) {
            reasons[index].count += count
        } else {
            reasons.append(Reason(text: "other reasons", count: count, first: place()))
        }
    }
}

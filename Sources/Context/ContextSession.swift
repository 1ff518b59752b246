import Net

/// Looks up the context of records that are there already, and waits for it.
///
/// One thread uses one session.
package final class ContextSession {
    private let loop: EventLoop
    private let stage: ContextStage
    private var records = 0
    private let isPartlyRead: Bool

    package init(_ setup: ContextSetup) throws {
        loop = try EventLoop()
        isPartlyRead = setup.isPartlyRead
        stage = try ContextStage(
            on: loop,
            setup.options,
            suffixes: setup.suffixes,
            hosting: try setup.makeHosting(),
            history: try setup.history?(),
            nameHistory: try setup.nameHistory?(),
            faults: setup.faults
        )
    }

    /// Each record's context, in the order of the lines.
    package func look(at lines: [[UInt8]]) -> [RecordContext] {
        records += lines.count
        var found = [RecordContext](repeating: RecordContext(), count: lines.count)
        var missing = lines.count
        for (index, line) in lines.enumerated() {
            stage.look(at: line) { context in
                found[index] = context
                missing -= 1
            }
        }
        if missing > 0 { loop.run() }
        return found
    }

    package var summary: ContextSummary {
        var summary = ContextSummary()
        summary.read(stage)
        summary.records = records
        summary.isPartlyRead = isPartlyRead
        return summary
    }
}

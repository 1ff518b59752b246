import Corpus
import Foundation
import Pipeline
import Scan
import Targets

/// The output and the corpus of a scan, open and taken, with what an interrupted run left in them.
///
/// Nothing that they hold is changed before `begin`: a run may still be refused for another reason.
struct ScanRecords: ~Copyable {
    private var file: OutputFile
    /// What the output holds beyond the checkpoint of the run that is gone on with.
    private let tail: OutputTail?
    /// The targets that are left.
    let feed: TargetFeed
    let corpus: CorpusWriter?
    /// What the runs before this one came to.
    let tally: ScanTally

    /// A dry run is refused as the run would be, and makes no file.
    init(_ command: ScanCommand, _ files: ScanFiles, _ targets: TargetSetup, _ saved: Checkpoint?) throws {
        let name = command.probe.overridingName
        let isDry = command.order.dryRun
        var tally = ScanTally(counts: saved?.counts ?? [:])
        let file =
            try command.output.recordsPath.map { try OutputFile.open(path: $0, makes: !isDry) }
            ?? OutputFile()
        try files.check(output: file.identity)
        let tail = try targets.tail(of: file, saved, override: name, &tally)
        let feed = try targets.feed(saved, written: tail?.written ?? [], override: name)
        if isDry { try command.output.corpus.map { try CorpusFile.check($0) } }
        let corpus = isDry ? nil : try command.output.corpus.map { CorpusWriter(try CorpusFile($0, .write)) }
        if let tail, let corpus { try tail.again { corpus.add($0) } }
        (self.tail, self.feed, self.corpus, self.tally) = (tail, feed, corpus, tally)
        self.file = file
    }

    /// Takes what the output held before, as far as no run goes on from it, and makes it ready for records.
    consuming func begin(_ form: RecordForm, _ choice: FileSink.Choice, _ control: ScanControl) throws
        -> ScanSinks
    {
        var file = file
        try file.begin(keeping: Int64(tail?.length ?? 0))
        let output = FileSink(file, form, choice) {
            StopSignals.advance(control)
            return control.phase == .stopped
        } failed: {
            control.advance(to: .stopped)
        }
        return ScanSinks(output, corpus, ScanLedger(feed, tally: tally))
    }
}

/// Where the records of a running scan go, and who keeps count of what is everywhere.
struct ScanSinks {
    let output: FileSink
    let corpus: CorpusWriter?
    let ledger: ScanLedger
    let delivery: Delivery<ScanReceipt>

    init(_ output: FileSink, _ corpus: CorpusWriter?, _ ledger: ScanLedger) {
        let sinks: [(any RecordSink)?] = [output, corpus.map { CorpusSink($0) }]
        (self.output, self.corpus, self.ledger) = (output, corpus, ledger)
        delivery = ledger.delivery(to: sinks.compactMap(\.self))
    }
}

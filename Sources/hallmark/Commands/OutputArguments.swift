import ArgumentParser
import Export
import Metrics
import Observations
import Pipeline
import Signatures
import Terminal

/// Where what goes.
struct OutputArguments: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write records here, not to standard output (-).", valueName: "file"),
        completion: .file()
    )
    var output: String?

    @Option(help: "How to write: table on a terminal, otherwise ndjson; or csv.")
    var format: Format?

    @Option(
        help: ArgumentHelp("The columns of csv: names of fields, with commas between.", valueName: "names")
    )
    var fields: String?

    @Flag(help: "Write nothing of endpoints that showed neither a certificate nor an answer.")
    var omitFailures = false

    @Flag(help: "Write endpoints of which nothing came in few words.")
    var shortFailures = false

    @Option(help: "Raw certificates in the record: full, leaf or none.")
    var chain = CertificateEncoder.ChainOutput.full

    @Flag(name: .customLong("no-signatures"), help: "Match no signatures.")
    var noSignatures = false

    @Flag(help: "Write only records with a lead.")
    var onlyLeads = false

    @Option(
        help: ArgumentHelp(
            "Compare each endpoint with this inventory (Docs/inventory.md).",
            valueName: "file"
        ),
        completion: .file()
    )
    var inventory: String?

    @Option(
        help: ArgumentHelp("Remember what is seen in this corpus, too (Docs/corpus.md).", valueName: "file"),
        completion: .file()
    )
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "End with code 3 when a lead is at least: low, medium or high.",
            valueName: "level"
        )
    )
    var failOn: LeadLabel?

    @Option(help: ArgumentHelp("Write the summary as JSON.", valueName: "file"), completion: .file())
    var summary: String?

    @Option(
        help: ArgumentHelp(
            "Tell Prometheus how the run goes: a file for node_exporter, or ADDRESS:PORT to ask.",
            valueName: "place"
        ),
        completion: .file()
    )
    var metrics: String?

    @Option(help: "The progress line: auto (on a terminal), always or never.")
    var progress = ProgressChoice.auto

    @Flag(name: .shortAndLong, help: "No summary and no remarks on standard error; errors are said.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more on standard error.")
    var verbose = false

    func validate() throws {
        if let fault = metrics.flatMap(MetricsSink.fault) { throw ValidationError("--metrics: \(fault)") }
    }

    /// The file for records; nil for standard output.
    var recordsPath: String? { output == "-" ? nil : output }

    /// Which records are written.
    var choice: FileSink.Choice { FileSink.Choice(onlyLeads: onlyLeads, omitsFailures: omitFailures) }

    /// In which form records are written: as asked for, or what suits the place.
    ///
    /// - Throws: when `--fields` names no field, or is not for CSV.
    var form: RecordForm {
        get throws {
            guard fields == nil || format == .csv else {
                throw ValidationError("--fields is for --format csv")
            }
            switch format ?? (output == nil && Terminal.isOutputTerminal ? .table : .ndjson) {
            case .ndjson: return .ndjson
            case .table: return .table(.ofStandardOutput())
            case .csv:
                do throws(ExportColumnError) {
                    return .csv(try fields.map(ExportColumns.parse) ?? ExportOptions.defaultColumns)
                } catch {
                    throw ValidationError("--fields: \(error)")
                }
            }
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, csv, table }

    enum ProgressChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }
}

extension CertificateEncoder.ChainOutput: ExpressibleByArgument {}

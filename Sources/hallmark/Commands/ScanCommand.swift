import ArgumentParser
import Foundation
import Observations
import Scan
import Signatures

/// `hallmark scan`: from targets to one record each.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Shake hands with every endpoint of some ranges and write what it presents.",
        discussion: """
            Writes one JSON object a line to standard output or --output, everything else to standard error.

            Examples:
              hallmark scan 192.0.2.0/24 -p 443,8443 -o sweep.ndjson
              hallmark scan --scope targets/example-scope.yaml --rate 200 --checkpoint sweep.state -o sweep.ndjson
              hallmark scan --resume sweep.state --scope targets/example-scope.yaml -o sweep.ndjson
              hallmark scan shop.example.com '192.0.2.7,shop.example.com' --prove --verify
              hallmark scan -i hosts.txt --starttls auto --probe full --only-leads
              hallmark scan 10.0.0.0/8 -p 443 --shard 2/8 --seed 7 --dry-run
              cut -f1 hosts.tsv | hallmark scan - | jq -r .server.ip

            Exit codes: 0 done; 1 it could not do its work; 3 done, and a lead at or over --fail-on was found; 64 usage;
            130 interrupted, everything seen so far is written.
            """
    )

    @OptionGroup(title: "Targets") var target: TargetArguments
    @OptionGroup(title: "Order") var order: OrderArguments
    @OptionGroup(title: "Probes") var probe: ProbeArguments
    @OptionGroup(title: "Pace") var pace: PaceArguments
    @OptionGroup(title: "Signatures") var signatures: SignatureOptions
    @OptionGroup(title: "Output") var output: OutputArguments
    @OptionGroup(title: "Output") var unread: KeepGoingOption

    func run() throws {
        try ScanSession(self).run()
    }
}

/// Where what goes.
struct OutputArguments: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write records here, not to standard output (-).", valueName: "file"),
        completion: .file()
    )
    var output: String?

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

    @Option(help: "The progress line: auto (on a terminal), always or never.")
    var progress = ProgressChoice.auto

    @Flag(name: .shortAndLong, help: "No summary and no remarks on standard error; errors are said.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more on standard error.")
    var verbose = false

    /// The file for records; nil for standard output.
    var recordsPath: String? { output == "-" ? nil : output }

    enum ProgressChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }
}

extension CertificateEncoder.ChainOutput: ExpressibleByArgument {}

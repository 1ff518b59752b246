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
            On a terminal it shows one line an endpoint. To a pipe or --output it writes one JSON object a line; \
            everything else goes to standard error.

            Examples:
              hallmark scan 192.0.2.0/24 -p 443,8443 -o sweep.ndjson
              hallmark scan --scope targets/example-scope.yaml --rate 200 --checkpoint sweep.state -o sweep.ndjson
              hallmark scan --resume sweep.state --scope targets/example-scope.yaml -o sweep.ndjson
              hallmark scan shop.example.com '192.0.2.7,shop.example.com' --prove --verify
              hallmark scan -i hosts.txt --starttls auto --probe full --only-leads
              hallmark scan 192.0.2.0/24 --context --resolver 192.0.2.53 --mmdb asn.mmdb --hosting ip-ranges.json
              hallmark scan 10.0.0.0/8 --discover syn --rate 20000 --omit-failures -o sweep.ndjson
              hallmark scan 10.0.0.0/8 -p 443 --iocs sslblacklist.csv --fail-on medium -o sweep.ndjson
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
    @OptionGroup(title: "Context") var around: ContextArguments
    @OptionGroup(title: "Signatures") var signatures: SignatureOptions
    @OptionGroup(title: "Output") var output: OutputArguments
    @OptionGroup(title: "Output") var decisions: DecisionOptions
    @OptionGroup(title: "Signatures") var indicators: IndicatorOptions
    @OptionGroup(title: "Output") var unread: KeepGoingOption
    @OptionGroup(title: "Output") var log: LogOptions

    func validate() throws {
        guard pace.discover == nil || probe.proxy == nil else {
            throw ValidationError("--discover sends packets of its own, which no --proxy carries.")
        }
        guard !output.noSignatures || !indicators.files.isEmpty || output.failOn == nil && !output.onlyLeads
        else {
            throw ValidationError(
                "--fail-on and --only-leads want leads, and with --no-signatures and without --iocs there are none."
            )
        }
        _ = try output.form
        // What is there is read back to go on from, and a table can't be read.
        guard output.format ?? .ndjson == .ndjson || (order.checkpoint ?? order.resume) == nil else {
            throw ValidationError("--checkpoint and --resume want records: leave --format out")
        }
    }

    func run() throws {
        try ScanSession(self).run()
    }
}

import Bytes
import Foundation
import Observations
import Reporting

/// Records and summaries of scans, down to the finished report: every sign that could be markup is our own.
func fuzzReport(_ bytes: [UInt8]) {
    let facts = SweepFacts()
    for line in bytes.split(separator: 0x0a).prefix(64) {
        let padded = Array(line) + Array(repeating: 0x20, count: RecordPicker.padding)
        padded.withUnsafeBytes { _ = facts.add(line: UnsafeRawBufferPointer(rebasing: $0[..<line.count])) }
    }
    var input = ReportInput(now: 1_795_000_000_000, version: "0")
    if let run = try? RunSummary.read(bytes, name: "summary") { input.runs = [run] }
    // A page is long, and the readers are what is fuzzed: one in sixteen is written.
    guard facts.records > 0 || !input.runs.isEmpty else { return }
    let document = SweepReport(facts, input).document
    guard bytes.reduce(0, { $0 &+ $1 }) % 16 == 0 else { return }
    for format in ReportFormat.allCases {
        var out = ByteBuffer()
        format.write(document, to: &out)
        let bytes = Array(out.text.utf8)
        // A sign behind a backslash is itself in Markdown.
        for place in bytes.indices where bytes[place] == 0x3c && (place == 0 || bytes[place - 1] != 0x5c) {
            let rest = bytes[place...].prefix(7)
            let isForeign = ["<script", "<img", "<!--"].contains { rest.starts(with: $0.utf8) }
            precondition(!isForeign)
        }
    }
}

func reportSeeds() -> [[UInt8]] {
    [
        #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"success"},"server":{"ip":"192.0.2.1","port":443},"tls":{"version":"1.3","#
            + #""server":{"hash":{"sha256":"AB"},"x509":{"subject":{"distinguished_name":"CN=<script>"},"not_after":"2027-01-01T00:00:00Z"}}},"#
            + #""hallmark":{"matches":[{"rule":{"id":"r","name":"n"},"software":{"name":"s"},"evidence":[{"field":"f","value":"<img"}]}],"#
            + #""leads":[{"software":{"name":"s"},"confidence":90,"kinds":["jarm"],"against":["x"]}],"#
            + #""marks":{"untested":[{"what":"jarm","reason":"r","marks":3}]},"findings":[{"name":"weak_key","severity":"high","message":"m"}]}}"#,
        #"{"event":{"dataset":"hallmark.correlation"},"hallmark":{"correlation":{"rule":{"name":"r"},"count":2,"group":[{"field":"f","value":"<!--"}]}}}"#,
        #"{"scan_id":"s","records":3,"records_before":0,"targets":9,"resumed":0,"start":"2026-06-01T01:00:00Z","end":"2026-06-01T01:00:09Z","#
            + #""errors":{"tls_alert":1},"connections":7,"command_line":["hallmark"],"interrupted":true,"signatures":{"rules":3,"unread":1}}"#,
    ].map { Array($0.utf8) }
}

import Foundation
import TestSupport
import Testing

/// What a scan says at its end of leads that somebody has dismissed.
@Suite struct DismissedScanTests {
    @Test func aDismissedLeadIsSaidToBe() throws {
        let server = try Nginx.start(try TestCertificate())
        let scratch = Scratch()
        let place = "127.0.0.1:\(server.port)"
        let list = try scratch.write("list.txt", place + "\n")
        let decisions = scratch.file("decisions.ndjson")
        let decided = try Program.run([
            "decide", place, "dismiss", "--because", "our own", "--by", "me", "--case", "T-1", "--decisions",
            decisions,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let scan = [
            "scan", place, "--iocs", list, "--no-signatures", "--probe", "certificate", "-o",
            scratch.file("s.ndjson"), "--fail-on", "low", "--decisions", decisions,
        ]
        let first = try Program.run(scan + ["--checkpoint", scratch.file("state")])
        // What a checkpoint keeps tells it, too.
        let second = try Program.run(scan + ["--resume", scratch.file("state")])
        for result in [first, second] {
            #expect(result.status == 0, "\(result.errors)")
            let told = result.errors.split(separator: "\n").map(String.init)
            #expect(told.contains { $0.contains("known infrastructure: 1") && $0.hasSuffix("; 1 dismissed") })
            #expect(
                told.contains {
                    $0.contains(place) && $0.hasSuffix(" (dismissed by me, case T-1: our own)")
                },
                "\(result.errors)"
            )
        }
    }
}

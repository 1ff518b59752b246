import Bytes
import Terminal

extension SweepReport {
    /// Times, rates and refusals.
    var run: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Times, rates and refusals")]
        if let span = facts.span {
            blocks.append(
                .facts([
                    .init("first record", RFC3339.secondsText(span.lowerBound)),
                    .init("last record", RFC3339.secondsText(span.upperBound)),
                    .init("records", grouped(UInt64(facts.records))),
                    // Records of a corpus do not say which scan they are of.
                    .init(
                        "scans",
                        grouped(UInt64(facts.scans.isEmpty ? input.runs.count : facts.scans.count))
                    ),
                ])
            )
        } else {
            blocks.append(.paragraph("No record tells a time."))
        }
        for run in input.runs {
            blocks.append(.subheading(run.name))
            blocks.append(.facts(run.facts.map { .init($0.name, $0.value) }))
        }
        if input.runs.isEmpty {
            blocks.append(
                .warning(
                    "No summary of a scan was given: rates, seeds and what was refused before are unknown (--summary)."
                )
            )
        }
        var codes: [String: Int] = [:]
        for endpoint in facts.endpoints where !endpoint.isSuccess {
            codes[endpoint.errorCode.isEmpty ? "unknown" : endpoint.errorCode, default: 0] += 1
        }
        let rows = codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            [$0.key, grouped(UInt64($0.value)), Self.meanings[$0.key] ?? ""]
        }
        blocks += table(["no answer because", "endpoints", "which means"], rows, "reason")
        return blocks
    }

    /// Codes of `error.code` in the words of who was not there.
    private static let meanings = [
        "dns_failure": "the name has no address",
        "connection_refused": "the machine answered that nothing listens there",
        "connection_timeout": "nothing came back: a firewall, or no machine",
        "connection_reset": "the connection was torn down",
        "connection_closed": "the connection was ended before an answer",
        "network_unreachable": "no way leads there",
        "host_unreachable": "a router says that no machine is there",
        "tls_timeout": "it listens, and did not answer TLS in time",
        "tls_alert": "it speaks TLS and refused",
        "not_tls": "it answers something that is not TLS",
        "protocol_error": "its TLS could not be understood",
        "no_certificate": "it speaks TLS without a certificate",
        "out_of_scope": "not asked: the scope does not allow it",
        "excluded": "not asked: it is excluded",
        "invalid_target": "not asked: the target could not be understood",
        "local_error": "not asked: the scanning machine could not",
        "interrupted": "not asked to the end: the scan was stopped",
        "limit_exceeded": "it sent more than is read",
        "total_timeout": "it took longer than is waited",
    ]
}

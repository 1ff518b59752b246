import Bytes
import Observations
import Terminal

extension SweepReport {
    var changes: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("New since last time")]
        guard let baseline = input.baseline else {
            blocks.append(
                .warning("Nothing earlier was given to compare with (--baseline, or --since with a corpus).")
            )
            return blocks
        }
        if findings.changes.isEmpty {
            blocks.append(.paragraph("Nothing appeared, changed or went away since \(baseline)."))
        }
        return blocks + table(of: findings.changes)
    }

    var unknown: [ReportBlock] {
        // What a watch of logs has found stands in its records, and no inventory need be given.
        var blocks: [ReportBlock] = [.heading("Unknown to the inventory")]
        if let inventory = input.inventory {
            blocks.append(
                .paragraph(
                    findings.unknown.isEmpty
                        ? "All that was seen agrees with \(inventory)." : "Compared with \(inventory)."
                )
            )
        } else if findings.unknown.isEmpty {
            blocks.append(
                .warning("No inventory was given: nothing is said of what should not be there (--inventory).")
            )
        }
        if input.keptFindings > 0 {
            blocks.append(
                .paragraph(
                    "The corpus holds \(counted(input.keptFindings, "finding")) of earlier comparisons, which are not told here (hallmark search '*' --of findings)."
                )
            )
        }
        return blocks + table(of: findings.unknown)
    }

    var ends: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Expiring")]
        if findings.ends.isEmpty {
            blocks.append(
                .paragraph(
                    "No certificate was over, not yet valid, or within \(counted(input.expiringDays, "day")) of its end when it was seen."
                )
            )
        }
        return blocks + table(of: findings.ends)
    }

    var weaknesses: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Weak")]
        blocks.append(
            .paragraph(
                findings.weaknesses.isEmpty
                    ? "No key, signature or version below the policy was seen."
                    : "Keys below 112 bits of security (NIST SP 800-57 part 1), signatures with MD5 or SHA-1, and versions older than TLS 1.2 (RFC 8996), or what the inventory's policy says."
            )
        )
        blocks += table(of: findings.weaknesses)
        let handshakes = facts.endpoints.filter { !$0.group.isEmpty }
        if !handshakes.isEmpty {
            let safe = handshakes.count { KeyExchangeGroup.isPostQuantum($0.group) }
            blocks.append(
                .paragraph(
                    "\(grouped(UInt64(safe))) of \(counted(handshakes.count, "key exchange")) that \(handshakes.count == 1 ? "was" : "were") seen \(safe == 1 ? "withstands" : "withstand") a quantum computer."
                )
            )
        }
        return blocks
    }

    private func table(of findings: [ReportFinding]) -> [ReportBlock] {
        let hasOwners = findings.contains { !$0.owner.isEmpty }
        let rows = findings.map { finding in
            [finding.severity, finding.place]
                + (hasOwners ? [finding.owner] : [])
                + [finding.message + (finding.isDismissed ? " (dismissed)" : "")]
        }
        var head = ["severity", "endpoint"]
        if hasOwners { head.append("owner") }
        // Four sections have several of an endpoint: all would be longer than the endpoints are.
        return table(head + ["what"], rows, "finding", most: max(1, input.mostRows * 2 / 5))
    }

    /// What a corpus does not know of its records, and what the summaries of scans tell that it keeps.
    private var ofCorpus: [String] {
        var items = [
            "A corpus keeps what was seen. What did not answer, which probes were made and which marks were left out it does not keep: the scans' records and summaries tell (--summary)."
        ]
        let told = input.runs.count(where: \.hasMatched)
        if unmatched > 0 {
            items.append(
                "Of \(counted(unmatched, "record")) without a lead it is not known whether rules were matched"
                    + (told > 0
                        ? "; \(counted(told, "scan")) of \(grouped(UInt64(input.runs.count))) that the corpus knows matched rules"
                        : "")
            )
        }
        return items
    }

    var untested: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("What was not tested")]
        var items = input.unread.prefix(100).map { "could not be read: \($0)" }
        if input.unread.count > 100 {
            items.append("and \(counted(input.unread.count - 100, "input")) more could not be read")
        }
        for run in input.runs { items += run.gaps.map { "\(run.name): \($0)" } }
        if input.isOfCorpus {
            items += ofCorpus
        } else if unmatched > 0 {
            let said = facts.readable - unmatched
            items.append(
                "\(counted(unmatched, "record")) of \(grouped(UInt64(facts.readable))) of which nobody told that rules were matched with them"
                    + "; \(grouped(UInt64(said))) are told to be. A record in which nothing matched is written as one that no rule ever read: the scan's summary tells them apart (--summary)"
            )
        }
        let silent = facts.endpoints.count { !$0.isSuccess }
        if silent > 0 {
            items.append(
                "\(counted(silent, "endpoint")) without an answer: others may be shown something"
            )
        }
        var groups: [ReportedEndpoint.Untested: (endpoints: Int, marks: Int)] = [:]
        var unasked = 0
        for endpoint in facts.endpoints {
            for (group, marks) in endpoint.untested {
                groups[group, default: (0, 0)].endpoints += 1
                groups[group, default: (0, 0)].marks += marks
            }
            if endpoint.isSuccess, endpoint.untested.isEmpty { unasked += 1 }
        }
        if unasked > 0, !input.isOfCorpus {
            items.append(
                "\(counted(unasked, "endpoint")) of which nothing is told about marks that were left out"
            )
        }
        blocks.append(items.isEmpty ? .paragraph("Nothing is known to have been left out.") : .list(items))
        let rows = groups.sorted {
            ($1.value.endpoints, $0.key.what, $0.key.reason) < (
                $0.value.endpoints, $1.key.what, $1.key.reason
            )
        }.map {
            [
                $0.key.what, $0.key.reason, grouped(UInt64($0.value.endpoints)),
                grouped(UInt64($0.value.marks)),
            ]
        }
        return blocks + table(["not asked for", "because", "endpoints", "marks"], rows, "reason")
    }
}

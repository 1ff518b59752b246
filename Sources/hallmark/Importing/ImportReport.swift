import Import
import Terminal

/// What came of an import, for a person.
struct ImportReport {
    let counts: ImportCounts
    /// Files that could not be read, or are of no kind that is known.
    let unread: Int
    /// Files in folders that are of no kind that is known.
    let passedOver: [String]

    /// Whether something was lost.
    var hasLost: Bool { unread > 0 || counts.hasLost }

    var text: String {
        var lines = [
            "\(counted(counts.files, "file")), "
                + (counts.frames > 0 ? "\(counted(counts.frames, "frame")), " : "")
                + "\(counted(counts.lines, "line")): "
                + "\(counted(counts.sightings, "sighting")) in \(counted(counts.records, "record"))"
                + (counts.passed > 0 ? ", \(grouped(UInt64(counts.passed))) of other things" : "")
                + (counts.skippedLines > 0 ? ", \(grouped(UInt64(counts.skippedLines))) skipped" : "")
        ]
        for reason in counts.skipped {
            lines.append(
                "  skipped: \(reason.text): \(grouped(UInt64(reason.count))), first at \(reason.first)"
            )
        }
        for reason in counts.lost {
            lines.append("  lost: \(reason.text): \(grouped(UInt64(reason.count))), first at \(reason.first)")
        }
        for remark in counts.remarks {
            lines.append("  \(remark.text): \(grouped(UInt64(remark.count))), first at \(remark.first)")
        }
        if !passedOver.isEmpty {
            let shown = passedOver.prefix(3).joined(separator: ", ")
            let more = passedOver.count > 3 ? " and \(passedOver.count - 3) more" : ""
            lines.append(
                "  in folders, of no kind that is known: \(counted(passedOver.count, "file")): \(shown)\(more)"
            )
        }
        if unread > 0 { lines.append("  not read: \(counted(unread, "file"))") }
        return lines.joined(separator: "\n")
    }
}

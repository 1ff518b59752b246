import Scan
import Terminal

/// One line on the terminal that tells how far a scan is, redrawn in place.
package struct ProgressLine {
    private var lastDraw = UInt64.min
    private var isDrawn = false

    /// At most five times a second.
    private static let interval: UInt64 = 200

    /// Draws the line anew, unless that was done just now.
    mutating func update(_ progress: ScanProgress) {
        guard progress.elapsed >= lastDraw + Self.interval || !isDrawn else { return }
        lastDraw = progress.elapsed
        isDrawn = true
        Terminal.showProgress(Self.text(progress))
    }

    /// Takes the line away.
    mutating func clear() {
        guard isDrawn else { return }
        isDrawn = false
        Terminal.clearProgress()
    }

    static func text(_ progress: ScanProgress) -> String {
        var parts: [String] = []
        if let total = progress.total, total > 0 {
            // Of 2^64 endpoints a hundred times as many would be no number any more.
            let percent = UInt64(min(100, Double(progress.done) / Double(total) * 100))
            parts.append("\(grouped(progress.done)) of \(grouped(total)) (\(percent)%)")
        } else {
            parts.append("\(grouped(progress.done)) done")
        }
        parts.append("\(grouped(UInt64(progress.rate)))/s")
        parts.append("\(grouped(UInt64(progress.open))) open")
        parts.append("\(grouped(progress.found)) with a certificate")
        if progress.leads > 0 { parts.append(counted(progress.leads, "lead")) }
        if progress.isDraining {
            parts.append("stopping")
        } else if let seconds = progress.secondsLeft {
            parts.append("\(clock(seconds)) left")
        }
        return parts.joined(separator: ", ")
    }

    /// `1:02:03`, or `2:03`.
    static func clock(_ seconds: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}

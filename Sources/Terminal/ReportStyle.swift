import Foundation

/// How a report looks where it goes.
package struct ReportStyle: Sendable {
    /// Columns of a line.
    package var width: Int
    package var usesColour: Bool

    package init(width: Int = 100, usesColour: Bool = false) {
        self.width = min(max(width, 40), 160)
        self.usesColour = usesColour
    }

    /// What suits standard output.
    package static func ofStandardOutput() -> ReportStyle { suiting(STDOUT_FILENO) }

    /// What suits a file: colour on a terminal that does not say no (https://no-color.org), and its width.
    package static func suiting(
        _ descriptor: Int32,
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> ReportStyle {
        let isTerminal = isatty(descriptor) == 1
        let saysNo = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        var size = winsize()
        let columns =
            isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            ? Int(size.ws_col) : Int(environment["COLUMNS"] ?? "") ?? 100
        return ReportStyle(width: columns, usesColour: isTerminal && !saysNo)
    }
}

/// The few colours of a report.
package enum Ink: String, Sendable {
    case plain = "0"
    case heading = "1"
    case faint = "2"
    case alarm = "1;31"
    case warning = "33"
    case good = "32"
}

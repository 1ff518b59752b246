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
        let columns = width(of: descriptor, environment) ?? 100
        return ReportStyle(width: columns, usesColour: isTerminal && !saysNo)
    }

    /// Columns of standard output, from 40 on; nil when nobody says.
    package static var outputWidth: Int? {
        width(of: STDOUT_FILENO, ProcessInfo.processInfo.environment).map { max(40, $0) }
    }

    private static func width(of descriptor: Int32, _ environment: [String: String]) -> Int? {
        var size = winsize()
        let isKnown = isatty(descriptor) == 1 && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        return isKnown && size.ws_col > 0 ? Int(size.ws_col) : Int(environment["COLUMNS"] ?? "")
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

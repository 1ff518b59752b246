import ArgumentParser
import Terminal

extension LogFormat: ExpressibleByArgument {}
extension LogLevel: ExpressibleByArgument {}

/// How a program that runs for long says what it has to say.
struct LogOptions: ParsableArguments {
    @Option(help: "How remarks, errors and the summary are written to standard error.")
    var logFormat = LogFormat.text

    @Option(help: "What matters less is not said; what could not be read or done is an error.")
    var logLevel = LogLevel.info

    /// Holds from here on: the parser's own errors, too, are then said so.
    func validate() throws { Terminal.setLog(logFormat, from: logLevel) }
}

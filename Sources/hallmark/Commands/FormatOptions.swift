import ArgumentParser

/// How a command writes what it has to say.
enum LineFormat: String, CaseIterable, ExpressibleByArgument {
    case table, ndjson
}

/// The one spelling of the choice between text for people and lines for programs.
struct FormatOptions: ParsableArguments {
    @Option(help: "How results are written: table for people, ndjson for programs.")
    var format = LineFormat.table

    @Flag(name: .customLong("json"), help: ArgumentHelp("The same as --format ndjson.", visibility: .hidden))
    var isJSON = false

    var isLines: Bool { isJSON || format == .ndjson }
}
